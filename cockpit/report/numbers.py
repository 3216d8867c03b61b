"""The numbers of one report: rates and counts of its place and of those beside it, as figures that can be traced."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import TypeVar, cast

from cockpit.report.book import MonthBook
from cockpit.report.changes import BEYOND, UNKNOWN_USUAL, Change, change, spread, uncertain, usual
from cockpit.report.model import Scope
from cockpit.report.traceable import Figure, Name
from metrics.periods import Period, parse
from metrics.rates import CURRENT, Rate, rates_of

_Kept = TypeVar("_Kept")
#: Below so many in the denominator a number says little about a place.
LEAST = 50
#: The province's demand on the three rates of 一网通办, and what the rules ask of bad reviews.
NINETY, ALL = 90.0, 100.0
TARGETS = {
    "ywtb_case_rate": NINETY,
    "ywtb_window_rate": NINETY,
    "ywtb_items_on_target": None,
    "callback_rate": ALL,
    "rectify_on_time_rate": ALL,
}
#: Rates of which less is better; of all others with a direction, more is.
LESS_IS_BETTER = frozenset(
    {
        *("wait_avg", "wait_p90", "abandon_rate", "overdue_finish_rate", "accept_delay_rate", "review_bad_rate"),
        "onsite_complaint_rate",
    }
)
#: Each case of these is owed to somebody: how few there are takes nothing from the number.
EVERY_ONE = frozenset({"callback_rate", "callback_satisfied_rate", "rectify_on_time_rate"})
#: What they are called in a report, where the definition's name holds a number or is too long beside others.
CALLED = {
    "wait_p90": "九成群众等候不超过",
    "promise_compression_weighted": "承诺时限压缩比（按件）",
    "wait_sla_rate": "等候达标率",
    "handle_avg": "平均办理时长",
}
#: Nobody notices that a wait is shorter or longer by less.
WORTH_MINUTES = 0.5
_DECIMALS = {"%": 2, "分钟": 1, "件/万号": 2}
#: Counts: name, unit, whether it is of cases.
COUNTS = {
    "accepted": ("受理办件", "件"),
    "finished": ("办结办件", "件"),
    "calls": ("叫号", "人次"),
    "called_or_abandoned": ("到厅办事", "人次"),
    "tickets_done": ("办完号票", "个"),
    "reviews_active": ("主动评价", "件"),
    "reviews_bad": ("差评", "件"),
    "bad_named": ("实名差评", "件"),
    "bad_named_called": ("已回访差评", "件"),
    "bad_rectify_due": ("应整改差评", "件"),
    "bad_rectified": ("按期整改差评", "件"),
    "complaints_onsite": ("现场投诉", "件"),
    "finished_due": ("有时限的办结承诺件", "件"),
    "finished_late": ("超期办结", "件"),
    "scope": ("计入一网通办的受理件", "件"),
    "scope_y": ("统一平台受理件", "件"),
    "scope_window": ("窗口收件", "件"),
    "scope_unknown": ("来源不明的受理件", "件"),
}


class Numbers:
    """Looks up the numbers of one place, and of places beside it.

    Args:
        book: the month.
        scope: the place.
    """

    def __init__(self, book: MonthBook, scope: Scope) -> None:
        """Nothing is counted here."""
        self.book, self.scope = book, scope
        self.label = book.period.label
        self.before = book.period.previous().label
        earlier = book.period.year_before()
        self.year = earlier.label if earlier else ""
        self._kept: dict[str, object] = {}
        self._rates: dict[str, Rate] = {rate.id: rate for rate in rates_of(CURRENT)}

    def kept(self, name: str, make: Callable[[], _Kept]) -> _Kept:
        """What several chapters look at, made once."""
        if name not in self._kept:
            self._kept[name] = make()
        return cast("_Kept", self._kept[name])

    @cached_property
    def here(self) -> Name:
        """What the place is called in sentences: 全市, or its name."""
        return Name("全市" if self.scope.kind == "city" else self.scope.name)

    def called(self, rate: str) -> str:
        """What a rate is called in a report."""
        return CALLED.get(rate, self._rates[rate].name)

    def unit(self, rate: str) -> str:
        """The unit of a rate."""
        return self._rates[rate].unit

    def comparable(self, label: str) -> bool:
        """Whether a month may be held against others: it is over and told of from its first working day on."""
        return label in self.book.whole

    def rate(self, rate: str, label: str = "", scope: Scope | None = None) -> Figure:
        """A rate of a month, by default of this one and this place; without a value where there is no denominator."""
        where, of = scope or self.scope, self._rates[rate]
        label = label or self.label
        above, below, value = self.book.rates.get((rate, label, where.place), (None, None, None))
        if label != self.label and not self.comparable(label):
            above = below = value = None
        return Figure(
            key=f"{rate}@{label}@{where.place}",
            name=self.called(rate),
            value=value,
            unit=of.unit,
            decimals=_DECIMALS.get(of.unit, 1),
            numerator=above,
            denominator=below,
            version=of.version,
            source=f"rates --period {label} --by {where.kind} --rate {rate}",
            small=value is not None and (below or 0) < LEAST and rate not in EVERY_ONE,
        )

    def count(self, name: str, label: str = "", scope: Scope | None = None) -> Figure:
        """A count of a month; a month that the records do not wholly tell of has none."""
        where, label = scope or self.scope, label or self.label
        known = label in self.book.labels and (label == self.label or self.comparable(label))
        title, unit = COUNTS[name]
        return Figure(
            key=f"{name}@{label}@{where.place}",
            name=title,
            value=self.book.sums.get((name, label, where.place), 0) if known else None,
            unit=unit,
            source=f"rates --period {label} --by {where.kind}",
        )

    def days(self, label: str = "", scope: Scope | None = None) -> Figure:
        """On how many days of a month the place was open."""
        where, label = scope or self.scope, label or self.label
        value = self.book.open_days.get((label, where.place))
        return Figure(f"open_days@{label}@{where.place}", "开放日", value, "天", source="calendar")

    def per_day(self, name: str, label: str = "", scope: Scope | None = None) -> Figure:
        """A count for each day on which the place was open, so that months with holidays can be compared."""
        total, days = self.count(name, label, scope), self.days(label, scope)
        # A place that took nobody in all month delivers no tickets: that is no nought.
        value = total.value / days.value if total.value and days.value else None
        return replace(
            total,
            key=total.key.replace("@", "/day@", 1),
            name=f"日均{total.name}",
            value=value,
            decimals=0 if value is None or value >= LEAST * 2 else 1,
            numerator=total.value,
            denominator=days.value,
        )

    def given(self, key: str, name: str, value: float | None, unit: str = "", decimals: int = 0) -> Figure:
        """A number that is counted elsewhere in the report, of this month and place."""
        return Figure(f"{key}@{self.label}@{self.scope.place}", name, value, unit, decimals, source=key)

    def limit(self, key: str, name: str, value: float, unit: str) -> Figure:
        """A target or a limit that the rules set."""
        return Figure(f"limit:{key}", name, value, unit, 0 if value == int(value) else 1, source="规则")

    def rate_change(self, rate: str, against: str = "", scope: Scope | None = None) -> Change:
        """How a rate has changed since the month before, or another month."""
        other = against or self.before
        now, before = self.rate(rate, "", scope), self.rate(rate, other, scope)
        unit = "个百分点" if now.unit == "%" else now.unit
        past = [self.rate(rate, label, scope).value for label in self.book.labels[:-1] if self.comparable(label)]
        least = WORTH_MINUTES if now.unit == "分钟" else 0.0
        limit = max(uncertain(now, before), usual(past, now.value), least)
        return change(now, before, unit, now.decimals, limit)

    def count_change(self, name: str, against: str = "", scope: Scope | None = None, *, total: bool = False) -> Change:
        """How a count has changed since the month before, in per cent; for each open day unless the total is asked."""
        read = self.count if total else self.per_day
        now, before = read(name, "", scope), read(name, against or self.before, scope)
        past = [read(name, label, scope).value for label in self.book.labels[:-1] if self.comparable(label)]
        # Part of a month is no fall.
        if now.value is None or not before.value or (total and not self.comparable(self.label)):
            by = replace(now, key=f"{now.key}~{against or self.before}", value=None, unit="%", decimals=1)
            return Change(now, replace(before, value=before.value or None), by, "", ())
        logs = [math.log(value) if value else None for value in past]
        chance = math.sqrt(sum(1 / max(value, 1) for value in (self._whole(now), self._whole(before))))
        limit = 100 * max(BEYOND * chance, BEYOND * (UNKNOWN_USUAL if (found := spread(logs)) is None else found))
        percent = 100 * (now.value / before.value - 1)
        shown = replace(now, value=percent, unit="%", decimals=1)
        return change(shown, replace(before, value=0.0), "%", 1, limit, now=now, before=before)

    def _whole(self, figure: Figure) -> float:
        """The number of things counted behind a mean of days."""
        found = figure.numerator if figure.numerator is not None else figure.value
        return found or 0.0

    def months(self, read: str, *, scope: Scope | None = None) -> tuple[float | None, ...]:
        """A rate or count month by month, up to this one; None where a month is not told of."""
        labels = self.trend_labels
        reads = self.count if read in COUNTS else self.rate
        return tuple(
            reads(read, label, scope).value if label in self.book.labels and self._told(label) else None
            for label in labels
        )

    def _told(self, label: str) -> bool:
        return label == self.label or self.comparable(label)

    @cached_property
    def trend_labels(self) -> tuple[str, ...]:
        """The months of trends: those that the records tell of."""
        return tuple(label for label in self.book.labels if self._told(label))


def month_words(label: str) -> str:
    """A month as people write it: 2026年10月."""
    month: Period = parse(label)
    return f"{month.start.year}年{month.start.month}月"
