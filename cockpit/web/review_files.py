"""What can be taken along from 好差评 as workbooks."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit import clock
from cockpit.board import review_cases, review_numbers, review_sheets
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.web import files_made
from cockpit.web.downloads import Download, offer
from metrics.periods import Period

CASES, RATES, BEHIND, PRAISE = "review-cases", "review-rates", review_numbers.BEHIND, "review-praise"
VERSION = "各率 2026.1"
NO_SUCH = "没有这个月份或这张表；请从页面上的下载按钮进入。"


def _month(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Period:
    wanted = {month.label: month for month in review_numbers.months(folder.lake.snapshot(), clock.now())}
    if asked.get("month") not in wanted:
        raise Refused(NO_SUCH)
    return wanted[asked["month"]]


def _cases(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Download:
    now, month, at = clock.now().astimezone(folder.zone), _month(folder, viewer, asked), files_made.where(viewer, asked)
    which = asked.get("show", "open")
    if which not in review_cases.SHOWN:
        raise Refused(NO_SUCH)
    found = review_cases.cases(folder, viewer, review_cases.all_bad(folder, folder.lake.snapshot(), now), now, at)
    sheet = review_cases.sheet(review_cases.shown(found, which, month), now, whole=True)
    period = review_numbers.month_title(month) if which == "month" else "不限月份"
    return files_made.made(folder, viewer, "差评逐件", [sheet], period=period, at=at, version=VERSION)


def _rates(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Download:
    now, month, at = clock.now(), _month(folder, viewer, asked), files_made.where(viewer, asked)
    snapshot = folder.lake.snapshot()
    seen = review_numbers.seen(review_numbers.month_of(folder, snapshot, month, now), viewer, at)
    places = [review_sheets.by_place(snapshot, seen, by, whole=True) for by in review_sheets.BY]
    sheets = [*places, review_sheets.levels(seen), review_sheets.channels(seen)]
    period = review_numbers.month_title(month)
    return files_made.made(folder, viewer, "好差评各率", sheets, period=period, at=at, version=VERSION)


def _behind(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Download:
    now, month, at = clock.now().astimezone(folder.zone), _month(folder, viewer, asked), files_made.where(viewer, asked)
    rate = asked.get("rate", "")
    if rate not in review_numbers.RATES:
        raise Refused(NO_SUCH)
    snapshot = folder.lake.snapshot()
    seen = review_numbers.seen(review_numbers.month_of(folder, snapshot, month, now), viewer, at)
    sheet = review_sheets.behind(folder, snapshot, viewer, rate, seen, at, now)
    period = review_numbers.month_title(month)
    return files_made.made(folder, viewer, "好差评明细", [sheet], period=period, at=at, version=VERSION)


def _praise(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Download:
    now, month, at = clock.now(), _month(folder, viewer, asked), files_made.where(viewer, asked)
    rows = review_sheets.praise(folder, folder.lake.snapshot(), viewer, month, now, at)
    sheets = [rows, review_sheets.praise_rules(rows)]
    period = review_numbers.month_title(month)
    return files_made.made(folder, viewer, "疑似代评刷评", sheets, period=period, at=at, version=VERSION)


def register() -> None:
    """Offer the workbooks of this page."""
    for kind, maker in ((CASES, _cases), (RATES, _rates), (BEHIND, _behind), (PRAISE, _praise)):
        offer(kind, maker, "reviews")
