"""What can be taken along from 问题清单: the list, and the rows behind each finding, as workbooks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from cockpit import clock
from cockpit.board.findings import findings, weeks
from cockpit.board.findings_rows import NO_SUCH, findings_rows, findings_sheet
from cockpit.board.hall import local
from cockpit.board.sheet import Sheet
from cockpit.board.workbook import About, workbook
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.web import downloads

#: Kinds of downloads of this page.
LIST, ROWS = "findings", "findings-rows"
VERSION = "问题规则 2026.1"


def register() -> None:
    """Offer the downloads of 问题清单; called once when the server starts."""
    downloads.offer(LIST, _list_file, "findings")
    downloads.offer(ROWS, _rows_file, "findings")


def _list_file(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> downloads.Download:
    """The list of a week: start, end (days), and hall and problem (the kind) where only these are wanted."""
    start, end = _week(folder, asked)
    shown = findings(folder, viewer, start, end, clock.now(), hall_id=asked.get("hall", ""))
    return _file(folder, viewer, asked, findings_sheet(shown, asked.get("problem", "")), "问题清单")


def _rows_file(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> downloads.Download:
    sheet = findings_rows(folder, viewer, asked, clock.now())
    return _file(folder, viewer, asked, sheet, f"{sheet.title}明细")


def _week(folder: DataFolder, asked: Mapping[str, str]) -> tuple[dt.date, dt.date]:
    try:
        week = dt.date.fromisoformat(asked["start"]), dt.date.fromisoformat(asked["end"])
    except (KeyError, ValueError) as error:
        raise Refused(NO_SUCH) from error
    if week not in weeks(folder, clock.now()).values():
        raise Refused(NO_SUCH)
    return week


def _file(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str], sheet: Sheet, title: str) -> downloads.Download:
    last = dt.date.fromisoformat(asked["end"]) - dt.timedelta(days=1)
    period = f"{asked['start']} 至 {last}"
    made_at = local(folder, clock.now())
    scope = "全市" if viewer.sees_city else "、".join(sorted(viewer.counties or viewer.scope or ()))
    place = asked.get("hall_id") or asked.get("hall") or scope
    about = About(title, place, period, made_at, VERSION, made_at, viewer.shown_name or viewer.name)
    told = f"{title} {sheet.frame.height} 行"
    return downloads.Download(f"{title}-{asked['start']}-{last}.xlsx", workbook([sheet], about), told)
