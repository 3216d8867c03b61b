"""What can be taken along from 一网通办 and 办件全景 as workbooks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from cockpit import clock
from cockpit.board.case_rows import LISTED
from cockpit.board.month_counts import REMARK
from cockpit.board.onenet import ROWS as ONENET_ROWS
from cockpit.board.onenet import onenet
from cockpit.board.onenet_tables import TITLES
from cockpit.board.panorama import panorama_view
from cockpit.board.panorama_numbers import ROWS as PANORAMA_ROWS
from cockpit.board.sheet import Field, Sheet
from cockpit.board.workbook import About, workbook
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.web import case_reading
from cockpit.web.downloads import Download, offer

ONENET, PANORAMA = "onenet", "panorama"
VERSION = "各率 2026.1"
_TREND = (
    Field("month", "月份", "date", role="title"),
    Field("value", "本期", "decimal"),
    Field("last_year", "去年同期", "decimal"),
)


def _onenet(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Download:
    q = case_reading.ask(folder, viewer, asked)
    counts = case_reading.counts_for(folder, q)
    view = onenet(folder, q.snapshot, viewer, counts, q.span, q.where, item=q.item)
    trends = [Sheet(f"{TITLES[name]}：近 13 个月", view.trends[name], _TREND) for name in view.trends]
    places = [view.places] if view.places is not None else []
    items = [replace(sheet, title=f"{TITLES[name]}：各事项") for name, sheet in view.items.items()]
    sheets = [*places, *items, *trends]
    return _book(folder, viewer, "一网通办", sheets, view.place, view.period, view.reaches, view.item)


def _panorama(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Download:
    q = case_reading.ask(folder, viewer, asked)
    counts = case_reading.counts_for(folder, q)
    view = panorama_view(folder, q.snapshot, viewer, counts, q.span, q.where, theme=q.theme)
    trends = [("受理：近 13 个月", view.accepted), ("办结：近 13 个月", view.finished)]
    sheets = [*view.tables, *(Sheet(title, frame, _TREND) for title, frame in trends if frame is not None)]
    return _book(folder, viewer, "办件全景", sheets, view.place, view.period, view.reaches, view.theme)


def _rows(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Download:
    q = case_reading.ask(folder, viewer, asked)
    sheet = case_reading.rows_of(folder, viewer, asked, LISTED)
    counted = [month.counted_at for month in case_reading.counts_for(folder, q).months.values()]
    return _book(folder, viewer, sheet.title, [sheet], q.where.title, q.span.title, max(counted, default=None))


def _book(
    folder: DataFolder, viewer: Viewer, title: str, sheets: list[Sheet], place: str, period: str,
    as_of: dt.datetime | None, about: str = "",
) -> Download:  # fmt: skip
    made_at = clock.now().astimezone(folder.zone)
    where = "，".join(filter(None, (folder.city, place, about)))
    told = About(title, where, period, as_of and as_of.astimezone(folder.zone), VERSION, made_at, viewer.shown_name)
    content = workbook([_remarked(sheet) for sheet in sheets], told)
    rows = sum(sheet.frame.height for sheet in sheets)
    return Download(f"{title}-{place}-{period}.xlsx", content, f"{title}，{where}，{period}，{rows} 行")


def _remarked(sheet: Sheet) -> Sheet:
    """With the remark on small samples, wherever there is one."""
    if REMARK in sheet.fields or "remark" not in sheet.frame.columns:
        return sheet
    return replace(sheet, fields=[*sheet.fields, REMARK])


def register() -> None:
    """Offer the workbooks of both pages."""
    for kind, maker in ((ONENET, _onenet), (ONENET_ROWS, _rows)):
        offer(kind, maker, "onenet")
    for kind, maker in ((PANORAMA, _panorama), (PANORAMA_ROWS, _rows)):
        offer(kind, maker, "panorama")
