"""Is this installation healthy: can the records and the lake be opened, and how old are the data?"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import polars as pl
from polars.exceptions import PolarsError

from cockpit.errors import CockpitError
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.watch.freshness import freshness

_LOG = logging.getLogger(__name__)
State = Literal["ok", "failed", "none"]


@dataclass(frozen=True)
class Health:
    """What a watchdog needs to know.

    Attributes:
        status: failed where the records or the lake cannot be read; degraded where there are no data yet, or they are
            older than they should be; else ok.
        data_version: name of the state of the data; None where it cannot be read or there is none.
        data_age_minutes: minutes since where the data end.
        records: whether the state database answers.
        lake: whether the tables can be read at the versions it names.
    """

    status: Literal["ok", "degraded", "failed"]
    data_version: str | None
    data_age_minutes: float | None
    records: State
    lake: State


#: No data folder has been made yet: nothing is broken, and nothing is there.
NOTHING_YET = Health("degraded", None, None, "none", "none")
#: The folder is there and cannot be opened, because its state database does not answer.
UNREADABLE = Health("failed", None, None, "failed", "none")


def health(folder: DataFolder, now: datetime, stale_minutes: int) -> Health:
    """Look at the state database and at the lake, really reading from both."""
    try:
        snapshot = folder.lake.snapshot()
    except CockpitError as error:
        _LOG.error("records: %s", error.sentence)
        return UNREADABLE
    try:
        _read_a_little(snapshot)
        fresh = freshness(folder, snapshot, now)
    except CockpitError as error:
        _LOG.error("lake: %s", error.sentence)
        return Health("failed", snapshot.version, None, "ok", "failed")
    except (PolarsError, OSError):
        _LOG.exception("lake")
        return Health("failed", snapshot.version, None, "ok", "failed")
    age = fresh.age_minutes(now)
    old = age is None or age > stale_minutes
    return Health("degraded" if old else "ok", snapshot.version, None if age is None else round(age, 1), "ok", "ok")


def _read_a_little(snapshot: Snapshot) -> None:
    """See that every file of every table is there, and read the first row of each table from the disk."""
    for table in snapshot.heads:
        for path in snapshot.files(table)["path"]:
            Path(path).stat()
    pl.collect_all([snapshot.raw(table).head(1) for table in snapshot.heads])
