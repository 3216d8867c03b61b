"""摘要: the month on one page, with key figures and what needs the leaders' attention."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from cockpit.report.changes import Change
from cockpit.report.matters import MOST, left_over, matters
from cockpit.report.model import Block, Chapter, Key, Keys, Paragraph, Points, Section
from cockpit.report.numbers import COUNTS, TARGETS, Numbers, month_words
from cockpit.report.phrases import Part, because, changed, sentence
from cockpit.report.traceable import Figure, Name, Sentence

KEYS = (
    *("called_or_abandoned", "accepted", "finished", "wait_avg", "wait_sla_rate", "ywtb_case_rate"),
    *("ywtb_window_rate", "ywtb_items_on_target", "one_visit_rate", "overdue_finish_rate", "review_good_rate"),
    *("callback_rate", "rectify_on_time_rate"),
)
#: Counts that are told in sentences beside the rates.
_RATES = ("wait_avg", "ywtb_case_rate", "ywtb_items_on_target", "overdue_finish_rate", "review_good_rate")


def summary(n: Numbers) -> Chapter:
    """The chapter."""
    rows = tuple(row for name in KEYS if (row := _key(n, name)) is not None)
    blocks: list[Block] = [Paragraph(_overview(n))]
    if rows:
        blocks.append(Keys("主要指标", rows))
    found = matters(n)
    items: list[tuple[Sentence, ...]] = [(one.said,) for one in found[:MOST]]
    left = left_over(n)
    if left.value:
        items.append((sentence("matters-left", "另有 ", left, "，见下月展望与建议。"),))
    attention: Block = (
        Points(tuple(items)) if items else Paragraph((sentence("matters-none", "本月没有需要特别关注的事项。"),))
    )
    return Chapter("摘要", (Section("", tuple(blocks)), Section("需要关注的事项", (attention,))))


def _overview(n: Numbers) -> tuple[Sentence, ...]:
    month = Name(month_words(n.label))
    visits, accepted, finished = (n.count(name) for name in ("called_or_abandoned", "accepted", "finished"))
    told: list[Part] = []
    if visits.value:
        change = n.count_change("called_or_abandoned")
        told += ["到厅办事 ", visits, *_daily(change)]
    if accepted.value or finished.value:
        told += ["；" if told else "", "受理办件 ", accepted, "，办结 ", finished]
    if not told:
        return (sentence("summary-none", month, n.here, "没有取号和办件记录。"),)
    found = [*_partial(n), sentence("summary-volumes", month, "，", n.here, *told, "。")]
    for rate in _RATES:
        figure = n.rate(rate)
        if figure.value is None or figure.small:
            continue
        change = n.rate_change(rate)
        if change.way in ("up", "down"):
            words = changed(change)
            found.append(sentence(f"summary-{rate}", figure.name, " ", figure, *words, "。", because=because(change)))
    return tuple(found)


def _partial(n: Numbers) -> tuple[Sentence, ...]:
    """What has to be said first of a month of which the records tell only a part."""
    day = min(n.book.at, n.book.reaches or n.book.at).date()
    if n.book.at.date() < n.book.period.end:
        return (sentence("summary-running", "本月尚未结束，以下数字截至", Name(f"{day.month}月{day.day}日"), "。"),)
    first = n.book.days["date"].min()
    if n.comparable(n.label) or not isinstance(first, dt.date):
        return ()
    return (sentence("summary-begun", "记录从", Name(f"{first.month}月{first.day}日"), "开始，以下数字不是全月的。"),)


def _daily(change: Change) -> list[Part]:
    if change.way in ("up", "down"):
        way = "增长" if change.way == "up" else "减少"
        return [f"，按开放日计较上月{way} ", change.by]
    return ["，按开放日计与上月基本持平"] if change.way == "same" else []


def _key(n: Numbers, name: str) -> Key | None:
    if name in COUNTS:
        figure = n.count(name)
        if not figure.value:
            return None
        changes = n.count_change(name, total=True), n.count_change(name, n.year, total=True)
    else:
        figure = n.rate(name)
        if figure.value is None:
            return None
        changes = n.rate_change(name), n.rate_change(name, n.year)
    asked = TARGETS.get(name)
    target = _target(n, name, asked)
    verdict: Literal["", "达标", "未达标"] = ""
    if asked is not None:
        verdict = "达标" if figure.value >= asked else "未达标"
    return Key(figure, changes[0].signed, changes[1].signed, target, verdict, n.months(name))


def _target(n: Numbers, name: str, asked: float | None) -> Figure | None:
    if asked is None:
        return None
    return (
        n.limit("ywtb", "省级要求", asked, "%") if name.startswith("ywtb") else n.limit("mending", "要求", asked, "%")
    )
