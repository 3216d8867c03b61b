"""Many periods are counted a few at a time where there are many tickets, and the numbers are the same."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cockpit.demo.city import write_city
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.settings import Settings
from cockpit.watch.numbers import counted, window_minutes
from metrics.periods import parse
from metrics.rates import PLACES, Tally

T = datetime(2026, 10, 19, 14, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
WEEKS = [parse(f"2026-W{week}") for week in range(36, 43)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    place = tmp_path_factory.mktemp("parts")
    write_city(place / "files", halls=3, days=52, until=date(2026, 10, 20))
    data = open_folder(Settings(data_dir=place / "data"), create=True)
    import_files(data, load_profile("standard"), [place / "files"], by="demo")
    yield data
    data.close()


@pytest.mark.parametrize("at_once", [1, 5_000])
def test_weeks_counted_a_few_at_a_time_equal_all_at_once(folder: DataFolder, at_once: int) -> None:
    snapshot = folder.lake.snapshot()
    minutes = window_minutes(folder.lake, snapshot, WEEKS, T)
    whole = counted(snapshot, WEEKS, T, minutes)
    parts = counted(snapshot, WEEKS[::-1], T, minutes, at_once)
    assert parts.periods == whole.periods == tuple(week.label for week in WEEKS)
    for by in PLACES.values():
        assert_frame_equal(_told(parts, by), _told(whole, by))


def _told(tally: Tally, by: str) -> pl.DataFrame:
    """Rates of places with data; places that only other weeks have met are told or not."""
    found = tally.rates(by).filter(pl.col("denominator") > 0)
    return found.sort("rate", "period", "hall_id", "county", "dept_code", "item_code", "theme")
