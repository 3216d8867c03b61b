"""The monthly report as a job: when a month is ready, all its reports made once, what people asked for made again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from cockpit.errors import CockpitError
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.records.reports import Reports, first_batch_at
from cockpit.report.book import is_whole, missing_in
from cockpit.report.making import Maker, Work, make_all
from cockpit.watch.months import months_with_data
from metrics.periods import Period, parse

#: Who makes what nobody asked for.
RUNNER = "作业"


def ready(folder: DataFolder, period: Period, planned: dt.datetime, now: dt.datetime) -> bool:
    """Whether a month can be told: it is in the records from its first day on and every source has delivered it.

    What lacks is waited for, from when it was planned or the first data came in, as long as the settings say.

    Raises:
        StorageError: the lake or the state database cannot be read.
    """
    snapshot = folder.lake.snapshot()
    if not has_begun(snapshot, period, now):
        return False
    if is_whole(snapshot, period, now.astimezone(folder.zone).date()) and not missing_in(folder, snapshot, period):
        return True
    first = first_batch_at(folder.records.database)
    since = max(planned, first) if first else planned
    return now >= since + dt.timedelta(days=folder.settings.report.wait_days)


def has_begun(snapshot: Snapshot, period: Period, now: dt.datetime) -> bool:
    """Whether there is anything to tell of a month: it has begun, and the records not only after it.

    A month in their midst without a single record is told too: that nothing was recorded is what its report says.
    """
    known = months_with_data(snapshot, now)
    return bool(known) and min(known) <= period and period.start <= now.date()


def make_month(folder: DataFolder, label: str, now: dt.datetime, go_on: Callable[[], None]) -> str:
    """Make all reports of a month and leave them to be sent; what was made before a stop is not made again.

    Args:
        folder: data folder.
        label: the month.
        now: the present instant.
        go_on: called before each report; raises where the work is to stop.

    Returns:
        What people are told of it.

    Raises:
        StorageError: the disk, the lake or the state database failed; what was made stays made.
    """
    maker = Maker(folder, parse(label), now)
    made = list(make_all(maker, Work(f"report:{label}", RUNNER, send=True), go_on))
    wrong = sum(bool(record.faults) for record in made)
    told = f"{label} 的月报 {len(made)} 份。"
    return told + (f"其中 {wrong} 份未通过自检，没有发出。" if wrong else "")


def make_again(folder: DataFolder, now: dt.datetime, go_on: Callable[[], None]) -> str:
    """Make what people asked for, each as a new edition.

    Raises:
        StorageError: the disk, the lake or the state database failed; what was made stays made.
    """
    reports = Reports(folder.records.database)
    makers: dict[str, Maker] = {}
    waiting = reports.requests()
    for asked in waiting:
        go_on()
        try:
            if asked.period not in makers:
                makers[asked.period] = Maker(folder, parse(asked.period), now)
            maker = makers[asked.period]
            scope = next((one for one in maker.scopes if (one.kind, one.key) == (asked.kind, asked.scope_key)), None)
            if scope is None:
                reports.answered(asked.request_id, now, "这个地方在这个月没有业务，没有报告可做。")
                continue
            made = maker.make(scope, Work(f"request:{asked.request_id}", asked.who, asked.why))
        except CockpitError as error:
            reports.answered(asked.request_id, now, error.sentence)
            raise
        said = f"未通过自检：{made.faults[0]}" if made.faults else f"已生成第 {made.edition} 版。"
        reports.answered(asked.request_id, now, said)
    return f"按要求重新生成月报 {len(waiting)} 份。" if waiting else ""
