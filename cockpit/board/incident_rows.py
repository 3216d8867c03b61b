"""The rows behind an alert (背后的记录): the keys frozen when it began, looked up in the records as they are now.

A row that has been corrected since shows what it says now; one that has gone is counted as missing, never left out in
silence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from cockpit.board.incident import Alarm, whole
from cockpit.board.sheet import Field, Kind, Sheet
from cockpit.door.charge import NOT_YOURS
from cockpit.door.roles import Right
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.watch.place_names import Names, names
from metrics.keys import row_key
from metrics.standard import TABLES
from metrics.standard.tables import Column
from metrics.standard.words import CODE_WORDS

NONE_KEPT = "这次报警没有留下记录的编号；可能是由更早版本的程序判定的。"
#: Codes of the standard in words; those of a column that is not named here are left out of the table.
CODES: Mapping[str, Mapping[str, str]] = {
    name: CODE_WORDS[name]
    for name in (
        *("tickets.status", "cases.status", "cases.platform", "reviews.origin", "complaints.kind"),
        *("window_sessions.state", "roster.role", "devices.kind"),
    )
}
#: Ids that are shown as names, and what is not shown: who applied, and what says nothing to a reader.
_NAMED = {"queue_id": "队列", "window_id": "窗口", "item_code": "事项", "dept_code": "部门"}
_LEFT_OUT = frozenset({"applicant_hash", "hall_id", "region_code", "item_version", "is_test", "transferred_from"})
#: What a page shows of each row; a workbook holds all.
_BRIEF: Mapping[str, Sequence[str]] = {
    "tickets": ("ticket_no", "queue_id", "item_code", "take_time", "call_time", "end_time", "status", "window_id"),
    "cases": (
        "project_no",
        "item_code",
        "dept_code",
        "apply_time",
        "accept_time",
        "promise_due",
        "finish_time",
        "status",
    ),
    "reviews": ("assess_time", "level", "origin", "window_id", "text", "verify_time", "rectify_time"),
    "window_sessions": ("window_id", "start_at", "end_at", "state", "staff_id"),
    "device_states": ("device_id", "from_at", "to_at", "online"),
}
_FEW = 8
#: Rows of these tables lie at most so many days before the alert; others are looked for in all the past.
_DAYS_BACK = {"tickets": 130, "window_plan": 130, "window_sessions": 130, "headcounts": 2, "deliveries": 400}
_DAY = dt.timedelta(days=1)


def behind(
    folder: DataFolder, viewer: Viewer, alarm: Alarm, now: dt.datetime, *, all_columns: bool = False
) -> list[Sheet]:
    """The rows behind an alert, a table for each table of the standard that they come from.

    Args:
        folder: data folder of the city.
        viewer: who asks.
        alarm: the alert.
        now: the present instant.
        all_columns: with all that is known of a row, for a workbook; a page shows what fits.

    Raises:
        Refused: the role sees no rows of citizens, or the place is outside the viewer's scope.
        PolarsError: the records cannot be read.
    """
    viewer.must(Right.EVIDENCE)
    if not viewer.sees_place(alarm.alert[1]):
        raise Refused(NOT_YOURS.replace("，没有改动", ""))
    kept = alarm.frozen.get("rows")
    keys: dict[str, dict[str, tuple[float | None, float | None]]] = {}
    for table, key, numerator, denominator in kept if isinstance(kept, list) else ():
        if table in TABLES:
            keys.setdefault(table, {})[key] = (numerator, denominator)
    total = alarm.frozen.get("rows_behind")
    more = int(total) - sum(map(len, keys.values())) if isinstance(total, int) else 0
    snapshot, called = folder.lake.snapshot(), names(folder)
    return [_sheet(snapshot, called, table, mine, alarm, more, all_columns) for table, mine in keys.items()]


def behind_of(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str], now: dt.datetime) -> list[Sheet]:
    """The same by the address of a download: incident, and alarm (its number in the incident).

    Raises:
        Refused: there is no such alert within the viewer's scope, or the role sees no rows of citizens.
    """
    viewer.must(Right.EVIDENCE)
    found = whole(folder, viewer, asked.get("incident", ""), now)
    alarm = next((one for one in found.alarms if str(one.nth) == asked.get("alarm", "0")), None)
    if alarm is None:
        raise Refused(NOT_YOURS.replace("，没有改动", ""))
    sheets = behind(folder, viewer, alarm, now, all_columns=True)
    if not sheets:
        raise Refused(NONE_KEPT)
    return sheets


def _sheet(
    snapshot: Snapshot,
    called: Names,
    table: str,
    keys: Mapping[str, tuple[float | None, float | None]],
    alarm: Alarm,
    more: int,
    all_columns: bool,
) -> Sheet:
    rows = _looked_up(snapshot, table, list(keys), alarm.begun_at)
    weights = pl.DataFrame(
        [(key, *pair) for key, pair in keys.items()],
        schema={"key": pl.String, "numerator": pl.Float64, "denominator": pl.Float64},
        orient="row",
    )
    frame = rows.join(weights, on="key", how="left", maintain_order="left")
    time = TABLES[table].time
    frame = frame.sort(time, nulls_last=True) if time else frame.sort("key")
    fields = [field for column in TABLES[table].columns if (field := _field(table, column)) is not None]
    if not all_columns:
        fields, frame = _brief(table, fields, frame, alarm.begun_at.date())
        # The rows that made it bad come first.
        good = alarm.definition is not None and alarm.definition.direction == "down"
        frame = frame.sort("numerator", descending=not good, nulls_last=True, maintain_order=True)
    frame = frame.with_columns(_words(table, field.name, called) for field in fields)
    told = [one for one in fields if frame.height == 0 or frame[one.name].null_count() < frame.height]
    for name, title in (("numerator", "计入分子"), ("denominator", "计入分母")):
        if weights[name].drop_nulls().len():
            whole = bool((weights[name].drop_nulls() % 1 == 0).all())
            told.append(Field(name, title, "count" if whole else "decimal"))
    gone = len(keys) - frame.height
    notes = [f"开始报警时（{alarm.begun_at:%Y-%m-%d %H:%M}）的 {len(keys):,} 行，内容以现在的记录为准"]
    notes += [f"另有 {more:,} 行当时没有逐条留下编号"] if more > 0 else []
    notes += [f"{gone:,} 行后来已不在记录里"] if gone else []
    title = TABLES[table].title.partition(":")[0]
    return Sheet(f"{title}（{frame.height:,}）", frame, told, "；".join(notes) + "。")


def _brief(table: str, fields: Sequence[Field], frame: pl.DataFrame, day: dt.date) -> tuple[list[Field], pl.DataFrame]:
    """What a page shows of the rows: few columns, the first of them naming the row, times of the day as clock times."""
    known = {field.name: field for field in fields}
    named = [known[name] for name in _BRIEF.get(table, [*known][:_FEW]) if name in known]
    kept = [
        replace(named[0], role="title"),
        *(replace(one, role="wide" if one.role == "wide" else "") for one in named[1:]),
    ]
    times = [one.name for one in kept if one.kind == "time"]
    same_day = all(bool((frame[name].drop_nulls().dt.date() == day).all()) for name in times)
    if not same_day:
        return kept, frame
    clocks = frame.with_columns(pl.col(times).dt.strftime("%H:%M:%S"))
    return [replace(one, kind="text") if one.name in times else one for one in kept], clocks


def _looked_up(snapshot: Snapshot, table: str, keys: Sequence[str], begun: dt.datetime) -> pl.DataFrame:
    """Rows of a table by their keys: the columns of the standard, and `key`."""
    back = _DAYS_BACK.get(table)
    rows = snapshot.scan(table) if back is None else snapshot.scan(table, begun - back * _DAY, begun + _DAY)
    columns = [column.name for column in TABLES[table].columns]
    return rows.select(*columns, row_key(table)).filter(pl.col("key").is_in(list(keys))).collect()


def _field(table: str, column: Column) -> Field | None:
    if column.name in _LEFT_OUT:
        return None
    if column.codes is not None and f"{table}.{column.name}" not in CODES:
        return None
    if column.name in _NAMED:
        return Field(column.name, _NAMED[column.name])
    role = "title" if column.key and column.name == TABLES[table].key[0] else "wide" if column.free else ""
    return Field(column.name, column.title.partition("（")[0], _kind(column), role)  # type: ignore[arg-type]


def _kind(column: Column) -> Kind:
    if isinstance(column.dtype, pl.Datetime):
        return "time"
    if isinstance(column.dtype, pl.Date):
        return "date"
    return "count" if column.dtype.is_integer() else "decimal" if column.dtype.is_float() else "text"


def _words(table: str, name: str, called: Names) -> pl.Expr:
    """Ids as names and codes as words; all else as it is."""
    if f"{table}.{name}" in CODES:
        return pl.col(name).cast(pl.String).replace(dict(CODES[f"{table}.{name}"]))
    known = called.by_column.get(name) if name in _NAMED else None
    return pl.col(name).replace(dict(known)) if known else pl.col(name)
