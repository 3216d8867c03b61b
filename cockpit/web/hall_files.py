"""What can be taken along from the page of one hall: the rows behind its numbers, and its tables, as workbooks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from cockpit import clock
from cockpit.board import hall as board
from cockpit.board import hall_peers
from cockpit.board.hall_rows import hall_rows
from cockpit.board.sheet import Sheet
from cockpit.board.workbook import About, workbook
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.web import downloads

#: Kinds of downloads of this page.
ROWS, TABLE = "hall-rows", "hall-table"
VERSION = "指标定义 2026.1"
NO_SUCH = "没有这张表；请从页面上的下载按钮进入。"


def register() -> None:
    """Offer the downloads of the page of one hall; called once when the server starts."""
    downloads.offer(ROWS, _rows_file, "hall")
    downloads.offer(TABLE, _table_file, "hall")


def _rows_file(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> downloads.Download:
    sheet = hall_rows(folder, viewer, asked, clock.now())
    return _file(folder, viewer, asked["hall"], asked["day"], sheet)


def _table_file(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> downloads.Download:
    """One of the page's tables as a workbook: table, hall, day."""
    try:
        day = dt.date.fromisoformat(asked["day"])
        hall_id, wanted = asked["hall"], asked["table"]
    except (KeyError, ValueError) as error:
        raise Refused(NO_SUCH) from error
    if wanted == "peers":
        compared = hall_peers.peers(folder, viewer, hall_id, day, clock.now())
        if compared is None or compared.seen is None:
            raise Refused(NO_SUCH)
        return _file(folder, viewer, hall_id, compared.period, compared.seen)
    page = board.hall_page(folder, viewer, hall_id, day, clock.now())
    tables = {"queues": page.queues, "staff": page.staff, "devices": page.devices}
    if wanted not in tables:
        raise Refused(NO_SUCH)
    return _file(folder, viewer, hall_id, asked["day"], tables[wanted])


def _file(folder: DataFolder, viewer: Viewer, hall_id: str, period: str, sheet: Sheet) -> downloads.Download:
    name = board.hall_choices(folder, viewer).get(hall_id, hall_id)
    now = clock.now().astimezone(dt.UTC)
    made_at = board.local(folder, now)
    about = About(sheet.title, name, period, made_at, VERSION, made_at, viewer.shown_name or viewer.name)
    told = f"{hall_id} {sheet.title} {sheet.frame.height} 行"
    return downloads.Download(f"{name}-{sheet.title}-{period}.xlsx", workbook([sheet], about), told)
