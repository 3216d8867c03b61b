"""Tables that an older version of the program wrote, before a column was added to the standard."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cockpit.lake.changes import Changes, with_partition
from cockpit.lake.folder import DataFolder
from cockpit.lake.layout import LAYOUTS
from cockpit.lake.maintenance import maintain
from cockpit.lake.table_writer import TableWriter
from cockpit.records.heads import move_heads
from tests.lake.installation import Installation
from tests.lake.rows_by_hand import EARLY, frame, put, ticket

LATER = EARLY + dt.timedelta(days=40)
QUEUE = {"hall_id": "h1", "name": "综合", "queue_type": "normal"}
#: Table, its rows then, the column that it did not have, and rows that come in now: one changed, one new.
CASES: dict[str, tuple[list[dict[str, Any]], str, list[dict[str, Any]]]] = {
    "tickets": (
        [ticket("a"), ticket("b"), ticket("c")],
        "project_no",
        [
            ticket("b", project_no="p1", updated_at=LATER),
            ticket("c", LATER, project_no="p2", updated_at=LATER),
            ticket("d", project_no="p3"),
        ],
    ),
    "queues": (
        [{"queue_id": key, **QUEUE} for key in "abc"],
        "name",
        [
            {"queue_id": "b", **QUEUE, "name": "p1", "updated_at": LATER},
            {"queue_id": "c", **QUEUE, "name": "p2", "updated_at": LATER},
            {"queue_id": "d", **QUEUE, "name": "p3"},
        ],
    ),
}


@pytest.fixture(params=list(CASES))
def table(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def folder(tmp_path: Path, table: str) -> Iterator[DataFolder]:
    """A folder whose table lacks a column."""
    rows, missing, _ = CASES[table]
    layout = LAYOUTS[table]
    old = replace(layout, stored={name: dtype for name, dtype in layout.stored.items() if name != missing})
    with Installation(tmp_path / "data").opened() as opened:
        then = with_partition(frame(table, rows, "old").drop(missing), old, opened.timezone)
        work = TableWriter(opened.lake.folder(table), old, None, "old", lambda step: None)
        work.write(Changes(then, then.clear(), then.clear(), 3, 0, 0), then.clear().lazy())
        with opened.records.transaction() as connection:
            move_heads(connection, {table: int(work.version or 0)})
        yield opened


def values(folder: DataFolder, table: str) -> dict[str, str | None]:
    key = LAYOUTS[table].key[0]
    rows = folder.lake.snapshot().scan(table).collect()
    assert rows.columns == list(LAYOUTS[table].stored)
    return dict(rows.select(key, CASES[table][1]).sort(key).iter_rows())


def test_they_are_read_with_nulls(folder: DataFolder, table: str) -> None:
    assert values(folder, table) == {"a": None, "b": None, "c": None}


def test_they_take_new_changed_and_moved_rows(folder: DataFolder, table: str) -> None:
    held = folder.lake.snapshot()
    outcome = put(folder.lake, "new", {table: CASES[table][2]})[table]
    assert (outcome.inserted, outcome.updated, outcome.unchanged) == (1, 2, 0)
    assert values(folder, table) == {"a": None, "b": "p1", "c": "p2", "d": "p3"}
    assert held.scan(table).collect().height == 3
    maintain(folder.lake, compact_files=2, keep_minutes=0, lease_seconds=30, wait_seconds=5)
    assert values(folder, table) == {"a": None, "b": "p1", "c": "p2", "d": "p3"}


def test_they_can_be_put_back_after_a_write_that_was_not_committed(folder: DataFolder, table: str) -> None:
    head = folder.records.heads()[table]
    layout = LAYOUTS[table]
    now = with_partition(frame(table, CASES[table][2][2:], "lost"), layout, folder.timezone)
    work = TableWriter(folder.lake.folder(table), layout, head, "lost", lambda step: None)
    work.write(Changes(now, now.clear(), now.clear(), 1, 0, 0), folder.lake.snapshot().raw(table))
    put(folder.lake, "new", {table: CASES[table][2]})
    assert values(folder, table) == {"a": None, "b": "p1", "c": "p2", "d": "p3"}
    assert folder.lake.snapshot().raw(table).select(pl.col("batch_id").unique()).collect().height == 2
