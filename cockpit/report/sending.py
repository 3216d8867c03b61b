"""Sending reports (发送月报): each right report to each of its readers once, by the channels of the messages.

Before a report is sent it is written down that it is about to be; after it, how that went. Whoever is killed in between
leaves a beginning without an end: the next one sends it again, marked （补发）.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from urllib.parse import quote

from cockpit.lake.folder import DataFolder
from cockpit.records.people import line
from cockpit.records.reports import ReportRecord, Reports, Sending
from cockpit.report.making import PDF, file_of
from cockpit.report.model import TITLE
from cockpit.report.numbers import month_words
from cockpit.watch.channels import channels, send
from cockpit.watch.wording import AGAIN, harmless

#: Pauses after the first, second, … failed try; after the last one it is given up.
PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))
#: How long to wait for the other side; a mail with a report is larger than a message.
SECONDS = 60.0
_NAME_LENGTH = 40


def deliver(folder: DataFolder, now: dt.datetime, go_on: Callable[[], None] = lambda: None) -> int:
    """Send the reports that are due.

    Args:
        folder: data folder.
        now: the instant.
        go_on: called before each; raises where the caller is to stop, as when its lease was lost.

    Returns:
        How many went out.

    Raises:
        StorageError: the state database or the file of the channels failed; what was sent is written down.
    """
    reports = Reports(folder.records.database)
    due = reports.due(now)
    if not due:
        return 0
    known, contacts = channels(folder.path), {one.name: one.contact or "" for one in folder.people.accounts()}
    sent = 0
    for one in due:
        go_on()
        record = reports.get(one.report_id)
        assert record is not None
        channel = known.get(one.channel)
        if channel is None or (channel.personal and not contacts.get(one.account)):
            why = "通道没有地址" if channel is None else "账号没有联系方式"
            reports.failed(one.sending_id, why, now, given_up_at=now)
            continue
        reports.begin(one.sending_id, now)
        again = one.began_at is not None
        result = send(
            channel, contacts.get(one.account, ""), message(folder, record, again=again),
            f"report-{one.report_id}-{one.sending_id}", SECONDS, attached=file_of(folder, record, PDF),
        )  # fmt: skip
        if result.ok:
            reports.sent(one.sending_id, now)
            told = f"{record.period} {record.scope_name} 第{record.edition}版 → {one.account or one.channel}"
            folder.people.write_down(line("作业", "report.sent", told, record.fingerprint))
            sent += 1
        else:
            _later(reports, one, result.said, now)
    return sent


def message(folder: DataFolder, record: ReportRecord, *, again: bool) -> str:
    """What a reader gets beside the PDF: what it is, how far its data reach, and where it stands."""
    place = "" if record.kind == "city" else f" · {harmless(record.scope_name, _NAME_LENGTH)}"
    city = harmless(folder.city, _NAME_LENGTH)
    web = folder.settings.web
    address = f"{web.public_url or f'http://127.0.0.1:{web.port}'}/reports?report={quote(str(record.report_id))}"
    which = f"《{city}{TITLE}》{month_words(record.period)}{place}"
    first = f"{AGAIN if again else ''}{which}已生成（第 {record.edition} 版）。"
    missing = f"有 {len(record.missing)} 个来源没有交齐数据，详见附录。" if record.missing else ""
    return f"{first}\n数据截至 {record.reaches}，共 {record.pages} 页。{missing}\n{address}"


def _later(reports: Reports, one: Sending, said: str, now: dt.datetime) -> None:
    tries = one.tries + 1
    over = tries > len(PAUSES)
    retry = now + PAUSES[min(tries, len(PAUSES)) - 1]
    reports.failed(one.sending_id, said, retry, given_up_at=now if over else None)
