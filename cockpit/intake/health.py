"""Whether an installation is healthy, as `doctor` tells it."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass

import polars as pl

from cockpit import clock
from cockpit.intake.privacy import load_hasher
from cockpit.lake.folder import DataFolder

#: Free space below which the next batches may not fit (bytes).
LOW_SPACE = 2 << 30
#: So long before a year begins its official working days should have been brought in.
WORKDAYS_DUE = dt.timedelta(days=31)


@dataclass(frozen=True)
class Finding:
    """One thing looked at: its name, whether it is well, and a sentence with the next step."""

    subject: str
    healthy: bool
    sentence: str


def findings(folder: DataFolder) -> list[Finding]:
    """Everything `doctor` looks at."""
    return [_age(folder), _space(folder), _database(folder), _key(folder), _quarantine(folder), _workdays(folder)]


def _age(folder: DataFolder) -> Finding:
    batches = folder.records.batches(1)
    if not batches:
        return Finding("数据", False, "还没有导入过数据；请用 import 导入，或用 demo 建立演示城市。")
    minutes = (clock.now() - batches[0].finished_at).total_seconds() / 60
    stale = minutes > folder.settings.web.stale_minutes
    said = f"最近一批 {batches[0].finished_at.astimezone(folder.zone):%Y-%m-%d %H:%M}（{batches[0].profile}）"
    return Finding("数据", not stale, said + ("；已久未更新，请检查接口或投递目录。" if stale else "。"))


def _space(folder: DataFolder) -> Finding:
    free = shutil.disk_usage(folder.path).free
    low = free < LOW_SPACE
    return Finding(
        "磁盘", not low, f"{folder.path} 可用 {free / (1 << 30):.1f} GB" + ("；请清理或扩容。" if low else "。")
    )


def _database(folder: DataFolder) -> Finding:
    heads = folder.records.heads()
    return Finding("状态数据库", True, f"{folder.records.database.shown}，已登记 {len(heads)} 张数据表。")


def _key(folder: DataFolder) -> Finding:
    known = folder.records.installation().get("hmac_key")
    now = load_hasher(folder.path, create=False).fingerprint
    if known is None or known == now:
        return Finding("散列密钥", True, "与首次导入时一致。" if known else "首次导入时生成。")
    return Finding("散列密钥", False, "与首次导入时不同，新旧记录里的同一申请人将对不上；请恢复原来的密钥。")


def _quarantine(folder: DataFolder) -> Finding:
    rows = int(folder.lake.snapshot().quarantine().select(pl.len()).collect().item())
    return Finding(
        "隔离区", rows == 0, f"{rows:,} 行待处理；请用 quarantine 查看原因。" if rows else "没有待处理的行。"
    )


def _workdays(folder: DataFolder) -> Finding:
    days = folder.lake.snapshot().scan("workdays").filter("provisional").select(pl.col("date").dt.year()).unique()
    years = sorted(days.collect().to_series())
    if not years:
        return Finding("工作日", True, "均为正式安排。")
    said = "、".join(str(year) for year in years)
    # Next year's days off are made public in late autumn; only then is there anything to bring in.
    due = (clock.now().astimezone(folder.zone) + WORKDAYS_DUE).year
    if years[0] > due:
        return Finding("工作日", True, f"{said} 年的放假安排尚未公布，暂按周一至周五计；公布后请导入 workdays 表。")
    return Finding("工作日", False, f"{said} 年按周一至周五暂定；请导入 workdays 表补上正式安排。")
