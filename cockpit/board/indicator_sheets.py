"""The tables behind a card of 指标目录: where it fires now, and what was changed about its thresholds."""

from __future__ import annotations

import datetime as dt

import polars as pl

from alerts.catalogue import catalogue
from alerts.definition import Definition
from alerts.incidents import Place
from alerts.thresholds import EDGE_NAMES
from cockpit.board.indicator_month import first_instant, sees, spells
from cockpit.board.indicators import SHOWN, changes_seen, state
from cockpit.board.sheet import Field, Sheet
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.records.alert_log import AlertLog
from cockpit.records.alert_turns import turns
from cockpit.watch.standings import from_body
from metrics.standard import TABLES

NO_SUCH = "没有这个指标；请从指标目录里的卡片进入。"
#: Place column → table and column in which its name stands.
_NAMED = {
    "hall_id": ("halls", "short_name"),
    "queue_id": ("queues", "name"),
    "window_id": ("windows", "name"),
    "item_code": ("items", "name"),
    "dept_code": ("departments", "name"),
}


def named(indicator: str) -> Definition:
    """The indicator of this id.

    Raises:
        Refused: there is none.
    """
    if indicator not in catalogue():
        raise Refused(NO_SUCH)
    return catalogue()[indicator]


def firing(folder: DataFolder, viewer: Viewer, indicator: str, now: dt.datetime) -> Sheet:
    """Where an indicator fires now, within what the viewer may see: worst level first, then the oldest.

    Raises:
        Refused: there is no such indicator.
    """
    definition, now = named(indicator), now.astimezone(folder.zone)
    log = AlertLog(folder.records.database)
    record = log.standings().get(indicator)
    rows = []
    if record is not None and state(definition, record, viewer, now).alerts:
        standing, _ = from_body(record.body, definition)
        begun = {
            spell.place: spell.begun.astimezone(now.tzinfo)
            for spell in spells(turns(folder.records.database, first_instant(now), indicator))
            if spell.until is None
        }
        flags = zip(standing.state.level, standing.state.pending, standing.state.recovering, strict=True)
        for columns, (level, pending, recovering) in zip(standing.places.to_dicts(), flags, strict=True):
            place: Place = tuple(columns.items())
            if level and sees(viewer, place):
                course = "正在恢复" if recovering else "可能升级" if pending else "持续"
                rows.append((*columns.values(), SHOWN[level].value, int(level), begun.get(place), course))
    shape: dict[str, pl.DataType | type[pl.DataType]] = {
        **dict.fromkeys(definition.grain, pl.String), "level": pl.String, "rank": pl.Int64,
        "since": pl.Datetime("us", str(now.tzinfo)), "course": pl.String,
    }  # fmt: skip
    frame = pl.DataFrame(rows, schema=shape, orient="row")
    frame = frame.sort("rank", "since", *definition.grain, descending=[True, False, *(False for _ in definition.grain)])
    said = "自何时：这次报警开始的时间；30 天以前就开始的不列时间。"
    return Sheet("正在报警的地点", _with_names(folder.lake.snapshot(), frame, definition), [
        Field("where", "地点", role="title"), Field("level", "级别", "level"), Field("since", "自何时", "time"),
        Field("course", "走势"),
    ], said)  # fmt: skip


def changes(folder: DataFolder, viewer: Viewer, indicator: str) -> Sheet:
    """What was changed about an indicator's thresholds, where the viewer sees it or everywhere; the latest first.

    Raises:
        Refused: there is no such indicator.
    """
    definition = named(indicator)
    seen = changes_seen(definition, AlertLog(folder.records.database).thresholds(), viewer)
    halls = _names(folder.lake.snapshot(), "hall_id")
    rows = [
        (
            one.effective_from.astimezone(folder.zone),
            " · ".join(halls.get(value, value) for _, value in one.place) or "全市",
            EDGE_NAMES[one.edge],
            "恢复默认" if one.value is None else f"{one.value:g}",
            one.who,
            one.why,
            one.at.astimezone(folder.zone),
        )
        for one in reversed(seen)
    ]
    time = pl.Datetime("us", str(folder.zone))
    shape: dict[str, pl.DataType | type[pl.DataType]] = {
        "since": time, "where": pl.String, "edge": pl.String, "value": pl.String, "who": pl.String, "why": pl.String,
        "at": time,
    }  # fmt: skip
    fields = [
        Field("since", "从何时起", "time"), Field("where", "范围", role="title"), Field("edge", "阈值"),
        Field("value", "改为"), Field("who", "谁改的"), Field("why", "原因", role="wide"),
        Field("at", "登记时间", "time"),
    ]  # fmt: skip
    return Sheet("阈值的改动", pl.DataFrame(rows, schema=shape, orient="row"), fields, "改动只能追加，不能修改或删除。")


def _with_names(snapshot: Snapshot, frame: pl.DataFrame, definition: Definition) -> pl.DataFrame:
    """With the column `where`: the place in words."""
    parts = [pl.col(name).replace(_names(snapshot, name)) for name in definition.grain]
    tables = (
        {name: table.title.partition(":")[0] for name, table in TABLES.items()}
        if "source_table" in definition.grain
        else {}
    )
    parts = [part.replace(tables) if tables else part for part in parts]
    return frame.with_columns(pl.concat_str(parts, separator=" · ").alias("where"))


def _names(snapshot: Snapshot, column: str) -> dict[str, str]:
    if column not in _NAMED or not snapshot.has(_NAMED[column][0]):
        return {}
    table, name = _NAMED[column]
    rows = snapshot.scan(table).select(column, name).drop_nulls().unique(column, keep="last").collect()
    return dict(rows.iter_rows())
