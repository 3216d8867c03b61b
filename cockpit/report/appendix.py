"""附录: what the numbers mean, how good the data are, what has changed since it was printed, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import polars as pl

from cockpit.report.book import halls_of
from cockpit.report.model import Block, Cell, Chapter, Key, Keys, Paragraph, Points, Section, Table
from cockpit.report.numbers import COUNTS, Numbers, month_words
from cockpit.report.phrases import sentence
from cockpit.report.traceable import Figure, Name
from metrics.rates import CURRENT, rates_of
from metrics.standard import TABLES

#: A printed number is told as changed when what is printed would differ.
SHOWN = 20


def appendix(n: Numbers, chapters: Iterable[Chapter], printed: Mapping[str, float | None]) -> Chapter:
    """The chapter.

    Args:
        n: the numbers of the report.
        chapters: the report's own, whose rates are explained.
        printed: key → value of the figures printed in the report of the month before.
    """
    sections = [Section("指标口径", _definitions(chapters)), Section("数据质量", _quality(n))]
    sections.append(Section("上期数字的更正", _changed(n, printed)))
    return Chapter("口径、数据质量与更正", tuple(sections), appendix=True)


def _definitions(chapters: Iterable[Chapter]) -> tuple[Block, ...]:
    used = {figure.key.partition("@")[0].partition(":")[0] for figure in _figures(chapters)}
    rows = tuple(
        (Name(rate.name), Name(rate.meaning), Name(rate.above or "—"), Name(rate.below))
        for rate in rates_of(CURRENT)
        if rate.id in used
    )
    version = sentence(
        "definitions", "各率按指标定义 ", Name(CURRENT),
        " 版计算，先把分子、分母分别加总再相除，不对各地的率取平均；没有分母的不计算。",
        "变化小于抽样误差或近几个月惯常波动的，文中称基本持平。",
    )  # fmt: skip
    blocks: list[Block] = [Paragraph((version,))]
    if rows:
        blocks.append(Table("definitions", "本报告所用的率", ("名称", "含义", "分子", "分母"), rows, wide=True))
    return tuple(blocks)


def _figures(chapters: Iterable[Chapter]) -> Iterable[Figure]:
    for chapter in chapters:
        for section in chapter.sections:
            for block in section.blocks:
                if isinstance(block, Table):
                    yield from (cell for row in block.rows for cell in row if isinstance(cell, Figure))
                elif isinstance(block, Keys):
                    yield from (row.figure for row in block.rows if isinstance(row, Key))
                elif isinstance(block, Paragraph):
                    yield from (figure for one in block.sentences for figure in one.figures)
                elif isinstance(block, Points):
                    yield from (figure for item in block.items for one in item for figure in one.figures)


def _quality(n: Numbers) -> tuple[Block, ...]:
    rows = n.book.deliveries
    if n.scope.kind != "city":
        rows = rows.filter(pl.col("hall_id").is_in([hall.key for hall in halls_of(n.book, n.scope)]))
    sums = rows.group_by("table").agg(pl.col("rows_read", "rows_quarantined").sum()).filter(pl.col("rows_read") > 0)
    blocks: list[Block] = []
    if n.book.missing:
        blocks.append(Points(tuple((sentence(f"missing-{words}", Name(words)),) for words in n.book.missing)))
    if sums.is_empty():
        return (*blocks, Paragraph((sentence("quality-none", "本月没有按大厅归集的数据记录。"),)))
    read, held = float(sums["rows_read"].sum()), float(sums["rows_quarantined"].sum())
    whole = n.given("rows-read", "归集记录", read, "行")
    refused = n.given("rows-held", "隔离记录", held, "行")
    share = n.given("rows-held-share", "异常记录率", 100 * held / read, "%", 2)
    told = sentence("quality", "本月归集记录 ", whole, "，其中不合标准而隔离的 ", refused, "，占 ", share, "。")
    table: list[tuple[Cell, ...]] = []
    for row in sums.sort("rows_read", "table", descending=[True, False]).iter_rows(named=True):
        name, share_of = row["table"], 100 * row["rows_quarantined"] / row["rows_read"]
        title = TABLES[name].title.partition(":")[0] if name in TABLES else name
        table.append(
            (
                Name(title), n.given(f"rows-read:{name}", "归集记录", float(row["rows_read"]), "行"),
                n.given(f"rows-held:{name}", "隔离记录", float(row["rows_quarantined"]), "行"),
                n.given(f"rows-held-share:{name}", "异常记录率", share_of, "%", 2),
            )
        )  # fmt: skip
    columns = ("数据表", "归集（行）", "隔离（行）", "异常记录率（%）")
    note = "隔离的记录没有计入任何数字，可由数据管理员在数据质量页查看、改正后重新导入。"
    return (*blocks, Paragraph((told,)), Table("quality", "各数据表的归集情况", columns, tuple(table), note))


def _changed(n: Numbers, printed: Mapping[str, float | None]) -> tuple[Block, ...]:
    """Numbers of the month before that would be printed otherwise today."""
    before = Name(month_words(n.before))
    if not printed:
        return (Paragraph((sentence("restated-unknown", "没有登记过 ", before, "的报告，无从比较。"),)),)
    rows: list[tuple[Cell, ...]] = []
    for key, value in printed.items():
        name, label, place = [*key.split("@"), "", ""][:3]
        if label != n.before or place != n.scope.place:
            continue
        if name in COUNTS:
            now = n.count(name, label)
        elif (name, label, place) in n.book.rates:
            now = n.rate(name, label)
        else:
            continue
        was = replace(now, key=f"{key}#printed", value=value, numerator=None, denominator=None, small=False)
        if was.number != now.number:
            rows.append((now.name, was, replace(now, small=False)))
    if not rows:
        return (Paragraph((sentence("restated-none", before, "报告刊印的数字没有变化。"),)),)
    count = n.given("restated", "有更正的数字", float(len(rows)), "个")
    told = sentence("restated", before, "报告刊印后，补报和更正的记录改变了其中 ", count, "数字；已刊印的报告不改动。")
    columns = ("指标", "刊印时", "按现有数据")
    return (Paragraph((told,)), Table("restated", "上期数字的更正", columns, tuple(rows[:SHOWN]), with_units=True))
