"""What the workbooks of several pages share: which state of the data they are made of, and their first sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from cockpit import clock
from cockpit.board.review_numbers import Where
from cockpit.board.sheet import Sheet
from cockpit.board.workbook import About, workbook
from cockpit.door.scope import known_halls
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.watch.freshness import freshness
from cockpit.web.downloads import Download


def where(viewer: Viewer, asked: Mapping[str, str]) -> Where:
    """What of the city the address asks for.

    Raises:
        Refused: a hall or county that the viewer may not see; said alike for those that do not exist.
    """
    county, hall = asked.get("county", ""), asked.get("hall", "")
    if hall:
        viewer.must_see(hall)
    if county and not viewer.sees_county(county):
        viewer.must_see("")
    return Where("" if hall else county, hall)


def made(
    folder: DataFolder,
    viewer: Viewer,
    title: str,
    sheets: Sequence[Sheet],
    *,
    period: str = "",
    at: Where | None = None,
    version: str = "数据标准 2026.1",
) -> Download:
    """Tables as a workbook for whoever asks."""
    now = clock.now().astimezone(folder.zone)
    scope = _scope(folder, viewer, at or Where())
    reaches = freshness(folder, folder.lake.snapshot(), now).reaches
    about = About(title, scope, period or "全部", reaches, version, now, viewer.shown_name or viewer.name)
    told = "、".join(f"{sheet.title} {sheet.frame.height} 行" for sheet in sheets)
    name = "-".join(part for part in (folder.city, title, period or _day(now)) if part)
    return Download(f"{name}.xlsx", workbook(sheets, about), told)


def _scope(folder: DataFolder, viewer: Viewer, at: Where) -> str:
    names: dict[str, str] = dict(known_halls(folder).select("hall_id", "short_name").iter_rows())
    if at.hall:
        return names.get(at.hall, at.hall)
    if at.county:
        return at.county
    if viewer.sees_city:
        return folder.city
    if viewer.counties:
        return "、".join(sorted(viewer.counties))
    return "、".join(names.get(hall, hall) for hall in sorted(viewer.scope or ()))


def _day(now: datetime) -> str:
    return f"{now:%Y-%m-%d}"
