"""What a wall screen shows (大屏): the snapshot that the runner wrote for the part of the city that the viewer sees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cockpit.door.roles import Role
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import AlertLog
from cockpit.records.alert_stream import last_line
from cockpit.records.wall_snapshots import read_snapshot, snapshot_at
from cockpit.watch.wall_alerts import handled, in_zone
from cockpit.watch.wall_numbers import Scope


@dataclass(frozen=True)
class Wall:
    """One look at the snapshot.

    Attributes:
        at: instant it shows; None where none has been written for this part of the city yet.
        body: what is shown; None likewise.
    """

    at: dt.datetime | None
    body: Mapping[str, Any] | None


def may_look(viewer: Viewer) -> bool:
    """Whether the wall is for this viewer: for screens, and for people who work with the pages of the halls."""
    return viewer.role is Role.WALL or viewer.opens("hall")


def scope_of(viewer: Viewer) -> Scope:
    """The part of the city that the viewer sees, as snapshots are kept."""
    if viewer.scope is None:
        return Scope()
    if viewer.counties:
        return Scope("county", tuple(sorted(viewer.counties)))
    return Scope("hall", tuple(sorted(viewer.scope)))


def state_of_wall(folder: DataFolder, viewer: Viewer) -> str:
    """Names what is shown: another snapshot, or something that people did, gives another name.

    Cheap enough to be asked every few seconds by every screen.
    """
    database = folder.records.database
    at = snapshot_at(database, scope_of(viewer).key)
    return f"{at.isoformat() if at else '-'} {last_line(database)}"


def wall(folder: DataFolder, viewer: Viewer) -> Wall:
    """The snapshot of the part of the city that the viewer sees, with what people have done about it since."""
    found = read_snapshot(folder.records.database, scope_of(viewer).key)
    if found is None:
        return Wall(None, None)
    return Wall(found.at, {**found.body, "incidents": _as_they_are(folder, found.body["incidents"], found.at)})


def _as_they_are(folder: DataFolder, lines: list[dict[str, Any]], since: dt.datetime) -> list[dict[str, Any]]:
    """Who takes an incident on must not wait for the next evaluation to see it on the screen."""
    known = {one.incident.id: one for one in AlertLog(folder.records.database).incidents(since)}
    return [line | in_zone(handled(known[line["id"]]), folder.zone) if line["id"] in known else line for line in lines]
