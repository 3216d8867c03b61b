"""A valid city of two halls as files of the standard, and ways to write them, bring them in and look at the result."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from cockpit.errors import RefusedFile
from cockpit.intake.counting import BatchResult
from cockpit.intake.importer import import_files
from cockpit.intake.profile import Profile, load_profile
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.settings import Settings
from metrics.standard import TABLES

ZONE = ZoneInfo("Asia/Shanghai")
#: A Monday, noon in the city: the present of all tests here.
NOW = dt.datetime(2026, 10, 12, 12, 0, tzinfo=ZONE)
STANDARD = load_profile("standard")
Row = dict[str, Any]


def hall(hall_id: str = "h1", **more: object) -> Row:
    return {
        "hall_id": hall_id,
        "name": f"{hall_id} 政务服务中心",
        "short_name": hall_id,
        "region_code": "330102000000",
        "county": "云栖区",
        "level": "county",
        **more,
    }


def ticket(number: int = 1, **more: object) -> Row:
    """A finished ticket of hall h1 on the Monday morning."""
    return {
        "ticket_id": f"t{number}",
        "hall_id": "h1",
        "ticket_no": f"A{number:03d}",
        "queue_id": "q1",
        "item_code": "i1",
        "channel": "kiosk",
        "take_time": "2026-10-12T09:00:00",
        "call_time": "2026-10-12T09:10:00",
        "start_time": "2026-10-12T09:11:00",
        "end_time": "2026-10-12T09:20:00",
        "window_id": "w1",
        "staff_id": "s1",
        "status": "done",
        "transferred_from": None,
        "project_no": None,
        "applicant_hash": None,
        "is_test": "false",
        **more,
    }


def case(number: int = 1, **more: object) -> Row:
    return {
        "project_no": f"p{number}",
        "item_code": "i1",
        "hall_id": "h1",
        "dept_code": "d1",
        "applicant_type": "natural",
        "channel": "window",
        "platform": "ywtb2",
        "apply_time": "2026-10-12T09:00:00",
        "accept_time": "2026-10-12T09:30:00",
        "finish_time": None,
        "closed_time": None,
        "status": "accepted",
        "auto_approved": "false",
        "visit_count": 1,
        "cross_region": "false",
        "is_test": "false",
        **more,
    }


def review(number: int = 1, **more: object) -> Row:
    return {
        "review_id": f"r{number}",
        "hall_id": "h1",
        "project_no": "p1",
        "staff_id": "s1",
        "level": 5,
        "origin": "active",
        "channel": "device",
        "text": "办得很快",
        "named": "false",
        "assess_time": "2026-10-12T09:40:00",
        **more,
    }


def window(window_id: str = "w1", **more: object) -> Row:
    return {
        "window_id": window_id,
        "hall_id": "h1",
        "name": window_id,
        "service_group": "综合",
        "queue_ids": '["q1"]',
        "is_tidal": "false",
        **more,
    }


def item(item_code: str = "i1", **more: object) -> Row:
    return {
        "item_code": item_code,
        "version": "1",
        "name": "不动产登记",
        "dept_code": "d1",
        "theme": "realestate",
        "case_type": "promise",
        "needs_case": "true",
        "apply_based": "true",
        "day_unit": "workday",
        "online_capable": "true",
        "ywtb_exception": "false",
        "valid_from": "2020-01-01",
        **more,
    }


def opening(**more: object) -> Row:
    return {
        "hall_id": "h1",
        "date": "2026-10-12",
        "session": 1,
        "day_type": "work",
        "open_at": "08:30",
        "close_at": "17:00",
        **more,
    }


def references() -> dict[str, list[Row]]:
    """What the records refer to: two halls, a department, an item, a queue, two windows, two people, a device."""
    return {
        "halls": [hall("h1"), hall("h2")],
        "departments": [{"dept_code": "d1", "name": "自然资源局"}],
        "staff": [{"staff_id": name, "hall_id": "h1", "dept_code": "d1", "role": "clerk"} for name in ("s1", "s2")],
        "items": [item("i1")],
        "queues": [{"queue_id": "q1", "hall_id": "h1", "name": "综合", "queue_type": "normal"}],
        "windows": [window("w1"), window("w2", hall_id="h2")],
        "devices": [{"device_id": "k1", "hall_id": "h1", "kind": "kiosk", "key_device": "true"}],
    }


#: A sound row for every table of the standard: what a test changes in it is its only fault.
SOUND: dict[str, Row] = {
    **{name: rows[0] for name, rows in references().items()},
    "tickets": ticket(),
    "cases": case(),
    "reviews": review(),
    "calendar": opening(),
    "workdays": {"date": "2026-10-12", "is_workday": "true"},
    "window_plan": {"window_id": "w1", "start_at": "2026-10-12T09:00:00", "end_at": "2026-10-12T12:00:00"},
    "window_sessions": {"session_id": "x1", "window_id": "w1", "start_at": "2026-10-12T09:00:00", "state": "open"},
    "queue_snapshots": {
        "hall_id": "h1",
        "queue_id": "q1",
        "at": "2026-10-12T09:00:00",
        "waiting": 3,
        "open_windows": 2,
        "service_minutes": 7.5,
    },
    "case_pauses": {"pause_id": "u1", "project_no": "p1", "kind": "survey", "start_at": "2026-10-12T09:00:00"},
    "case_steps": {"step_id": "e1", "project_no": "p1", "name": "受理", "started_at": "2026-10-12T09:00:00"},
    "complaints": {"complaint_id": "c1", "hall_id": "h1", "kind": "onsite", "created_at": "2026-10-12T09:00:00"},
    "device_states": {"device_id": "k1", "from_at": "2026-10-12T09:00:00", "online": "true"},
    "roster": {
        "staff_id": "s1",
        "start_at": "2026-10-12T09:00:00",
        "hall_id": "h1",
        "end_at": "2026-10-12T12:00:00",
        "role": "clerk",
    },
    "attendance": {"staff_id": "s1", "start_at": "2026-10-12T09:00:00", "hall_id": "h1"},
    "health_checks": {"staff_id": "s1", "programme": "核酸检测", "due_at": "2026-10-12T09:00:00", "hall_id": "h1"},
    "headcounts": {"hall_id": "h1", "source": "camera", "at": "2026-10-12T09:00:00", "entered": 4},
    "deliveries": {
        "source_system": "hall",
        "table": "tickets",
        "hall_id": "h1",
        "batch_id": "b1",
        "delivered_at": "2026-10-12T09:00:00",
        "covers_until": "2026-10-12T09:00:00",
        "rows_read": 1,
        "rows_quarantined": 0,
    },
}


# -- writing -----------------------------------------------------------------------------------------------------------


def csv_text(rows: Sequence[Row], columns: Iterable[str] | None = None) -> str:
    """The rows as CSV, quoted only where needed; empty where a value is missing."""
    names = list(columns) if columns is not None else list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(names)] + [",".join(_field(row.get(name)) for name in names) for row in rows]
    return "\n".join(lines) + "\n"


def _field(value: object) -> str:
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if any(sign in text for sign in ',"\n\r') else text


def write(place: Path, name: str, content: str | bytes | Sequence[Row]) -> Path:
    """A file of that name: text in UTF-8, bytes as they are, rows as the format that the name claims."""
    place.mkdir(parents=True, exist_ok=True)
    path = place / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_bytes(content.encode())
    elif name.endswith(".csv.gz"):
        path.write_bytes(gzip.compress(csv_text(content).encode(), mtime=0))
    elif name.endswith(".tsv"):
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(content[0]), delimiter="\t", lineterminator="\n")
            writer.writeheader()
            writer.writerows(content)
    elif name.endswith(".jsonl"):
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in content), encoding="utf-8")
    elif name.endswith(".parquet"):
        pl.DataFrame(content, infer_schema_length=None).write_parquet(path)
    elif name.endswith(".xlsx"):
        pl.DataFrame(content, infer_schema_length=None).write_excel(path)
    else:
        path.write_text(csv_text(content), encoding="utf-8")
    return path


def city_files(place: Path, **tables: Sequence[Row]) -> Path:
    """A folder with the references and the given tables as CSV."""
    for name, rows in {**references(), **tables}.items():
        write(place, f"{name}.csv", rows)
    return place


# -- bringing in -------------------------------------------------------------------------------------------------------


def open_city(path: Path, *, create: bool = True, **settings: object) -> DataFolder:
    """A data folder with the settings given, untouched by config.toml and the environment."""
    return open_folder(Settings(data_dir=path, **settings), create=create)


def bring(folder: DataFolder, *paths: Path, profile: Profile = STANDARD, now: dt.datetime | None = NOW) -> BatchResult:
    """Bring files in, and hold the result against what must be true of every batch."""
    result = import_files(folder, profile, paths, by="tester", now=now)
    for name, counts in result.tables.items():
        told = counts.inserted + counts.updated + counts.unchanged + counts.quarantined
        assert counts.read == told, f"{name}: {counts}"
        assert sum(result.reasons.get(name, {}).values()) >= counts.quarantined
    return result


# -- looking -----------------------------------------------------------------------------------------------------------


def rows_of(folder: DataFolder, table: str) -> pl.DataFrame:
    """The table as it stands, without where its rows come from."""
    rows = folder.lake.snapshot().scan(table).select(*TABLES[table].dtypes, *TABLES[table].marks).collect()
    return rows.sort(TABLES[table].key)


def ids(folder: DataFolder, table: str) -> list[str]:
    return rows_of(folder, table)[TABLES[table].key[0]].to_list()


def quarantined(folder: DataFolder, table: str | None = None) -> list[Row]:
    """Rows in quarantine, their content as a dictionary."""
    rows = folder.lake.snapshot().quarantine(table).sort("of_table", "file", "line", "entry_id").collect()
    return rows.to_dicts()


def reasons(folder: DataFolder, table: str) -> dict[int, list[str]]:
    """Line → reasons of the rows in quarantine."""
    return {row["line"]: sorted(row["reasons"]) for row in quarantined(folder, table)}


def state(folder: DataFolder) -> Mapping[str, object]:
    """What a refusal must leave as it was: heads, batches, installation, and every file of the lake."""
    lake = folder.path / "lake"
    return {
        "heads": folder.records.heads(),
        "batches": [batch.batch_id for batch in folder.records.batches(1000)],
        "installation": folder.records.installation(),
        "files": sorted((str(p.relative_to(lake)), p.stat().st_size) for p in lake.rglob("*") if p.is_file()),
    }


def refusal(folder: DataFolder, *paths: Path, profile: Profile = STANDARD) -> str:
    """Bring in what must be refused whole: nothing has changed, one sentence says why, and it is written down."""
    before = state(folder)
    with pytest.raises(RefusedFile) as caught:
        import_files(folder, profile, paths, by="tester", now=NOW)
    assert state(folder) == before
    sentence = caught.value.sentence
    assert is_one_sentence(sentence), sentence
    assert folder.records.refusals(1)[0].reason == sentence
    return sentence


def is_one_sentence(text: str) -> bool:
    """One line in Chinese that ends, says what to do, and shows no Python."""
    chinese = any("\u4e00" <= sign <= "\u9fff" for sign in text)
    return chinese and "\n" not in text and text.endswith("。") and "请" in text and "Traceback" not in text
