"""What the page of one hall reads: put together once for all of the same scope, again when data or minute change."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from cockpit import clock
from cockpit.board import hall as board
from cockpit.board import hall_peers
from cockpit.board.hall_rows import hall_rows
from cockpit.board.quantity import RowsKey
from cockpit.board.sheet import Sheet
from cockpit.door.viewer import Viewer
from cockpit.errors import StorageError
from cockpit.lake.folder import DataFolder
from cockpit.web import downloads, hall_files, installed
from cockpit.web.reading import scope_of, told_in_a_sentence

GONE = "数据目录刚刚被移走；请恢复它，或用 --data 指明已有的目录。"


def halls(viewer: Viewer) -> dict[str, str]:
    """The halls this viewer may choose; none as long as there is no data folder.

    Raises:
        CockpitError: the data cannot be read.
    """
    folder = installed.data_folder()
    with told_in_a_sentence():
        return board.hall_choices(folder, viewer) if folder is not None else {}


def newest_day() -> dt.date | None:
    """The last day that has data.

    Raises:
        CockpitError: the data cannot be read.
    """
    folder = installed.data_folder()
    with told_in_a_sentence():
        return board.last_day(folder, clock.now()) if folder is not None else None


def read_hall(viewer: Viewer, hall_id: str, day: dt.date | None) -> board.HallPage:
    """The page of one hall.

    Raises:
        CockpitError: it is outside the scope, or the data cannot be read; the sentence is for people.
    """
    folder = _folder()
    version = folder.lake.snapshot().version
    return _hall(str(folder.path), version, _minute().isoformat(), viewer, hall_id, day)


def read_peers(viewer: Viewer, hall_id: str, day: dt.date) -> hall_peers.Peers | None:
    """The hall beside the halls of its level; kept in the process for some minutes.

    Raises:
        CockpitError: it is outside the scope, or the data cannot be read.
    """
    with told_in_a_sentence():
        return hall_peers.peers(_folder(), viewer, hall_id, day, clock.now())


def read_rows(viewer: Viewer, key: RowsKey) -> Sheet:
    """The rows behind a number of a hall.

    Raises:
        CockpitError: they are outside the scope, or the data cannot be read.
    """
    with told_in_a_sentence():
        return hall_rows(_folder(), viewer, dict(key.params), _minute())


def link(key: RowsKey) -> str:
    """The address at which the rows behind a number are downloaded."""
    return downloads.link(hall_files.ROWS, **dict(key.params))


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs={Viewer: scope_of})
def _hall(path: str, version: str, minute: str, viewer: Viewer, hall_id: str, day: dt.date | None) -> board.HallPage:
    with told_in_a_sentence():
        return board.hall_page(_folder(), viewer, hall_id, day, dt.datetime.fromisoformat(minute))


def _folder() -> DataFolder:
    folder = installed.data_folder()
    if folder is None:
        raise StorageError(GONE)
    return folder


def _minute() -> dt.datetime:
    """The full minute as of which every page tells what goes on, so that the same number stands on all of them."""
    return clock.now().replace(second=0, microsecond=0)
