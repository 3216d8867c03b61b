"""The parts of 问题清单: what can be chosen, the kinds with their rules, the list, and the rows behind one finding."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl
import streamlit as st

from cockpit import clock
from cockpit.board import findings as board
from cockpit.board.findings_rows import findings_rows, titled
from cockpit.board.hall import hall_choices
from cockpit.door.viewer import Viewer
from cockpit.errors import CockpitError, StorageError
from cockpit.web import downloads, filters, findings_files, installed, tables, widgets, words
from cockpit.web.escaped import escape
from cockpit.web.reading import UNREADABLE, told_in_a_sentence
from cockpit.web.tables import Cell, Column
from metrics.finding import PLACE, all_findings

#: Findings drawn; the whole list is in the workbook.
SHOWN = 50
ALL = "all"
#: What stands between the parts of a finding's name in the address.
_JOINED = "~"


@dataclass(frozen=True)
class Chosen:
    """What the address says.

    Attributes:
        start: first day.
        end: first day no longer meant.
        hall: the hall; "" = all that the viewer may see.
        kind: the kind; "" = all.
        opened: the finding whose rows are shown, as it stands in the address; "" = none.
        address: the choices as they stand in the address, for links that keep them.
    """

    start: dt.date
    end: dt.date
    hall: str
    kind: str
    opened: str
    address: tuple[tuple[str, str], ...]


def chosen(viewer: Viewer) -> Chosen | None:
    """The filters; None, with a sentence, where there are no data."""
    try:
        folder = installed.data_folder()
        with told_in_a_sentence():
            weeks = board.weeks(folder, clock.now()) if folder is not None else {}
            halls = hall_choices(folder, viewer) if folder is not None else {}
    except CockpitError as error:
        failed(error)
        return None
    if folder is None or not weeks:
        widgets.header("问题清单", "政务服务驾驶舱", "尚无数据", "old", ["等待第一次导入"])
        widgets.empty("还没有任何数据，找不出问题；请先导入取号、在岗、办件等数据。")
        return None
    everywhere = {ALL: "全部大厅"} if len(halls) > 1 else {}
    found = filters.bar(
        filters.Choice("week", "时段", {key: _week(key, *days) for key, days in weeks.items()}, default=board.LATEST),
        filters.Choice("hall", "大厅", everywhere | halls, remembered=False),
        filters.Choice("kind", "问题", {ALL: "全部问题"} | {key: kind.title for key, kind in all_findings().items()}),
    )
    start, end = weeks[found["week"]]
    hall, kind = found.get("hall", ALL), found["kind"]
    return Chosen(
        start=start,
        end=end,
        hall="" if hall == ALL else hall,
        kind="" if kind == ALL else kind,
        opened=st.query_params.get("open", ""),
        address=tuple((key, value) for key, value in found.items() if value not in {ALL, board.LATEST}),
    )


def read(viewer: Viewer, wanted: Chosen) -> board.Findings:
    """The findings of the week chosen.

    Raises:
        CockpitError: the data cannot be read; the sentence is for people.
    """
    folder = installed.data_folder()
    if folder is None:
        raise StorageError(UNREADABLE)
    with told_in_a_sentence():
        return board.findings(folder, viewer, wanted.start, wanted.end, clock.now(), hall_id=wanted.hall)


def failed(error: CockpitError) -> None:
    """The page where the data cannot be read."""
    widgets.header("问题清单", "政务服务驾驶舱", "不可用", "old", ["数据打不开"])
    widgets.failed(error.sentence)


def head(shown: board.Findings) -> None:
    """Title, days, and how far the data reach."""
    days = f"{shown.start:%Y-%m-%d} 至 {shown.last:%Y-%m-%d}"
    said = [days, f"数据截至 {shown.last.month}月{shown.last.day}日 24:00"]
    widgets.header("问题清单", "没有预警、但彼此矛盾或不合常理的地方", "已结束的日子", "old", said)


def kinds(shown: board.Findings) -> None:
    """Every kind with how many there are; the rule of each opens below it."""
    parts = []
    for one in shown.kinds:
        amount = (
            "无数据"
            if one.count is None
            else f"{one.count} 处" + (f"，{one.halls} 个大厅" if one.halls and one.halls > 1 else "")
        )
        body = f'<p class="ck-note">规则：{escape(one.rule)}</p><p class="ck-note">怎么查：{escape(one.check)}</p>'
        parts.append(widgets.foldable(one.title, amount, body))
    note = "点开看每一种的规则和界限。它们只指出记录之间的矛盾，不等于有人做错了。"
    widgets.panel("查了什么", "".join(parts), note)


def listing(shown: board.Findings, wanted: Chosen) -> None:
    """The list, worst first; each with a link to the rows behind it."""
    rows = shown.rows.filter(pl.col("kind") == wanted.kind) if wanted.kind else shown.rows
    if rows.is_empty():
        widgets.empty("这段时间在您选择的范围内没有发现问题；可以换一个时段或大厅再看。")
        return
    columns = [
        Column("位置", "title"),
        Column("问题", "broad"),
        Column("有多大", "wide"),
        Column("界限的倍数", "number"),
        Column("最早"),
        Column("明细"),
    ]
    body = tables.table(columns, [_row(row, wanted) for row in rows.head(SHOWN).iter_rows(named=True)])
    link = downloads.link(
        findings_files.LIST, start=f"{wanted.start}", end=f"{wanted.end}", hall=wanted.hall, problem=wanted.kind
    )
    said = f"共 {words.number(rows.height)} 处" + (f"，显示前 {SHOWN} 处" if rows.height > SHOWN else "")
    foot = f'<p class="ck-foot"><span>{said}</span>{tables.download("下载全部（XLSX）", link)}</p>'
    note = "按是界限的几倍从大到小排；“最早”是这段时间里第一次出现的日期。"
    widgets.panel(f"问题（{words.number(rows.height)}）", f'<div class="ck-findings">{body}</div>{foot}', note)


def opened(shown: board.Findings, viewer: Viewer, wanted: Chosen) -> None:
    """The rows behind the finding in the address, where there is one."""
    if not wanted.opened:
        return
    params = _params(wanted)
    folder = installed.data_folder()
    try:
        if folder is None:
            raise StorageError(UNREADABLE)
        with told_in_a_sentence():
            sheet = findings_rows(folder, viewer, params, clock.now())
    except CockpitError as error:
        widgets.notice(error.sentence, "warn")
        return
    here = [pl.col(name).eq_missing(pl.lit(params.get(name), dtype=pl.String)) for name in PLACE]
    one = shown.rows.filter(pl.col("kind") == params["problem"], *here)
    where = " · ".join(filter(None, one.select("hall", "where").row(0))) if one.height else ""
    with st.container(key="opened"):
        widgets.sheet(
            titled(sheet, f"{sheet.title}：{where}" if where else sheet.title),
            rows=30,
            link=downloads.link(findings_files.ROWS, **params),
            note=f"{one['what'][0]}。请核查：{one['check'][0]}" if one.height else "",
        )


def _row(row: dict[str, object], wanted: Chosen) -> list[Cell]:
    name = _JOINED.join([str(row["kind"]), *(str(row[place] or "") for place in PLACE)])
    there = filters.address("/findings", **dict(wanted.address), open=name)
    return [
        Cell(f"{row['hall']} · {row['where'] or '全厅'}"),
        Cell(str(row["title"])),
        Cell(str(row["what"])),
        Cell(words.number(float(str(row["times"])), 1)),
        Cell(f"{row['since']:%m-%d}（{row['days']} 天）"),
        Cell("查看", href=there),
    ]


def _params(wanted: Chosen) -> dict[str, str]:
    kind, *place = wanted.opened.split(_JOINED)
    named = {name: value for name, value in zip(PLACE, place, strict=False) if value}
    return {"start": f"{wanted.start}", "end": f"{wanted.end}", "problem": kind, **named}


def _week(key: str, start: dt.date, end: dt.date) -> str:
    last = end - dt.timedelta(days=1)
    return "最近 7 天" if key == board.LATEST else f"{start.month}月{start.day}日–{last.month}月{last.day}日"
