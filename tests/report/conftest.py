"""A demo city over four months, as the reports of a month tell of it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

import pytest

from cockpit.demo.city import write_city
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.report.book import MonthBook, load
from cockpit.report.content import build
from cockpit.report.model import Report, Scope
from cockpit.settings import Settings
from metrics.periods import parse

ZONE = ZoneInfo("Asia/Shanghai")
#: October is over, and late rows had a week to come in.
NOW = dt.datetime(2026, 11, 8, 9, tzinfo=ZONE)
MONTH = parse("2026-10")


@dataclass
class Written:
    """A city and the reports of a month of it."""

    folder: DataFolder

    @cached_property
    def book(self) -> MonthBook:
        return load(self.folder, self.folder.lake.snapshot(), MONTH, NOW)

    @cached_property
    def city(self) -> Report:
        return build(self.book, Scope(name=self.book.city), {})


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    """Six halls of several counties and levels; the records begin in July."""
    place = tmp_path_factory.mktemp("report")
    write_city(place / "files", halls=6, days=125, until=dt.date(2026, 11, 1))
    folder = open_folder(Settings(data_dir=place / "data"), create=True)
    import_files(folder, load_profile("standard"), [place / "files"], by="demo")
    yield Written(folder)
    folder.close()
