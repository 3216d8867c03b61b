"""总体情况: how many people came, how many cases were taken in and done, on which days and in which counties."""

from __future__ import annotations

import polars as pl

from cockpit.report.book import halls_of, holds
from cockpit.report.model import Chapter, Chart, Paragraph, Scope, Section, Series, Table
from cockpit.report.numbers import Numbers, month_words
from cockpit.report.phrases import Part, because, both, day_words, sentence
from cockpit.report.traceable import Figure, Name, Sentence
from metrics.periods import parse

#: A day is told as a peak when it has so many times the mean of the open days.
PEAK = 1.25
_VOLUMES = ("called_or_abandoned", "accepted", "finished")


def overall(n: Numbers) -> Chapter:
    """The chapter."""
    sections = [Section("业务总量", (Paragraph(_volumes(n)), *_trends(n)))]
    days = _by_day(n)
    if days is not None:
        sections.append(days)
    if n.scope.kind != "hall" and (places := _places(n)).rows:
        sections.append(Section("各地情况", (places,)))
    return Chapter("总体情况", tuple(sections))


def days_of(n: Numbers) -> pl.DataFrame:
    """date, taken of the place, every day of the month on which somebody took a ticket."""
    inside = n.book.days.join(n.book.halls.select("hall_id", "county"), on="hall_id").filter(holds(n.scope))
    return inside.group_by("date").agg(pl.col("taken").sum()).filter(pl.col("taken") > 0).sort("date")


def _volumes(n: Numbers) -> tuple[Sentence, ...]:
    found = []
    month = Name(month_words(n.label))
    days = n.days()
    if n.scope.kind == "hall":
        found.append(sentence("overall-open", month, n.here, "开放 ", days, "。"))
    else:
        halls = n.given("halls", "有业务的大厅", float(len(halls_of(n.book, n.scope))), "个")
        found.append(sentence("overall-open", month, n.here, "有 ", halls, "大厅对外服务，开放 ", days, "。"))
    for name in _VOLUMES:
        total, daily = n.count(name), n.per_day(name)
        if not total.value:
            continue
        before, year = n.count_change(name), n.count_change(name, n.year)
        changes = both(before, year, count=True)
        more = ["，按开放日计日均 ", daily, *changes] if daily.value is not None else []
        found.append(sentence(f"overall-{name}", total.name, " ", total, *more, "。", because=because(before, year)))
    if len(found) == 1:
        found.append(sentence("overall-none", "本月没有取号和办件记录。"))
    return tuple(found)


def _trends(n: Numbers) -> tuple[Chart, ...]:
    charts = []
    labels = tuple(n.trend_labels)
    visits = n.months("called_or_abandoned")
    if len(labels) > 1 and any(visits):
        charts.append(
            Chart(
                "visits-months", "months", "到厅办事人次逐月变化", _told(n, "到厅办事人次", labels, visits), "人次",
                labels, (Series("到厅办事", visits),), note="到厅办事：叫到号的和没有等到就离开的合计。", decimals=0,
            )
        )  # fmt: skip
    taken, done = n.months("accepted"), n.months("finished")
    if len(labels) > 1 and any(taken):
        charts.append(
            Chart(
                "cases-months", "months", "受理、办结办件逐月变化", _told(n, "受理办件", labels, taken), "件",
                labels, (Series("受理", taken), Series("办结", done, "before")), decimals=0,
            )
        )  # fmt: skip
    return tuple(charts)


def _told(n: Numbers, what: str, labels: tuple[str, ...], values: tuple[float | None, ...]) -> str:
    """What a line over months shows, in words."""
    known = [(label, value) for label, value in zip(labels, values, strict=True) if value is not None]
    if not known:
        return f"{n.here.text}{what}，没有数据。"
    (most, high), (least, low) = max(known, key=lambda one: one[1]), min(known, key=lambda one: one[1])
    return (
        f"{n.here.text}{what}从{month_words(known[0][0])}到{month_words(known[-1][0])}的折线："
        f"最高是{month_words(most)}的 {high:,.0f}，最低是{month_words(least)}的 {low:,.0f}，本月 {known[-1][1]:,.0f}。"
    )


def _by_day(n: Numbers) -> Section | None:
    days = days_of(n)
    if days.is_empty():
        return None
    found = []
    most = days.sort("taken", descending=True).row(0, named=True)
    mean = days["taken"].mean()
    assert isinstance(mean, float)
    peak = _day_figure(n, most["date"], most["taken"])
    if days.height >= _DAYS_ENOUGH:
        times = n.given("peak-times", "最忙一天为日均的倍数", most["taken"] / mean, "倍", 1)
        parts: list[Part] = ["，为开放日日均的 ", times] if most["taken"] > PEAK * mean else []
        found.append(sentence("days-peak", "取号最多的是", day_words(most["date"]), "，共 ", peak, *parts, "。"))
    labels = tuple(str(day) for day in range(1, n.book.period.days + 1))
    by_day = dict(days.iter_rows())
    values = tuple(
        float(by_day[day]) if (day := n.book.period.start.replace(day=int(label))) in by_day else None
        for label in labels
    )
    alt = f"{n.here.text}{month_words(n.label)}每日取号数的柱形图，最多的是{day_words(most['date']).text}。"
    chart = Chart(
        "tickets-days", "days", "每日取号数", alt, "个", labels,
        (Series("取号", values),), marks=_marks(n), note="没有柱形的日子不开放，或没有人取号。", decimals=0,
    )  # fmt: skip
    return Section("逐日人流", (*((Paragraph(tuple(found)),) if found else ()), chart))


_DAYS_ENOUGH = 3


def _day_figure(n: Numbers, day: object, value: float) -> Figure:
    return n.given(f"taken:{day}", "取号", float(value), "个")


def _marks(n: Numbers) -> dict[str, str]:
    """Days of the week that are not as the week has them: days off on weekdays, work at weekends."""
    start, days = n.book.period.start, n.book.period.days
    dates = pl.date_range(start, start.replace(day=days), eager=True)
    works = n.book.work.is_workday(dates)
    found = {}
    for day, work in zip(dates.to_list(), works.to_list(), strict=True):
        weekday = day.weekday() < _SATURDAY
        if weekday != work:
            found[str(day.day)] = "班" if work else "休"
    return found


_SATURDAY = 5


def _places(n: Numbers) -> Table:
    """The counties of a city, or the halls of a county."""
    places = (
        [Scope("county", name, name) for name in dict.fromkeys(n.book.halls["county"])]
        if n.scope.kind == "city"
        else halls_of(n.book, n.scope)
    )
    rows = tuple(
        (
            Name(place.name), n.count("called_or_abandoned", scope=place), n.count("accepted", scope=place),
            n.count("finished", scope=place), n.rate("wait_avg", scope=place),
            n.rate("ywtb_window_rate", scope=place), n.rate("review_good_rate", scope=place),
        )
        for place in places
    )  # fmt: skip
    first = "区县" if n.scope.kind == "city" else "大厅"
    columns = (
        first,
        "到厅办事（人次）",
        "受理（件）",
        "办结（件）",
        "平均等候（分钟）",
        "窗口收件率（%）",
        "好评率（%）",
    )
    note = "区县的受理、办结含从网上提交、不归任何大厅的办件。" if n.scope.kind == "city" else ""
    return Table("places", f"各{first}主要业务量", columns, rows, note)


def previous_months(label: str, count: int) -> list[str]:
    """The labels of the months before one, the nearest first."""
    found, month = [], parse(label)
    for _ in range(count):
        month = month.previous()
        found.append(month.label)
    return found
