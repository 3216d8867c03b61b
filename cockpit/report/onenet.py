"""一网通办: the three rates against what the province asks for, where they fall short, and how cases came in."""

from __future__ import annotations

import polars as pl

from cockpit.report.book import halls_of
from cockpit.report.model import Block, Cell, Chapter, Chart, Paragraph, Scope, Section, Series, Table
from cockpit.report.narrowed import LEAST_ITEM, item_figures, narrowed, panorama_of
from cockpit.report.numbers import NINETY, Numbers
from cockpit.report.phrases import because, both, listed, sentence
from cockpit.report.traceable import Figure, Name, Sentence

SHOWN = 15
_MAIN = ("ywtb_case_rate", "ywtb_window_rate")
_WAYS = (
    ("online_apply_rate", "从网上提交的占 "),
    ("full_online_rate", "全程没有跑大厅的占 "),
    ("kiosk_rate", "自助终端办理的占 "),
    ("cross_region_rate", "跨区通办的占 "),
)
_ELSEWHERE = (
    ("platform_dept", "部门自建系统"), ("platform_manual_backfill", "事后补录"), ("platform_unknown", "来源不明"),
)  # fmt: skip


def onenet(n: Numbers) -> Chapter | None:
    """The chapter; None where no case counts for it."""
    if not n.count("scope").value:
        return None
    sections = [Section("三个一网通办率", (Paragraph(_rates(n)), *_trend(n), *_places(n)))]
    items = _items(n)
    if items:
        sections.append(Section("未达标事项", items))
    ways = _ways(n)
    if ways:
        sections.append(Section("办理渠道", (Paragraph(ways),)))
    return Chapter("一网通办", tuple(sections))


def _rates(n: Numbers) -> tuple[Sentence, ...]:
    found = []
    target = n.limit("ywtb", "省级要求", NINETY, "%")
    for rate in _MAIN:
        figure = n.rate(rate)
        if figure.value is None:
            continue
        before, year = n.rate_change(rate), n.rate_change(rate, n.year)
        words = "达到" if figure.value >= NINETY else "未达到"
        rule = f"{rate}-small" if figure.small else rate
        parts = ["，件数较少，仅供参考"] if figure.small else [f"，{words}省级要求的 ", target]
        found.append(
            sentence(rule, figure.name, " ", figure, *parts, *both(before, year), "。", because=because(before, year))
        )
    items = n.rate("ywtb_items_on_target")
    if items.denominator:
        good = n.given("items-good", "达标事项", items.numerator, "个")
        every = n.given("items-counted", "计入的事项", items.denominator, "个")
        least = n.limit("item-cases", "计入的最少件数", LEAST_ITEM, "件")
        before, year = n.rate_change("ywtb_items_on_target"), n.rate_change("ywtb_items_on_target", n.year)
        since = [] if items.small else both(before, year)
        found.append(
            sentence(
                "items", "受理满 ", least, "的 ", every, "事项中，单事项一网通办率达标的 ", good, "，占 ", items,
                *since, "。", because=because(before, year) if since else (),
            )
        )  # fmt: skip
    unknown = n.count("scope_unknown")
    low, high = n.rate("ywtb_case_rate_low"), n.rate("ywtb_case_rate_high")
    if unknown.value and low.value is not None and high.value is not None:
        found.append(
            sentence("unknown", "另有 ", unknown, "来源不明，计入与否使一网通办办件率在 ", low, " 到 ", high, " 之间。")
        )
    elsewhere = _elsewhere(n)
    if elsewhere:
        found.append(sentence("elsewhere", "没有走统一平台的受理件中，", *listed(elsewhere), "。"))
    return tuple(found)


def _elsewhere(n: Numbers) -> list[list[str | Figure | Name]]:
    cells = panorama_of(n).cells
    found: list[list[str | Figure | Name]] = []
    for column, name in _ELSEWHERE:
        count = int(cells[column].sum())
        if count:
            found.append([f"{name} ", n.given(column, name, float(count), "件")])
    return found


def _trend(n: Numbers) -> tuple[Chart, ...]:
    cases, windows = (n.months(rate) for rate in _MAIN)
    if len(n.trend_labels) < 2 or not any(value is not None for value in cases):
        return ()
    series = (Series("一网通办办件率", cases), Series("大厅窗口收件率", windows, "before"))
    last = " 和 ".join("无数据" if values[-1] is None else f"{values[-1]:.1f}%" for values in (cases, windows))
    alt = f"{n.here.text}一网通办办件率和大厅窗口收件率逐月折线，本月分别为 {last}，要求不低于 90%。"
    title = "一网通办办件率与大厅窗口收件率逐月变化"
    return (Chart("ywtb-months", "months", title, alt, "%", n.trend_labels, series, NINETY, "省级要求"),)


def _places(n: Numbers) -> tuple[Block, ...]:
    """Counties, or halls of a county, now and a month before."""
    if n.scope.kind == "hall":
        return ()
    if n.scope.kind == "city":
        places, rate = [Scope("county", name, name) for name in dict.fromkeys(n.book.halls["county"])], _MAIN[0]
    else:
        places, rate = halls_of(n.book, n.scope), _MAIN[1]
    places = [place for place in places if n.rate(rate, scope=place).value is not None]
    places.sort(key=lambda place: (-(n.rate(rate, scope=place).value or 0), place.key))
    if len(places) < 2:
        return ()
    below = [place for place in places if (n.rate(rate, scope=place).value or 0) < NINETY]
    below = [place for place in below if not n.rate(rate, scope=place).small]
    kind = "区县" if n.scope.kind == "city" else "大厅"
    blocks: list[Block] = []
    if below:
        parts = listed([[Name(place.name), " ", n.rate(rate, scope=place)] for place in reversed(below)])
        blocks.append(Paragraph((sentence("places-below", f"{n.called(rate)}未达到省级要求的{kind}：", *parts, "。"),)))
    now = tuple(n.rate(rate, scope=place).value for place in places)
    before = tuple(n.rate(rate, n.before, place).value for place in places)
    series = (Series("上月", before, "before"), Series("本月", now))
    title = f"各{kind}{n.called(rate)}（本月与上月）"
    alt = f"{title}，最高的是{places[0].name}，{now[0] or 0:.1f}%，最低的是{places[-1].name}，{now[-1] or 0:.1f}%。"
    names = tuple(place.name for place in places)
    blocks.append(Chart("ywtb-places", "dumbbell", title, alt, "%", names, series, NINETY, "省级要求"))
    return tuple(blocks)


def _items(n: Numbers) -> tuple[Block, ...]:
    """Items below the target, those first that hold back the rate most."""
    sums = narrowed(n).cells.group_by("item_code", "dept_code").agg(pl.col("scope", "scope_y").sum())
    sums = sums.group_by("item_code").agg(pl.col("dept_code").first(), pl.col("scope", "scope_y").sum())
    rows = sums.filter(pl.col("scope") >= LEAST_ITEM, pl.col("scope_y") * 10 < pl.col("scope") * 9)
    rows = rows.with_columns((pl.col("scope") - pl.col("scope_y")).alias("outside"))
    rows = rows.sort("outside", "item_code", descending=[True, False])
    if rows.is_empty():
        return ()
    items, departments = (n.book.names.by_column.get(column, {}) for column in ("item_code", "dept_code"))
    table: list[tuple[Cell, ...]] = []
    for row in rows.head(SHOWN).iter_rows(named=True):
        code = row["item_code"]
        table.append(
            (
                Name(items.get(code, code)), Name(departments.get(row["dept_code"], row["dept_code"] or "—")),
                n.given(f"scope:item:{code}", "受理", row["scope"], "件"),
                n.given(f"outside:item:{code}", "未走统一平台", row["outside"], "件"),
                item_figures(n, f"item:{code}", "ywtb_case_rate", row["scope_y"], row["scope"], least=LEAST_ITEM),
            )
        )  # fmt: skip
    count = n.given("items-below", "未达标事项", float(rows.height), "个")
    outside = n.given("items-below-outside", "未达标事项未走统一平台的件", float(rows["outside"].sum()), "件")
    told = sentence("items-below", "未达标事项 ", count, "，未走统一平台的共 ", outside, "；影响最大的见下表。")
    columns = ("事项", "部门", "受理（件）", "未走统一平台（件）", "一网通办率（%）")
    return (Paragraph((told,)), Table("items-below", "影响一网通办率最大的事项", columns, tuple(table)))


def _ways(n: Numbers) -> tuple[Sentence, ...]:
    found = []
    for rate, words in _WAYS:
        figure = n.rate(rate)
        if figure.value is None or figure.small:
            continue
        before, year = n.rate_change(rate), n.rate_change(rate, n.year)
        found.append(sentence(rate, words, figure, *both(before, year), "。", because=because(before, year)))
    return tuple(found)
