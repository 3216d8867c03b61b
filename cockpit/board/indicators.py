"""指标目录: each indicator with its state now, its last 30 days and its thresholds, as far as the viewer may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from alerts.catalogue import catalogue
from alerts.definition import Definition, Thresholds
from alerts.incidents import Place
from alerts.thresholds import EDGES, Edge, ThresholdChange, in_force
from cockpit.board.indicator_month import Month, months, sees
from cockpit.board.quantity import Level
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import AlertLog, StandingRecord
from cockpit.watch.standings import from_body

#: Levels of an alert as pages show them.
SHOWN = (Level.NORMAL, Level.YELLOW, Level.ORANGE, Level.RED)
NEVER_SAID = "判定程序还没有运行过，现在的状态不知道；请在命令行执行 evaluate，以后每 5 分钟判定一次。"
#: What a reading is, as the counts name it.
READINGS = ("value", "insufficient", "no_data", "held")


class Kind(StrEnum):
    """What can be said of an indicator now."""

    NEVER = "never"
    OUTSIDE = "outside"
    AILING = "ailing"
    WAITING = "waiting"
    FIRING = "firing"
    CALM = "calm"
    INSUFFICIENT = "insufficient"
    NO_DATA = "no_data"
    SHUT = "shut"


#: Kinds of which nobody knows whether all is well.
UNKNOWN = frozenset({Kind.NEVER, Kind.WAITING, Kind.NO_DATA})


@dataclass(frozen=True)
class Now:
    """State now, of the places that the viewer may see.

    Attributes:
        kind: what can be said.
        at: last evaluation; None = never.
        read: how many readings of the last evaluation were value, insufficient, no_data, and how many were held back.
        firing: level → at how many places it fires.
        pending: places where a higher level is met, but not long enough yet.
        recovering: places whose level is over, but not long enough yet.
        ailing: why it could not be read, for those who look after the data of the whole city; else "".
    """

    kind: Kind
    at: dt.datetime | None = None
    read: Mapping[str, int] = field(default_factory=dict)
    firing: Mapping[int, int] = field(default_factory=dict)
    pending: int = 0
    recovering: int = 0
    ailing: str = ""

    @property
    def alerts(self) -> int:
        """Places that fire."""
        return sum(self.firing.values())

    @property
    def level(self) -> Level:
        """The worst level that fires; without any, whether it is known that all is well."""
        if self.alerts:
            return SHOWN[max(level for level, count in self.firing.items() if count)]
        return {Kind.CALM: Level.NORMAL, Kind.INSUFFICIENT: Level.INSUFFICIENT}.get(self.kind, Level.NO_DATA)


@dataclass(frozen=True)
class Card:
    """One indicator as the viewer may see it.

    Attributes:
        definition: the indicator.
        now: state now.
        thresholds: in force: of the viewer's hall where the viewer has only one, else of the whole city.
        changed: the change that each threshold which is not the definition's comes from.
        elsewhere: how many halls or places within the viewer's scope have thresholds of their own.
        month: the last 30 days.
    """

    definition: Definition
    now: Now
    thresholds: Thresholds
    changed: Mapping[Edge, ThresholdChange]
    elsewhere: int
    month: Month


def cards(folder: DataFolder, viewer: Viewer, now: dt.datetime) -> list[Card]:
    """All indicators in the order of the catalogue.

    Args:
        folder: data folder of the city.
        viewer: who looks.
        now: the present instant.
    """
    now = now.astimezone(folder.zone)
    log = AlertLog(folder.records.database)
    standings, changes = log.standings(), log.thresholds()
    counted = months(folder, viewer, now)
    return [
        _card(one, state(one, standings.get(one.id), viewer, now), changes, viewer, now, counted[one.id])
        for one in catalogue().values()
    ]


def home(viewer: Viewer) -> Place:
    """The place whose thresholds hold for the viewer: the one hall, or the whole city."""
    return (("hall_id", next(iter(viewer.scope))),) if viewer.scope is not None and len(viewer.scope) == 1 else ()


def changes_seen(definition: Definition, changes: Sequence[ThresholdChange], viewer: Viewer) -> list[ThresholdChange]:
    """An indicator's changes that concern what the viewer sees, those for the whole city among them; oldest first."""
    return [one for one in changes if one.indicator == definition.id and (not one.place or sees(viewer, one.place))]


def state(definition: Definition, record: StandingRecord | None, viewer: Viewer, now: dt.datetime) -> Now:
    """State now of one indicator, of the places within the viewer's scope."""
    if not _concerns(definition, viewer):
        return Now(Kind.OUTSIDE)
    if record is None:
        return Now(Kind.NEVER)
    at = record.at.astimezone(now.tzinfo)
    standing, day = from_body(record.body, definition)
    if definition.cadence == "RT" and day != now.date():
        # Levels of the moment do not cross days.
        return Now(Kind.WAITING, at)
    mine = [sees(viewer, tuple(row.items())) for row in standing.places.to_dicts()]
    levels = [int(level) for level, own in zip(standing.state.level, mine, strict=True) if own]
    firing: dict[int, int] = {level: levels.count(level) for level in (1, 2, 3) if level in levels}
    pending, recovering = (
        sum(bool(flag) and own for flag, own in zip(flags, mine, strict=True))
        for flags in (standing.state.pending, standing.state.recovering)
    )
    if record.ailing is not None:
        why = record.ailing if viewer.sees_city else ""
        return Now(Kind.AILING, at, {}, firing, pending, recovering, why)
    read = _read(record, viewer)
    return Now(_kind(read, firing), at, read, firing, pending, recovering)


def _read(record: StandingRecord, viewer: Viewer) -> dict[str, int]:
    if viewer.sees_city:
        return {name: record.counts.get(name, 0) for name in READINGS}
    # Places are halls or counties, of which no two have the same name.
    parts = [
        counts
        for place, counts in record.body.get("read", {}).items()
        if viewer.sees_hall(place) or viewer.sees_county(place)
    ]
    return {name: sum(counts.get(name, 0) for counts in parts) for name in READINGS}


def _kind(read: Mapping[str, int], firing: Mapping[int, int]) -> Kind:
    if firing:
        return Kind.FIRING
    if not any(read[name] for name in READINGS[:3]):
        return Kind.SHUT
    if read["value"]:
        return Kind.CALM
    return Kind.INSUFFICIENT if read["insufficient"] else Kind.NO_DATA


def _concerns(definition: Definition, viewer: Viewer) -> bool:
    """Whether any place of an indicator can lie within the viewer's scope."""
    if viewer.sees_city:
        return True
    if "hall_id" in definition.grain:
        return bool(viewer.scope)
    return "county" in definition.grain and bool(viewer.counties)


def _card(
    definition: Definition,
    found: Now,
    changes: Sequence[ThresholdChange],
    viewer: Viewer,
    now: dt.datetime,
    month: Month,
) -> Card:
    place = home(viewer) if "hall_id" in definition.grain else ()
    seen = changes_seen(definition, changes, viewer)
    force = in_force(definition, seen, now, place)
    changed: dict[Edge, ThresholdChange] = {}
    # The narrower place goes before the wider one, then the later instant before the earlier.
    for one in sorted(seen, key=lambda one: (len(one.place), one.effective_from)):
        if set(one.place) <= set(place) and one.effective_from <= now:
            changed[one.edge] = one
    changed = {edge: changed[edge] for edge in EDGES if getattr(force, edge) != getattr(definition.thresholds, edge)}
    others = {one.place for one in seen if one.place and one.place != place and one.value is not None}
    return Card(definition, found, force, changed, len(others), month)
