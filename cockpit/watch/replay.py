"""The past evaluated again (回放): all changes of level on the grid, with the thresholds in force or with others.

Live evaluation and replay read with the same functions and take the same steps; a replay goes by today's records, so
that rows which came late are there from the start. What a level was before the first day is not known: it begins at
none, and is found again within a day by what is read in the moment, within a month by what is read once a month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import polars as pl

from alerts.bad_data import NOTHING_BAD, WITNESSES, concerned, held_back, red_spells
from alerts.catalogue import catalogue
from alerts.course import asked_of, course
from alerts.definition import Definition
from alerts.levels import judged
from alerts.thresholds import ThresholdChange, with_thresholds
from cockpit.lake.store import Lake, Snapshot
from cockpit.watch.day_loading import day_view
from cockpit.watch.loading import MomentLoader
from metrics.hours import rt_instants
from metrics.instants import daily, monthly, weekly
from metrics.view import View

#: So many days are loaded at once.
STRIDE = 31
_DAY = dt.timedelta(days=1)
#: What is kept of a reading at which a level changed.
NUMBERS = ("numerator", "denominator", "value", "sample", "baseline")


@dataclass
class Played:
    """What a replay found.

    Attributes:
        changes: indicator → place columns, at, before, level, reason, flapping, and the numbers of the reading.
        evaluated: indicator → how many readings there were: value, insufficient, no_data, held back.
        ailing: indicator → why it could not be read.
        closings: hall_id, date, first_open, last_close of the days replayed.
    """

    changes: dict[str, pl.DataFrame] = field(default_factory=dict)
    evaluated: dict[str, dict[str, int]] = field(default_factory=dict)
    ailing: dict[str, str] = field(default_factory=dict)
    closings: pl.DataFrame = field(default_factory=pl.DataFrame)


def instants_of(view: View, cadence: str, start: dt.datetime, end: dt.datetime) -> pl.DataFrame:
    """The instants of a cadence from one to another, both included."""
    if cadence == "RT":
        return rt_instants(view.sessions, start, end)
    if cadence == "D":
        return daily(view.sessions, start, end)
    return (weekly if cadence == "W" else monthly)(view.records.timezone, start, end)


def replay(
    lake: Lake,
    snapshot: Snapshot,
    start: dt.datetime,
    end: dt.datetime,
    changes: Sequence[ThresholdChange] = (),
    only: Collection[str] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Played:
    """Evaluate the past.

    Args:
        lake: the lake.
        snapshot: the records to go by.
        start: first instant.
        end: last instant, included.
        changes: changed thresholds, each in force from its instant on.
        only: indicators wanted; those that hold others back are read in any case.
        progress: told what is being read.

    Raises:
        StorageError: a file of the lake is damaged, or the disk refused.
    """
    wanted = [one for one in catalogue().values() if only is None or one.id in only or one.id in WITNESSES]
    readings = _Readings(lake, snapshot, start, end, progress)
    found = Played()
    bad: list[pl.DataFrame] = []
    # What says that data are bad comes before what lives on them.
    for definition in sorted(wanted, key=lambda one: (one.id not in WITNESSES, one.number)):
        progress(definition.name)
        try:
            read = readings.of(definition)
        except Exception as error:  # one indicator that fails never stops the others
            found.ailing[definition.id] = f"{type(error).__name__}: {error}"
            continue
        held = held_back(with_thresholds(read, definition, changes), definition, pl.concat(bad) if bad else NOTHING_BAD)
        ready = judged(held, definition)
        moved = course(ready, definition, asked_of(definition, readings.instants(definition)), readings.closings())
        numbers = ready.select(*NUMBERS, *definition.quantity.extras).with_row_index("row")
        told = moved.join(
            numbers.with_columns(pl.col("row").cast(pl.Int64)), on="row", how="left", maintain_order="left"
        )
        if definition.id in WITNESSES:
            bad.append(concerned(definition.id, red_spells(moved, definition.grain), readings.sources()))
        if only is None or definition.id in only:
            found.changes[definition.id] = told.drop("row")
            kinds = ready.group_by(pl.col("reading").cast(pl.String)).agg(pl.len())
            found.evaluated[definition.id] = dict(kinds.iter_rows()) | {"held": int(ready["held"].sum())}
    found.closings = readings.closings()
    return found


class _Readings:
    """Readings of any indicator over the whole time, loaded some weeks at once."""

    def __init__(
        self, lake: Lake, snapshot: Snapshot, start: dt.datetime, end: dt.datetime, progress: Callable[[str], None]
    ) -> None:
        self._lake, self._snapshot, self._progress = lake, snapshot, progress
        zone = ZoneInfo(snapshot.timezone)
        self._span = start.astimezone(zone), end.astimezone(zone)
        self._views: dict[tuple[bool, dt.date], View] = {}
        self._loader = MomentLoader(lake)

    def of(self, definition: Definition) -> pl.DataFrame:
        """All readings."""
        parts = []
        for view, start, end in self._parts(definition.cadence):
            instants = instants_of(view, definition.cadence, start, end)
            parts.append(definition.quantity.measure(view, instants))
        return pl.concat(parts)

    def instants(self, definition: Definition) -> pl.DataFrame:
        """All its instants."""
        parts = self._parts(definition.cadence)
        return pl.concat([instants_of(view, definition.cadence, start, end) for view, start, end in parts])

    def closings(self) -> pl.DataFrame:
        """When each hall opened and closed on each day."""
        days = ["hall_id", "date", "first_open", "last_close"]
        return pl.concat([view.sessions.select(days).unique() for view, _, _ in self._parts("RT")])

    def sources(self) -> pl.DataFrame:
        """What each source delivers to each hall."""
        columns = ["hall_id", "source_system", "table"]
        return pl.concat(
            [view.records["deliveries"].select(columns).unique() for view, _, _ in self._parts("D")]
        ).unique()

    def _parts(self, cadence: str) -> Iterator[tuple[View, dt.datetime, dt.datetime]]:
        first, last = self._span[0].date(), self._span[1].date()
        zone = self._span[0].tzinfo
        while first <= last:
            until = min(first + (STRIDE - 1) * _DAY, last)
            start = max(self._span[0], dt.datetime.combine(first, dt.time(), zone))
            end = min(self._span[1], dt.datetime.combine(until, dt.time(23, 59), zone))
            yield self._view(cadence == "RT", first, until), start, end
            first = until + _DAY

    def _view(self, fast: bool, first: dt.date, last: dt.date) -> View:
        if (fast, first) not in self._views:
            self._progress(f"{first:%Y-%m-%d} — {last:%Y-%m-%d}")
            if fast:
                self._views[fast, first] = self._loader.days(self._snapshot, first, last)
            else:
                self._views[fast, first] = day_view(self._lake, self._snapshot, first, last)
        return self._views[fast, first]
