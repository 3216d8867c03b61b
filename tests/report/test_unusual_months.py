"""Months that are not like others: one hall alone, a hall that opened in the middle, February, a month of holidays."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from cockpit.demo.city import write_city
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.report.book import MonthBook, load, scopes
from cockpit.report.content import build
from cockpit.report.model import Chart, Keys, Name, Report, Scope, Table
from cockpit.settings import Settings
from metrics.periods import parse
from tests.report.conftest import ZONE

Change = Callable[[Path], None]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[..., MonthBook]]:
    folders: list[DataFolder] = []

    def book(label: str, *, halls: int = 3, days: int = 40, change: Change = lambda _: None) -> MonthBook:
        month = parse(label)
        write_city(tmp_path / "files", halls=halls, days=days, until=month.end + dt.timedelta(days=2))
        change(tmp_path / "files")
        folder = open_folder(Settings(data_dir=tmp_path / "data"), create=True)
        folders.append(folder)
        import_files(folder, load_profile("standard"), [tmp_path / "files"], by="demo")
        now = dt.datetime.combine(month.end, dt.time(9), ZONE) + dt.timedelta(days=7)
        return load(folder, folder.lake.snapshot(), month, now)

    yield book
    for folder in folders:
        folder.close()


def _only_one(files: Path) -> None:
    """Leave one hall of a city."""
    hall = pl.read_parquet(files / "halls.parquet")["hall_id"][0]
    for path in files.glob("*.parquet"):
        rows = pl.read_parquet(path)
        if "hall_id" in rows.columns:
            rows.filter(pl.col("hall_id") == hall).write_parquet(path)


def every(book: MonthBook) -> dict[str, Report]:
    """All reports of a month; each is whole."""
    found = {scope.place: build(book, scope, {}) for scope in scopes(book)}
    for report in found.values():
        blocks = list(report.blocks())
        assert all(sentence.text.endswith("。") for sentence in report.sentences())
        assert not [block for block in blocks if isinstance(block, Chart) and block.empty]
        assert not [block for block in blocks if isinstance(block, Table | Keys) and not block.rows]
    return found


def test_a_city_of_one_hall_compares_it_with_nobody(opened: Callable[..., MonthBook]) -> None:
    book = opened("2026-10", change=_only_one)
    reports = every(book)
    (hall,) = (place for place in reports if place.startswith("hall:"))
    assert not [chapter for chapter in reports[hall].chapters if chapter.title == "大厅对比"]
    assert not [chapter for chapter in reports["city"].chapters if chapter.title == "大厅对比"]
    counted = reports["city"].figures()
    assert counted["called_or_abandoned@2026-10@city"].value


def test_a_hall_that_opened_in_the_middle_of_the_month_says_since_when(opened: Callable[..., MonthBook]) -> None:
    since = dt.datetime(2026, 10, 15, tzinfo=ZONE)

    def later(files: Path) -> None:
        tickets = pl.read_parquet(files / "tickets.parquet")
        hall = tickets["hall_id"].unique().sort()[0]
        tickets.filter((pl.col("hall_id") != hall) | (pl.col("take_time") >= since)).write_parquet(
            files / "tickets.parquet"
        )

    book = opened("2026-10", halls=6, change=later)
    ((hall, day),) = book.first_days.items()
    assert day >= since.date()
    tables = [block for block in every(book)["city"].blocks() if isinstance(block, Table) and "halls-" in block.key]
    told = [cell.text for table in tables for row in table.rows if isinstance(cell := row[0], Name)]
    name = book.names.by_column["hall_id"][hall]
    beside = [text for text in told if text.startswith(name)]
    # Where no other hall is of its level there is no table that it stands in.
    assert all(text == f"{name}（{day.month}月{day.day}日起）" for text in beside)


def test_february_is_told_for_each_of_its_days(opened: Callable[..., MonthBook]) -> None:
    report = every(opened("2026-02", days=62))["city"]
    days = next(block for block in report.blocks() if isinstance(block, Chart) and block.key == "tickets-days")
    assert len(days.labels) == 28
    # The Spring Festival: weekdays off, weekends worked before and after.
    assert days.marks and days.marks["17"] == "休" and days.marks["14"] == "班" and days.marks["28"] == "班"
    assert all(days.series[0].values[int(label) - 1] is None for label in ("17", "18", "19"))


def test_a_month_in_which_everything_was_shut_is_a_report_all_the_same(opened: Callable[..., MonthBook]) -> None:
    start, end = parse("2026-10").instants(ZONE)

    def shut(files: Path) -> None:
        calendar = pl.read_parquet(files / "calendar.parquet")
        off = pl.col("date").is_between(start.date(), end.date(), closed="left")
        nothing = [pl.when(~off).then(pl.col(name)).alias(name) for name in ("open_at", "close_at")]
        calendar.with_columns(nothing).write_parquet(files / "calendar.parquet")
        for path in files.glob("*.parquet"):
            rows = pl.read_parquet(path)
            times = [name for name in rows.columns if rows.schema[name].is_temporal() and name != "date"]
            if path.stem in _HAPPENED:
                inside = [pl.col(name).is_between(start, end) for name in times if rows.schema[name] != pl.Date]
                rows.filter(~pl.any_horizontal(*inside, False).fill_null(value=False)).write_parquet(path)

    book = opened("2026-10", days=60, change=shut)
    reports = every(book)
    assert [scope.kind for scope in scopes(book) if scope.kind == "hall"] == []
    text = "".join(sentence.text for sentence in reports["city"].sentences())
    assert "没有取号和办件记录" in text
    assert build(book, Scope(name=book.city), {}).fingerprint == reports["city"].fingerprint


_HAPPENED = ("tickets", "cases", "case_pauses", "case_steps", "reviews", "complaints", "window_sessions", "window_plan")
