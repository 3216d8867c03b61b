"""The rows that make a reading, each counting at its place for a while: counted at thousands of instants, or listed.

A finished case counts from its finish on, a bad review for seven days or until it is found to be none, a person's
second way to the window from the moment of the ticket. So a reading and the rows behind it come from the same place:
the number is the sum over the rows that stand at the instant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from metrics.spells import NEVER, Ints, Spells, micros, pairs


@dataclass(frozen=True)
class Evidence:
    """Rows that count towards numbers, each at one place from one instant to another.

    Attributes:
        rows: place columns, table, key, numerator and denominator (whole numbers that the row adds; no denominator
            column where the reading has none). A key may have several rows: its parts add up.
        since: instant (microseconds) after which the row counts.
        until: last instant at which it counts; NEVER = for good.
    """

    rows: pl.DataFrame
    since: Ints
    until: Ints

    @classmethod
    def of(cls, rows: pl.DataFrame, since: str = "since", until: str = "until") -> Evidence:
        """Rows with the columns `since` and `until` (microseconds); rows that never count are left out."""
        kept = _those(rows, rows[since] < rows[until])
        return cls(kept.drop(since, until), _ints(kept[since]), _ints(kept[until]))

    @classmethod
    def within(cls, rows: pl.DataFrame, instants: pl.DataFrame) -> Evidence:
        """Rows that count in the window of time in which they lie: a week, a month.

        Args:
            rows: as `of`, with `moment` (microseconds): when the row happened.
            instants: at, start, end; windows that do not overlap, each asked at any number of instants.

        Returns:
            Evidence whose places have one more column, `start`, the beginning of the window.
        """
        windows = instants.group_by("start").agg(pl.col("end").max()).sort("start")
        begins, ends = micros(windows["start"]), micros(windows["end"])
        moment = _ints(rows["moment"])
        found = np.searchsorted(begins, moment, side="right") - 1
        inside = (found >= 0) & (moment < ends[np.maximum(found, 0)]) if len(begins) else found >= 0
        kept = _those(rows, pl.Series(inside, dtype=pl.Boolean))
        return cls.of(
            kept.with_columns(
                windows["start"].gather(pl.Series(found[inside], dtype=pl.Int64)).alias("start"),
                pl.max_horizontal("since", "moment").alias("since"),
            ).drop("moment")
        )

    def tally(self, asked: pl.DataFrame, place: Sequence[str]) -> pl.DataFrame:
        """Count the rows that stand at each place and instant.

        Args:
            asked: place columns and at.
            place: the place columns.

        Returns:
            The columns asked, numerator, and denominator where there is one.
        """
        known = {name: asked[name].unique().sort() for name in place}
        number, at = _codes(asked, known), micros(asked["at"])
        instants = np.unique(at)
        positions = _Positions(number, np.searchsorted(instants, at), len(instants))
        mine = _codes(self.rows, known)
        here = mine >= 0
        ends = here & (self.until < (instants[-1] if len(instants) else 0))
        # A row counts from the first instant asked that lies after its beginning to the last that is not after its end.
        begins = positions.of(mine[here], np.searchsorted(instants, self.since[here], side="right"))
        ceases = positions.of(mine[ends], np.searchsorted(instants, self.until[ends], side="right"))
        found = {}
        for name in ("numerator", "denominator"):
            if name not in self.rows.columns:
                continue
            weights = _ints(self.rows[name])
            steps = np.bincount(begins, weights[here], len(at) + 1) - np.bincount(ceases, weights[ends], len(at) + 1)
            total = np.empty(len(at), dtype=np.int64)
            total[positions.order] = positions.sums(steps[:-1])
            found[name] = total
        return asked.with_columns(pl.Series(name, total) for name, total in found.items())

    def standing(self, asked: pl.DataFrame, place: Sequence[str]) -> pl.DataFrame:
        """Every row at every place and instant asked at which it stands: `question` (row asked) and the row's columns.

        For what no sum can tell, and for listing; each row should stand at few of the instants.
        """
        known = {name: asked[name].unique().sort() for name in place}
        mine = _codes(self.rows, known)
        kept = np.flatnonzero(mine >= 0)
        spells = Spells.of(mine[kept], self.since[kept], self.until[kept])
        which, question = pairs(spells, _codes(asked, known), micros(asked["at"]))
        return self.rows.drop(place)[kept[which]].insert_column(0, pl.Series("question", question, dtype=pl.Int64))

    def behind(self, asked: pl.DataFrame, place: Sequence[str]) -> pl.DataFrame:
        """List the rows that stand at each place and instant: place columns, at, table, key, numerator, denominator."""
        counts = [name for name in ("numerator", "denominator") if name in self.rows.columns]
        found = self.standing(asked, place).group_by("question", "table", "key", maintain_order=True).agg(
            pl.col(counts).sum()
        ).filter(pl.any_horizontal(pl.col(counts) != 0))  # fmt: skip
        return pl.concat(
            [asked.select(*place, "at")[found["question"]], found],
            how="horizontal",
        ).select(
            *(name for name in place if name != "start"),
            "at",
            "table",
            "key",
            pl.col("numerator").cast(pl.Float64),
            (pl.col("denominator") if "denominator" in counts else pl.lit(None)).cast(pl.Float64).alias("denominator"),
        )


#: So many positions are kept in a table; beyond, each is searched for.
_TABLE = 1 << 23


class _Positions:
    """Questions in order of place and instant, and where a row of a place that begins at some instant joins them.

    Attributes:
        order: the questions in that order.
    """

    def __init__(self, number: Ints, instant: Ints, instants: int) -> None:
        """Sort the questions: number of the place and of the instant."""
        self._line = instants + 1
        keys = number * self._line + instant
        self.order = np.argsort(keys, kind="stable")
        self._keys = keys[self.order]
        self._places = number[self.order]
        places = int(number.max(initial=-1)) + 1
        self._stops = np.searchsorted(self._places, np.arange(places), side="right")
        size = places * self._line
        self._table = np.searchsorted(self._keys, np.arange(size + 1)) if size <= _TABLE else None

    def of(self, place: Ints, instant: Ints) -> Ints:
        """The first question at the place that is asked at the instant or later; beyond all where there is none."""
        keys = place * self._line + instant
        found = np.searchsorted(self._keys, keys) if self._table is None else self._table[keys]
        first: Ints = np.where(found < self._stops[place], found, len(self._keys)).astype(np.int64)
        return first

    def sums(self, steps: npt.NDArray[np.number]) -> Ints:
        """Running sums of the steps, begun anew at each place."""
        whole = np.cumsum(steps)
        first = np.flatnonzero(np.concatenate([[True], self._places[1:] != self._places[:-1]]))
        before = np.concatenate([[0.0], whole])[first]
        lengths = np.diff(np.append(first, len(self._places)))
        sums: Ints = np.rint(whole - np.repeat(before, lengths)).astype(np.int64)
        return sums


def _those(rows: pl.DataFrame, wanted: pl.Series) -> pl.DataFrame:
    """The rows wanted; often all of them, which then need no copy."""
    return rows if wanted.all() else rows.filter(wanted)


def merged(spells: pl.DataFrame, by: str) -> pl.DataFrame:
    """Spells of each name put together where they overlap or touch, so that at most one stands at an instant.

    Args:
        spells: `by`, since, until (microseconds); empty ones are left out.
        by: column with the name.

    Returns:
        `by`, since, until, in order of name and time.
    """
    before = pl.col("until").cum_max().shift(1).over(by)
    return (
        spells.filter(pl.col("since") < pl.col("until"))
        .sort(by, "since")
        .with_columns((before.is_null() | (pl.col("since") > before)).cum_sum().alias("run"))
        .group_by(by, "run", maintain_order=True)
        .agg(pl.col("since").min(), pl.col("until").max())
        .drop("run")
    )


def moments(frame: pl.DataFrame, **columns: str) -> pl.DataFrame:
    """The frame with times as microseconds under new names; what has not happened lies at NEVER."""
    return frame.with_columns(
        pl.col(column).to_physical().fill_null(NEVER).cast(pl.Int64).alias(name) for name, column in columns.items()
    )


def _codes(frame: pl.DataFrame, known: Mapping[str, pl.Series]) -> Ints:
    """Number of each row's place; -1 for places of which a part is not known.

    Args:
        frame: the parts of the places: names and instants.
        known: for each part what may come, in order.
    """
    found = np.zeros(frame.height, dtype=np.int64)
    missing = np.zeros(frame.height, dtype=np.bool_)
    for name, values in known.items():
        if values.dtype == pl.String:
            part = frame[name].cast(pl.Enum(values.drop_nulls()), strict=False).to_physical().cast(pl.Int64)
            code = _ints(part.fill_null(-1))
        else:
            times, instants = micros(frame[name]), micros(values)
            near = np.minimum(np.searchsorted(instants, times), len(instants) - 1)
            code = np.where(instants[near] == times, near, -1) if len(instants) else np.full(len(times), -1)
        missing |= code < 0
        found = found * len(values) + code
    return np.where(missing, -1, found)


def _ints(values: pl.Series) -> Ints:
    return values.to_numpy().astype(np.int64, copy=False)
