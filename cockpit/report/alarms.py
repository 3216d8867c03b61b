"""预警与处置: how many incidents began, how fast people took them on, how they ended, and which were the worst."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Sequence

from alerts.catalogue import catalogue
from alerts.deeds import usefulness
from alerts.definition import CAUSES, LEVELS, SYSTEM_CAUSES
from alerts.incidents import CLOSINGS, Closing, Event, Kind
from cockpit.plain import one_line
from cockpit.records.alert_log import IncidentRecord
from cockpit.report.book import halls_of
from cockpit.report.model import Block, Cell, Chapter, Chart, Paragraph, Section, Series, Table
from cockpit.report.numbers import Numbers
from cockpit.report.phrases import Part, listed, sentence
from cockpit.report.traceable import Figure, Name, Sentence

Told = tuple[IncidentRecord, tuple[Event, ...]]
SHOWN = 8
_MINUTE, _HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
#: The worst first.
_LEVELS = (3, 2, 1)
_CAUSES = CAUSES | SYSTEM_CAUSES
_LONGEST = 60


def alarms(n: Numbers) -> Chapter:
    """The chapter; it says so where nothing was watched."""
    told = incidents_of(n)
    if not told:
        return Chapter("预警与处置", (Section("", (Paragraph((sentence("alerts-none", "本月没有预警事件记录。"),)),)),))
    sections = [Section("总体情况", (Paragraph(_counted(n, told)), *_days(n, told), *_causes(n, told)))]
    sections.append(Section("处置", (Paragraph(_handled(n, told)), *_closings(n, told), *_useful(n, told))))
    worst = _worst(n, told)
    if worst:
        sections.append(Section("影响较大的事件", (worst,)))
    return Chapter("预警与处置", tuple(sections))


def incidents_of(n: Numbers) -> list[Told]:
    """The incidents of the month at the place of the report."""
    halls = {hall.key for hall in halls_of(n.book, n.scope)}
    found = []
    for record, events in n.book.incidents:
        place = dict(record.incident.key[0])
        county = n.book.names.county(record.incident.key[0])
        if (
            n.scope.kind == "city"
            or place.get("hall_id") in halls
            or (n.scope.kind == "county" and county == n.scope.key)
        ):
            found.append((record, events))
    return found


def _counted(n: Numbers, told: Sequence[Told]) -> tuple[Sentence, ...]:
    whole = n.given("incidents", "预警事件", float(len(told)), "起")
    levels = Counter(record.incident.worst for record, _ in told)
    parts: list[list[Part]] = [
        [f"{LEVELS[level]}色 ", n.given(f"incidents:{level}", f"{LEVELS[level]}色事件", float(levels[level]), "起")]
        for level in _LEVELS
        if levels[level]
    ]
    found = [sentence("incidents", "本月发生预警事件 ", whole, "，按最高级别分，", *listed(parts), "。")]
    open_ = sum(record.incident.closed_at is None or record.incident.closed_at >= n.book.at for record, _ in told)
    if open_:
        left = n.given("incidents-open", "月末未关闭的事件", float(open_), "起")
        found.append(sentence("incidents-open", "到月末尚未关闭 ", left, "。"))
    return tuple(found)


def _days(n: Numbers, told: Sequence[Told]) -> tuple[Chart, ...]:
    if len(told) < _DRAWN:
        return ()
    days = Counter(record.incident.opened_at.astimezone(n.book.at.tzinfo).date() for record, _ in told)
    start = n.book.period.start
    labels = tuple(str(number) for number in range(1, n.book.period.days + 1))
    values = tuple(float(found) if (found := days[start.replace(day=int(label))]) else None for label in labels)
    most, count = max(days.items(), key=lambda one: (one[1], one[0]))
    alt = f"{n.here.text}每日开始的预警事件的柱形图，最多的是{most.month}月{most.day}日，{count} 起。"
    return (
        Chart("incidents-days", "days", "每日开始的预警事件", alt, "起", labels, (Series("事件", values),), decimals=0),
    )


#: With fewer a chart says no more than the sentence.
_DRAWN = 10


def _causes(n: Numbers, told: Sequence[Told]) -> tuple[Block, ...]:
    rows: list[tuple[Cell, ...]] = []
    by_cause: dict[str, list[Told]] = {}
    for record, events in told:
        by_cause.setdefault(record.incident.key[1], []).append((record, events))
    for cause, some in sorted(by_cause.items(), key=lambda one: (-len(one[1]), one[0])):
        levels = Counter(record.incident.worst for record, _ in some)
        counts = [
            n.given(
                f"incidents:{cause}:{level}", f"{_CAUSES.get(cause, cause)}{LEVELS[level]}", float(levels[level]), "起"
            )
            for level in _LEVELS
        ]
        acknowledged = _minutes_to_acknowledge(some)
        median = statistics.median(acknowledged) if acknowledged else None
        rows.append(
            (
                _CAUSES.get(cause, cause), n.given(f"incidents:{cause}", "事件", float(len(some)), "起"), *counts,
                n.given(f"acknowledged-minutes:{cause}", "签收用时中位数", median, "分钟"),
            )
        )  # fmt: skip
    levels_ = tuple(f"{LEVELS[level]}色（起）" for level in _LEVELS)
    columns = ("原因", "事件（起）", *levels_, "签收用时中位数（分钟）")
    return (Table("incident-causes", "预警事件的原因", columns, tuple(rows)),)


def _minutes_to_acknowledge(told: Sequence[Told]) -> list[float]:
    return [
        (record.incident.acknowledged_at - record.incident.opened_at) / _MINUTE
        for record, _ in told
        if record.incident.acknowledged_at is not None
    ]


def _handled(n: Numbers, told: Sequence[Told]) -> tuple[Sentence, ...]:
    minutes = _minutes_to_acknowledge(told)
    found = []
    if minutes:
        whole = n.given("incidents", "预警事件", float(len(told)), "起")
        taken = n.given("acknowledged", "有人签收的事件", float(len(minutes)), "起")
        median = n.given("acknowledged-minutes", "签收用时中位数", statistics.median(minutes), "分钟")
        found.append(
            sentence("acknowledged", "", whole, "事件中有人签收的 ", taken, "，从报警到签收的中位数为 ", median, "。")
        )
    else:
        found.append(sentence("acknowledged-none", "本月的预警事件没有人签收。"))
    lasted = [
        (cleared - record.incident.opened_at) / _MINUTE for record, events in told if (cleared := _cleared(events))
    ]
    if lasted:
        median = n.given("lasted-minutes", "持续时间中位数", statistics.median(lasted), "分钟")
        found.append(sentence("lasted", "从报警到全部恢复的中位数为 ", median, "。"))
    return tuple(found)


def _cleared(events: Sequence[Event]) -> dt.datetime | None:
    return next((event.at for event in reversed(events) if event.kind is Kind.CLEARED), None)


def _closings(n: Numbers, told: Sequence[Told]) -> tuple[Block, ...]:
    closed = Counter(record.incident.closing for record, _ in told if record.incident.closing is not None)
    if not closed:
        return ()
    whole = sum(closed.values())
    rows = tuple(
        (
            CLOSINGS[reason], n.given(f"closed:{reason.value}", CLOSINGS[reason], float(closed[reason]), "起"),
            n.given(f"closed-share:{reason.value}", f"{CLOSINGS[reason]}占比", 100 * closed[reason] / whole, "%", 1),
        )
        for reason in Closing
        if closed[reason]
    )  # fmt: skip
    return (Table("closings", "事件如何关闭", ("关闭原因", "事件（起）", "占关闭事件（%）"), rows),)


def _useful(n: Numbers, told: Sequence[Told]) -> tuple[Block, ...]:
    """How often the alerts of each indicator were worth somebody's while; the least useful first."""
    closed: dict[str, list[Closing]] = {}
    for record, _ in told:
        if record.incident.closing is not None:
            for name in {record.indicator, *(name for name, _ in record.incident.alerts)}:
                closed.setdefault(name, []).append(record.incident.closing)
    rows: list[tuple[float, str, tuple[Cell, ...]]] = []
    for name, reasons in closed.items():
        useful = usefulness(reasons)
        if useful is None or name not in catalogue():
            continue
        counts = [
            n.given(f"closed:{name}:{reason.value}", CLOSINGS[reason], float(reasons.count(reason)), "起")
            for reason in (Closing.HANDLED, Closing.FALSE, Closing.KNOWN)
        ]
        share = n.given(f"useful:{name}", f"{catalogue()[name].name}有用率", useful, "%", 1)
        rows.append((useful, name, (Name(catalogue()[name].name), *counts, share)))
    if not rows:
        return ()
    columns = ("指标", "属实已处置（起）", "误报（起）", "已知原因（起）", "有用率（%）")
    note = "有用率：属实已处置占属实已处置、误报、已知原因合计的比例；一个事件算给它带起的每一项指标。"
    return (Table("usefulness", "各指标的有用率", columns, tuple(row for _, _, row in sorted(rows)), note),)


def _worst(n: Numbers, told: Sequence[Told]) -> Table | None:
    def weight(one: Told) -> tuple[int, float, str]:
        incident, end = one[0].incident, _cleared(one[1]) or n.book.at
        return (-incident.worst, -((end - incident.opened_at) / _MINUTE), incident.id)

    rows: list[tuple[Cell, ...]] = []
    for record, events in _of_each_cause(sorted((one for one in told if one[0].incident.worst > 1), key=weight)):
        incident = record.incident
        begun = incident.opened_at.astimezone(n.book.at.tzinfo)
        end = _cleared(events)
        lasted = (end - incident.opened_at) / _HOUR if end else None
        taken = (incident.acknowledged_at - incident.opened_at) / _MINUTE if incident.acknowledged_at else None
        rows.append(
            (
                Name(one_line(n.book.names.said(incident.key[0]))), _CAUSES.get(incident.key[1], incident.key[1]),
                f"{LEVELS[incident.worst]}色", Name(f"{begun.month}月{begun.day}日 {begun:%H:%M}"),
                _minutes(n, f"incident-taken:{incident.id}", "签收用时", taken),
                n.given(f"incident-lasted:{incident.id}", "持续", lasted, "小时", 1), Name(_done(record, events)),
            )
        )  # fmt: skip
    if not rows:
        return None
    columns = ("地点或事项", "原因", "最高级别", "开始", "签收用时（分钟）", "持续（小时）", "处置")
    return Table("worst-incidents", "级别最高、持续最长的事件", columns, tuple(rows), wide=True)


def _of_each_cause(told: Sequence[Told]) -> list[Told]:
    """The first few, not more than two of a cause, so that one cause does not hide the others."""
    found: list[Told] = []
    causes: Counter[str] = Counter()
    for record, events in told:
        causes[record.incident.key[1]] += 1
        if causes[record.incident.key[1]] <= _OF_A_CAUSE:
            found.append((record, events))
    return found[:SHOWN]


_OF_A_CAUSE = 2


def _minutes(n: Numbers, key: str, name: str, value: float | None) -> Figure:
    return n.given(key, name, value, "分钟")


def _done(record: IncidentRecord, events: Sequence[Event]) -> str:
    """What people wrote last, and how it was closed."""
    said = [event.text.strip() for event in events if event.who and event.text.strip()]
    words = one_line(said[-1]) if said else ""
    shown = words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
    closing = CLOSINGS[record.incident.closing] if record.incident.closing else "未关闭"
    return f"{shown}（{closing}）" if shown else closing
