"""What can be taken along from 数据质量 and 系统管理 as workbooks."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit import clock
from cockpit.board import administration, audit, quality_score, refused, sources
from cockpit.door.roles import Right
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.records.audit_trail import Wanted
from cockpit.web import files_made
from cockpit.web.downloads import Download, offer

SOURCES, SCORES, CHECKS, REFUSED_ROWS, IMPORTS = (
    "quality-sources",
    "quality-scores",
    quality_score.BEHIND,
    "quality-rows",
    "quality-imports",
)
ACCOUNTS, AUDIT = "admin-accounts", "admin-audit"


def _sources(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Download:
    at = files_made.where(viewer, asked)
    rows = sources.sources(folder, folder.lake.snapshot(), viewer, clock.now(), at)
    sheets = [sources.by_table(rows), sources.each(rows, "all")]
    return files_made.made(folder, viewer, "来源归集情况", sheets, at=at)


def _scores(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Download:
    at = files_made.where(viewer, asked)
    found = quality_score.scores(folder, folder.lake.snapshot(), viewer, clock.now(), at)
    sheets = [quality_score.by_hall(found), quality_score.by_week(found), quality_score.checks(found)]
    return files_made.made(folder, viewer, "数据质量得分", sheets, at=at)


def _checks(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Download:
    at = files_made.where(viewer, asked)
    found = quality_score.scores(folder, folder.lake.snapshot(), viewer, clock.now(), at)
    return files_made.made(
        folder, viewer, "数据质量逐项检查", [quality_score.checks(found, asked.get("part", ""))], at=at
    )


def _rows(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Download:
    snapshot = folder.lake.snapshot()
    sheets = [refused.rows(snapshot, viewer, asked.get("table", "")), refused.reasons(snapshot, viewer)]
    return files_made.made(folder, viewer, "隔离区", sheets)


def _imports(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Download:
    sheets = [sheet for sheet in (refused.imports(folder, viewer), refused.refusals(folder, viewer)) if sheet]
    if not sheets:
        viewer.must_see(None)
    return files_made.made(folder, viewer, "导入历史", sheets)


def _accounts(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Download:
    sheets = [
        administration.accounts_sheet(folder, viewer),
        administration.walls_sheet(folder, viewer),
        administration.sessions_sheet(folder, viewer, clock.now()),
        administration.roles_sheet(),
    ]
    return files_made.made(folder, viewer, "账号和大屏", sheets)


def _audit(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Download:
    span = asked.get("span", "")
    since = audit.since(span, clock.now(), folder)
    wanted = Wanted(asked.get("who", ""), asked.get("action", ""), since)
    sheet = audit.audit_whole(folder, viewer, wanted)
    return files_made.made(folder, viewer, "审计记录", [sheet], period=audit.SPANS.get(span, ""))


def register() -> None:
    """Offer the workbooks of these pages."""
    for kind, maker in ((SOURCES, _sources), (SCORES, _scores), (CHECKS, _checks), (IMPORTS, _imports)):
        offer(kind, maker, "quality")
    offer(REFUSED_ROWS, _rows, "quality", Right.QUARANTINE)
    offer(ACCOUNTS, _accounts, "admin", Right.AUDIT)
    offer(AUDIT, _audit, "admin", Right.AUDIT)
