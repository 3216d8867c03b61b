"""What is worked out in one evaluation: readings, their levels, and what is remembered of them; nothing is written."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from alerts.bad_data import NOTHING_BAD, WITNESSES, concerned, held_back
from alerts.catalogue import catalogue
from alerts.definition import RED, Definition
from alerts.incidents import Change, Event, Place
from alerts.levels import judged
from alerts.lines import asked_of
from alerts.machine import Reason
from alerts.steps import Standing, advanced, darkened, ended
from alerts.thresholds import EDGES, ThresholdChange, edges_in_force
from cockpit.lake.store import Snapshot
from cockpit.records.alert_log import StandingRecord
from cockpit.watch.replay import NUMBERS, instants_of
from cockpit.watch.standings import as_body, from_body
from metrics.hours import RT_EVERY, rt_instants, sessions_of
from metrics.view import View

_LOG = logging.getLogger(__name__)
#: So many keys of the rows behind an alert are kept with it; how many there were is kept in any case.
ROWS_KEPT = 2_000
_HALF_HOUR = 30


@dataclass
class Evaluation:
    """What was found at an instant.

    Attributes:
        at: the instant.
        cadences: what was due.
        readings: indicator → its readings, judged: place columns, numbers, met, thresholds in force, held.
        changes: changes of level, in the order of time.
        events: what happened to incidents.
        ailing: indicator → why it could not be read.
        seconds: indicator → how long it took.
    """

    at: dt.datetime
    cadences: tuple[str, ...]
    readings: dict[str, pl.DataFrame] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    ailing: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


class Judging:
    """One evaluation while it is worked out."""

    def __init__(
        self,
        at: dt.datetime,
        cadences: tuple[str, ...],
        snapshot: Snapshot,
        thresholds: Sequence[ThresholdChange],
        known: Mapping[str, StandingRecord],
    ) -> None:
        """Begin.

        Args:
            at: the instant, on the city's clock.
            cadences: what is due.
            snapshot: the records to go by.
            thresholds: all changes of thresholds.
            known: what was remembered of each indicator.
        """
        self.at, self.found = at, Evaluation(at, cadences)
        self._snapshot, self._thresholds, self._known = snapshot, thresholds, known
        self._after: dict[str, Standing] = {}
        self._instants: dict[str, pl.DataFrame] = {}
        # Many indicators are read at the same places and instants.
        self._asked: dict[tuple[str, int, bool], pl.DataFrame] = {}
        self._bad: list[pl.DataFrame] = []
        self._told_bad: set[str] = set()
        # The same for every indicator: halls closed by now, and on days before; instants that nobody evaluated.
        self._closings: pl.DataFrame | None = None
        self._past_closings: dict[dt.date, pl.DataFrame] = {}
        self._missed: dict[dt.datetime, pl.DataFrame] = {}

    def read(self, definition: Definition, view: View, *, dry: bool) -> None:
        """Read one indicator, judge it and go on by one step."""
        begun = time.perf_counter()
        if definition.cadence not in self._instants:
            self._instants[definition.cadence] = instants_of(view, definition.cadence, self.at, self.at)
        instants = self._instants[definition.cadence]
        if definition.id not in WITNESSES:
            self._hold(view)
        try:
            read = definition.quantity.measure(view, instants)
            edges = edges_in_force(read, definition, self._thresholds)
            ready = judged(held_back(read, definition, self._held()), definition, edges)
            self.found.readings[definition.id] = ready
            if not dry:
                self._step(definition, view, ready, instants)
        except Exception as error:  # one indicator that fails never stops the others, and is itself shown as ailing
            _LOG.exception("%s cannot be read at %s", definition.id, self.at)
            self.found.ailing[definition.id] = f"读取时程序出错（{type(error).__name__}），级别停在上一次；详情见日志"
        self.found.seconds[definition.id] = time.perf_counter() - begun

    def standings(self) -> Iterator[StandingRecord]:
        """What is to be remembered of every indicator that was due."""
        body: Mapping[str, Any]
        for definition in catalogue().values():
            if definition.id in self._after:
                ready, standing = self.found.readings[definition.id], self._after[definition.id]
                known = self._known.get(definition.id)
                between = definition.minutes == _HALF_HOUR and self.at.minute % _HALF_HOUR > 0
                if known is not None and between and known.body.get("day") == self.at.date().isoformat():
                    # Between two half hours nothing is read: how the last readings of the day were still holds.
                    kinds = ("value", "insufficient", "no_data", "held")
                    read = {name: known.counts[name] for name in kinds if name in known.counts}
                    where = known.body.get("read", {})
                else:
                    read, where = _how_read(ready, definition)
                body = as_body(standing, self.at.date()) | {"read": where}
                counts = read | _stands(standing)
                yield StandingRecord(definition.id, self.at, definition.version, body, counts, None)
            elif definition.id in self.found.ailing:
                known = self._known.get(definition.id)
                nothing = as_body(Standing.nothing(definition), self.at.date())
                body = known.body if known else nothing
                said = self.found.ailing[definition.id]
                yield StandingRecord(definition.id, self.at, definition.version, body, {}, said)

    def flapping(self) -> dict[str, set[Place]]:
        """Indicators that were due, each with the places whose level now changes too often to be told each time."""
        found: dict[str, set[Place]] = {}
        for name, standing in self._after.items():
            found[name] = set()
            if not standing.state.flapping.any():
                continue
            rows = standing.places.filter(pl.Series(standing.state.flapping, dtype=pl.Boolean)).iter_rows()
            found[name] = {tuple(zip(standing.places.columns, row, strict=True)) for row in rows}
        return found

    def _step(self, definition: Definition, view: View, ready: pl.DataFrame, instants: pl.DataFrame) -> None:
        standing, moved = self._until_now(definition, view, ready)
        # All that `asked_of` looks at.
        alike = (definition.cadence, definition.minutes, "hall_id" in definition.grain)
        if alike not in self._asked:
            self._asked[alike] = asked_of(definition, instants)
        asked = self._asked[alike]
        changes: list[Change] = list(moved)
        if asked.height:
            standing, found = advanced(standing, ready, definition, asked)
            changes += self._told(definition, view, ready, found, instants)
        if definition.cadence == "RT":
            if self._closings is None:
                self._closings = _last_closings(view.sessions).filter(pl.col("at") <= self.at)
            standing, over = ended(standing, self._closings)
            changes += self._told(definition, view, ready, over, instants)
        self._after[definition.id] = standing
        self.found.changes += changes

    def _until_now(self, definition: Definition, view: View, ready: pl.DataFrame) -> tuple[Standing, list[Change]]:
        """What was remembered, brought to this instant: closings that have passed, instants that nobody evaluated."""
        record = self._known.get(definition.id)
        if record is None:
            return Standing.nothing(definition), []
        standing, day = from_body(record.body, definition)
        if definition.cadence != "RT":
            return standing, []
        if day != self.at.date():
            if day not in self._past_closings:
                calendar = self._snapshot.scan("calendar").filter(pl.col("date") == day).collect()
                self._past_closings[day] = _last_closings(sessions_of(calendar))
            _, over = ended(standing, self._past_closings[day])
            # A hall whose day has vanished from the calendar ends as the others do, without a trace of its own.
            return Standing.nothing(definition), self._told(definition, view, ready, over, None)
        if standing.places.is_empty() or record.at + RT_EVERY >= self.at:
            return standing, []
        if record.at not in self._missed:
            self._missed[record.at] = rt_instants(view.sessions, record.at + RT_EVERY, self.at - RT_EVERY)
        missed = asked_of(definition, self._missed[record.at])
        if missed.is_empty():
            return standing, []
        standing, found = darkened(standing, definition, missed)
        return standing, self._told(definition, view, ready, found, None)

    def _told(
        self,
        definition: Definition,
        view: View,
        ready: pl.DataFrame,
        found: pl.DataFrame,
        instants: pl.DataFrame | None,
    ) -> list[Change]:
        """Changes as they are kept, each with its reading, frozen."""
        if found.is_empty():
            return []
        begun = found.filter((pl.col("before") == 0) & (pl.col("level") > 0))
        behind = self._behind(definition, view, begun, instants) if begun.height and instants is not None else {}
        changes = []
        for row in found.to_dicts():
            place: Place = tuple((name, row[name]) for name in definition.grain)
            frozen: dict[str, Any] = {"version": definition.version}
            if row["row"] is not None:
                reading = ready.row(row["row"], named=True)
                frozen |= {name: reading[name] for name in (*NUMBERS, *definition.quantity.extras)}
                frozen["thresholds"] = {edge: reading[edge] for edge in EDGES}
            if place in behind:
                frozen |= behind[place]
            at, reason = row["at"].astimezone(self.at.tzinfo), Reason(row["reason"])
            alert = (definition.id, place)
            changes.append(Change(at, alert, row["before"], row["level"], reason, row["flapping"], frozen))
        return changes

    def _behind(
        self, definition: Definition, view: View, begun: pl.DataFrame, instants: pl.DataFrame
    ) -> dict[Place, dict[str, Any]]:
        """The rows behind the alerts that begin, as far as they are kept."""
        if "hall_id" in definition.grain and "hall_id" in instants.columns:
            instants = instants.join(begun.select("hall_id").unique(), on="hall_id", how="semi")
        grain = list(definition.grain)
        rows = definition.quantity.behind(view, instants).join(begun.select(grain), on=grain, how="semi")
        found = {}
        for place, part in rows.group_by(grain, maintain_order=True):
            key = tuple(zip(grain, (str(value) for value in place), strict=True))
            kept = part.head(ROWS_KEPT).select("table", "key", "numerator", "denominator").rows()
            found[key] = {"rows": [list(row) for row in kept], "rows_behind": part.height}
        return found

    def _hold(self, view: View) -> None:
        """Take in which data are bad now: what was read a moment ago, else what is remembered."""
        for name in WITNESSES:
            if name in self._told_bad:
                continue
            self._told_bad.add(name)
            definition = catalogue()[name]
            standing = self._after.get(name)
            if standing is None and name in self._known:
                standing, day = from_body(self._known[name].body, definition)
                if definition.cadence == "RT" and day != self.at.date():
                    standing = None
            if standing is None or not (standing.state.level == RED).any():
                continue
            red = standing.places.filter(pl.Series(standing.state.level == RED))
            still = pl.lit(None, dtype=pl.Datetime("us", self._snapshot.timezone))
            spells = red.with_columns(pl.lit(self.at).alias("since"), still.alias("until"))
            sources = view.records["deliveries"].select("hall_id", "source_system", "table").unique()
            self._bad.append(concerned(name, spells, sources))

    def _held(self) -> pl.DataFrame:
        return pl.concat(self._bad) if self._bad else NOTHING_BAD


def _last_closings(sessions: pl.DataFrame) -> pl.DataFrame:
    """hall_id, at: the last closing of each hall's day."""
    return sessions.select("hall_id", pl.col("last_close").alias("at")).unique()


def _how_read(ready: pl.DataFrame, definition: Definition) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """How the readings were, in all and in each hall or county: who sees a part of the city is told of that part."""
    where = next((name for name in ("hall_id", "county") if name in definition.grain), None)
    by = [*((where,) if where else ()), "reading", "held"]
    every: dict[str, int] = {"held": 0}
    found: dict[str, dict[str, int]] = {}
    read = Counter(zip(*(ready[name].to_list() for name in by), strict=True))
    for (*place, kind, held), count in read.items():
        here = [every, *(found.setdefault(one, {}) for one in place)]
        for counts in here:
            counts[kind] = counts.get(kind, 0) + count
            if held:
                counts["held"] = counts.get("held", 0) + count
    return every, found


def _stands(standing: Standing) -> dict[str, int]:
    """How many places fire, are about to, or are about to recover."""
    state = standing.state
    levels = {f"level_{level}": int((state.level == level).sum()) for level in (1, 2, 3)}
    return levels | {"pending": int(state.pending.sum()), "recovering": int(state.recovering.sum())}
