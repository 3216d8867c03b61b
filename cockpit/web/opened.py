"""How a page of numbers begins: who looks, from what state of the data, its head; what is said where there is none."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import polars as pl
import streamlit as st
from polars.exceptions import PolarsError

from cockpit import clock
from cockpit.board.review_numbers import Where
from cockpit.door.scope import known_halls
from cockpit.door.viewer import Viewer
from cockpit.errors import CockpitError
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.watch.freshness import Freshness, freshness
from cockpit.web import installed, widgets, words
from cockpit.web.filters import Choice
from cockpit.web.reading import UNREADABLE

_LOG = logging.getLogger(__name__)
#: Whether the page being drawn has its head already.
_HEADED = "ck-headed"
NOTHING_YET = "还没有任何数据。可以先建立演示城市看看，也可以直接导入自己的文件："


@dataclass(frozen=True)
class Opened:
    """What a page is drawn from, all of it from one state of the data.

    Attributes:
        folder: data folder.
        snapshot: the records to go by.
        viewer: who looks.
        now: the present instant, in the city's zone.
        fresh: how far the data reach.
    """

    folder: DataFolder
    snapshot: Snapshot
    viewer: Viewer
    now: datetime
    fresh: Freshness


@contextmanager
def readable(title: str) -> Iterator[None]:
    """While a page reads and draws: what cannot be read is told in one sentence, below what is drawn already."""
    st.session_state[_HEADED] = False
    try:
        yield
    except CockpitError as error:
        _failed(title, error.sentence)
    except (PolarsError, OSError):
        _LOG.exception("the page %s cannot be read", title)
        _failed(title, UNREADABLE)


def headed() -> None:
    """The page being drawn has its head; what cannot be read from here on is told below it."""
    st.session_state[_HEADED] = True


def opened(title: str, viewer: Viewer) -> Opened | None:
    """Draw the head and say how old the data are; None where there are none yet, which is then said.

    Raises:
        CockpitError: the data cannot be read.
    """
    settings = installed.settings()
    folder = installed.data_folder()
    if folder is None:
        _nothing_yet(title, settings.city.name)
        return None
    snapshot = folder.lake.snapshot()
    now = clock.now().astimezone(folder.zone)
    if snapshot.empty:
        _nothing_yet(title, folder.city)
        return None
    fresh = freshness(folder, snapshot, now)
    age = fresh.age_minutes(now)
    today = fresh.reaches is not None and fresh.reaches.date() == now.date()
    said = ["尚无数据"] if fresh.reaches is None or age is None else [
        f"数据截至 {words.clock(fresh.reaches, now.date())}（{words.age(age)}）"
    ]  # fmt: skip
    mark = "实时" if today else "历史数据"
    widgets.header(title, f"政务服务驾驶舱 · {folder.city}", mark, "live" if today else "old", said)
    headed()
    if today and age is not None and age > settings.web.stale_minutes and _some_hall_open(snapshot, now):
        widgets.stale(age, settings.web.stale_minutes)
    return Opened(folder, snapshot, viewer, now, fresh)


def places(page: Opened) -> tuple[Choice, Choice]:
    """The filters of county and hall, with what this viewer may see and nothing else."""
    halls = page.viewer.within(known_halls(page.folder).lazy()).sort("county", "hall_id").collect()
    whole = [name for name in halls["county"].unique(maintain_order=True) if page.viewer.sees_county(name)]
    counties = {"": "全部"} | {name: name for name in whole} if len(whole) > 1 else {}
    twice = halls["short_name"].is_duplicated()
    labels = halls.select(
        "hall_id",
        pl.when(twice).then(pl.format("{}（{}）", "short_name", "hall_id")).otherwise("short_name").alias("label"),
    )
    named = dict(labels.iter_rows())
    everything = {"": "全部"} if len(named) != 1 else {}
    return Choice("county", "县（市、区）", counties), Choice("hall", "大厅", everything | named)


def where(page: Opened, chosen: dict[str, str]) -> Where:
    """What was chosen, as the board takes it; a hall decides alone, whatever county is chosen beside it."""
    hall = chosen.get("hall", "")
    return Where("" if hall else chosen.get("county", ""), hall)


def _some_hall_open(snapshot: Snapshot, now: datetime) -> bool:
    """Whether any hall is open now; True where no calendar says when."""
    if not snapshot.has("calendar"):
        return True
    today = snapshot.scan("calendar").filter(pl.col("date") == now.date())
    is_open = (pl.col("open_at") <= now) & (now < pl.col("close_at"))
    found = today.select(is_open.any().alias("open"), pl.len().alias("rows")).collect().row(0, named=True)
    return bool(found["open"]) or not found["rows"]


def _nothing_yet(title: str, city: str) -> None:
    widgets.header(title, f"政务服务驾驶舱 · {city}", "尚无数据", "old", ["等待第一次导入"])
    place = f"--data {shlex.quote(str(installed.settings().data_dir))}"
    widgets.empty(NOTHING_YET, (f"python -m cockpit demo {place}", f"python -m cockpit import {place} 导入方案 文件…"))


def _failed(title: str, sentence: str) -> None:
    if not st.session_state[_HEADED]:
        widgets.header(title, "政务服务驾驶舱", "不可用", "old", ["数据读不出来"])
    widgets.failed(sentence)
