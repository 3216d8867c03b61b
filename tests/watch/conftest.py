"""A demo city that came in through the gate, for the numbers of whole periods."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from cockpit.demo.city import write_city
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.settings import Settings
from cockpit.watch.numbers import count_rates
from metrics.periods import parse
from metrics.rates import Tally

ZONE = ZoneInfo("Asia/Shanghai")
T = dt.datetime(2026, 10, 19, 14, 30, tzinfo=ZONE)


@dataclass(frozen=True)
class City:
    """A demo city in its data folder, and the files it came from."""

    files: Path
    folder: DataFolder

    def counted(self, *periods: str, t: dt.datetime = T) -> Tally:
        return count_rates(self.folder.lake, [parse(period) for period in periods], t)


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Four halls and 52 days; some of the cases handed in online do not say where."""
    place = tmp_path_factory.mktemp("rates")
    write_city(place / "files", halls=4, days=52, until=dt.date(2026, 10, 20))
    cases = pl.read_parquet(place / "files" / "cases.parquet")
    nowhere = pl.col("hall_id").is_null() & (pl.int_range(pl.len()) % 7 == 0)
    cases.with_columns(pl.when(~nowhere).then("region_code")).write_parquet(place / "files" / "cases.parquet")
    folder = open_folder(Settings(data_dir=place / "data"), create=True)
    import_files(folder, load_profile("standard"), [place / "files"], by="demo")
    yield City(place / "files", folder)
    folder.close()
