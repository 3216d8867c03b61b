"""问题清单 as tables: the list to take along, and the rows behind each finding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from cockpit.board.findings import Findings, count_week, weeks
from cockpit.board.sheet import Field, Sheet
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from metrics.finding import PLACE, all_findings

NO_SUCH = "这里没有这个问题的明细，或不在您负责的范围内；请从页面上的清单进入。"


def findings_rows(folder: DataFolder, viewer: Viewer, params: Mapping[str, str], now: dt.datetime) -> Sheet:
    """The rows behind one finding.

    Args:
        folder: data folder of the city.
        viewer: who asks.
        params: start, end (days), problem (the kind), and of hall_id, window_id, item_code, staff_id those that name
            the place.
        now: the present instant.

    Raises:
        Refused: the place is outside the viewer's scope, or nothing of the kind was found there; both told alike.
    """
    try:
        start, end = dt.date.fromisoformat(params["start"]), dt.date.fromisoformat(params["end"])
    except (KeyError, ValueError) as error:
        raise Refused(NO_SUCH) from error
    if (start, end) not in weeks(folder, now).values():
        raise Refused(NO_SUCH)
    kind = all_findings().get(params.get("problem", ""))
    counted = count_week(folder, start, end, now)
    here = [pl.col(f"of_{name}").eq_missing(pl.lit(params.get(name), dtype=pl.String)) for name in PLACE]
    rows = viewer.within(counted.behind.lazy(), "of_hall_id").filter(pl.col("kind") == params.get("problem"), *here)
    frame = (
        rows.collect()
        .join(counted.windows, on="window_id", how="left", maintain_order="left")
        .join(counted.items, on="item_code", how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("window", "window_id").alias("window"), pl.coalesce("item", "item_code").alias("item")
        )
    )
    if kind is None or frame.is_empty():
        raise Refused(NO_SUCH)
    fields = (
        Field("date", "日期", "date"),
        Field("subject", "票号 / 办件编号", role="title"),
        Field("window", "窗口"),
        Field("item", "事项", role="wide"),
        Field("staff_id", "人员编号"),
        Field("begin", "开始", "time"),
        Field("end", "结束", "time"),
        Field("minutes", "时长", "minutes"),
        Field("note", "说明", role="wide"),
    )
    told = tuple(field for field in fields if frame[field.name].null_count() < frame.height)
    return Sheet(kind.title, frame, told, kind.rule)


def titled(sheet: Sheet, title: str) -> Sheet:
    """The same table under another heading."""
    return Sheet(title, sheet.frame, sheet.fields, sheet.note)


def findings_sheet(shown: Findings, kind: str = "") -> Sheet:
    """The findings as a table to take along.

    Args:
        shown: the findings.
        kind: only this kind; "" = all.
    """
    rows = shown.rows.filter(pl.col("kind") == kind) if kind else shown.rows
    return Sheet(
        "问题清单",
        rows,
        (
            Field("title", "问题", role="title"),
            Field("hall", "大厅"),
            Field("county", "区县"),
            Field("where", "位置"),
            Field("what", "有多大", role="wide"),
            Field("times", "是界限的几倍", "decimal"),
            Field("since", "最早", "date"),
            Field("days", "天数", "count"),
            Field("check", "请核查", role="wide"),
        ),
        "按是界限的几倍从大到小排；“最早”是这一周里第一次出现的日期。",
    )
