"""Rows put into the lake by the writer itself, past the gate, so that a test says exactly what a batch holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from cockpit import clock
from cockpit.lake.layout import LAYOUTS
from cockpit.lake.store import Lake
from cockpit.lake.writer import Incoming, Outcome, Writer
from cockpit.records.store import BatchRecord

EARLY = dt.datetime(2026, 8, 1, tzinfo=dt.UTC)
Rows = Sequence[Mapping[str, Any]]


def ticket(ticket_id: str, take_time: dt.datetime = EARLY, **more: object) -> dict[str, Any]:
    return {
        "ticket_id": ticket_id,
        "hall_id": "h1",
        "ticket_no": "A1",
        "queue_id": "q1",
        "channel": "kiosk",
        "take_time": take_time,
        "status": "waiting",
        "is_test": False,
        "suspect_wait": False,
        **more,
    }


def frame(table: str, rows: Rows, batch_id: str) -> pl.DataFrame:
    """Rows with all stored columns; what is not given is empty, but for where the row comes from."""
    stored = LAYOUTS[table].stored
    trail = {"source_system": "hand", "ingested_at": EARLY, "updated_at": EARLY, "derived": False}
    whole = [{name: {**trail, **row, "batch_id": batch_id}.get(name) for name in stored} for row in rows]
    return pl.DataFrame(whole, schema=stored, orient="row")


def put(lake: Lake, batch_id: str, tables: Mapping[str, Rows], *, assumed: bool = False) -> dict[str, Outcome]:
    """Bring rows in as one batch; what became of them."""
    with Writer(lake, lease_seconds=30, wait_seconds=5) as writer:
        incoming = {name: Incoming(frame(name, rows, batch_id), assumed) for name, rows in tables.items()}
        outcomes = writer.apply(incoming, batch_id)
        now = clock.now()
        writer.commit(BatchRecord(batch_id, "hand", "hand", "测试", now, now, [], {}), watermarks={}, facts={})
    return outcomes
