"""What is loaded for one moment gives the same readings as everything there is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cockpit.demo.city import write_city
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.lake.store import Snapshot
from cockpit.settings import Settings
from cockpit.watch.loading import MomentLoader
from metrics.hours import rt_instants
from metrics.quantities import all_quantities
from metrics.records import Records, empty
from metrics.standard import TABLES
from metrics.view import View

ZONE = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 10, 15, 6, tzinfo=dt.UTC)
READINGS = [quantity for quantity in all_quantities().values() if quantity.cadence == "RT"]
MOMENTS = [
    dt.datetime(2026, 10, 14, 9, 5, tzinfo=ZONE),
    dt.datetime(2026, 10, 14, 10, 30, tzinfo=ZONE),
    dt.datetime(2026, 10, 13, 15, 0, tzinfo=ZONE),
    dt.datetime(2026, 10, 10, 11, 0, tzinfo=ZONE),  # a makeup day (调休)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    """A small city of 50 days, in the lake."""
    place = tmp_path_factory.mktemp("moment")
    write_city(place / "files", halls=5, days=50, until=dt.date(2026, 10, 14), seed=5)
    opened = open_folder(Settings(data_dir=place / "data"), create=True)
    now = dt.datetime(2026, 10, 15, tzinfo=dt.UTC)
    import_files(opened, load_profile("standard"), [place / "files"], by="test", now=now)
    yield opened
    opened.close()


def everything(snapshot: Snapshot) -> View:
    """All records there are, nothing looked up in kept facts."""
    tables = {name: snapshot.scan(name).select(empty(name, snapshot.timezone).columns).collect() for name in TABLES}
    return View(Records(tables, snapshot.timezone))


@pytest.fixture(scope="module")
def whole(folder: DataFolder) -> View:
    return everything(folder.lake.snapshot())


@pytest.mark.parametrize("at", MOMENTS, ids=str)
def test_a_moment_is_read_alike_from_what_is_loaded_for_it_and_from_everything(
    folder: DataFolder, whole: View, at: dt.datetime
) -> None:
    snapshot = folder.lake.snapshot()
    loaded = MomentLoader(folder.lake).view(snapshot, at)
    for quantity in READINGS:
        order = [*quantity.grain, "at"]
        mine = quantity.measure(loaded, rt_instants(loaded.sessions, at, at)).sort(order)
        theirs = quantity.measure(whole, rt_instants(whole.sessions, at, at)).sort(order)
        assert mine.height or quantity.id == "tidal_wait_rise", quantity.id  # read at :00 and :30 only
        assert_frame_equal(mine, theirs)


def test_days_are_read_alike_from_what_is_loaded_for_them_and_from_everything(folder: DataFolder, whole: View) -> None:
    first, last = dt.date(2026, 10, 9), dt.date(2026, 10, 14)
    loaded = MomentLoader(folder.lake).days(folder.lake.snapshot(), first, last)
    start, end = dt.datetime(2026, 10, 9, tzinfo=ZONE), dt.datetime(2026, 10, 14, 23, tzinfo=ZONE)
    mine, theirs = (rt_instants(view.sessions, start, end) for view in (loaded, whole))
    assert_frame_equal(mine, theirs)
    for quantity in READINGS:
        order = [*quantity.grain, "at"]
        found = quantity.measure(loaded, mine).sort(order)
        assert found.height > 1000
        assert_frame_equal(found, quantity.measure(whole, theirs).sort(order))


def test_the_rows_behind_are_the_same_from_what_is_loaded_and_from_everything(folder: DataFolder, whole: View) -> None:
    """Those of the moment itself; rows of past days lie beyond what is loaded for it."""
    at = MOMENTS[1]
    loaded = MomentLoader(folder.lake).view(folder.lake.snapshot(), at)
    for quantity in READINGS:
        mine, theirs = (quantity.behind(view, rt_instants(view.sessions, at, at)) for view in (loaded, whole))
        order = [*quantity.grain, "at", "table", "key"]
        today = theirs.join(mine, on=order, how="semi")
        assert_frame_equal(mine.sort(order), today.sort(order))


def test_the_past_is_kept_from_one_moment_to_the_next(folder: DataFolder) -> None:
    loader, snapshot = MomentLoader(folder.lake), folder.lake.snapshot()
    first, second = (loader.view(snapshot, at).past for at in MOMENTS[:2])
    assert first is second
    other = loader.view(snapshot, MOMENTS[2]).past
    assert other is not first
    assert other is not None
    assert isinstance(other.first_days, pl.DataFrame)


def test_after_a_batch_what_was_kept_and_what_is_new_is_what_a_first_look_finds(
    folder: DataFolder, tmp_path: Path
) -> None:
    """New and changed rows of today, of a past day, of a small table, and late deliveries."""
    loader, at = MomentLoader(folder.lake), MOMENTS[1]
    before = loader.view(folder.lake.snapshot(), at)
    days = [at.date(), at.date() - dt.timedelta(weeks=1)]
    city = folder.lake.snapshot()
    tickets = _rows(city, "tickets").filter(pl.col("take_time").dt.date().is_in(days))
    deliveries = _rows(city, "deliveries").filter(pl.col("delivered_at").dt.date().is_in(days)).head(50)
    windows = _rows(city, "windows").head(3).with_columns(is_tidal=~pl.col("is_tidal"))
    states = _rows(city, "device_states").tail(5).with_columns(online=~pl.col("online"))
    changed = {
        "tickets": pl.concat(
            [
                tickets.sample(60, seed=1).with_columns(status=pl.lit("void"), end_time=pl.col("take_time")),
                tickets.sample(40, seed=2).with_columns(
                    pl.col("ticket_id") + "-new", take_time=pl.col("take_time").dt.offset_by("-1s")
                ),
            ]
        ),
        "deliveries": deliveries.with_columns(pl.col("batch_id") + "-late"),
        "windows": windows,
        "device_states": states,
    }
    for name, rows in changed.items():
        own = rows.with_columns(updated_at=pl.lit(NOW)) if "updated_at" in rows.columns else rows
        own.write_parquet(tmp_path / f"{name}.parquet")
    import_files(folder, load_profile("standard"), [tmp_path], by="test", now=NOW)
    again, fresh = (some.view(folder.lake.snapshot(), at) for some in (loader, MomentLoader(folder.lake)))
    for name in again.records.tables:
        assert sorted(map(str, again.records[name].rows())) == sorted(map(str, fresh.records[name].rows())), name
    assert again.records["tickets"].height > before.records["tickets"].height
    moved = 0
    for quantity in READINGS:
        order = [*quantity.grain, "at"]
        then, mine, theirs = (
            quantity.measure(view, rt_instants(view.sessions, at, at)).sort(order) for view in (before, again, fresh)
        )
        assert_frame_equal(mine, theirs)
        moved += not mine.equals(then)
    assert moved >= 5


def _rows(snapshot: Snapshot, table: str) -> pl.DataFrame:
    return snapshot.scan(table).select(empty(table, snapshot.timezone).columns).collect()
