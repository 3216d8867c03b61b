"""What 一网通办 and 办件全景 read: choices within the viewer's scope, and both pages, kept by what they are made of."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import streamlit as st
from polars.exceptions import PolarsError

from cockpit import clock
from cockpit.board.case_rows import SHOWN, Asked, case_sheet
from cockpit.board.month_counts import NOW, tally_of
from cockpit.board.onenet import OneNet, onenet
from cockpit.board.onenet_tables import MEASURES, ON_TARGET, item_names, items_offered, off_target
from cockpit.board.panorama import PanoramaView, panorama_view
from cockpit.board.quantity import RowsKey
from cockpit.board.sheet import Sheet
from cockpit.board.spans import NO_SUCH, Span, Where, place_chosen, places_offered, spans_offered, usual_span
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused, StorageError
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Lake, Snapshot, reading
from cockpit.watch.month_keeper import Counts, MonthKeeper
from cockpit.watch.months import first_day, months_with_data
from cockpit.watch.ways import THEMES
from cockpit.web import installed
from cockpit.web.reading import UNREADABLE, scope_of

_LOG = logging.getLogger(__name__)
_lock = threading.Lock()
_keeper: tuple[Lake, MonthKeeper] | None = None


@dataclass(frozen=True)
class Choices:
    """What can be chosen on a page of cases.

    Attributes:
        spans: months, quarters, years: value in the address and title.
        usual: the time shown first.
        places: places within the viewer's scope.
        items: items by code.
    """

    spans: Mapping[str, str]
    usual: str
    places: Mapping[str, str]
    items: Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """What an address asks for, checked against what this viewer may choose.

    Attributes:
        snapshot: the records as they are now.
        span: the time.
        where: the place.
        item: code of an item; "" = all.
        theme: code of a theme; "" = all.
        measure: case or window.
    """

    snapshot: Snapshot
    span: Span
    where: Where
    item: str
    theme: str
    measure: str


def today() -> dt.date:
    """The city's day."""
    return clock.now().astimezone(_folder().zone).date()


def choices(viewer: Viewer) -> Choices | None:
    """What this viewer can choose; None as long as there is no data folder.

    Raises:
        CockpitError: the data cannot be read; its sentence is for people.
    """
    folder = installed.data_folder()
    if folder is None:
        return None
    with _readable(folder) as snapshot:
        today = clock.now().astimezone(folder.zone).date()
        known = [period.label for period in months_with_data(snapshot, clock.now())]
        places, items = _listed(str(folder.path), _small(snapshot), viewer)
        return Choices(spans_offered(known, today), usual_span(known, today), places, items)


def ask(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str], snapshot: Snapshot | None = None) -> Question:
    """Check what an address asks for.

    Raises:
        Refused: there is no such time, place, item, theme or rate, or this viewer may not see it; said alike.
    """
    snapshot = snapshot or folder.lake.snapshot()
    today = clock.now().astimezone(folder.zone).date()
    item, theme, measure = asked.get("item", ""), asked.get("theme", ""), asked.get("rate", "case")
    if (item and item not in item_names(snapshot)) or (theme and theme not in THEMES) or measure not in MEASURES:
        raise Refused(NO_SUCH)
    where = place_chosen(snapshot, viewer, asked.get("place", ""))
    return Question(snapshot, Span.of(asked.get("period", ""), today), where, item, theme, measure)


def counts_for(folder: DataFolder, question: Question) -> Counts:
    """The months that a page about this time needs; those of the time itself are waited for."""
    global _keeper
    with _lock:
        if _keeper is None or _keeper[0] is not folder.lake:
            _keeper = folder.lake, MonthKeeper(folder.lake)
        keeper = _keeper[1]
    return keeper.counts(question.snapshot, question.span.wanted, clock.now(), question.span.months)


def read_onenet(viewer: Viewer, asked: Mapping[str, str]) -> OneNet:
    """一网通办 as this viewer asks for it.

    Raises:
        CockpitError: the data cannot be read, or this cannot be asked for; its sentence is for people.
    """
    folder = _folder()
    with _readable(folder) as snapshot:
        question = ask(folder, viewer, asked, snapshot)
        counts = counts_for(folder, question)
        key = (question.span.title, question.where.value, question.item)
        return _onenet(_state(folder, question, counts), key, viewer, _Made(folder, question, counts))


def read_panorama(viewer: Viewer, asked: Mapping[str, str]) -> PanoramaView:
    """办件全景 as this viewer asks for it.

    Raises:
        CockpitError: the data cannot be read, or this cannot be asked for; its sentence is for people.
    """
    folder = _folder()
    with _readable(folder) as snapshot:
        question = ask(folder, viewer, asked, snapshot)
        counts = counts_for(folder, question)
        key = (question.span.title, question.where.value, question.theme)
        return _panorama(_state(folder, question, counts), key, viewer, _Made(folder, question, counts))


def read_rows(viewer: Viewer, key: RowsKey) -> Sheet:
    """The cases behind a number of either page.

    Raises:
        CockpitError: the data cannot be read, or this cannot be asked for; its sentence is for people.
    """
    folder = _folder()
    with _readable(folder) as snapshot:
        question = ask(folder, viewer, dict(key.params), snapshot)
        counts = counts_for(folder, question)
        state = _state(folder, question, counts)
        return _rows(state, key.params, viewer, _Made(folder, question, counts), SHOWN)


def rows_of(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str], limit: int) -> Sheet:
    """The same for a workbook, with more rows and kept by nobody."""
    question = ask(folder, viewer, asked)
    return _made_rows(asked, viewer, _Made(folder, question, counts_for(folder, question)), limit)


@dataclass(frozen=True)
class _Made:
    """What a page is made from; named by the state, and so no part of a cache's key."""

    folder: DataFolder
    question: Question
    counts: Counts


_HASHED: dict[str | type[Any], Callable[[Any], Any]] = {Viewer: scope_of, _Made: lambda _: ""}


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=_HASHED)
def _onenet(state: str, key: tuple[str, ...], viewer: Viewer, made: _Made) -> OneNet:
    q = made.question
    return onenet(made.folder, q.snapshot, viewer, made.counts, q.span, q.where, item=q.item)


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=_HASHED)
def _panorama(state: str, key: tuple[str, ...], viewer: Viewer, made: _Made) -> PanoramaView:
    q = made.question
    return panorama_view(made.folder, q.snapshot, viewer, made.counts, q.span, q.where, theme=q.theme)


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=_HASHED)
def _rows(state: str, key: tuple[tuple[str, str], ...], viewer: Viewer, made: _Made, limit: int) -> Sheet:
    return _made_rows(dict(key), viewer, made, limit)


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs={Viewer: scope_of})
def _listed(path: str, state: str, viewer: Viewer) -> tuple[dict[str, str], dict[str, str]]:
    snapshot = _folder().lake.snapshot()
    places = {value: where.title for value, where in places_offered(snapshot, viewer).items()}
    return places, items_offered(snapshot)


def _made_rows(asked: Mapping[str, str], viewer: Viewer, made: _Made, limit: int) -> Sheet:
    q, number = made.question, asked.get("number", "")
    if number in ON_TARGET:
        months = [made.counts.months[month.label] for month in q.span.months if month.label in made.counts.months]
        return off_target(q.snapshot, viewer, tally_of({NOW: months}, viewer, q.where), number)
    at = max((month.counted_at for month in made.counts.months.values()), default=clock.now())
    try:
        return case_sheet(
            q.snapshot, viewer, Asked(number, q.span, q.where, q.item, q.theme), at, limit, brief=limit <= SHOWN
        )
    except ValueError:
        raise Refused(NO_SUCH) from None


def _small(snapshot: Snapshot) -> str:
    return repr([snapshot.heads.get(name) for name in ("halls", "items", "departments")])


def _state(folder: DataFolder, question: Question, counts: Counts) -> str:
    return f"{folder.path} {_small(question.snapshot)} {counts.state} {first_day(question.snapshot)}"


def _folder() -> DataFolder:
    folder = installed.data_folder()
    if folder is None:
        raise StorageError("还没有数据目录；请先导入数据，或建立演示城市。")
    return folder


@contextmanager
def _readable(folder: DataFolder) -> Iterator[Snapshot]:
    """The records as they are now; what the disk refuses is told in a sentence that names a damaged file."""
    snapshot = folder.lake.snapshot()
    try:
        with reading(snapshot):
            yield snapshot
    except (PolarsError, OSError) as error:
        _LOG.exception("a page of cases cannot be read")
        raise StorageError(UNREADABLE) from error
