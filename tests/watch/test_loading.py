"""What is loaded for one moment gives the same readings as everything there is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
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
    for quantity in all_quantities().values():
        if quantity.cadence != "RT":
            continue
        order = [*quantity.grain, "at"]
        mine = quantity.measure(loaded, rt_instants(loaded.sessions, at, at)).sort(order)
        theirs = quantity.measure(whole, rt_instants(whole.sessions, at, at)).sort(order)
        assert mine.height or quantity.id == "tidal_wait_rise", quantity.id  # read at :00 and :30 only
        assert_frame_equal(mine, theirs)


def test_the_past_is_kept_from_one_moment_to_the_next(folder: DataFolder) -> None:
    loader, snapshot = MomentLoader(folder.lake), folder.lake.snapshot()
    first, second = (loader.view(snapshot, at).past for at in MOMENTS[:2])
    assert first is second
    other = loader.view(snapshot, MOMENTS[2]).past
    assert other is not first
    assert other is not None
    assert isinstance(other.first_days, pl.DataFrame)
