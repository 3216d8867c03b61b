"""A small demo city for the metrics, as records in its own zone."""

import datetime as dt

import polars as pl
import pytest

from cockpit.demo.city import plan_city
from metrics.records import Records
from metrics.view import View

ZONE = "Asia/Shanghai"


@pytest.fixture(scope="session")
def demo_view() -> View:
    """Seven halls, sixty days until 20 October 2026: National Day, a makeup day and a month end among them."""
    city = plan_city(halls=7, days=60, until=dt.date(2026, 10, 20))
    parts = [city.reference_tables(), city.backlog(None), city.span(city.first_day, city.last_planned_day)]
    names = {name for part in parts for name in part}
    tables = {name: pl.concat([part[name] for part in parts if name in part]) for name in names}
    return View(Records({name: _in_zone(frame) for name, frame in tables.items()}, ZONE))


def _in_zone(frame: pl.DataFrame) -> pl.DataFrame:
    times = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Datetime)]
    return frame.with_columns(pl.col(times).dt.convert_time_zone(ZONE).dt.cast_time_unit("us"))
