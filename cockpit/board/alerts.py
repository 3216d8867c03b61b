"""预警处置: the incidents that are open, as far as the viewer may see them, the most urgent first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from alerts.definition import GROUPS
from cockpit.board.alert_shown import Shown, State, mornings, shown, urgency
from cockpit.board.keeping import Keeper
from cockpit.door.charge import concerns
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import AlertLog, IncidentRecord
from cockpit.records.alert_past import closed_lately
from cockpit.records.alert_pulse import Pulse, judged_at, pulse
from cockpit.watch.place_names import names

#: Calm is told of for so long back.
CALM_DAYS = 30
_LEVELS = {0: "已恢复", 1: "黄", 2: "橙", 3: "红"}


@dataclass(frozen=True)
class Open:
    """All open incidents that a viewer may see.

    Attributes:
        rows: the most urgent first.
        judged_at: the latest evaluation; None = there has been none.
        calm_since: where nothing is open, since when; None = something is, or nothing was for the last 30 days.
    """

    rows: tuple[Shown, ...]
    judged_at: dt.datetime | None
    calm_since: dt.datetime | None

    @property
    def levels(self) -> Mapping[int, int]:
        """How many stand at each level; 0 = well again, but nobody has acknowledged it."""
        return {level: sum(row.level == level for row in self.rows) for level in (3, 2, 1, 0)}

    def unacknowledged(self, now: dt.datetime) -> int:
        """How many of the viewer's own wait for somebody to acknowledge them."""
        return sum(row.mine and row.state(now) in (State.WAITING, State.OVER) for row in self.rows)


@dataclass(frozen=True)
class Wanted:
    """What is looked for; "" = whatever it is.

    Attributes:
        mine: only the viewer's own.
        county: in this county.
        hall: of this hall.
        level: at this level.
        group: of this part of the catalogue.
        state: one of `State`.
    """

    mine: bool = False
    county: str = ""
    hall: str = ""
    level: str = ""
    group: str = ""
    state: str = ""

    def of(self, rows: Iterable[Shown], now: dt.datetime) -> list[Shown]:
        """Those of some incidents that are looked for, in their order."""
        pairs = ((self.county, "county"), (self.hall, "hall_id"), (self.group, "group"))
        return [
            row
            for row in rows
            if (not self.mine or row.mine)
            and all(not wanted or getattr(row, name) == wanted for wanted, name in pairs)
            and self.level in ("", str(row.level))
            and self.state in ("", row.state(now).value)
        ]


def open_incidents(folder: DataFolder, viewer: Viewer, now: dt.datetime) -> Open:
    """The incidents that nobody has closed, within the viewer's scope.

    Args:
        folder: data folder of the city.
        viewer: who looks.
        now: the present instant.

    Raises:
        PolarsError: the names of places cannot be read.
    """
    now = now.astimezone(folder.zone)
    state = pulse(folder.records.database)
    # Ages and deadlines are told by the minute, so that many open pages of one person share what is put together.
    key = str(folder.path), state, now.replace(second=0, microsecond=0), viewer
    return _seen.get(key, now, lambda: _put_together(folder, viewer, state, now))


def _put_together(folder: DataFolder, viewer: Viewer, state: Pulse, now: dt.datetime) -> Open:
    called, morning = names(folder), mornings(folder, now)
    rows = [
        shown(record, viewer, called, morning, now)
        for record in _records(folder, state, now)
        if viewer.sees_place(record.incident.key[0])
    ]
    rows.sort(key=lambda row: urgency(row, now))
    judged = judged_at(folder.records.database)
    calm = None if rows else _calm_since(folder, viewer, now)
    return Open(tuple(rows), judged.astimezone(folder.zone) if judged else None, calm)


def closed_since(folder: DataFolder, viewer: Viewer, since: dt.datetime, now: dt.datetime) -> list[Shown]:
    """The incidents closed at an instant or later, within the viewer's scope, the latest first."""
    now = now.astimezone(folder.zone)
    called, morning = names(folder), mornings(folder, now)
    found = [
        shown(record, viewer, called, morning, now)
        for record in AlertLog(folder.records.database).incidents(since)
        if record.incident.closed_at is not None and viewer.sees_place(record.incident.key[0])
    ]
    return sorted(found, key=lambda row: (row.closed_at or now, row.id), reverse=True)


def waiting_for(folder: DataFolder, viewer: Viewer, now: dt.datetime) -> int:
    """How many open incidents of the viewer's own nobody has acknowledged: the number beside the page in the menu."""
    found = _records(folder, pulse(folder.records.database), now)
    return sum(
        record.incident.acknowledged_at is None
        and (record.incident.silenced_until is None or now >= record.incident.silenced_until)
        and concerns(viewer, record.incident, record.indicator)
        for record in found
    )


def groups() -> Mapping[str, str]:
    """The parts of the catalogue: id and Chinese name."""
    return {str(key): title for key, title in GROUPS.items()}


def levels() -> Mapping[str, str]:
    """The levels that an open incident can have: number and Chinese word, red first."""
    return {str(level): _LEVELS[level] for level in (3, 2, 1, 0)}


def _records(folder: DataFolder, state: Pulse, now: dt.datetime) -> Sequence[IncidentRecord]:
    """All open incidents of the city; read once for everybody until something about them changes."""
    log = AlertLog(folder.records.database)
    return _open.get((str(folder.path), state), now, log.incidents)


def _calm_since(folder: DataFolder, viewer: Viewer, now: dt.datetime) -> dt.datetime | None:
    lately = closed_lately(folder.records.database, now - dt.timedelta(days=CALM_DAYS))
    return next((at.astimezone(now.tzinfo) for place, at in lately if viewer.sees_place(place)), None)


_open: Keeper[list[IncidentRecord]] = Keeper(entries=4, minutes=1)
_seen: Keeper[Open] = Keeper(entries=32, minutes=1)
