"""需要关注的事项: what in a month asks for the leaders' attention, and what is to be done about it.

Each rule looks at numbers against a target, a threshold of the catalogue of indicators or the usual spread, and says
nothing where there is nothing to say. The summary prints what was found, the outlook what is to be done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from alerts.catalogue import catalogue
from alerts.definition import LEVELS
from cockpit.records.alert_log import IncidentRecord
from cockpit.report.alarms import called, incidents_of, of_cause
from cockpit.report.book import halls_of
from cockpit.report.model import Scope
from cockpit.report.narrowed import item_figures, narrowed
from cockpit.report.numbers import ALL, NINETY, Numbers
from cockpit.report.phrases import Part, changed, listed, sentence
from cockpit.report.traceable import Figure, Name, Sentence

#: So many places are named before it says how many there are.
NAMED = 3
#: So many matters at most stand in the summary.
MOST = 6


@dataclass(frozen=True)
class Matter:
    """Something to attend to.

    Attributes:
        weight: the heaviest stands first.
        said: what was found.
        advice: what is to be done.
    """

    weight: float
    said: Sentence
    advice: Sentence


Rule = Callable[[Numbers], Iterator[Matter]]


def matters(n: Numbers) -> list[Matter]:
    """What asks for attention in the month, the heaviest first."""
    return n.kept("matters", lambda: sorted((one for rule in RULES for one in rule(n)), key=lambda one: -one.weight))


def _parts(n: Numbers) -> list[Scope]:
    """The places below the report's own: counties of a city, halls of a county."""
    if n.scope.kind == "city":
        return [Scope("county", name, name) for name in dict.fromkeys(n.book.halls["county"])]
    return halls_of(n.book, n.scope) if n.scope.kind == "county" else []


def _named(n: Numbers, rate: str, places: list[Scope]) -> list[Part]:
    """The first places with their numbers, and how many there are."""
    shown = listed([[Name(place.name), "（", n.rate(rate, scope=place), "）"] for place in places[:NAMED]])
    if len(places) > NAMED:
        shown += ["等 ", n.given(f"places:{rate}", f"{n.called(rate)}需要关注的地方", float(len(places)), "处")]
    return shown


def _below_ninety(n: Numbers) -> Iterator[Matter]:
    target = n.limit("ywtb", "省级要求", NINETY, "%")
    for rate in ("ywtb_case_rate", "ywtb_window_rate"):
        figure = n.rate(rate)
        if figure.value is not None and not figure.small and figure.value < NINETY:
            change = n.rate_change(rate)
            since = changed(change) if change.way in ("up", "down") else []
            said = sentence(
                f"matter-{rate}", figure.name, " ", figure, "，低于省级要求的 ", target, *since, "。",
                because=change.because if since else (),
            )  # fmt: skip
            advice = sentence(f"advice-{rate}", "对照未达标事项清单逐项整改，先改未走统一平台件数最多的事项。")
            yield Matter(100 + NINETY - figure.value, said, advice)
            return
    rate = "ywtb_case_rate" if n.scope.kind == "city" else "ywtb_window_rate"
    below = [
        place
        for place in _parts(n)
        if (figure := n.rate(rate, scope=place)).value is not None and not figure.small and figure.value < NINETY
    ]
    if below:
        below.sort(key=lambda place: n.rate(rate, scope=place).value or 0.0)
        whole = n.rate(rate)
        words = ["虽为 ", whole, "，但"] if whole.value is not None and whole.value >= NINETY else ["："]
        said = sentence("matter-parts", n.here, n.called(rate), *words, *_named(n, rate, below), "低于 ", target, "。")
        advice = sentence("advice-parts", "约谈未达标的地方，逐项核对没有走统一平台的事项，下月复核。")
        short = NINETY - (n.rate(rate, scope=below[0]).value or 0.0)
        yield Matter(80 + min(short, 15.0), said, advice)


def _waits(n: Numbers) -> Iterator[Matter]:
    limits = catalogue()["wait_sla_rate"].thresholds
    yellow = limits.yellow
    places = halls_of(n.book, n.scope) if n.scope.kind != "hall" else [n.scope]
    slow = [
        place
        for place in places
        if (figure := n.rate("wait_sla_rate", scope=place)).value is not None
        and not figure.small
        and figure.value < yellow
    ]
    slow.sort(key=lambda place: n.rate("wait_sla_rate", scope=place).value or 0.0)
    limit = n.limit("wait_sla_rate", "等候达标率黄色阈值", yellow, "%")
    advice = sentence(
        "advice-waits", "在取号最集中的时段增开窗口或启用潮汐窗口，引导群众错峰预约；月内复核等候达标率。"
    )
    if slow and n.scope.kind == "hall":
        said = sentence("matter-wait-here", "等候达标率 ", n.rate("wait_sla_rate"), "，低于 ", limit, "。")
        yield Matter(90, said, advice)
    elif slow:
        said = sentence("matter-waits", "等候达标率低于 ", limit, " 的大厅：", *_named(n, "wait_sla_rate", slow), "。")
        yield Matter(80 + len(slow), said, advice)
    else:
        change = n.rate_change("wait_avg")
        if change.way == "up" and (change.now.value or 0) >= _WORTH:
            said = sentence("matter-longer", "平均等候 ", change.now, *changed(change), "。", because=change.because)
            yield Matter(50, said, advice)


#: A mean wait below this is short, however it has risen.
_WORTH = 5.0


def _late(n: Numbers) -> Iterator[Matter]:
    rate, limit = n.rate("overdue_finish_rate"), catalogue()["overdue_finish_rate"].thresholds.yellow
    if rate.value is None or rate.small or rate.value < limit:
        return
    cells = narrowed(n).cells.filter(pl.col("dept_code").is_not_null())
    rows = cells.group_by("dept_code").agg(pl.col("finished_due", "finished_late").sum())
    worst = rows.sort("finished_late", "dept_code", descending=[True, False]).row(0, named=True)
    code = worst["dept_code"]
    name = Name(n.book.names.by_column.get("dept_code", {}).get(code, code))
    share = item_figures(n, f"dept:{code}", "overdue_finish_rate", worst["finished_late"], worst["finished_due"])
    late = n.given(f"finished_late:dept:{code}", "超期办结", worst["finished_late"], "件")
    yellow = n.limit("overdue_finish_rate", "超期办结率黄色阈值", limit, "%")
    said = sentence(
        "matter-late",
        "超期办结率 ",
        rate,
        "，超过 ",
        yellow,
        "；超期最多的是",
        name,
        "，",
        late,
        "，占其承诺件的 ",
        share,
        "。",
    )
    advice = sentence("advice-late", "由", name, "逐件说明超期原因，临期件提前两个工作日催办。")
    yield Matter(78 + min(rate.value, 15.0), said, advice)


def _mending(n: Numbers) -> Iterator[Matter]:
    for rate, below, above, words in (
        ("callback_rate", "bad_named", "bad_named_called", "没有回访"),
        ("rectify_on_time_rate", "bad_rectify_due", "bad_rectified", "没有按期整改"),
    ):
        figure, whole, part = n.rate(rate), n.count(below), n.count(above)
        if figure.value is None or figure.value >= ALL or whole.value is None or part.value is None:
            continue
        left = n.given(f"left:{rate}", f"{words}的差评", whole.value - part.value, "件")
        target = n.limit("mending", "要求", ALL, "%")
        where = _most_left(n, rate, below, above, left.value or 0)
        said = sentence(f"matter-{rate}", left, f"差评{words}，{figure.name} ", figure, "，要求 ", target, *where, "。")
        advice = sentence(f"advice-{rate}", f"把{words}的差评列出清单，落实到人，逐件补办并说明原因。")
        yield Matter(65 + min(10.0, left.value or 0), said, advice)


def _most_left(n: Numbers, rate: str, below: str, above: str, whole: float) -> list[Part]:
    """The hall in which most of the bad reviews were left alone; nothing where no hall stands out."""
    if n.scope.kind == "hall":
        return []
    lefts = {
        hall: (n.count(below, scope=hall).value or 0) - (n.count(above, scope=hall).value or 0)
        for hall in halls_of(n.book, n.scope)
    }
    worst = max(lefts, key=lambda hall: lefts[hall], default=None)
    if worst is None or lefts[worst] < max(_SOME, whole / 2):
        return []
    count = n.given(f"left:{rate}:{worst.key}", f"{worst.name}未处置的差评", lefts[worst], "件")
    return ["，其中", Name(worst.name), " ", count]


#: One left alone is no pattern of a hall.
_SOME = 2


def _alarms(n: Numbers) -> Iterator[Matter]:
    told = incidents_of(n)
    red = [record for record, _ in told if record.incident.worst == _RED]
    if red:
        count = n.given(f"incidents:{_RED}", f"{LEVELS[_RED]}色事件", float(len(red)), "起")
        said = sentence("matter-red", f"发生{LEVELS[_RED]}色预警事件 ", count, *_red_causes(n, red), "。")
        yield Matter(75, said, sentence("advice-red", "逐起复盘红色事件，核实原因，把有效的做法写入值班预案。"))
    ignored = [record for record, _ in told if record.incident.acknowledged_at is None]
    if len(told) >= _ENOUGH and len(ignored) > _MANY * len(told):
        left = n.given("unacknowledged", "没有人签收的事件", float(len(ignored)), "起")
        whole = n.given("incidents", "预警事件", float(len(told)), "起")
        said = sentence("matter-ignored", whole, "预警事件中有 ", left, "没有人签收。")
        yield Matter(68, said, sentence("advice-ignored", "核对值班安排和消息通道，明确每一级预警由谁签收。"))


def _red_causes(n: Numbers, red: list[IncidentRecord]) -> list[Part]:
    """What lay behind the red incidents: all of it where that is little, else the most frequent."""
    causes = Counter(record.incident.key[1] for record in red)
    if len(causes) == 1:
        return [f"，{'都是' if len(red) > 1 else '为'}{called(*causes)}"]
    named = causes.most_common(_CAUSES_NAMED)
    parts = listed([[f"{called(cause)} ", of_cause(n, cause, _RED, number)] for cause, number in named])
    return ["，其中" if len(causes) == len(named) else "，最多的是", *parts]


_RED, _ENOUGH, _MANY = 3, 10, 0.2
_CAUSES_NAMED = 2


def _reviews(n: Numbers) -> Iterator[Matter]:
    limits = catalogue()["active_review_rate"].thresholds
    rate = n.rate("review_active_rate")
    if rate.value is not None and not rate.small and rate.value < limits.yellow:
        limit = n.limit("review_active_rate", "主动评价率黄色阈值", limits.yellow, "%")
        said = sentence("matter-active", "主动评价率 ", rate, "，低于 ", limit, "。")
        yield Matter(40, said, sentence("advice-active", "在窗口和短信中主动提示评价，不得强迫，不得代评。"))
    yield from _disliked(n)
    change = n.rate_change("onsite_complaint_rate")
    if change.way == "up" and not change.now.small:
        # Told for ten thousand numbers: in a short month there may be fewer of them, and still too many.
        each = n.limit("per", "每万号", 10_000, "个")
        per = n.given("complaints-per", "每万个办完号票的现场投诉", change.now.value, "件", 2)
        was = n.given("complaints-per-before", "上月每万个办完号票的现场投诉", change.before.value, "件", 2)
        said = sentence(
            "matter-complaints", "平均每办完 ", each, "号票有现场投诉 ", per, "，上月为 ", was, "，增加明显。",
            because=change.because,
        )  # fmt: skip
        yield Matter(72, said, sentence("advice-complaints", "对现场投诉开展专题调查，找出共同的原因并限期整改。"))


def _disliked(n: Numbers) -> Iterator[Matter]:
    """Halls of which people think worse than the threshold allows; the good rate of a whole city hides them."""
    yellow = catalogue()["active_good_rate"].thresholds.yellow
    places = halls_of(n.book, n.scope) if n.scope.kind != "hall" else [n.scope]
    rates = {place: n.rate("review_good_rate", scope=place) for place in places}
    low = [place for place, rate in rates.items() if rate.value is not None and not rate.small and rate.value < yellow]
    if not low:
        return
    low.sort(key=lambda place: (rates[place].value or 0.0, place.key))
    limit = n.limit("active_good_rate", "主动评价好评率黄色阈值", yellow, "%")
    if n.scope.kind == "hall":
        said = sentence("matter-good-here", "主动评价好评率 ", rates[n.scope], "，低于 ", limit, "。")
    else:
        named = _named(n, "review_good_rate", low)
        said = sentence("matter-good", "主动评价好评率低于 ", limit, " 的大厅：", *named, "。")
    advice = sentence("advice-good", "逐件核实差评，查明群众不满意的原因，限期整改并公开结果。")
    yield Matter(70, said, advice)


def _data(n: Numbers) -> Iterator[Matter]:
    if n.book.missing:
        count = n.given("missing", "没有交齐数据的来源", float(len(n.book.missing)), "个")
        said = sentence("matter-missing", count, "来源没有交齐本月数据，有关数字偏低，详见附录。")
        yield Matter(95, said, sentence("advice-missing", "督促有关来源补报，补齐后重新生成本月报告。"))


def left_over(n: Numbers) -> Figure:
    """How many matters the summary does not name."""
    return n.given("matters-left", "其余事项", float(max(0, len(matters(n)) - MOST)), "项")


RULES: tuple[Rule, ...] = (_below_ninety, _waits, _late, _mending, _alarms, _reviews, _data)
