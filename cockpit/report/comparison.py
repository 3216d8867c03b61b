"""大厅对比: like with like, halls of one level beside each other; small numbers are marked."""

from __future__ import annotations

import statistics

from cockpit.report.book import halls_of
from cockpit.report.model import Block, Cell, Chapter, Chart, Paragraph, Scope, Section, Series, Table
from cockpit.report.numbers import LESS_IS_BETTER, NINETY, Numbers
from cockpit.report.phrases import sentence
from cockpit.report.traceable import Figure, Name, Sentence
from cockpit.watch.levels import LEVELS

#: Rates of the comparison.
RATES = (
    *("wait_avg", "wait_sla_rate", "abandon_rate", "window_saturation", "ywtb_window_rate", "one_visit_rate"),
    "review_good_rate",
)
#: With fewer other halls of its level, the middle would give one of them away.
OTHERS_ENOUGH = 3
_SHOWN = 30


def comparison(n: Numbers) -> Chapter | None:
    """The chapter; None where there is nothing to lay side by side."""
    if n.scope.kind == "hall":
        return _one(n)
    sections = []
    for level, title in LEVELS.items():
        halls = [hall for hall in halls_of(n.book, n.scope) if level_of(n, hall) == level]
        if len(halls) > 1:
            sections.append(Section(f"{title}大厅", _side_by_side(n, title, halls)))
    if not sections:
        return None
    note = sentence(
        "comparison", "各大厅只与同一层级的大厅相比，按平均等候从短到长排列；样本不足的数字只供参考，不参加比较。"
    )
    first = Section("", (Paragraph((note,)),))
    return Chapter("大厅对比", (first, *sections))


def level_of(n: Numbers, hall: Scope) -> str:
    """The level of a hall, as the data standard has it."""
    return n.book.names.levels.get(hall.key, "")


def _side_by_side(n: Numbers, title: str, halls: list[Scope]) -> tuple[Block, ...]:
    def order(hall: Scope) -> tuple[bool, float, str]:
        wait = n.rate("wait_avg", scope=hall)
        return (wait.value is None or wait.small, wait.value or 0.0, hall.key)

    ordered = sorted(halls, key=order)
    rows: list[tuple[Cell, ...]] = []
    for hall in ordered:
        begun = n.book.first_days.get(hall.key)
        since = f"（{begun.month}月{begun.day}日起）" if begun else ""
        rows.append(
            (
                Name(f"{hall.name}{since}"),
                n.per_day("called_or_abandoned", scope=hall),
                *(n.rate(rate, scope=hall) for rate in RATES),
                n.count("reviews_bad", scope=hall),
            )
        )
    rows.append(("中位数", *_middles(n, title, ordered)))
    names = tuple(f"{n.called(rate)}（{n.unit(rate)}）" for rate in RATES)
    columns = ("大厅", "日均到厅（人次）", *names, "差评（件）")
    level = level_of(n, halls[0])
    blocks: list[Block] = []
    told = _apart(n, ordered)
    if told:
        blocks.append(Paragraph(told))
    blocks.append(Table(f"halls-{level}", f"{title}大厅对比", columns, tuple(rows), wide=True))
    if n.scope.kind == "city" and level in _DRAWN and len(ordered) > OTHERS_ENOUGH:
        blocks.append(_drawn(n, title, level, ordered))
    return tuple(blocks)


#: Levels of which a chart is drawn too.
_DRAWN = ("county", "town")


def _drawn(n: Numbers, title: str, level: str, halls: list[Scope]) -> Chart:
    rate = "ywtb_window_rate"
    known = [hall for hall in halls if (figure := n.rate(rate, scope=hall)).value is not None and not figure.small]
    known.sort(key=lambda hall: (-(n.rate(rate, scope=hall).value or 0), hall.key))
    values = tuple(n.rate(rate, scope=hall).value for hall in known)
    caption = f"{title}大厅的{n.called(rate)}"
    ends = f"最高的是{known[0].name}，最低的是{known[-1].name}" if known else "没有数据"
    names = tuple(hall.name for hall in known)
    alt = f"{caption}的条形图，{ends}。"
    return Chart(
        f"ywtb-{level}", "bars", caption, alt, "%", names, (Series(n.called(rate), values),), NINETY, "省级要求"
    )  # fmt: skip


def _middles(n: Numbers, title: str, halls: list[Scope]) -> list[Cell]:
    """The middle of each column, of halls whose number rests on enough."""
    found: list[Cell] = []
    per_day = [n.per_day("called_or_abandoned", scope=hall) for hall in halls]
    found.append(_middle(n, title, "per_day", per_day))
    found.extend(_middle(n, title, rate, [n.rate(rate, scope=hall) for hall in halls]) for rate in RATES)
    return [*found, "—"]


def _middle(n: Numbers, title: str, key: str, figures: list[Figure]) -> Figure:
    known = [figure for figure in figures if figure.value is not None and not figure.small]
    value = statistics.median(figure.value or 0.0 for figure in known) if known else None
    decimals = known[0].decimals if known else 0
    return n.given(f"median:{title}:{key}", "中位数", value, figures[0].unit if figures else "", decimals)


def _apart(n: Numbers, halls: list[Scope]) -> tuple[Sentence, ...]:
    """Halls that lie far from the middle of their level in how long people wait."""
    known = [hall for hall in halls if (wait := n.rate("wait_avg", scope=hall)).value is not None and not wait.small]
    if len(known) <= OTHERS_ENOUGH:
        return ()
    values = [n.rate("wait_avg", scope=hall).value or 0.0 for hall in known]
    middle = statistics.median(values)
    spread = statistics.median(abs(value - middle) for value in values) * _MAD
    far = [hall for hall in known if (n.rate("wait_avg", scope=hall).value or 0.0) > middle + _FAR * max(spread, 1.0)]
    if not far:
        return ()
    worst = max(far, key=lambda hall: n.rate("wait_avg", scope=hall).value or 0.0)
    level = level_of(n, worst)
    title = LEVELS[level]
    many = n.given(f"apart:{title}", "等候明显偏长的大厅", float(len(far)), "个")
    median = n.given(f"median:{title}:wait_avg", "中位数", middle, "分钟", n.rate("wait_avg").decimals)
    return (
        sentence(
            f"apart-{level}", "等候明显长于同层级的有 ", many,
            "，最长的是", Name(worst.name), "，", n.rate("wait_avg", scope=worst), "，同层级的中位数为 ", median, "。",
        ),
    )  # fmt: skip


_FAR, _MAD = 3.0, 1.4826


def _one(n: Numbers) -> Chapter | None:
    """One hall beside the middle of its level; what any other hall has is not told."""
    level = level_of(n, n.scope)
    others = [hall for hall in halls_of(n.book, Scope()) if level_of(n, hall) == level and hall.key != n.scope.key]
    rows: list[tuple[Cell, ...]] = []
    for rate in RATES:
        mine = n.rate(rate)
        known = [
            figure.value
            for hall in others
            if (figure := n.rate(rate, scope=hall)).value is not None and not figure.small
        ]
        if mine.value is None or len(known) < OTHERS_ENOUGH:
            continue
        middle = n.given(
            f"median-of-others:{rate}", "同层级大厅的中位数", statistics.median(known), mine.unit, mine.decimals
        )
        less = rate in LESS_IS_BETTER
        better = sum(value < mine.value if less else value > mine.value for value in known)
        rank: Cell = n.given(f"rank:{rate}", "在同层级中的位次", float(better + 1), "")
        ranked = n.given(f"ranked:{rate}", "同层级有数据的大厅", float(len(known) + 1), "个")
        if mine.small or rate == "window_saturation":
            rank = "—"
        rows.append((n.called(rate), mine, middle, rank, ranked))
    if not rows:
        return None
    columns = ("指标", "本厅", "同层级大厅的中位数", "位次", "参加排列（个）")
    note = "同层级：大厅层级相同的大厅，不含本厅；位次从好到差；饱和度不排位次。"
    title = f"与全市{LEVELS.get(level, '同类')}大厅相比"
    return Chapter("大厅对比", (Section("", (Table("peers", title, columns, tuple(rows), note, with_units=True),)),))
