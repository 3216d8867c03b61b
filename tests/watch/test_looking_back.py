"""What is loaded of long ago: the first day of a hall, and queues that are seldom served."""

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
from cockpit.settings import Settings
from cockpit.watch.loading import MomentLoader
from metrics.hours import rt_instants
from metrics.quantities import all_quantities
from metrics.records import Records, empty
from metrics.standard import TABLES
from metrics.view import View

ZONE = ZoneInfo("Asia/Shanghai")
UNTIL = dt.date(2026, 10, 14)
NOW = dt.datetime(2026, 10, 15, 6, tzinfo=dt.UTC)
AT = dt.datetime(2026, 10, 14, 10, 30, tzinfo=ZONE)
DAYS = 130
RARE = "H001"
THURSDAY = 4


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of a city of 130 days whose first hall serves people on Thursdays alone, and on the last day."""
    place = tmp_path_factory.mktemp("back")
    write_city(place / "files", halls=3, days=DAYS, until=UNTIL, seed=5)
    tickets = pl.read_parquet(place / "files" / "tickets.parquet")
    day = pl.col("take_time").dt.convert_time_zone(str(ZONE)).dt.date()
    served = (pl.col("hall_id") != RARE) | (day.dt.weekday() == THURSDAY) | (day == UNTIL)
    tickets.filter(served).write_parquet(place / "files" / "tickets.parquet")
    return place


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Iterator[DataFolder]:
    opened = open_folder(Settings(data_dir=tmp_path / "data"), create=True)
    yield opened
    opened.close()


def bring(folder: DataFolder, *paths: Path) -> None:
    import_files(folder, load_profile("standard"), list(paths), by="test", now=NOW)


def everything(folder: DataFolder) -> View:
    snapshot = folder.lake.snapshot()
    tables = {name: snapshot.scan(name).select(empty(name, snapshot.timezone).columns).collect() for name in TABLES}
    return View(Records(tables, snapshot.timezone))


def read(view: View, name: str) -> pl.DataFrame:
    quantity = all_quantities()[name]
    return quantity.measure(view, rt_instants(view.sessions, AT, AT)).sort(*quantity.grain)


def test_a_queue_that_is_seldom_served_is_read_alike_from_what_is_loaded_and_from_everything(
    folder: DataFolder, built: Path
) -> None:
    """Its last 20 days with data reach farther back than all that is loaded."""
    bring(folder, built / "files")
    snapshot = folder.lake.snapshot()
    of_moment = read(MomentLoader(folder.lake).view(snapshot, AT), "demand_capacity_ratio")
    of_days = MomentLoader(folder.lake).days(snapshot, UNTIL - dt.timedelta(days=20), UNTIL)
    of_all = read(everything(folder), "demand_capacity_ratio")
    assert of_all.filter(pl.col("hall_id") == RARE)["numerator"].max() > 0  # type: ignore[operator]
    assert_frame_equal(of_moment, of_all)
    assert_frame_equal(read(of_days, "demand_capacity_ratio"), of_all)


def test_a_first_day_that_moves_back_counts_at_once(folder: DataFolder, built: Path, tmp_path: Path) -> None:
    """Older history comes in behind: days without people then lie within a hall's life and count as such."""
    tickets = pl.read_parquet(built / "files" / "tickets.parquet")
    day = pl.col("take_time").dt.convert_time_zone(str(ZONE)).dt.date()
    old = UNTIL - dt.timedelta(days=DAYS - 16)
    late = tmp_path / "late" / "tickets.parquet"
    late.parent.mkdir()
    rare = pl.col("hall_id") == RARE
    tickets.filter(rare & (day < old)).write_parquet(late)
    rest = tmp_path / "rest"
    rest.mkdir()
    for path in (built / "files").iterdir():
        (rest / path.name).write_bytes(path.read_bytes())
    tickets.filter(~rare | (day == UNTIL)).write_parquet(rest / "tickets.parquet")
    bring(folder, rest)
    loader = MomentLoader(folder.lake)
    loader.view(folder.lake.snapshot(), AT)
    bring(folder, late)
    found, fresh = (some.view(folder.lake.snapshot(), AT).past for some in (loader, MomentLoader(folder.lake)))
    assert found is not None
    assert fresh is not None
    assert_frame_equal(found.first_days.sort("hall_id"), fresh.first_days.sort("hall_id"))
    assert_frame_equal(
        read(loader.view(folder.lake.snapshot(), AT), "footfall_peak"), read(everything(folder), "footfall_peak")
    )
