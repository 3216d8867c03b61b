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
from alerts.course import course
from alerts.definition import Definition
from alerts.levels import judged
from alerts.lines import asked_of
from alerts.thresholds import ThresholdChange, edges_in_force
from cockpit.errors import CockpitError
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


@dataclass
class _Outcome:
    """What became of one indicator."""

    changes: pl.DataFrame = field(default_factory=pl.DataFrame)
    evaluated: dict[str, int] = field(default_factory=dict)
    ailing: str = ""
    bad: pl.DataFrame | None = None


class Replay:
    """A stretch of the past, read once and judged as often as wanted.

    Args:
        lake: the lake.
        snapshot: the records to go by.
        start: first instant.
        end: last instant, included.
        progress: told what is being read.
    """

    def __init__(
        self,
        lake: Lake,
        snapshot: Snapshot,
        start: dt.datetime,
        end: dt.datetime,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Nothing is read yet."""
        self._readings = _Readings(lake, snapshot, start, end, progress)
        self._progress = progress
        self._kept: dict[str, pl.DataFrame] = {}
        self._known: dict[object, dict[str, _Outcome]] = {}

    @property
    def span(self) -> tuple[dt.datetime, dt.datetime]:
        """First and last instant."""
        return self._readings.span

    def halls(self) -> int:
        """How many halls were open at all."""
        return self._readings.closings()["hall_id"].n_unique()

    def hall_weeks(self) -> float:
        """How many halls were open for how many weeks: the measure of how often people are told."""
        return self.halls() * ((self.span[1].date() - self.span[0].date()).days + 1) / 7

    def views(self) -> tuple[list[View], list[View]]:
        """The records replayed, as the readings of the moment see them and as those of days, weeks and months do."""
        fast, slow = ([view for view, _, _ in self._readings.parts(cadence)] for cadence in ("RT", "D"))
        return fast, slow

    def readings(self, definition: Definition) -> pl.DataFrame:
        """All readings of an indicator; kept, because thresholds are tried on them."""
        if definition.id not in self._kept:
            self._progress(definition.name)
            self._kept[definition.id] = self._readings.of(definition)
        return self._kept[definition.id]

    def play(self, changes: Sequence[ThresholdChange] = (), only: Collection[str] | None = None) -> Played:
        """Judge the past.

        Args:
            changes: changed thresholds, each in force from its instant on.
            only: indicators wanted; those that hold others back are read in any case.

        Raises:
            StorageError: a file of the lake is damaged, or the disk refused.
        """
        found = Played(closings=self._readings.closings())
        known = self._witnesses([one for one in changes if one.indicator in WITNESSES])
        for definition in catalogue().values():
            if only is not None and definition.id not in only:
                continue
            if definition.id in WITNESSES:
                outcome = known[definition.id]
            else:
                bad = [one.bad for one in known.values() if one.bad is not None]
                outcome = self._outcome(definition, changes, bad)
            if outcome.ailing:
                found.ailing[definition.id] = outcome.ailing
            else:
                found.changes[definition.id], found.evaluated[definition.id] = outcome.changes, outcome.evaluated
        return found

    def _witnesses(self, changes: list[ThresholdChange]) -> dict[str, _Outcome]:
        """What says that data are bad; judged once for the same thresholds, because all others wait for it."""
        key = tuple((one.indicator, one.place, one.edge, one.value, one.effective_from) for one in changes)
        if key not in self._known:
            found = {name: self._outcome(catalogue()[name], changes, []) for name in WITNESSES}
            for name, outcome in found.items():
                if not outcome.ailing:
                    spells = red_spells(outcome.changes, catalogue()[name].grain)
                    outcome.bad = concerned(name, spells, self._readings.sources())
            self._known = {key: found}
        return self._known[key]

    def _outcome(self, definition: Definition, changes: Sequence[ThresholdChange], bad: list[pl.DataFrame]) -> _Outcome:
        try:
            read = self.readings(definition)
        except CockpitError:
            raise
        except Exception as error:  # one indicator that fails never stops the others
            return _Outcome(ailing=f"{type(error).__name__}: {error}")
        told, ready = self._judged(definition, read, changes, bad)
        kinds = dict(ready.group_by(pl.col("reading").cast(pl.String)).agg(pl.len()).iter_rows())
        return _Outcome(told, kinds | {"held": int(ready["held"].sum())})

    def _judged(
        self, definition: Definition, read: pl.DataFrame, changes: Sequence[ThresholdChange], bad: list[pl.DataFrame]
    ) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Changes of level with the numbers at which they came, and all readings as judged."""
        held = held_back(read, definition, pl.concat(bad) if bad else NOTHING_BAD)
        ready = judged(held, definition, edges_in_force(read, definition, changes))
        asked = asked_of(definition, self._readings.instants(definition))
        # Halls that are still open at the last instant have not closed yet.
        closings = self._readings.closings().filter(pl.col("last_close") <= self.span[1])
        moved = course(ready, definition, asked, closings)
        numbers = ready.select(*NUMBERS, *definition.quantity.extras).with_row_index("row")
        numbers = numbers.with_columns(pl.col("row").cast(pl.Int64))
        return moved.join(numbers, on="row", how="left", maintain_order="left").drop("row"), ready


class _Readings:
    """Readings of any indicator over the whole time, loaded some weeks at once."""

    def __init__(
        self, lake: Lake, snapshot: Snapshot, start: dt.datetime, end: dt.datetime, progress: Callable[[str], None]
    ) -> None:
        self._lake, self._snapshot, self._progress = lake, snapshot, progress
        zone = ZoneInfo(snapshot.timezone)
        self.span = start.astimezone(zone), end.astimezone(zone)
        self._views: dict[tuple[bool, dt.date], View] = {}
        self._loader = MomentLoader(lake)

    def of(self, definition: Definition) -> pl.DataFrame:
        """All readings of an indicator."""
        parts = []
        for view, start, end in self.parts(definition.cadence):
            instants = instants_of(view, definition.cadence, start, end)
            parts.append(definition.quantity.measure(view, instants))
        return pl.concat(parts)

    def instants(self, definition: Definition) -> pl.DataFrame:
        """All its instants."""
        parts = self.parts(definition.cadence)
        return pl.concat([instants_of(view, definition.cadence, start, end) for view, start, end in parts])

    def closings(self) -> pl.DataFrame:
        """When each hall opened and closed on each day."""
        days = ["hall_id", "date", "first_open", "last_close"]
        return pl.concat([view.sessions.select(days).unique() for view, _, _ in self.parts("RT")])

    def sources(self) -> pl.DataFrame:
        """What each source delivers to each hall."""
        columns = ["hall_id", "source_system", "table"]
        return pl.concat(
            [view.records["deliveries"].select(columns).unique() for view, _, _ in self.parts("D")]
        ).unique()

    def parts(self, cadence: str) -> Iterator[tuple[View, dt.datetime, dt.datetime]]:
        first, last = self.span[0].date(), self.span[1].date()
        zone = self.span[0].tzinfo
        while first <= last:
            until = min(first + (STRIDE - 1) * _DAY, last)
            start = max(self.span[0], dt.datetime.combine(first, dt.time(), zone))
            end = min(self.span[1], dt.datetime.combine(until, dt.time(23, 59), zone))
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
