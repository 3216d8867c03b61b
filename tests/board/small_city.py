"""A city of four halls small enough to count by hand, kept in a real data folder by the real writer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.lake.folder import DataFolder, open_folder
from cockpit.lake.layout import LAYOUTS, QUARANTINE
from cockpit.lake.writer import Incoming, Writer
from cockpit.records.store import BatchRecord, RefusedFileRecord, SourceFile, TableCounts
from cockpit.settings import Settings

ZONE = ZoneInfo("Asia/Shanghai")
#: A Monday, 10:07 in the city.
NOW = datetime(2026, 10, 12, 10, 7, tzinfo=ZONE)
Rows = Sequence[Mapping[str, Any]]


def at(clock: str, days: int = 0) -> datetime:
    """A time of the day shown, or of `days` days later."""
    hour, minute = map(int, clock.split(":"))
    return NOW.replace(hour=hour, minute=minute) + timedelta(days=days)


def settings_for(path: Path, **more: object) -> Settings:
    """Settings for a data folder, untouched by config.toml."""
    return Settings(data_dir=path, **more)


def hall(hall_id: str, name: str, county: str, level: str) -> dict[str, Any]:
    return {
        "hall_id": hall_id,
        "name": f"{name}政务服务中心",
        "short_name": name,
        "region_code": "330000000000",
        "county": county,
        "level": level,
    }


HALLS = [
    hall("c1", "云栖", "云栖区", "county"),
    hall("s1", "市本级", "市本级", "city"),
    hall("t1", "石桥", "云栖区", "town"),
    hall("p1", "空港园", "临江县", "park"),
]

_numbers = iter(range(10**6))


def ticket(
    hall_id: str, take: datetime, call: datetime | None = None, end: datetime | None = None, **more: object
) -> dict[str, Any]:
    status = "done" if end else "called" if call else "waiting"
    number = next(_numbers)
    return {
        "ticket_id": f"k{number}",
        "hall_id": hall_id,
        "ticket_no": f"A{number % 1000:03d}",
        "queue_id": "q",
        "channel": "kiosk",
        "take_time": take,
        "call_time": call,
        "end_time": end,
        "status": status,
        "is_test": False,
        "suspect_wait": False,
        **more,
    }


def case(project_no: str, hall_id: str | None, apply: datetime, finish: datetime | None = None) -> dict[str, Any]:
    return {
        "project_no": project_no,
        "item_code": "i1",
        "hall_id": hall_id,
        "dept_code": "d1",
        "applicant_type": "natural",
        "channel": "window" if hall_id else "app",
        "platform": "ywtb2",
        "apply_time": apply,
        "finish_time": finish,
        "status": "finished" if finish else "accepted",
        "auto_approved": False,
        "cross_region": False,
        "is_test": False,
    }


def review(review_id: str, hall_id: str, level: int, when: datetime) -> dict[str, Any]:
    return {
        "review_id": review_id,
        "hall_id": hall_id,
        "level": level,
        "origin": "active",
        "channel": "device",
        "named": False,
        "assess_time": when,
    }


def delivery(table: str, hall_id: str, until: datetime) -> dict[str, Any]:
    return {
        "source_system": "hand",
        "table": table,
        "hall_id": hall_id,
        "batch_id": f"b-{until:%m%d%H%M}",
        "delivered_at": until + timedelta(minutes=1),
        "covers_until": until,
        "rows_read": 1,
        "rows_quarantined": 0,
    }


def opening(hall_id: str, session: int, opens: str, closes: str) -> dict[str, Any]:
    return {
        "hall_id": hall_id,
        "date": NOW.date(),
        "session": session,
        "day_type": "work",
        "open_at": at(opens),
        "close_at": at(closes),
        "bad_data": False,
    }


def small_city() -> dict[str, Rows]:
    """The city on the Monday: s1 and c1 with tickets, t1 with states of queues, p1 with nothing at all."""
    until = at("10:05")
    mondays = [
        ticket("s1", at("09:05", -7 * week) + timedelta(minutes=k), at("09:20", -7 * week), at("09:40", -7 * week))
        for week in range(1, 5)
        for k in range(week)
    ]
    return {
        "halls": HALLS,
        "calendar": [
            opening("s1", 1, "09:00", "12:00"),
            opening("s1", 2, "13:30", "17:00"),
            opening("c1", 1, "10:30", "17:00"),
        ],
        "queues": [{"queue_id": "q", "hall_id": "s1", "name": "综合", "queue_type": "normal"}],
        "windows": [
            {"window_id": w, "hall_id": h, "name": w, "service_group": "综合", "queue_ids": ["q"], "is_tidal": False}
            for w, h in (("w1", "s1"), ("w2", "s1"), ("w3", "c1"))
        ],
        "window_sessions": [
            {"session_id": "x1", "window_id": "w1", "start_at": at("09:00"), "state": "open"},
            {"session_id": "x2", "window_id": "w2", "start_at": at("09:00"), "end_at": at("09:30"), "state": "open"},
        ],
        "tickets": [
            *mondays,
            ticket("s1", at("09:01"), at("09:05"), at("09:20")),
            ticket("s1", at("09:40"), at("10:00")),
            ticket("s1", at("09:50")),
            ticket("s1", at("10:05")),
            ticket("s1", at("09:00", -3), at("09:05", -3), at("09:30", -3)),
        ],
        "queue_snapshots": [
            {"hall_id": "t1", "queue_id": "1", "at": at("09:00"), "waiting": 9, "open_windows": 1},
            {"hall_id": "t1", "queue_id": "1", "at": at("10:00"), "waiting": 4, "open_windows": 2},
            {"hall_id": "t1", "queue_id": "2", "at": at("09:55"), "waiting": 1, "open_windows": 2},
        ],
        "cases": [
            case("p1", "s1", at("09:30")),
            case("p2", "s1", at("09:30", -3), at("09:45")),
            case("p3", None, at("02:00")),
        ],
        "reviews": [review("r1", "s1", 5, at("09:25")), review("r2", "s1", 1, at("09:26"))],
        "deliveries": [
            *(delivery(table, "s1", until) for table in ("tickets", "window_sessions", "cases", "reviews")),
            *(delivery(table, "c1", until) for table in ("tickets", "window_sessions")),
            delivery("cases", "c1", at("18:00", -3)),  # c1's cases stopped on Friday
            delivery("queue_snapshots", "t1", until),
            delivery("cases", "-", until),
        ],
    }


def refused_rows() -> list[dict[str, Any]]:
    """Seven refused tickets, one of them for two reasons, and a refused case."""
    rows = [
        {
            "of_table": "tickets",
            "line": line,
            "reasons": ["order:take_time<=call_time"],
            "row": {"ticket_id": f"bad{line}", "note": None},
        }
        for line in range(2, 8)
    ]
    rows.append(
        {
            "of_table": "tickets",
            "line": 9,
            "reasons": ["order:take_time<=call_time", "code:channel"],
            "row": {"ticket_id": "<b>bad</b>", "channel": "fax"},
        }
    )
    rows.append({"of_table": "cases", "line": None, "reasons": ["needs:finish_time"], "row": {"project_no": "p9"}})
    return [
        {
            "entry_id": f"e{n}",
            "source_system": "hand",
            "batch_id": "b1",
            "file": "取号<10月>.csv",
            "key": "k",
            "refused_at": NOW,
            **row,
            "row": json.dumps(row["row"]),
        }
        for n, row in enumerate(rows)
    ]


def bring_in(folder: DataFolder, tables: Mapping[str, Rows], batch_id: str = "b1", refused: Rows = ()) -> None:
    """Put rows into the lake as one batch, past the gate."""
    with Writer(folder.lake, lease_seconds=30, wait_seconds=5) as writer:
        incoming = {name: Incoming(_frame(name, rows, batch_id)) for name, rows in tables.items()}
        outcomes = writer.apply(incoming, batch_id)
        if refused:
            schema = QUARANTINE.stored | {"of_table": pl.String()}
            entries = pl.DataFrame([*refused], schema=schema, orient="row", infer_schema_length=None)
            writer.quarantine(entries, entries.clear().select("entry_id", "of_table"), batch_id)
        held = {
            name: sum(row["of_table"] == name for row in refused)
            for name in (*outcomes, *(r["of_table"] for r in refused))
        }
        counts = {
            name: TableCounts(
                o.inserted + o.updated + o.unchanged + held[name], o.inserted, o.updated, o.unchanged, held[name]
            )
            for name, o in outcomes.items()
        }
        started = NOW - timedelta(minutes=2)
        files = [SourceFile(f"{name}.csv", f"{name:0>64}", 1) for name in tables]
        batch = BatchRecord(
            batch_id, "standard", "hand", "数据管理员", started, started + timedelta(seconds=9), files, counts
        )
        writer.commit(batch, watermarks={}, facts={"city": "临江市", "timezone": "Asia/Shanghai"})


def build(path: Path, tables: Mapping[str, Rows] | None = None, *, refuse: bool = True) -> DataFolder:
    """The data folder of the small city, or of another made of the given tables, open."""
    folder = open_folder(settings_for(path), create=True)
    bring_in(folder, small_city() if tables is None else tables, refused=refused_rows() if refuse else ())
    if refuse:
        folder.records.add_refusals(
            [
                RefusedFileRecord(
                    "standard",
                    "cases.csv",
                    "0" * 64,
                    "第 1 行缺少列 apply_time。",
                    "数据管理员",
                    NOW - timedelta(minutes=30),
                )
            ]
        )
    folder.close()
    return open_folder(settings_for(path))


def _frame(name: str, rows: Rows, batch_id: str) -> pl.DataFrame:
    stored = LAYOUTS[name].stored
    trail = {"source_system": "hand", "batch_id": batch_id, "ingested_at": NOW, "updated_at": NOW, "derived": False}
    whole = [{column: {**trail, **row}.get(column) for column in stored} for row in rows]
    in_utc = [{k: v.astimezone(UTC) if isinstance(v, datetime) else v for k, v in row.items()} for row in whole]
    return pl.DataFrame(in_utc, schema=stored, orient="row")
