"""Whether the sources have told enough to judge: business that did not happen is not the same as missing data.

A table covers a reading when a delivery of it to that place, delivered before t, reaches far enough: covers_until later
than t − 60 minutes for readings of the moment, later than the end of the window less 24 hours for days, weeks, months.
A source that delivered only once covers all that its file holds, whenever it was brought in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from metrics.hours import numbers
from metrics.spells import DAY, HOUR, NEVER, Flags, Ints, latest_before, micros

#: How old the latest news may be: readings of the moment, readings of closed windows of time.
RT_SLACK, CLOSED_SLACK = HOUR, DAY


class Coverage:
    """What the deliveries cover, ready to be asked for many halls and instants."""

    def __init__(self, deliveries: pl.DataFrame) -> None:
        """Prepare.

        Args:
            deliveries: table `deliveries` of the standard.
        """
        self.news = News.of(deliveries)
        """The deliveries under small numbers."""
        self._of_tables: dict[str, _Reach] = {}

    def at_halls(self, tables: Sequence[str], halls: pl.Series, at: Ints, needed: Ints) -> Flags:
        """Whether all tables reach beyond an instant, as known at another one, at each hall.

        Args:
            tables: tables needed.
            halls: hall_id for each question.
            at: instant of each question: deliveries before it count.
            needed: instant that covers_until must exceed.
        """
        covered = np.ones(len(at), dtype=np.bool_)
        place = numbers(halls, self.news.halls)
        for table in tables:
            if table not in self._of_tables:
                rows = self.news.of_table(table)
                rows = rows[self.news.hall[rows] >= 0]
                self._of_tables[table] = _Reach.of(self.news, rows, self.news.hall[rows])
            covered &= self._of_tables[table].until(place, at) > needed
        return covered

    def anywhere(self, tables: Sequence[str], at: Ints, needed: Ints, halls: Sequence[str] | None = None) -> Flags:
        """Whether all tables reach beyond an instant at any hall (for departments, items), or at any of some halls."""
        covered = np.ones(len(at), dtype=np.bool_)
        wanted = None if halls is None else np.append(self.news.halls.is_in(list(halls)).to_numpy(), [False])
        for table in tables:
            rows = self.news.of_table(table)
            if wanted is not None:
                rows = rows[wanted[self.news.hall[rows]]]
            nowhere = np.zeros(len(rows), dtype=np.int64)
            reach = _Reach.of(self.news, rows, nowhere)
            covered &= reach.until(np.zeros(len(at), dtype=np.int64), at) > needed
        return covered


@dataclass(frozen=True)
class News:
    """Deliveries under small numbers, row by row.

    Attributes:
        halls: hall_id of the halls, in the order of their numbers; -1 is none of them.
        tables: names of the tables.
        systems: names of the sources' systems.
        hall: number of the hall of each delivery,
        table: of the table,
        system: of the source's system.
        given: when it came.
        covers: up to when it reaches.
    """

    halls: pl.Series
    tables: pl.Series
    systems: pl.Series
    hall: Ints
    table: Ints
    system: Ints
    given: Ints
    covers: Ints

    @classmethod
    def of(cls, deliveries: pl.DataFrame) -> News:
        """Number the rows of table `deliveries`."""
        halls, tables, systems = (
            deliveries[name].drop_nulls().unique().sort() for name in ("hall_id", "table", "source_system")
        )
        return cls(
            halls,
            tables,
            systems,
            numbers(deliveries["hall_id"], halls),
            numbers(deliveries["table"], tables),
            numbers(deliveries["source_system"], systems),
            micros(deliveries["delivered_at"]),
            micros(deliveries["covers_until"]),
        )

    def of_table(self, table: str) -> Ints:
        """Rows of one table."""
        (number,) = numbers(pl.Series([table]), self.tables)
        return np.flatnonzero(self.table == number) if number >= 0 else np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class _Reach:
    """Up to when the deliveries of one table reach.

    Attributes:
        base: for each place, what sources that delivered only once cover, whenever that was.
        place: number of the place of every other delivery, in order of place and time,
        given: when it came,
        covers: and up to when it and those before it reach.
    """

    base: Ints
    place: Ints
    given: Ints
    covers: Ints

    @classmethod
    def of(cls, news: News, rows: Ints, place: Ints) -> _Reach:
        """Prepare.

        Args:
            news: the deliveries.
            rows: those of the table.
            place: number of the place of each of them.
        """
        systems = len(news.systems)
        # Whether it is all that its source ever brought to its hall.
        source = (news.hall[rows] + 1) * systems + news.system[rows]
        only = np.bincount(source)[source] == 1 if len(source) else np.zeros(0, dtype=np.bool_)
        base = np.full(len(news.halls) + 1, -NEVER, dtype=np.int64)
        np.maximum.at(base, place[only], news.covers[rows[only]])
        rows, place = rows[~only], place[~only]
        given, covers = news.given[rows], news.covers[rows]
        order = np.lexsort((covers, given, place))
        place, given, covers = place[order], given[order], covers[order]
        if len(covers):
            # Places one after the other on one line, so that one running maximum serves all of them.
            low = int(covers.min())
            length = int(covers.max()) - low + 1
            covers = np.maximum.accumulate(place * length + (covers - low)) % length + low
        return cls(base, place, given, covers)

    def until(self, place: Ints, at: Ints) -> Ints:
        """Up to when the deliveries before each instant reach; far in the past where there is none."""
        row = latest_before(self.place, self.given, place, at)
        last = self.covers[np.maximum(row, 0)] if len(self.covers) else np.zeros(len(at), dtype=np.int64)
        return np.maximum(np.where(row >= 0, last, -NEVER), self.base[place]).astype(np.int64)
