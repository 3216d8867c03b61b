"""Of which time and of which place a page of cases tells: months, quarters and years; the city, counties, halls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.store import Snapshot
from cockpit.watch.levels import LEVELS
from metrics.periods import Period, PeriodError, parse, period_of, periods_between
from metrics.rates import NO_HALL, Place

#: A trend shows so many months.
TREND = 13
#: How a place stands in an address: the county's name, or the hall's number, after its kind.
COUNTY, HALL = "county:", "hall:"
NO_SUCH = "这里没有这个时段或地方，或者它不在您负责的范围内；请从页面上的选项里重新选择。"


@dataclass(frozen=True)
class Where:
    """A place: the viewer's whole scope, a county or a hall.

    Attributes:
        value: how it stands in an address; "" = everything the viewer may see.
        title: what people read.
        county: the county; "" = no single one.
        hall_id: the hall; "" = no single one.
        parts: what it is laid side by side with below: its counties, its halls, or "" for nothing.
    """

    value: str
    title: str
    county: str = ""
    hall_id: str = ""
    parts: Literal["county", "hall", ""] = "hall"

    @property
    def kind(self) -> Place:
        """What kind of place it is in the definitions of rates."""
        return "hall" if self.hall_id else "county" if self.county else "city"


@dataclass(frozen=True)
class Span:
    """A month, a quarter or a year, and the months that a page about it needs.

    Attributes:
        period: the days.
        months: its months, those of the future left out.
        running: whether it is not over.
        today: the city's day.
    """

    period: Period
    months: tuple[Period, ...]
    running: bool
    today: dt.date

    @classmethod
    def of(cls, text: str, today: dt.date) -> Span:
        """The time that an address names.

        Raises:
            Refused: it names no month, quarter or year that has begun.
        """
        try:
            period = parse(text)
        except PeriodError:
            raise Refused(NO_SUCH) from None
        if period.kind not in {"month", "quarter", "year"} or period.start > today:
            raise Refused(NO_SUCH)
        months = [month for month in periods_between("month", period.start, period.end) if month.start <= today]
        return cls(period, tuple(months), today < period.end, today)

    @property
    def title(self) -> str:
        """What people read; of a time that is not over, until which day."""
        said = title_of(self.period)
        return f"{said}（至 {self.today.month}月{self.today.day}日）" if self.running else said

    @property
    def short(self) -> str:
        """The same where there is little room, as in a filter on a phone; that it is not over stands in the head."""
        return title_of(self.period).replace("第", "")

    @property
    def before(self) -> Period:
        """环比: the period before."""
        return self.period.previous()

    @property
    def year_before(self) -> Period | None:
        """同比: the same a year before."""
        return self.period.year_before()

    @property
    def trend(self) -> tuple[Period, ...]:
        """The months up to the last one of this time, oldest first."""
        months = [self.months[-1]]
        while len(months) < TREND:
            months.append(months[-1].previous())
        return tuple(reversed(months))

    @property
    def wanted(self) -> tuple[Period, ...]:
        """Every month that a page about this time may show."""
        compared = [months_of(period) for period in (self.before, self.year_before) if period]
        trend = [month for now in self.trend for month in (now, now.year_before()) if month]
        return tuple(sorted({*self.months, *trend, *(month for months in compared for month in months)}))


def months_of(period: Period) -> tuple[Period, ...]:
    """The months of a month, quarter or year."""
    return tuple(periods_between("month", period.start, period.end))


def title_of(period: Period) -> str:
    """2026年10月, 2026年第4季度, 2026年."""
    if period.kind == "month":
        return f"{period.start.year}年{period.start.month}月"
    if period.kind == "quarter":
        return f"{period.start.year}年第{(period.start.month + 2) // 3}季度"
    return f"{period.start.year}年"


def spans_offered(known: Sequence[str], today: dt.date) -> dict[str, str]:
    """The times that can be chosen: months, quarters and years of which there are records, the latest first."""
    months = [parse(label) for label in known]
    found = {month.label: month for month in months}
    for kind in ("quarter", "year"):
        longer = [period_of(kind, month.start) for month in months]
        found |= {period.label: period for period in longer}
    return {label: Span.of(label, today).short for label in found}


def usual_span(known: Sequence[str], today: dt.date) -> str:
    """What is shown first: the running month from its second week on, before that the last one that is over."""
    if not known:
        return ""
    latest = parse(known[0])
    first_week = latest.start <= today < latest.start + dt.timedelta(days=7)
    return known[1] if first_week and len(known) > 1 else known[0]


def places_offered(snapshot: Snapshot, viewer: Viewer) -> dict[str, Where]:
    """The places that this viewer can choose, the whole scope first, then each county with its halls.

    A county is offered to who sees it wholly: the numbers of some of its halls would be taken for the county's.
    """
    halls = _halls(snapshot, viewer)
    whole = "全市" if viewer.sees_city else "我负责的大厅"
    if len(halls) == 1 and not viewer.sees_city and not viewer.counties:
        only = halls.row(0, named=True)
        return {"": Where("", only["short_name"], only["county"], only["hall_id"], "")}
    if len(viewer.counties) == 1 and set(halls["county"]) <= viewer.counties:
        (county,) = viewer.counties
        places = {"": Where("", county, county)}
    else:
        # Somebody bound to single halls sees no county as a whole.
        places = {"": Where("", whole, parts="county" if viewer.sees_city or viewer.counties else "hall")}
    for county in halls["county"].unique(maintain_order=True):
        if viewer.sees_county(county) and places[""].county != county:
            places[COUNTY + county] = Where(COUNTY + county, county, county)
        for hall in halls.filter(pl.col("county") == county).iter_rows(named=True):
            value = HALL + hall["hall_id"]
            places[value] = Where(value, hall["title"], county, hall["hall_id"], "")
    return places


def place_chosen(snapshot: Snapshot, viewer: Viewer, value: str) -> Where:
    """The place that an address names.

    Raises:
        Refused: there is none, or this viewer may not see it; said alike.
    """
    found = places_offered(snapshot, viewer).get(value)
    if found is None:
        raise Refused(NO_SUCH)
    return found


def within(viewer: Viewer, rows: pl.DataFrame, where: Where) -> pl.DataFrame:
    """Only the rows of a place that this viewer may see.

    Args:
        viewer: who looks.
        rows: hall_id (`NO_HALL` or null where there is none) and county.
        where: the place.
    """
    hall = pl.when(pl.col("hall_id") != NO_HALL).then(pl.col("hall_id")).alias("hall__")
    seen = viewer.within(rows.lazy().with_columns(hall), "hall__", county="county")
    if where.hall_id:
        seen = seen.filter(pl.col("hall__") == where.hall_id)
    elif where.county:
        seen = seen.filter(pl.col("county") == where.county)
    return seen.drop("hall__").collect()


def _halls(snapshot: Snapshot, viewer: Viewer) -> pl.DataFrame:
    """The viewer's halls by county and level: hall_id, short_name, county, title (unlike any other)."""
    halls = viewer.within(snapshot.scan("halls")).select("hall_id", "short_name", "county", "level").collect()
    twice = pl.col("short_name").is_duplicated() | pl.col("short_name").is_in(halls["county"].implode())
    plain = pl.concat_str(pl.col("county"), pl.lit(" · "), pl.col("short_name"))
    known = plain + pl.when(twice).then(pl.concat_str(pl.lit("（"), "hall_id", pl.lit("）"))).otherwise(pl.lit(""))
    order = {level: place for place, level in enumerate(LEVELS)}
    ranked = halls.with_columns(pl.col("level").replace_strict(order, default=len(order)).alias("rank"))
    # The city's own halls come first, then the counties by name.
    first = pl.col("rank").min().over("county")
    return ranked.sort(first, "county", "rank", "hall_id").with_columns(known.alias("title"))
