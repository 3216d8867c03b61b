"""After a batch only what it brought is looked at; what is known then is what a look at everything tells."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cockpit.lake.folder import DataFolder
from cockpit.lake.ground import LOG, files_after
from cockpit.lake.layout import LAYOUTS
from cockpit.lake.maintenance import maintain
from cockpit.lake.marks import DayMarks
from cockpit.lake.store import Lake, files_of
from tests.lake.installation import Installation
from tests.lake.rows_by_hand import EARLY, put, ticket

TABLE, PART = "tickets", LAYOUTS["tickets"].partition


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    with Installation(tmp_path / "data").opened() as opened:
        yield opened


def batch(folder: DataFolder, number: int) -> None:
    """New tickets of a day, changed ones of the batch before, one that moves to another month."""
    moment = EARLY + dt.timedelta(days=9 * number)
    changed = [ticket(f"t{number - 1}-{k}", moment, updated_at=moment, status="called") for k in range(2)]
    fresh = [ticket(f"t{number}-{k}", moment + dt.timedelta(minutes=k), updated_at=moment) for k in range(4)]
    put(folder.lake, f"b{number}", {TABLE: fresh + changed * (number > 0)})


def tidy(folder: DataFolder) -> None:
    maintain(folder.lake, compact_files=2, keep_minutes=600, lease_seconds=30, wait_seconds=5)


def in_order(files: pl.DataFrame) -> pl.DataFrame:
    return files.sort("path")


def test_files_of_a_version_follow_from_any_earlier_one_and_the_log(folder: DataFolder) -> None:
    for number in range(6):
        batch(folder, number)
        if number in (2, 4):
            tidy(folder)
    place, head = folder.lake.folder(TABLE), folder.lake.snapshot().heads[TABLE]
    every = {version: files_of(place, version, PART) for version in range(head + 1)}
    assert len({files.height for files in every.values()}) > 2
    for after, files in every.items():
        for upto in range(after, head + 1):
            found = files_after(place, files, after, upto, PART)
            assert found is not None
            assert_frame_equal(in_order(found), in_order(every[upto]))


def test_where_the_log_does_not_tell_it_the_table_is_opened_anew(folder: DataFolder) -> None:
    for number in range(3):
        batch(folder, number)
    lake = Lake(folder.lake.path, folder.lake.records, folder.timezone)
    first = lake.snapshot().files(TABLE)
    tidy(folder)
    before = lake.snapshot().heads[TABLE]
    batch(folder, 3)
    head = lake.snapshot().heads[TABLE]
    entry = lake.folder(TABLE) / LOG / f"{before + 1:020d}.json"
    told = entry.read_text(encoding="utf-8")
    entry.write_text("{ no entry", encoding="utf-8")
    assert files_after(lake.folder(TABLE), first, before, head, PART) is None
    entry.write_text(told, encoding="utf-8")
    entry.rename(entry.with_suffix(".gone"))
    assert files_after(lake.folder(TABLE), first, before, head, PART) is None
    entry.with_suffix(".gone").rename(entry)
    assert_frame_equal(in_order(lake.snapshot().files(TABLE)), in_order(files_of(lake.folder(TABLE), head, PART)))


def test_marks_kept_from_batch_to_batch_are_those_of_a_first_look(folder: DataFolder) -> None:
    kept, seen = DayMarks(), set()
    for number in range(5):
        batch(folder, number)
        if number == 3:
            tidy(folder)
        snapshot = folder.lake.snapshot()
        found = kept.of(snapshot, TABLE).sort("date")
        assert_frame_equal(found, DayMarks().of(snapshot, TABLE).sort("date"))
        plain: dict[dt.date, tuple[int, dt.datetime]] = {}
        for day, came in (
            snapshot.scan(TABLE).select(pl.col("take_time").dt.date(), "ingested_at").collect().iter_rows()
        ):
            count, latest = plain.get(day, (0, came))
            plain[day] = (count + 1, max(latest, came))
        assert found["date"].to_list() == sorted(plain)
        assert [int(mark.split("/")[0]) for mark in found["mark"]] == [plain[day][0] for day in sorted(plain)]
        assert tuple(found.rows()) not in seen
        seen.add(tuple(found.rows()))
        month = str(snapshot.files(TABLE)["part"].max())
        alone = kept.of(snapshot, TABLE, {month}).sort("date")
        assert_frame_equal(alone, found.filter(pl.col("date").dt.strftime("%Y-%m") == month))
