"""The numbers of 办件全景: volumes, ways and working days, with what they are compared with and what is behind them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from cockpit.board.month_counts import (
    BEFORE,
    LEAST_PLACE,
    NOW,
    YEAR_BEFORE,
    Figure,
    comparisons,
    rate_quantity,
    trend_of,
)
from cockpit.board.quantity import Definition, Quantity, RowsKey
from cockpit.board.spans import Span, Where, within
from cockpit.door.viewer import Viewer
from cockpit.watch.months import Month
from metrics.panorama import MEDIAN, NINE_IN_TEN, Panorama, nearest_rank
from metrics.periods import Period, parse
from metrics.rates import rates_of

#: Name under which the rows behind a number are read and downloaded.
ROWS = "panorama-rows"
RATES = ("online_apply_rate", "kiosk_rate", "cross_region_rate", "overdue_finish_rate")
_COMPARED = frozenset({NOW, BEFORE, YEAR_BEFORE})
_ALL = "各渠道都算；测试件不计。"
_VOLUMES = {
    "accepted": ("受理", Definition(f"时段内受理的办件数，{_ALL}", numerator="受理时间在时段内的办件")),
    "finished": ("办结", Definition(f"时段内办结的办件数，{_ALL}", numerator="办结时间在时段内的办件")),
}
_SPENT = "用时：受理次日起到办结日的工作日数，减去暂停（补正、特别程序、听证、勘验）顺延的工作日；承诺按同样的起点数。"
_PROMISED = "时段内办结、有期限的承诺件"
_LEFT_OUT = "即办件、没有期限的办件、测试件"
_RANKS = (
    ("used_median", "承诺件用时（中位数）", MEDIAN, "一半的承诺件用时不超过这么多个工作日。"),
    ("used_p90", "承诺件用时（90% 位）", NINE_IN_TEN, "十件里有九件用时不超过这么多个工作日。"),
)


@dataclass(frozen=True)
class Numbers:
    """Makes the numbers of one page; these are what they share.

    Attributes:
        span: the time.
        where: the place.
        theme: code of the theme; "" = all.
        as_of: how far the data reach.
        begun: the day from which on the records tell of all cases.
        waiting: labels of months that are still being counted.
    """

    span: Span
    where: Where
    theme: str
    as_of: dt.datetime | None
    begun: dt.date | None
    waiting: tuple[str, ...] = ()

    def volumes(self, sums: Mapping[tuple[str, str], float | None]) -> tuple[Quantity, ...]:
        """How many came in and were done; a time that is not over is not compared with whole ones."""
        found = []
        for name, (title, definition) in _VOLUMES.items():
            compared = ((BEFORE, self.span.before), (YEAR_BEFORE, self.span.year_before))
            bases = [sums[name, of] if self._whole(period) else None for of, period in compared]
            note = "本期还没有结束，件数不与整期比较" if self.span.running else ""
            against = () if self.span.running else comparisons(self.span, *bases, waiting=self.waiting)
            found.append(
                Quantity(
                    key=name, title=title, value=sums[name, NOW], unit="件", definition=definition,
                    period=self.span.title, comparisons=against,
                    as_of=self.as_of, rows=self._rows(name), note=note,
                )
            )  # fmt: skip
        return tuple(found)

    def shares(self, figures: Mapping[tuple[str, str], Figure]) -> tuple[Quantity, ...]:
        """By which ways cases came in, and how many were late; rates not told for a hall are told for none."""
        return tuple(
            replace(
                rate_quantity(
                    rate, figures, self.span, as_of=self.as_of, rows=self._rows(rate.id), waiting=self.waiting
                ),
                # Neither way is better by itself: that is for the hall to say.
                better="down" if rate.id == "overdue_finish_rate" else "",
            )
            for rate in rates_of(ids=RATES)
            if self.where.kind in rate.places
        )

    def times(self, shown: Panorama, names: tuple[str, ...]) -> tuple[Quantity, ...]:
        """Working days that promised cases took: median, nine in ten, and of what was promised."""
        told = _days(shown.times, names)
        cases, used, allowed = told.get(NOW, (0, 0, 0))
        enough = [of for of in (BEFORE, YEAR_BEFORE) if told.get(of, (0, 0, 0))[0] >= LEAST_PLACE]
        found = []
        for key, title, rank, said in _RANKS:
            ranked = nearest_rank(shown.times, ["period"], "used", rank)
            days = {names[number]: value for number, value in ranked.iter_rows()}
            text = Definition(said + _SPENT, denominator=_PROMISED, formula="最近秩", left_out=_LEFT_OUT)
            bases = [days[of] if of in enough else None for of in (BEFORE, YEAR_BEFORE)]
            found.append(self._time(key, title, days.get(NOW), "工作日", text, bases, None, cases, cases))
        text = Definition(
            f"承诺件实际用的工作日占承诺工作日的多少。{_SPENT}",
            "用去的工作日合计",
            "承诺的工作日合计",
            left_out=_LEFT_OUT,
        )
        shares = {of: row[1] / row[2] * 100 for of, row in told.items() if row[2]}
        bases = [shares.get(of) if of in enough else None for of in (BEFORE, YEAR_BEFORE)]
        found.append(self._time("used_share", "用时占承诺", shares.get(NOW), "%", text, bases, used, allowed, cases))
        return tuple(found)

    def _time(
        self, key: str, title: str, value: float | None, unit: str, text: Definition, bases: list[float | None],
        above: float | None, below: float, cases: int,
    ) -> Quantity:  # fmt: skip
        known = value is not None
        return Quantity(
            key=key,
            title=title,
            value=value,
            unit=unit,
            definition=text,
            period=self.span.title,
            comparisons=comparisons(self.span, *bases, waiting=self.waiting),
            better="down",
            numerator=above if known else None,
            denominator=below if known else None,
            sample=cases,
            enough=LEAST_PLACE,
            as_of=self.as_of,
            rows=self._rows("promised"),
        )

    def trend(self, sums: Mapping[tuple[str, str], float | None], name: str) -> pl.DataFrame:
        """A volume month by month; months of which the records tell only a part are left out."""
        months = {label: value for (volume, label), value in sums.items() if volume == name and label not in _COMPARED}
        return trend_of({label: value for label, value in months.items() if self._whole(parse(label))}, self.span)

    def _whole(self, period: Period | None) -> bool:
        """Whether the records tell of all of a time, but for some days of holiday at its beginning at most."""
        return period is not None and (self.begun is None or self.begun < period.start + dt.timedelta(days=7))

    def _rows(self, number: str) -> RowsKey:
        asked = (("period", self.span.period.label), ("place", self.where.value), ("theme", self.theme))
        return RowsKey(ROWS, (("number", number), *((key, value) for key, value in asked if value)))


def volumes_of(
    groups: Mapping[str, Sequence[Month]], viewer: Viewer, where: Where, theme: str
) -> dict[tuple[str, str], float | None]:
    """Volumes by name and time; none for times that were not counted."""
    found: dict[tuple[str, str], float | None] = {}
    for name, months in groups.items():
        cells = [within(viewer, month.panorama.cells, where) for month in months]
        wanted = [frame.filter(pl.col("theme") == theme) if theme else frame for frame in cells]
        for volume in _VOLUMES:
            found[volume, name] = float(sum(int(frame[volume].sum()) for frame in wanted)) if wanted else None
    return found


def _days(times: pl.DataFrame, names: tuple[str, ...]) -> dict[str, tuple[int, int, int]]:
    """Of each time: promised cases, working days they used, working days they had."""
    days = [(pl.col(column) * pl.col("cases")).sum().alias(column) for column in ("used", "allowed")]
    sums = times.group_by("period").agg(pl.col("cases").sum().alias("amount"), *days)
    return {names[number]: (cases, used, allowed) for number, cases, used, allowed in sums.iter_rows()}
