"""办件与时限: how cases were done, how fast, and which were late."""

from __future__ import annotations

import polars as pl

from cockpit.report.model import Block, Cell, Chapter, Chart, Paragraph, Section, Series, Table
from cockpit.report.narrowed import item_figures, narrowed, spent
from cockpit.report.numbers import LEAST, Numbers
from cockpit.report.phrases import because, both, sentence
from cockpit.report.traceable import Name, Sentence

SHOWN = 10
_RATES = (
    ("instant_rate", "受理当天办结的占 "),
    ("auto_rate", "系统自动办结的占 "),
    ("one_visit_rate", "群众最多跑一次的占 "),
    ("early_finish_rate", "承诺件提前办结的占 "),
)


def casework(n: Numbers) -> Chapter | None:
    """The chapter; None where no case was taken in or done."""
    if not n.count("finished").value and not n.count("accepted").value:
        return None
    sections = [Section("办结情况", (Paragraph(_finished(n)), *_trend(n)))]
    sections.append(Section("时限执行", _deadlines(n)))
    return Chapter("办件与时限", tuple(sections))


def _finished(n: Numbers) -> tuple[Sentence, ...]:
    found = []
    done = n.count("finished")
    before, year = n.count_change("finished"), n.count_change("finished", n.year)
    found.append(
        sentence(
            "finished", "本月办结办件 ", done, *both(before, year, count=True), "。", because=because(before, year)
        )
    )
    for rate, words in _RATES:
        figure = n.rate(rate)
        if figure.value is None or figure.small:
            continue
        before, year = n.rate_change(rate), n.rate_change(rate, n.year)
        found.append(sentence(rate, words, figure, *both(before, year), "。", because=because(before, year)))
    used, allowed, cases = spent(n)
    if used.value is not None and (cases.value or 0) >= LEAST:
        found.append(
            sentence("days-used", "承诺件半数在 ", used, "内办结，承诺时限的中位数为 ", allowed, "。", because=(cases,))
        )
    return tuple(found)


def _trend(n: Numbers) -> tuple[Chart, ...]:
    labels, values = n.trend_labels, n.months("early_finish_rate")
    visits = n.months("one_visit_rate")
    if len(labels) < 2 or not any(value is not None for value in visits):
        return ()
    alt = (
        f"{n.here.text}跑一次实现率和承诺件提前办结率逐月折线，本月分别为 {_said(visits[-1])} 和 {_said(values[-1])}。"
    )
    series = (Series("跑一次实现率", visits), Series("提前办结率", values, "before"))
    return (Chart("speed-months", "months", "跑一次实现率与提前办结率逐月变化", alt, "%", labels, series),)


def _said(value: float | None) -> str:
    return "无数据" if value is None else f"{value:.1f}%"


def _deadlines(n: Numbers) -> tuple[Block, ...]:
    found: list[Sentence] = []
    late, due, rate = n.count("finished_late"), n.count("finished_due"), n.rate("overdue_finish_rate")
    if rate.value is None:
        return (Paragraph((sentence("late-none", "本月没有办结有时限的承诺件。"),)),)
    before, year = n.rate_change("overdue_finish_rate"), n.rate_change("overdue_finish_rate", n.year)
    if late.value:
        parts = ("办结有时限的承诺件 ", due, "，其中超期 ", late, "，超期办结率 ", rate)
        found.append(sentence("late", *parts, *both(before, year), "。", because=because(before, year)))
    else:
        found.append(sentence("late-nought", "办结有时限的承诺件 ", due, "，全部在时限内办结。"))
    delay = n.rate("accept_delay_rate")
    if delay.value is not None and not delay.small:
        before, year = n.rate_change("accept_delay_rate"), n.rate_change("accept_delay_rate", n.year)
        words = "提交后到下一工作日结束仍未受理或答复的占 "
        found.append(sentence("delay", words, delay, *both(before, year), "。", because=because(before, year)))
    blocks: list[Block] = [Paragraph(tuple(found))]
    values = n.months("overdue_finish_rate")
    if len(n.trend_labels) > 1 and any(value is not None for value in values):
        alt = f"{n.here.text}超期办结率逐月折线，本月 {_said(values[-1])}。"
        series = (Series("超期办结率", values),)
        chart = Chart("late-months", "months", "超期办结率逐月变化", alt, "%", n.trend_labels, series, decimals=2)
        blocks.append(chart)
    return (*blocks, *_departments(n), *_items(n))


def _departments(n: Numbers) -> tuple[Table, ...]:
    """Departments with late cases, those with the most first."""
    cells = narrowed(n).cells.filter(pl.col("dept_code").is_not_null())
    counts = ("finished", "finished_due", "finished_late", "submitted", "submitted_delayed")
    sums = cells.group_by("dept_code").agg(pl.col(counts).sum()).filter(pl.col("finished_late") > 0)
    rows = sums.sort("finished_late", "dept_code", descending=[True, False]).head(SHOWN)
    if rows.is_empty():
        return ()
    titles = n.book.names.by_column.get("dept_code", {})
    table: list[tuple[Cell, ...]] = []
    for row in rows.iter_rows(named=True):
        code = row["dept_code"]
        place = f"dept:{code}"
        late = item_figures(n, place, "overdue_finish_rate", row["finished_late"], row["finished_due"])
        slow = item_figures(n, place, "accept_delay_rate", row["submitted_delayed"], row["submitted"])
        table.append(
            (
                Name(titles.get(code, code)), n.given(f"finished:{place}", "办结办件", row["finished"], "件"),
                n.given(f"finished_due:{place}", "有时限的承诺件", row["finished_due"], "件"),
                n.given(f"finished_late:{place}", "超期办结", row["finished_late"], "件"), late, slow,
            )
        )  # fmt: skip
    columns = ("部门", "办结（件）", "有时限的承诺件（件）", "超期办结（件）", "超期办结率（%）", "受理迟延率（%）")
    return (Table("late-departments", "超期办结较多的部门", columns, tuple(table)),)


def _items(n: Numbers) -> tuple[Table, ...]:
    """Items with late cases, those with the most first."""
    sums = narrowed(n).cells.group_by("item_code").agg(pl.col("finished_due", "finished_late").sum())
    rows = sums.filter(pl.col("finished_late") > 0, pl.col("item_code").is_not_null())
    rows = rows.sort("finished_late", "item_code", descending=[True, False]).head(SHOWN)
    if rows.is_empty():
        return ()
    titles = n.book.names.by_column.get("item_code", {})
    table: list[tuple[Cell, ...]] = []
    for row in rows.iter_rows(named=True):
        place = f"item:{row['item_code']}"
        table.append(
            (
                Name(titles.get(row["item_code"], row["item_code"])),
                n.given(f"finished_due:{place}", "有时限的承诺件", row["finished_due"], "件"),
                n.given(f"finished_late:{place}", "超期办结", row["finished_late"], "件"),
                item_figures(n, place, "overdue_finish_rate", row["finished_late"], row["finished_due"]),
            )
        )
    columns = ("事项", "有时限的承诺件（件）", "超期办结（件）", "超期办结率（%）")
    return (Table("late-items", "超期办结较多的事项", columns, tuple(table)),)
