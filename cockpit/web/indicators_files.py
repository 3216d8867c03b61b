"""What can be taken along from 指标目录 as workbooks."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit import clock
from cockpit.board import indicator_sheets
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.web import files_made
from cockpit.web.downloads import Download, offer

FIRING, CHANGES = "indicator-firing", "indicator-changes"
PAGE = "indicators"
VERSION = "预警指标 2026.1"


def _firing(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Download:
    name = asked.get("indicator", "")
    sheet = indicator_sheets.firing(folder, viewer, name, clock.now())
    title = f"{indicator_sheets.named(name).name}报警地点"
    return files_made.made(folder, viewer, title, [sheet], version=VERSION)


def _changes(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Download:
    name = asked.get("indicator", "")
    sheet = indicator_sheets.changes(folder, viewer, name)
    title = f"{indicator_sheets.named(name).name}阈值改动"
    return files_made.made(folder, viewer, title, [sheet], version=VERSION)


def register() -> None:
    """Offer the workbooks of this page."""
    offer(FIRING, _firing, PAGE)
    offer(CHANGES, _changes, PAGE)
