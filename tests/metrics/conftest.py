"""A small demo city for the numbers."""

import datetime as dt

import polars as pl
import pytest

from cockpit.demo.city import write_city
from metrics.records import Records
from metrics.view import View

#: Seven halls and sixty days up to this one: holidays, a makeup day and a month end among them.
UNTIL = dt.date(2026, 10, 20)


@pytest.fixture(scope="session")
def demo_view(tmp_path_factory: pytest.TempPathFactory) -> View:
    folder = tmp_path_factory.mktemp("numbers-city")
    write_city(folder, halls=7, until=UNTIL)
    tables = {path.stem: pl.read_parquet(path) for path in folder.glob("*.parquet")}
    return View(Records(tables, "Asia/Shanghai"))
