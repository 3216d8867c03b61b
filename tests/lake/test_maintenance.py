"""The lake stays small, whatever comes in, and what a reader may still hold stays."""

import datetime as dt
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from cockpit.errors import StorageError
from cockpit.lake.folder import DataFolder
from cockpit.lake.ground import LOG
from cockpit.lake.maintenance import maintain, maintain_folder
from cockpit.records.tables import past_heads
from tests.lake.installation import Installation
from tests.lake.rows_by_hand import EARLY, put, ticket
from tests.lake.two_batches import references, write_pair


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    with Installation(tmp_path / "data").opened() as opened:
        yield opened


def keep(folder: DataFolder, minutes: float, compact_files: int = 24) -> None:
    maintain(folder.lake, compact_files=compact_files, keep_minutes=minutes, lease_seconds=30, wait_seconds=5)


def minute(folder: DataFolder, number: int) -> None:
    """What a minute of a hall's day brings: tickets that change, and new ones."""
    moment = EARLY + dt.timedelta(minutes=number)
    fresh = [ticket(f"t{number}-{k}", moment, updated_at=moment) for k in range(3)]
    called = [ticket(f"t{number - 1}-{k}", moment, updated_at=moment, status="called") for k in range(3)] * (number > 0)
    queue = {"queue_id": "q1", "hall_id": "h1", "name": f"综合 {number}", "queue_type": "normal", "updated_at": moment}
    others = {"queues": [queue]} if number % 4 == 0 else {}
    put(folder.lake, f"b{number}", {"tickets": fresh + called, **others})


def age(folder: DataFolder, hours: float) -> None:
    """Let everything have happened earlier than it did."""
    then = time.time() - hours * 3600
    for path in folder.lake.path.rglob("*"):
        os.utime(path, (then, then))
    with folder.records.transaction() as connection:
        for row in connection.execute(sa.select(past_heads)).all():
            here = sa.and_(past_heads.c.table_name == row.table_name, past_heads.c.version == row.version)
            connection.execute(sa.update(past_heads).where(here).values(until=row.until - dt.timedelta(hours=hours)))


def entries(folder: DataFolder, table: str) -> int:
    return len(list((folder.lake.folder(table) / LOG).iterdir()))


def parquet(folder: DataFolder, table: str) -> set[str]:
    return {str(path) for path in folder.lake.folder(table).rglob("*.parquet") if path.parent.name != LOG}


def test_a_reader_may_go_on_with_what_it_took_a_while_ago(folder: DataFolder) -> None:
    minute(folder, 0)
    held = folder.lake.snapshot()
    for number in range(1, 8):
        minute(folder, number)
    keep(folder, minutes=60, compact_files=2)
    assert held.raw("tickets").collect().height == 3
    assert held.raw("queues").collect()["name"].to_list() == ["综合 0"]
    late = folder.lake.snapshot()
    age(folder, hours=2)
    minute(folder, 8)
    keep(folder, minutes=60, compact_files=2)
    # The first state is gone; the one that counted until a moment ago, however old it is, is not.
    assert late.raw("tickets").collect().height == 24
    with pytest.raises((StorageError, FileNotFoundError)):
        held.raw("tickets").collect()
    assert folder.lake.snapshot().raw("tickets").collect().height == 27


def test_what_a_head_names_stays_however_old_it_is(folder: DataFolder) -> None:
    for number in range(3):
        minute(folder, number)
    for _ in range(3):
        age(folder, hours=200)
        keep(folder, minutes=1)
    named = set(folder.lake.snapshot().files("tickets")["path"])
    assert parquet(folder, "tickets") == named
    assert folder.lake.snapshot().raw("tickets").collect().height == 9
    minute(folder, 3)
    assert folder.lake.snapshot().raw("tickets").collect().height == 12


def test_maintenance_of_a_lake_at_rest_changes_nothing_on_the_disk(folder: DataFolder) -> None:
    for number in range(3):
        minute(folder, number)
    keep(folder, minutes=1)
    before = {path: path.stat().st_mtime_ns for path in folder.lake.path.rglob("*") if path.is_file()}
    version = folder.lake.snapshot().version
    keep(folder, minutes=1)
    assert {path: path.stat().st_mtime_ns for path in folder.lake.path.rglob("*") if path.is_file()} == before
    assert folder.lake.snapshot().version == version


def test_two_hours_of_minute_batches_stays_small(folder: DataFolder) -> None:
    """120 batches with upkeep every 15; files are kept for a moment only, so that the bound shows."""
    sizes, logs, files = [], [], []
    for number in range(120):
        minute(folder, number)
        if number % 15 == 14:
            keep(folder, minutes=0.02, compact_files=8)
            sizes.append(sum(path.stat().st_size for path in folder.lake.path.rglob("*") if path.is_file()))
            logs.append(entries(folder, "tickets"))
            files.append(len(parquet(folder, "tickets")))
    assert folder.lake.snapshot().raw("tickets").collect().height == 360
    assert max(files) <= 40
    assert max(logs) <= 60
    with folder.records.transaction() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(past_heads)).scalar() <= 20
    # Rows grow eightfold between the first and the last look, the disk hardly at all.
    assert max(sizes[4:]) <= 1.5 * max(sizes[:4])


@pytest.mark.proof
def test_a_whole_day_of_minute_batches_stays_small(tmp_path: Path) -> None:
    """1,440 imports through the gate, upkeep every 15 minutes as the job runner does."""
    city = Installation(tmp_path / "data")
    references(write_pair(tmp_path / "first", 0))
    sizes = []
    with city.opened(keep_minutes=1) as folder:
        for number in range(1440):
            city.bring(write_pair(tmp_path / f"pair-{number}", number % 480))
            if number % 15 == 14:
                maintain_folder(folder)
                sizes.append(city.bytes_on_disk)
        maintain_folder(folder)
        content = sum(folder.lake.snapshot().files(name)["size"].sum() for name in folder.records.heads())
    print([size >> 10 for size in sizes], content >> 10)
    assert max(sizes[48:]) <= 2 * max(sizes[8:24]) + content
