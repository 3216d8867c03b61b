"""The table of jobs: all that is done without anybody asking, each in one entry."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from cockpit import clock
from cockpit.intake.drop import sweep
from cockpit.intake.profile import load_profile
from cockpit.intake.sql_import import import_database
from cockpit.jobs.job import Asked, Every, Job, Monthly, MonthlyWhenReady
from cockpit.lake.folder import DataFolder
from cockpit.lake.maintenance import maintain_folder
from cockpit.records.alert_log import Book
from cockpit.records.jobs import JobRuns, Run
from cockpit.report.job import make_again, make_month, ready
from cockpit.report.sending import deliver as deliver_reports
from cockpit.watch import snapshot
from cockpit.watch.due import Due
from cockpit.watch.evaluate import Evaluator
from cockpit.watch.judging import Evaluation
from cockpit.watch.months import EVERY, MonthStore, count_ahead
from cockpit.watch.outbox import deliver
from cockpit.watch.telling import escalate
from metrics.periods import parse

#: Runs of jobs that come more often than this are kept for a short time only.
_FREQUENT, _KEPT_SHORT = dt.timedelta(minutes=5), dt.timedelta(days=2)
_MINUTE = dt.timedelta(minutes=1)
#: How often the outbox is looked into.
_SECONDS = dt.timedelta(seconds=10)
#: How often it is looked whether a month is ready to be told.
_LOOK_AGAIN = dt.timedelta(minutes=10)
_LOG = logging.getLogger("cockpit.jobs")


def job_table(folder: DataFolder, now: Callable[[], dt.datetime] = clock.now) -> list[Job]:
    """All jobs of a data folder.

    Lanes: what writes to the lake waits for its one writer, so it goes one after the other (intake). Whoever is told
    of an evaluation is told after it (watch). A service that does not answer keeps messages alone waiting (messages),
    what may take minutes keeps nobody waiting (months, reports).
    """
    settings = folder.settings.jobs
    after = dt.timedelta(seconds=settings.evaluate_after_seconds)
    work = _Work(folder, now)
    often = dt.timedelta(minutes=settings.sql_minutes)
    databases = [
        Job(f"read-{name}", f"读取 {name}", Every(often), work.reading(name), "intake") for name in settings.databases
    ]
    jobs = [
        Job("intake", "查看投递目录", Every(_MINUTE), work.sweep, "intake"),
        *databases,
        Job("maintain", "整理数据", Every(15 * _MINUTE), work.maintain, "intake", tries=2),
        Job("evaluate", "判定预警", Asked(work.due.missed, after), work.evaluate, "watch", tries=5),
        Job("tell", "逐级通知", Every(_MINUTE), work.tell, "watch"),
        Job("send", "发送消息", Every(_SECONDS), work.send, "messages"),
        Job("months", "汇总各月", Every(EVERY), work.months, "months"),
        Job("report", "生成月报", work.monthly(), work.report, "reports", tries=5, pause=10 * _MINUTE),
        Job("report-again", "重新生成月报", Every(_MINUTE), work.report_again, "reports"),
        Job("report-send", "发送月报", Every(_MINUTE), work.report_send, "reports"),
    ]
    work.frequent = [job.name for job in jobs if isinstance(job.when, Every) and job.when.every < _FREQUENT]
    return jobs


class _Work:
    """What the jobs do; what they have loaded serves the next time. Each part is used by one lane alone."""

    def __init__(self, folder: DataFolder, now: Callable[[], dt.datetime]) -> None:
        self._folder, self._now = folder, now
        self.due = Due(folder)
        self.frequent: list[str] = []
        self._evaluator = Evaluator(folder)
        self._months = MonthStore(folder.lake)
        self._looked: dict[str, tuple[dt.datetime | None, bool]] = {}

    def sweep(self, run: Run) -> str:
        """Bring in what lies in the drop folder, and say in the log what became of it."""
        run.lease.check()
        batches = refused = 0
        for drop in sweep(self._folder, clock.now()):
            if drop.refusal is not None:
                refused += 1
                _LOG.warning("%s: %s", "、".join(drop.files), drop.refusal)
            elif drop.result is not None:
                batches += 1
                rows = sum(counts.read for counts in drop.result.tables.values())
                held = sum(counts.quarantined for counts in drop.result.tables.values())
                said = "%s：读入 %d 行，隔离 %d 行（批次 %s）"
                _LOG.info(said, "、".join(drop.files), rows, held, drop.result.batch_id)
        return f"导入 {batches} 批，{refused} 次未收下。" if batches or refused else ""

    def reading(self, name: str) -> Callable[[Run], str]:
        """Bring in what changed in a database since the last time."""

        def read(run: Run) -> str:
            run.lease.check()
            profile = load_profile(name, self._folder.settings.intake.profile_dir)
            result = import_database(self._folder, profile, by="database")
            rows = sum(counts.read for counts in result.tables.values())
            held = sum(counts.quarantined for counts in result.tables.values())
            return f"读入 {rows} 行，隔离 {held} 行。"

        return read

    def maintain(self, run: Run) -> str:
        """Keep the lake small, and the record of runs."""
        run.lease.check()
        before = after = 0
        for done in maintain_folder(self._folder):
            before, after = before + done.bytes_before, after + done.bytes_after
        now = self._now()
        keep = now - dt.timedelta(days=self._folder.settings.jobs.keep_days)
        runs = JobRuns(self._folder.records.database)
        gone = runs.forget(keep, frequent=self.frequent, frequent_before=max(keep, now - _KEPT_SHORT))
        return f"数据文件 {before / 1e6:.1f} MB，整理后 {after / 1e6:.1f} MB；清除 {gone} 条旧的运行记录。"

    def evaluate(self, run: Run) -> str:
        """Evaluate one instant; that it is done is written together with what was found, or neither is."""
        cadences = self.due.cadences(run.planned_at)
        if not cadences:
            return "这一时刻已经判定过。"
        found = self._evaluator.evaluate(run.planned_at, cadences, fence=_Fence(run))
        snapshot.write(self._folder, found)
        at = run.planned_at.astimezone(self._folder.zone)
        for name, why in found.ailing.items():
            _LOG.error("%s：指标 %s 没有读出来：%s", f"{at:%Y-%m-%d %H:%M}", name, why)
        if found.changes:
            _LOG.info("判定 %s：%s", f"{at:%Y-%m-%d %H:%M}", _found(found))
        if found.events:
            escalate(self._folder, self._now(), run.lease)
        return _found(found)

    def tell(self, run: Run) -> str:
        """See whom of the ladder an incident reaches now, and put it down for sending."""
        told = escalate(self._folder, self._now(), run.lease)
        return f"通知事件 {told} 个。" if told else ""

    def send(self, run: Run) -> str:
        """Send what waits to be sent."""
        sent = deliver(self._folder, self._now(), run.lease)
        return f"发出消息 {sent} 条。" if sent else ""

    def months(self, run: Run) -> str:
        """Count the months in which something has changed, so that pages find them."""
        run.lease.check()
        count_ahead(self._months, self._folder.lake.snapshot(), self._now())
        return ""

    def monthly(self) -> MonthlyWhenReady:
        """When the month's reports are made."""
        settings = self._folder.settings.report
        waits = dt.timedelta(days=settings.wait_days + 1)
        return MonthlyWhenReady(Monthly(settings.day, settings.time), self._ready, waits)

    def _ready(self, label: str, planned: dt.datetime, now: dt.datetime) -> bool:
        """Whether a month can be told; looked at again only after a while, since the records are read for it."""
        looked_at, was = self._looked.get(label, (None, False))
        if not was and (looked_at is None or not dt.timedelta() <= now - looked_at < _LOOK_AGAIN):
            was = ready(self._folder, parse(label), planned, now)
            self._looked = {label: (now, was)}
        return was

    def report(self, run: Run) -> str:
        """Make all reports of a month."""
        return make_month(self._folder, run.key.partition(":")[2], self._now(), run.lease.check)

    def report_again(self, run: Run) -> str:
        """Make what people asked for."""
        return make_again(self._folder, self._now(), run.lease.check)

    def report_send(self, run: Run) -> str:
        """Send the reports that wait for it."""
        sent = deliver_reports(self._folder, self._now(), run.lease.check)
        return f"发出月报 {sent} 份。" if sent else ""


class _Fence:
    """An evaluation is written, and told to be done, only while its runner holds the lease."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def begin(self, book: Book) -> None:
        # Every writer of a job takes the lease's row before all others, so that no two can wait for each other.
        self._run.lease.confirm(book.connection)

    def end(self, book: Book, found: Evaluation) -> None:
        self._run.seal(book.connection, _found(found))


def _found(found: Evaluation) -> str:
    """An evaluation in one sentence."""
    ailing = f"，{len(found.ailing)} 项指标没有读出来" if found.ailing else ""
    return f"{'、'.join(found.cadences)} 级别变化 {len(found.changes)} 处，事件记录 {len(found.events)} 条{ailing}。"
