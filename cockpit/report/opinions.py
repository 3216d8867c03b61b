"""好差评与投诉: what people said of the service, and whether bad reviews were seen to one by one."""

from __future__ import annotations

from cockpit.report.book import halls_of
from cockpit.report.model import Block, Chapter, Chart, Paragraph, Section, Series, Table
from cockpit.report.numbers import ALL, Numbers
from cockpit.report.phrases import Part, because, both, sentence
from cockpit.report.traceable import Name, Sentence

SHOWN = 15
_MENDING = (
    ("callback_rate", "bad_named", "bad_named_called", "实名差评 ", "，已回访 ", "，回访率 "),
    (
        "rectify_on_time_rate",
        "bad_rectify_due",
        "bad_rectified",
        "整改期限在本月的差评 ",
        "，按期整改 ",
        "，按期整改率 ",
    ),
)


def opinions(n: Numbers) -> Chapter | None:
    """The chapter; None where nobody reviewed or complained."""
    if not n.count("reviews_active").value and not n.count("complaints_onsite").value:
        return None
    sections = [Section("评价", (Paragraph(_reviews(n)), *_trend(n)))]
    sections.append(Section("差评处置", _mending(n)))
    sections.append(Section("现场投诉", (Paragraph(_complaints(n)),)))
    return Chapter("好差评与投诉", tuple(sections))


def _reviews(n: Numbers) -> tuple[Sentence, ...]:
    given = n.count("reviews_active")
    if not given.value:
        return (sentence("reviews-none", "本月没有群众主动评价。"),)
    active = n.rate("review_active_rate")
    before, year = n.rate_change("review_active_rate"), n.rate_change("review_active_rate", n.year)
    parts: list[Part] = ["，主动评价率 ", active, *both(before, year)] if active.value is not None else []
    found = [sentence("reviews", "群众主动评价 ", given, *parts, "。", because=because(before, year))]
    good = n.rate("review_good_rate")
    before, year = n.rate_change("review_good_rate"), n.rate_change("review_good_rate", n.year)
    few: list[Part] = ["，件数较少，仅供参考"] if good.small else []
    found.append(
        sentence("good", "主动评价好评率 ", good, *few, *both(before, year), "。", because=because(before, year))
    )
    bad = n.count("reviews_bad")
    if bad.value:
        earlier = n.count("reviews_bad", n.before)
        since: list[Part] = ["，上月为 ", earlier] if earlier.value is not None else []
        found.append(sentence("bad", "差评 ", bad, *since, "。"))
    else:
        found.append(sentence("bad-nought", "本月没有差评。"))
    return tuple(found)


def _trend(n: Numbers) -> tuple[Chart, ...]:
    good, bad, active = (n.months(name) for name in ("review_good_rate", "reviews_bad", "review_active_rate"))
    labels = n.trend_labels
    if len(labels) < 2 or not any(value is not None for value in good):
        return ()
    last = "无数据" if good[-1] is None else f"{good[-1]:.2f}%"
    title = "主动评价好评率逐月变化"
    alt = f"{n.here.text}{title}的折线，本月 {last}。"
    charts = [Chart("good-months", "months", title, alt, "%", labels, (Series("好评率", good),), decimals=2)]
    if any(bad):
        alt = f"{n.here.text}差评数逐月折线，本月 {bad[-1] or 0:.0f} 件。"
        series = (Series("差评", bad),)
        charts.append(Chart("bad-months", "months", "差评数逐月变化", alt, "件", labels, series, decimals=0))
    if n.scope.kind == "city" and any(value is not None for value in active):
        alt = f"{n.here.text}主动评价率逐月折线。"
        series = (Series("主动评价率", active),)
        charts.append(Chart("active-months", "months", "主动评价率逐月变化", alt, "%", labels, series))
    return tuple(charts)


def _mending(n: Numbers) -> tuple[Block, ...]:
    found = []
    target = n.limit("mending", "要求", ALL, "%")
    for rate, below, above, *words in _MENDING:
        figure, whole, part = n.rate(rate), n.count(below), n.count(above)
        if not whole.value:
            continue
        verdict: list[Part] = (
            ["，达到 ", target, " 的要求"] if figure.value == ALL else ["，未达到 ", target, " 的要求"]
        )
        found.append(sentence(rate, words[0], whole, words[1], part, words[2], figure, *verdict, "。"))
    satisfied = n.rate("callback_satisfied_rate")
    if satisfied.value is not None and satisfied.denominator:
        answers = n.given("callback-answers", "回访得到答复的差评", satisfied.denominator, "件")
        found.append(
            sentence(
                "satisfied", "连同未留姓名的，回访得到答复的差评 ", answers, "，其中表示满意的占 ", satisfied, "。"
            )
        )
    if not found:
        found.append(sentence("mending-none", "本月没有需要回访或整改的差评。"))
    return (Paragraph(tuple(found)), *_places(n))


def _places(n: Numbers) -> tuple[Table, ...]:
    """Halls with bad reviews, those with the most first."""
    if n.scope.kind == "hall":
        return ()
    halls = [hall for hall in halls_of(n.book, n.scope) if n.count("reviews_bad", scope=hall).value]
    halls.sort(key=lambda hall: (-(n.count("reviews_bad", scope=hall).value or 0), hall.key))
    if not halls:
        return ()
    rows = tuple(
        (
            Name(hall.name), Name(hall.county), n.count("reviews_active", scope=hall),
            n.count("reviews_bad", scope=hall), n.rate("review_good_rate", scope=hall),
            n.rate("callback_rate", scope=hall), n.rate("rectify_on_time_rate", scope=hall),
        )
        for hall in halls[:SHOWN]
    )  # fmt: skip
    columns = ("大厅", "区县", "主动评价（件）", "差评（件）", "好评率（%）", "回访率（%）", "按期整改率（%）")
    title = "有差评的大厅" if len(halls) <= SHOWN else "差评较多的大厅"
    return (Table("bad-halls", title, columns, rows),)


def _complaints(n: Numbers) -> tuple[Sentence, ...]:
    count, rate = n.count("complaints_onsite"), n.rate("onsite_complaint_rate")
    if not count.value:
        return (sentence("complaints-nought", "本月没有现场投诉。"),)
    earlier = n.count("complaints_onsite", n.before)
    parts: list[Part] = ["，上月为 ", earlier] if earlier.value is not None else []
    ten_thousand = n.limit("per", "每万号", 10_000, "个")
    told = [sentence("complaints", "现场投诉 ", count, *parts, "。")]
    if rate.value is not None and not rate.small:
        per = n.given("complaints-per", "每万个办完号票的现场投诉", rate.value, "件", 2)
        told.append(sentence("complaint-rate", "平均每办完 ", ten_thousand, "号票有现场投诉 ", per, "。"))
    return tuple(told)
