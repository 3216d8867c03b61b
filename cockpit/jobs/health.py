"""Whether the jobs are being done, as `doctor` tells it: who does them, how each went last, what is overdue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from cockpit.intake.health import Finding
from cockpit.jobs.job import LEASE, STREAK, Every, Job
from cockpit.lake.folder import DataFolder
from cockpit.records.jobs import OUTCOMES, JobRuns, RunRecord
from cockpit.records.lease import holder

_START = "请用 run 或 schedule 启动作业进程"


def job_findings(folder: DataFolder, jobs: Sequence[Job], now: dt.datetime) -> list[Finding]:
    """The runner, and each job; where no job was ever done there is only the one sentence that says so."""
    runs = JobRuns(folder.records.database)
    runner = _runner(folder, runs, jobs, now)
    if not any(runs.latest(job.name) for job in jobs):
        return [runner]
    return [runner, *(_job(runs, job, now, folder.zone) for job in jobs)]


def _runner(folder: DataFolder, runs: JobRuns, jobs: Sequence[Job], now: dt.datetime) -> Finding:
    held = holder(folder.records.database, LEASE)
    last = max((run.started_at for job in jobs for run in runs.latest(job.name)), default=None)
    if held is None and last is None:
        return Finding("作业进程", True, f"还没有启动过；{_START}，数据才会自动导入、预警才会自动判定。")
    said = f"最近一次作业 {_when(last, now, folder.zone)}" if last else "还没有做过作业"
    if held is None:
        return Finding("作业进程", False, f"没有在运行，{said}；{_START}。")
    who = f"主机 {held.machine} 进程 {held.process}"
    if held.dead or held.until < now:
        return Finding("作业进程", False, f"{who} 已经不在，没有别的进程接手，{said}；{_START}。")
    left = (held.until - now).total_seconds()
    return Finding("作业进程", True, f"{who} 正在工作，{said}，租期还有 {left:.0f} 秒。")


def _job(runs: JobRuns, job: Job, now: dt.datetime, zone: ZoneInfo) -> Finding:
    ended = runs.latest(job.name, ended=True)
    failed = len(runs.failing(job.name))
    late = _late(runs, job, now, zone)
    said = _told(ended[0], now, zone) if ended else "还没有做完过一次。"
    if failed >= STREAK:
        return Finding(job.title, False, f"已连续失败 {failed} 次；{said}")
    if late is not None:
        return Finding(job.title, False, f"{_when(late, now, zone)} 就该做的还没有做，请检查作业进程；{said}")
    return Finding(job.title, True, said)


def _told(run: RunRecord, now: dt.datetime, zone: ZoneInfo) -> str:
    """How a run went."""
    seconds = (run.finished_at - run.started_at).total_seconds() if run.finished_at else 0.0
    said = f"最近一次 {_when(run.planned_at, now, zone)} {OUTCOMES[run.outcome]}，用时 {seconds:.1f} 秒"
    return f"{said}：{run.said}" if run.said else f"{said}。"


def _late(runs: JobRuns, job: Job, now: dt.datetime, zone: ZoneInfo) -> dt.datetime | None:
    """Since when a piece of work has been overdue; None where none is."""
    limit = now - job.when.patience
    if isinstance(job.when, Every):
        last = runs.latest(job.name)
        return last[0].planned_at + job.when.every if last and last[0].planned_at < limit else None
    waiting = (piece.at for piece in job.due(now, zone) if not runs.is_over(job.key(piece), job.tries))
    return next((at for at in waiting if at < limit), None)


def _when(at: dt.datetime, now: dt.datetime, zone: ZoneInfo) -> str:
    """An instant, without its date where that is today's."""
    there = at.astimezone(zone)
    return f"{there:%H:%M}" if there.date() == now.astimezone(zone).date() else f"{there:%Y-%m-%d %H:%M}"
