"""What pages read from the board: put together once for everybody, again when the data or the minute change."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import streamlit as st
from polars.exceptions import PolarsError

from cockpit import clock
from cockpit.board import overview as board
from cockpit.door.viewer import Viewer
from cockpit.errors import StorageError
from cockpit.web import installed

_LOG = logging.getLogger(__name__)
UNREADABLE = "数据目录里的数据表读不出来；请检查数据目录所在的磁盘和读取权限，恢复以后页面会自己显示。"


def read_overview(viewer: Viewer) -> board.Overview | None:
    """The first screen for this viewer; None as long as there is no data folder.

    Raises:
        CockpitError: the data cannot be read; its sentence is for people.
    """
    folder = installed.data_folder()
    if folder is None:
        return None
    minute = clock.now().replace(second=0, microsecond=0)
    latest = folder.records.batches(1), folder.records.refusals(1)
    state = f"{folder.lake.snapshot().version} {latest}"
    return _overview(str(folder.path), state, minute.isoformat(), viewer)


@contextmanager
def told_in_a_sentence() -> Iterator[None]:
    """While data are read: whatever the tables or the disk refuse is told in a sentence, and written into the log.

    Raises:
        StorageError: they cannot be read.
    """
    try:
        yield
    except (PolarsError, OSError) as error:
        _LOG.exception("the data cannot be read")
        raise StorageError(UNREADABLE) from error


def scope_of(viewer: Viewer) -> str:
    """What of a viewer decides about the content: viewers of the same scope share it."""
    return repr((viewer.scope if viewer.scope is None else sorted(viewer.scope), sorted(viewer.counties), viewer.role))


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs={Viewer: scope_of})
def _overview(path: str, state: str, minute: str, viewer: Viewer) -> board.Overview:
    folder = installed.data_folder()
    if folder is None:
        raise StorageError(f"数据目录 {path} 刚刚被移走；请恢复它，或用 --data 指明已有的目录。")
    try:
        # As of the full minute, as every page: the same number stands on all of them.
        return board.overview(folder, viewer, datetime.fromisoformat(minute))
    except (PolarsError, OSError) as error:
        _LOG.exception("the overview cannot be read")
        raise StorageError(UNREADABLE) from error
