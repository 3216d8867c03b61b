"""Heads of the lake: the version of each table that counts, and those that counted until a while ago."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import sqlalchemy as sa

from cockpit import clock
from cockpit.records.tables import heads, past_heads


def read_heads(connection: sa.Connection) -> dict[str, int]:
    """The version of every table that counts, in one look."""
    return {row.table_name: row.version for row in connection.execute(sa.select(heads))}


def move_heads(connection: sa.Connection, versions: Mapping[str, int]) -> None:
    """Let other versions count from now on, and note until when the former ones did."""
    now = clock.now()
    known = read_heads(connection)
    for name, version in versions.items():
        if name not in known:
            connection.execute(sa.insert(heads).values(table_name=name, version=version))
        elif known[name] != version:
            connection.execute(sa.update(heads).where(heads.c.table_name == name).values(version=version))
            former = sa.and_(past_heads.c.table_name == name, past_heads.c.version == known[name])
            connection.execute(sa.delete(past_heads).where(former))
            connection.execute(sa.insert(past_heads).values(table_name=name, version=known[name], until=now))


def oldest_wanted(connection: sa.Connection, since: dt.datetime) -> dict[str, int]:
    """Per table the oldest version that counted at `since` or later: a reader may still hold it."""
    oldest = read_heads(connection)
    found = sa.select(past_heads.c.table_name, sa.func.min(past_heads.c.version).label("version"))
    for row in connection.execute(found.where(past_heads.c.until >= since).group_by(past_heads.c.table_name)):
        oldest[row.table_name] = min(row.version, oldest.get(row.table_name, row.version))
    return oldest


def forget_heads(connection: sa.Connection, before: dt.datetime) -> None:
    """Forget which versions counted before a time."""
    connection.execute(sa.delete(past_heads).where(past_heads.c.until < before))
