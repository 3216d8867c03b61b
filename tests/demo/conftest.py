import datetime as dt
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from cockpit.demo.city import CitySummary, plan_city, write_city

UNTIL = dt.date(2026, 10, 20)
NOW = dt.datetime(2026, 10, 20, 10, 42, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


class City(NamedTuple):
    """A demo city as it lies in its folder, read back."""

    summary: CitySummary
    folder: Path
    tables: dict[str, pl.DataFrame]


def read(folder: Path) -> dict[str, pl.DataFrame]:
    return {path.stem: pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    """Seven halls, sixty days: National Day holidays, a makeup day and a month end among them."""
    folder = tmp_path_factory.mktemp("city")
    return City(write_city(folder, halls=7, until=UNTIL), folder, read(folder))


@pytest.fixture(scope="session")
def city_whole(tmp_path_factory: pytest.TempPathFactory) -> City:
    """A younger city to the end of its last day, to hold the next one against."""
    folder = tmp_path_factory.mktemp("city-whole")
    return City(write_city(folder, halls=7, until=UNTIL, days=15), folder, read(folder))


@pytest.fixture(scope="session")
def city_now(tmp_path_factory: pytest.TempPathFactory) -> City:
    """The same younger city in the middle of its last morning."""
    folder = tmp_path_factory.mktemp("city-now")
    return City(write_city(folder, halls=7, until=UNTIL, days=15, now=NOW), folder, read(folder))


@pytest.fixture(scope="session")
def calm() -> dict[str, pl.DataFrame]:
    """The seven halls and sixty days once more, without anything going wrong."""
    city = plan_city(halls=7, days=60, until=UNTIL, troubled=False)
    return {**city.reference_tables(), **city.span(city.first_day, city.last_planned_day)}
