"""What can be taken along from 预警处置 as workbooks."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit import clock
from cockpit.board import missed
from cockpit.board.alert_use import DAYS, use_sheet
from cockpit.board.incident_rows import behind_of
from cockpit.door.roles import Right
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.web import files_made
from cockpit.web.downloads import Download, offer

ROWS, USE, MISSED = "alert-rows", "alert-use", "alert-missed"
PAGE = "alerts"
VERSION = "预警指标 2026.1"


def _rows(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Download:
    """The rows behind an alert: incident, and alarm (its number in the list)."""
    sheets = behind_of(folder, viewer, asked, clock.now())
    return files_made.made(folder, viewer, "预警背后的记录", sheets, version=VERSION)


def _use(folder: DataFolder, viewer: Viewer, _asked: Mapping[str, str]) -> Download:
    sheet = use_sheet(folder, viewer, clock.now())
    return files_made.made(folder, viewer, "预警有用率", [sheet], period=f"最近{DAYS}天", version=VERSION)


def _missed(folder: DataFolder, viewer: Viewer, _asked: Mapping[str, str]) -> Download:
    return files_made.made(folder, viewer, "漏报登记", [missed.sheet(folder, viewer, clock.now())], version=VERSION)


def register() -> None:
    """Offer the workbooks of this page; the rows of citizens only to who may see them."""
    offer(ROWS, _rows, PAGE, Right.EVIDENCE)
    offer(USE, _use, PAGE)
    offer(MISSED, _missed, PAGE)
