"""月报: the editions of each month's reports, what they said, and two months side by side as far as one sees."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cockpit.door.readers import may_read, readable_report
from cockpit.door.viewer import Viewer
from cockpit.errors import StorageError
from cockpit.lake.folder import DataFolder
from cockpit.records.reports import ReportRecord, ReportRequest, Reports, Sending
from cockpit.report.making import DOCUMENT, read_file
from cockpit.report.stored import FORM

FAILED, SENT, ON_THE_WAY, NOT_SENT, KEPT = "未通过自检", "已发送", "正在发送", "没有送达", "自检通过，未发送"
KINDS = {"city": "全市", "county": "县（市、区）", "hall": "大厅"}


@dataclass(frozen=True)
class Entry:
    """A report in the list: its latest edition.

    Attributes:
        record: the edition.
        state: whether it was sent, in words.
        editions: how many editions there are.
        asked: somebody asked for it to be made again, and it is not made yet.
    """

    record: ReportRecord
    state: str
    editions: int
    asked: ReportRequest | None = None


@dataclass(frozen=True)
class Reading:
    """One edition as it is read.

    Attributes:
        entry: the edition, with its state.
        document: what it said, as `report.stored.document`.
        editions: all editions of this report, the latest first.
        others: the latest right editions of other months of the same place, the latest month first.
        sendings: who was sent it, or is to be.
    """

    entry: Entry
    document: Mapping[str, Any]
    editions: tuple[ReportRecord, ...]
    others: tuple[ReportRecord, ...]
    sendings: tuple[Sending, ...]


@dataclass(frozen=True)
class Compared:
    """A key figure in two months.

    Attributes:
        name: Chinese name.
        value: as printed in the report that is read.
        other: as printed in the other one.
        change: the difference with its sign, in the unit; 百分点 for rates; "—" where either has no data.
    """

    name: str
    value: str
    other: str
    change: str


def months(folder: DataFolder, viewer: Viewer) -> list[str]:
    """Labels of the months of which the viewer may read a report, the latest first."""
    seen = (record.period for record in Reports(folder.records.database).all() if may_read(viewer, record))
    return list(dict.fromkeys(seen))


def listed(folder: DataFolder, viewer: Viewer, period: str) -> list[Entry]:
    """The latest edition of each report of a month that the viewer may read: the city, the counties, the halls.

    Raises:
        StorageError: the state database cannot be read.
    """
    reports = Reports(folder.records.database)
    found: dict[tuple[str, str], list[ReportRecord]] = {}
    for record in reports.all(period):
        if may_read(viewer, record):
            found.setdefault((record.kind, record.scope_key), []).append(record)
    sendings = reports.sendings([editions[0].report_id for editions in found.values()])
    asked = {(one.kind, one.scope_key): one for one in reports.requests() if one.period == period}
    entries = [
        Entry(editions[0], _state(editions[0], sendings), len(editions), asked.get(place))
        for place, editions in found.items()
    ]
    order = list(KINDS)
    return sorted(entries, key=lambda one: (order.index(one.record.kind), one.record.county, one.record.scope_key))


def reading(folder: DataFolder, viewer: Viewer, report_id: int) -> Reading:
    """One edition with all that it said.

    Raises:
        Refused: there is none, or the viewer may not read it; said alike.
        StorageError: its file is not there any more, or the state database cannot be read.
    """
    record = readable_report(folder, viewer, report_id)
    reports = Reports(folder.records.database)
    editions = tuple(reports.editions(record.period, record.kind, record.scope_key))
    others: dict[str, ReportRecord] = {}
    for one in reports.all():
        same = (one.kind, one.scope_key) == (record.kind, record.scope_key)
        if same and one.period != record.period and not one.faults:
            others.setdefault(one.period, one)
    sendings = tuple(reports.sendings([report_id]))
    mine = (record.period, record.kind, record.scope_key)
    asked = next((one for one in reports.requests() if (one.period, one.kind, one.scope_key) == mine), None)
    entry = Entry(record, _state(record, sendings), len(editions), asked)
    return Reading(entry, said(folder, record), editions, tuple(others.values()), sendings)


def said(folder: DataFolder, record: ReportRecord) -> Mapping[str, Any]:
    """What an edition said, with every number as it was printed.

    Raises:
        StorageError: its file is not there any more, or is damaged.
    """
    try:
        found: dict[str, Any] = json.loads(read_file(folder, record, DOCUMENT))
    except ValueError as error:
        raise StorageError(f"{record.period} 的报告文件损坏；请重新生成这份报告。") from error
    if found.get("form") != FORM:
        raise StorageError(f"{record.period} 的报告文件是别的版本写的，页面读不了；请下载 PDF，或重新生成。")
    return found


def compared(document: Mapping[str, Any], other: Mapping[str, Any]) -> list[Compared]:
    """The key figures of two reports of one place, as they were printed; those that either does not have are left out.

    Args:
        document: the report that is read.
        other: that of another month.
    """
    there = {_name(row["key"]): row for row in _keys(other)}
    found = []
    for row in _keys(document):
        match = there.get(_name(row["key"]))
        if match is None:
            continue
        now, then = document["figures"].get(row["key"]), other["figures"].get(match["key"])
        if now is not None and then is not None:
            found.append(Compared(row["name"], row["value"], match["value"], _change(now, then)))
    return found


def _keys(document: Mapping[str, Any]) -> list[dict[str, str]]:
    sections = [section for chapter in document["chapters"] for section in chapter["sections"]]
    blocks = [block for section in sections for block in section["blocks"] if block["kind"] == "keys"]
    return [row for block in blocks for row in block["rows"]]


def _name(key: str) -> str:
    """What a figure counts, without its month: 取号人次@2026-10@city is tickets@city."""
    name, *rest = key.split("@")
    return "@".join((name, *rest[1:]))


def _change(now: Mapping[str, Any], then: Mapping[str, Any]) -> str:
    """The difference of two numbers before rounding, as the report's own 环比 is; printed as finely as they were."""
    if now["value"] is None or then["value"] is None:
        return "—"
    places = max(_places(now["shown"]), _places(then["shown"]))
    change = now["value"] - then["value"]
    number = f"{change:+,.{places}f}".replace("-", "−")
    if not number.strip("+−0.,"):
        number = number.lstrip("+−")
    unit = "个百分点" if now["unit"] == "%" else now["unit"]
    return f"{number} {unit}".strip()


def _places(shown: str) -> int:
    digits = "".join(sign for sign in shown if sign.isdigit() or sign == ".")
    return len(digits.partition(".")[2])


def _state(record: ReportRecord, sendings: Sequence[Sending]) -> str:
    if record.faults:
        return FAILED
    mine = [one for one in sendings if one.report_id == record.report_id]
    if not mine:
        return KEPT
    if any(one.sent_at is None and one.given_up_at is None for one in mine):
        return ON_THE_WAY
    return SENT if all(one.sent_at is not None for one in mine) else NOT_SENT


def made_said(record: ReportRecord, zone: dt.tzinfo) -> str:
    """When and by whom an edition was made, and why."""
    at = f"{record.made_at.astimezone(zone):%Y-%m-%d %H:%M} 由{record.made_by}生成"
    return f"{at}；原因：{record.why}" if record.why else at
