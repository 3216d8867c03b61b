"""下月展望与建议: what is to be expected of the next month, and what to do about what was found in this one."""

from __future__ import annotations

import statistics

import polars as pl

from cockpit.report.matters import matters
from cockpit.report.model import Block, Chapter, Paragraph, Points, Section
from cockpit.report.numbers import Numbers, month_words
from cockpit.report.phrases import Part, listed, sentence
from cockpit.report.traceable import Name, Sentence
from metrics.calendar import OutsideCalendar
from metrics.periods import period_of

#: What is usual is taken from so many whole months, at least so many of them.
LOOKED_AT, LEAST_MONTHS = 6, 3
_SATURDAY = 5
_NAMED = 8


def outlook(n: Numbers) -> Chapter:
    """The chapter."""
    sections = []
    told = (*_calendar(n), *_expected(n))
    if told:
        sections.append(Section("下月展望", (Paragraph(told),)))
    found = matters(n)
    advice: Block = (
        Points(tuple((one.said, one.advice) for one in found))
        if found
        else Paragraph((sentence("advice-none", "本月各项指标没有需要专门整改的事项，保持现有安排。"),))
    )
    sections.append(Section("工作建议", (advice,)))
    return Chapter("下月展望与建议", tuple(sections))


def _calendar(n: Numbers) -> tuple[Sentence, ...]:
    """Working days, days off on weekdays and work at weekends of the next month."""
    month = period_of("month", n.book.period.end)
    days = pl.date_range(month.start, month.last_day, eager=True)
    try:
        works = n.book.work.is_workday(days)
    except OutsideCalendar:
        return ()
    both = list(zip(days.to_list(), works.to_list(), strict=True))
    count = n.given("next-workdays", "下月工作日", float(sum(works.to_list())), "天")
    found = [sentence("next-workdays", Name(month_words(month.label)), "有工作日 ", count, "。")]
    off = [day for day, work in both if not work and day.weekday() < _SATURDAY]
    extra = [day for day, work in both if work and day.weekday() >= _SATURDAY]
    parts: list[Part] = []
    for named, words in ((off, "放假"), (extra, "调休上班")):
        if named:
            shown = listed([[Name(f"{day.month}月{day.day}日")] for day in named[:_NAMED]])
            parts += ["；" if parts else "其中工作日 " if words == "放假" else "周末 ", *shown, words]
    if parts:
        found.append(sentence("next-holidays", *parts, "，请提前公告服务时间，安排节前节后的窗口力量。"))
    return tuple(found)


def _expected(n: Numbers) -> tuple[Sentence, ...]:
    """How many people are to be expected, from what was usual on an open day of late."""
    label = period_of("month", n.book.period.end).label
    days = n.days(label)
    labels = [label for label in n.book.labels if n.comparable(label)][-LOOKED_AT:]
    daily = [n.per_day("called_or_abandoned", month).value for month in labels]
    known = sorted(value for value in daily if value is not None)
    if not days.value or len(known) < LEAST_MONTHS:
        return ()
    low, _, high = statistics.quantiles(known, n=4, method="inclusive")
    least = n.given("next-low", "下月到厅预计下限", _rounded(low * days.value))
    most = n.given("next-high", "下月到厅预计上限", _rounded(high * days.value), "人次")
    said = "按近几个月每个开放日的到厅人次推算，下月 "
    if least.value == most.value:
        return (sentence("next-visits", said, days, "开放日约有到厅办事 ", most, "。"),)
    return (sentence("next-visits", said, days, "开放日预计到厅办事 ", least, " 至 ", most, "。"),)


def _rounded(value: float) -> float:
    """An estimate to two figures: more would feign knowledge."""
    size = 10 ** max(0, len(str(int(value))) - 2)
    return float(round(value / size) * size)
