"""排队与窗口效能: how long people waited, when and where, and how busy the windows were."""

from __future__ import annotations

from collections import Counter

import polars as pl

from cockpit.report.book import halls_of, holds
from cockpit.report.model import Block, Chapter, Chart, Paragraph, Section, Series, Table
from cockpit.report.numbers import Numbers
from cockpit.report.overall import days_of
from cockpit.report.phrases import WEEKDAYS, Part, because, both, clock_words, sentence
from cockpit.report.traceable import Name, Sentence

#: A wait up to this is what people are promised.
PROMISED = 25
#: Above this no more windows stand idle; below, they do.
FULL, IDLE = 85.0, 40.0
SHOWN = 10


def queues(n: Numbers) -> Chapter | None:
    """The chapter; None where nobody took a ticket."""
    if not n.count("called_or_abandoned").value:
        return None
    sections = [Section("等候与弃号", (Paragraph(_waiting(n)), *_wait_trend(n)))]
    heat = _heat(n)
    if heat is not None:
        sections.append(heat)
    sections.append(Section("窗口", _windows(n)))
    if n.scope.kind != "hall":
        worst = _longest(n)
        if worst:
            sections.append(Section("等候较长的大厅", worst))
    return Chapter("排队与窗口效能", tuple(sections))


def _waiting(n: Numbers) -> tuple[Sentence, ...]:
    found = []
    before, year = n.rate_change("wait_avg"), n.rate_change("wait_avg", n.year)
    wait, most = n.rate("wait_avg"), n.rate("wait_p90")
    if wait.value is not None:
        ranked: list[Part] = ["，九成群众等候不超过 ", most] if most.value is not None else []
        found.append(
            sentence("wait", "平均等候 ", wait, *both(before, year), *ranked, "。", because=because(before, year))
        )
    in_time = n.rate("wait_sla_rate")
    if in_time.value is not None:
        change = n.rate_change("wait_sla_rate")
        limit = n.limit("wait", "等候承诺", PROMISED, "分钟")
        parts = both(change, n.rate_change("wait_sla_rate", n.year))
        found.append(
            sentence("wait-sla", "等候不超过 ", limit, "的占 ", in_time, *parts, "。", because=because(change))
        )
    lost = n.rate("abandon_rate")
    if lost.value is not None:
        change = n.rate_change("abandon_rate")
        parts = both(change, n.rate_change("abandon_rate", n.year))
        found.append(sentence("abandon", "弃号过号率 ", lost, *parts, "。", because=because(change)))
    return tuple(found)


def _wait_trend(n: Numbers) -> tuple[Chart, ...]:
    labels, values = n.trend_labels, n.months("wait_avg")
    if len(labels) < 2 or not any(values):
        return ()
    known = [value for value in values if value is not None]
    ends = f"最高 {max(known):.1f} 分钟，最低 {min(known):.1f} 分钟，本月 {known[-1]:.1f} 分钟"
    alt = f"{n.here.text}平均等候逐月折线：{ends}。"
    return (Chart("wait-months", "months", "平均等候逐月变化", alt, "分钟", labels, (Series("平均等候", values),)),)


def _heat(n: Numbers) -> Section | None:
    """When people come, by weekday and half hour."""
    inside = n.book.slots.join(n.book.halls.select("hall_id", "county"), on="hall_id").filter(holds(n.scope))
    sums = inside.group_by("weekday", "slot").agg(pl.col("taken", "calls").sum(), pl.col("wait").sum())
    sums = sums.filter(pl.col("taken") > 0)
    if sums.is_empty():
        return None
    # Holidays are no quiet Mondays: only days on which somebody took a number are counted.
    times = Counter(day.isoweekday() for day in days_of(n)["date"].to_list())
    slots = list(range(sums["slot"].min(), sums["slot"].max() + 1, 30))  # type: ignore[arg-type, operator]
    cells = {(row["weekday"], row["slot"]): row for row in sums.iter_rows(named=True)}
    rows = tuple(
        Series(
            f"星期{WEEKDAYS[weekday - 1]}",
            tuple(
                cells[weekday, slot]["taken"] / times[weekday] if (weekday, slot) in cells else None for slot in slots
            ),
        )
        for weekday in sorted(times)
    )
    busiest = max(cells.values(), key=lambda row: row["taken"] / times[row["weekday"]])
    day, slot = busiest["weekday"], busiest["slot"]
    when = Name(f"星期{WEEKDAYS[day - 1]} {clock_words(slot)}—{clock_words(slot + 30)}")
    most = n.given("busiest-slot", "最忙半小时的取号", busiest["taken"] / times[day], "个", 1)
    told: list[Sentence] = [sentence("busiest-slot", "取号最集中的是", when, "，平均 ", most, "。")]
    slow = [row for row in cells.values() if row["calls"] >= _CALLS_ENOUGH]
    if slow:
        worst = max(slow, key=lambda row: row["wait"] / row["calls"])
        at = Name(
            f"星期{WEEKDAYS[worst['weekday'] - 1]} {clock_words(worst['slot'])}—{clock_words(worst['slot'] + 30)}"
        )
        longest = n.given("slowest-slot", "等候最长半小时的平均等候", worst["wait"] / worst["calls"], "分钟", 1)
        told.append(sentence("slowest-slot", "等候最长的是", at, " 叫到的群众，平均 ", longest, "。"))
    alt = f"{n.here.text}每个星期几、每半小时平均取号数的方格图，最多的是{when.text}。"
    chart = Chart(
        "arrivals-heat", "heat", "取号在一周中的分布", alt, "个", tuple(clock_words(slot) for slot in slots), rows,
        note="每格为本月同一星期几、有人取号的日子里同一半小时的平均取号数。",
    )  # fmt: skip
    return Section("忙闲时段", (Paragraph(tuple(told)), chart))


#: Calls without which a half hour's mean wait says little.
_CALLS_ENOUGH = 50


def _windows(n: Numbers) -> tuple[Block, ...]:
    found: list[Sentence] = []
    full = n.rate("window_saturation")
    if full.value is not None:
        before, year = n.rate_change("window_saturation"), n.rate_change("window_saturation", n.year)
        found.append(
            sentence(
                "saturation",
                "窗口开放时间中有 ",
                full,
                "在办业务",
                *both(before, year),
                "。",
                because=because(before, year),
            )
        )
    handle = n.rate("handle_avg")
    if handle.value is not None:
        before = n.rate_change("handle_avg")
        parts = both(before, n.rate_change("handle_avg", n.year))
        found.append(sentence("handle", "每个号平均办理 ", handle, *parts, "。", because=because(before)))
    halls = {hall.key for hall in halls_of(n.book, n.scope)}
    tidal = sum(minutes for hall, minutes in n.book.tidal.items() if hall in halls)
    if tidal >= 60:
        hours = n.given("tidal-hours", "潮汐窗口开放", tidal / 60, "小时")
        found.append(sentence("tidal", "潮汐窗口共开放 ", hours, "。"))
    if not found:
        found.append(sentence("windows-none", "本月没有窗口开放记录。"))
    groups = (
        n.book.windows.filter(pl.col("hall_id").is_in(list(halls)))
        .group_by("service_group")
        .agg(pl.col("open", "busy").sum())
    )
    shown = groups.filter(pl.col("open") >= 60).with_columns((100 * pl.col("busy") / pl.col("open")).alias("rate"))
    blocks: list[Block] = [Paragraph(tuple(found))]
    if shown.height > 1:
        rows = shown.sort("rate", "service_group", descending=[True, False]).head(15)
        names, values = tuple(rows["service_group"].to_list()), tuple(rows["rate"].to_list())
        alt = f"各业务组饱和度的条形图，最高的是{names[0]}，{values[0]:.1f}%，最低的是{names[-1]}，{values[-1]:.1f}%。"
        blocks.append(
            Chart(
                "saturation-groups", "bars", "各业务组窗口饱和度", alt, "%", names, (Series("饱和度", values),), FULL,
                "偏满", note="饱和度：窗口忙碌时间占开放时间的比例。",
            )
        )  # fmt: skip
    return tuple(blocks)


def _longest(n: Numbers) -> tuple[Block, ...]:
    halls = [
        hall for hall in halls_of(n.book, n.scope) if not (wait := n.rate("wait_avg", scope=hall)).small and wait.value
    ]
    halls.sort(key=lambda hall: (-(n.rate("wait_avg", scope=hall).value or 0), hall.key))
    if len(halls) < 3:
        return ()
    rows = tuple(
        (
            Name(hall.name), Name(hall.county), n.count("calls", scope=hall), n.rate("wait_avg", scope=hall),
            n.rate_change("wait_avg", scope=hall).signed, n.rate("wait_p90", scope=hall),
            n.rate("wait_sla_rate", scope=hall), n.rate("abandon_rate", scope=hall),
            n.rate("window_saturation", scope=hall),
        )
        for hall in halls[:SHOWN]
    )  # fmt: skip
    columns = (
        *("大厅", "区县", "叫号（人次）", "平均等候（分钟）", "较上月（分钟）", "九成不超过（分钟）"),
        *("等候达标率（%）", "弃号过号率（%）", "饱和度（%）"),
    )  # fmt: skip
    longest = halls[: 2 * SHOWN]
    values = tuple(n.rate("wait_avg", scope=hall).value for hall in longest)
    earlier = tuple(n.rate("wait_avg", n.before, hall).value for hall in longest)
    alt = f"平均等候最长的大厅本月与上月的对比，最长的是{longest[0].name}，{values[0] or 0:.1f} 分钟。"
    chart = Chart(
        "wait-halls", "dumbbell", "平均等候较长的大厅（本月与上月）", alt, "分钟", tuple(hall.name for hall in longest),
        (Series("上月", earlier, "before"), Series("本月", values)),
    )  # fmt: skip
    table = Table("longest-waits", "平均等候较长的大厅", columns, rows, wide=True)
    return (chart, table)
