"""What wall screens show, as the runner wrote it last; the web only reads it."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from cockpit.records.database import Database
from cockpit.records.upsert import put
from cockpit.records.wall_tables import wall_snapshots


@dataclass(frozen=True)
class WallSnapshot:
    """What the screens of one part of the city show.

    Attributes:
        scope: names the part.
        at: instant shown.
        version: of the data that it was made of.
        body: what is shown.
    """

    scope: str
    at: dt.datetime
    version: str
    body: Mapping[str, Any]


def write_snapshots(database: Database, snapshots: Sequence[WallSnapshot]) -> None:
    """Keep what is shown from now on; of parts that no screen shows any more nothing is kept."""
    rows = [{"scope": one.scope, "at": one.at, "version": one.version, "body": _packed(one.body)} for one in snapshots]
    with database.transaction() as connection:
        _forget_others(connection, [one.scope for one in snapshots])
        put(connection, wall_snapshots, ["scope"], rows)


def read_snapshot(database: Database, scope: str) -> WallSnapshot | None:
    """What the screens of a part of the city show; None where nothing has been written for it yet."""
    with database.reading() as connection:
        row = connection.execute(sa.select(wall_snapshots).where(wall_snapshots.c.scope == scope)).one_or_none()
    return None if row is None else WallSnapshot(row.scope, row.at, row.version, json.loads(zlib.decompress(row.body)))


def snapshot_at(database: Database, scope: str) -> dt.datetime | None:
    """The instant that the screens of a part of the city show; cheap enough to be asked every few seconds."""
    with database.reading() as connection:
        found: dt.datetime | None = connection.execute(
            sa.select(wall_snapshots.c.at).where(wall_snapshots.c.scope == scope)
        ).scalar()
    return found


def _forget_others(connection: sa.Connection, scopes: Collection[str]) -> None:
    connection.execute(sa.delete(wall_snapshots).where(wall_snapshots.c.scope.not_in(scopes)))


def _packed(body: Mapping[str, Any]) -> bytes:
    return zlib.compress(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(), 6)
