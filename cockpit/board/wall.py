"""What a wall screen shows (大屏): the snapshot that the runner wrote for the part of the city that the viewer sees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cockpit.door.roles import Role
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.records.wall_snapshots import read_snapshot, snapshot_at
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


def wall_at(folder: DataFolder, viewer: Viewer) -> dt.datetime | None:
    """The instant of the snapshot; cheap enough to be asked every few seconds by every screen."""
    return snapshot_at(folder.records.database, scope_of(viewer).key)


def wall(folder: DataFolder, viewer: Viewer) -> Wall:
    """The snapshot of the part of the city that the viewer sees."""
    found = read_snapshot(folder.records.database, scope_of(viewer).key)
    return Wall(None, None) if found is None else Wall(found.at, found.body)
