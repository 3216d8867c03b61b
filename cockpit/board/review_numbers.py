"""好差评 in numbers: the rates of a month for what the viewer may see, by place, item and channel, and their course."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.board.quantity import Comparison, Definition, Quantity, RowsKey, Target
from cockpit.board.review_words import NOTHING
from cockpit.board.sheet import Field
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.watch.review_months import OF_SERVICES, ReviewMonth, counted, review_course, review_month
from metrics.periods import Period, parse, period_of
from metrics.rates import CURRENT, NO_HALL, Cells, Place, rates_of

#: The rates of the page in their order, and on how many a rate must rest to be judged by.
OF_REVIEWS = ("review_active_rate", "review_good_rate", "review_bad_rate", "review_total_good_rate")
OF_HANDLING = ("callback_rate", "callback_satisfied_rate", "rectify_on_time_rate")
RATES = (*OF_REVIEWS, *OF_HANDLING)
#: Of so few reviews a rate says nothing; call backs and mendings are told one by one and need no such bound.
ENOUGH = 30
TARGETS = {name: Target(100.0, source="政策要求") for name in ("callback_rate", "rectify_on_time_rate")}
#: The numbers of a course as a table.
COURSE_FIELDS = (
    Field("title", "月份", role="title"),
    Field("value", "率", "percent"),
    Field("numerator", "分子", "count"),
    Field("denominator", "分母", "count"),
)
#: Months that the course shows.
MONTHS = 12
#: What behind a rate is shown as its rows.
BEHIND = "review-rows"


@dataclass(frozen=True)
class Where:
    """What of the city is shown: all that the viewer may see, one county of it, or one hall.

    Attributes:
        county: name of a county; "" = all.
        hall: id of a hall; "" = all.
    """

    county: str = ""
    hall: str = ""


def months(snapshot: Snapshot, now: datetime) -> list[Period]:
    """The months in which reviews were given, latest first, at most 25 of them."""
    today = now.astimezone(ZoneInfo(snapshot.timezone)).date()
    known = snapshot.files("reviews")["part"].drop_nulls().unique().sort(descending=True).to_list()
    found = [parse(part) for part in known]
    return [month for month in found if month.start <= today][:25]


def month_of(folder: DataFolder, snapshot: Snapshot, month: Period, now: datetime) -> ReviewMonth:
    """A month, counted."""
    return review_month(folder.lake, snapshot, month, now)


def seen(month: ReviewMonth, viewer: Viewer, where: Where) -> ReviewMonth:
    """The part of a counted month that this viewer may see, cut to a county or hall; "city" is then the whole of it."""
    return ReviewMonth(month.period, month.as_of, _cut(month.tally, viewer, where), _within(month.mix, viewer, where))


def _cut(tally: Cells, viewer: Viewer, where: Where) -> Cells:
    places = {kind: _within(frame, viewer, where) for kind, frame in tally.places.items()}
    return replace(tally, cells=_within(tally.cells, viewer, where), waits=tally.waits.clear(), places=places)


def _within(rows: pl.DataFrame, viewer: Viewer, where: Where) -> pl.DataFrame:
    """Rows of places that the viewer may see; places without a hall belong to who sees their county."""
    if "hall_id" not in rows.columns:
        known = (
            rows
            if "county" not in rows.columns or viewer.sees_city
            else rows.filter(pl.col("county").is_in(sorted(viewer.counties)))
        )
        return known.filter(pl.col("county") == where.county) if where.county and "county" in rows.columns else known
    hall = pl.when(pl.col("hall_id") != NO_HALL).then("hall_id").alias("at_hall")
    found = viewer.within(rows.lazy().with_columns(hall), "at_hall", county="county")
    if where.county:
        found = found.filter(pl.col("county") == where.county)
    if where.hall:
        found = found.filter(pl.col("at_hall") == where.hall)
    return found.drop("at_hall").collect()


@dataclass(frozen=True)
class Before:
    """The same rates of another month.

    Attributes:
        name: how they are compared: 环比, 同比.
        month: which month it is.
        values: rate → its value, None where it has none; rates that were not counted are not in it.
    """

    name: str
    month: Period
    values: dict[str, float | None]


def quantities(month: ReviewMonth, compared: Sequence[Before], where: Where) -> tuple[Quantity, ...]:
    """The seven rates of a month for the whole of what is seen, each with what stands behind it.

    Args:
        month: the month as `seen`.
        compared: what they are compared with.
        where: what is shown, for the rows behind.
    """
    rows = {row["rate"]: row for row in month.tally.rates("city", RATES).to_dicts()}
    return tuple(
        _quantity(
            name,
            month,
            rows[name],
            tuple(Comparison(b.name, b.values[name], month_title(b.month)) for b in compared if name in b.values),
            where,
        )
        for name in RATES
    )


def compared(
    folder: DataFolder, snapshot: Snapshot, viewer: Viewer, month: Period, now: datetime, where: Where
) -> list[Before]:
    """The month before and the same month a year before, where they have data and are counted already.

    All rates but those in `OF_SERVICES` come from the course; those only where the whole month has been counted.
    """
    found = []
    known = months(snapshot, now)
    wanted = course_months(known[0]) if known else []
    for name, other in (("环比", month.previous()), ("同比", month.year_before())):
        if other is None or other not in known:
            continue
        values: dict[str, float | None] = {}
        if other in wanted:
            told = _cut(review_course(folder.lake, snapshot, wanted, now), viewer, where).rates("city", RATES)
            of = told.filter(pl.col("period") == other.label, ~pl.col("rate").is_in(list(OF_SERVICES)))
            values |= dict(of.select("rate", "value").iter_rows())
        if counted(folder.lake, snapshot, other, now):
            whole = seen(month_of(folder, snapshot, other, now), viewer, where)
            values |= dict(whole.tally.rates("city", RATES).select("rate", "value").iter_rows())
        if values:
            found.append(Before(name, other, values))
    return found


def _quantity(
    name: str,
    month: ReviewMonth,
    row: dict[str, float | None],
    comparisons: tuple[Comparison, ...],
    where: Where,
) -> Quantity:
    (rate,) = rates_of(CURRENT, [name])
    params = (("rate", name), ("month", month.period.label), ("county", where.county), ("hall", where.hall))
    return Quantity(
        key=name,
        title=rate.name,
        value=row["value"],
        unit="%",
        definition=Definition(
            rate.meaning, rate.above, rate.below, "分子 ÷ 分母 × 100", "核实无效的评价；测试件", f"各率 {rate.version}"
        ),
        period=month_title(month.period),
        target=TARGETS.get(name),
        comparisons=comparisons,
        better="down" if name == "review_bad_rate" else "up",
        numerator=row["numerator"],
        denominator=row["denominator"],
        sample=row["denominator"],
        enough=0 if name in OF_HANDLING else ENOUGH,
        as_of=month.as_of,
        rows=RowsKey(BEHIND, tuple(pair for pair in params if pair[1])),
        note=f"{row['numerator']:,.0f} ÷ {row['denominator']:,.0f}" if row["denominator"] else NOTHING[name],
    )


def month_title(month: Period) -> str:
    """A month as people write it: 2026年11月."""
    return f"{month.start.year}年{month.start.month}月"


def by_place(month: ReviewMonth, by: Place, names: pl.DataFrame) -> pl.DataFrame:
    """The rates of every place of a kind, side by side, each with its numerator and denominator.

    Args:
        month: the month as `seen`.
        by: county, hall or item.
        names: place (id) and name of the places.

    Returns:
        place, name, for every rate that is told for such places its value under its id, and numerator and denominator
        under <id>_n and <id>_d; reviews (active ones), bad. Most bad ones first.
    """
    key = {"county": "county", "hall": "hall_id", "item": "item_code"}[by]
    told = [rate.id for rate in rates_of(CURRENT, RATES) if by in rate.places]
    rates = month.tally.rates(by, told)
    # What has no hall stands beside the halls of each county; here it is one line, counts added up.
    sums = [
        pl.col(counted).filter(pl.col("rate") == name).sum().alias(f"{name}_{end}")
        for name in told
        for counted, end in (("numerator", "n"), ("denominator", "d"))
    ]
    wide = rates.rename({key: "place"}).group_by("place").agg(sums)
    shares = [
        pl.when(pl.col(f"{name}_d") > 0).then(100 * pl.col(f"{name}_n") / pl.col(f"{name}_d")).alias(name)
        for name in told
    ]
    return (
        wide.with_columns(shares)
        .filter(pl.sum_horizontal(f"{name}_d" for name in told) > 0)
        .join(names, on="place", how="left")
        .with_columns(pl.coalesce("name", "place").alias("name"))
        .sort("review_bad_rate_n", "review_bad_rate_d", "place", descending=[True, True, False])
    )


def levels(month: ReviewMonth) -> pl.DataFrame:
    """The five levels side by side: level, active, default, system_push (reviews); 5 first, 0 where there are none."""
    counts = month.mix.group_by("level", "origin").agg(pl.col("n").sum())
    wide = pl.DataFrame({"level": [5, 4, 3, 2, 1]}, schema={"level": pl.Int64})
    for origin in ("active", "default", "system_push"):
        of = counts.filter(pl.col("origin") == origin).select("level", pl.col("n").alias(origin))
        wide = wide.join(of, on="level", how="left", maintain_order="left")
    return wide.with_columns(pl.col("active", "default", "system_push").fill_null(0))


def channels(month: ReviewMonth) -> pl.DataFrame:
    """Active reviews by the way they came: channel, active, good, bad, good_rate, bad_rate (%); most first."""
    active = month.mix.filter(pl.col("origin") == "active").group_by("channel").agg(
        pl.col("n").sum().alias("active"),
        pl.col("n").filter(pl.col("level") >= 3).sum().alias("good"),
        pl.col("n").filter(pl.col("level") <= 2).sum().alias("bad"),
    )  # fmt: skip
    return active.with_columns(
        (100 * pl.col("good") / pl.col("active")).alias("good_rate"),
        (100 * pl.col("bad") / pl.col("active")).alias("bad_rate"),
    ).sort("active", "channel", descending=[True, False])


def course_months(month: Period) -> list[Period]:
    """The months of the course: those up to this one, the earliest first."""
    found = [month]
    while len(found) < MONTHS:
        found.append(period_of("month", found[-1].start - timedelta(days=1)))
    return found[::-1]


def missing(folder: DataFolder, snapshot: Snapshot, wanted: Sequence[Period], now: datetime) -> list[Period]:
    """Those of some months that have data and are not counted yet."""
    known = set(months(snapshot, now))
    return [month for month in wanted if month in known and not counted(folder.lake, snapshot, month, now)]


def year(
    folder: DataFolder, snapshot: Snapshot, viewer: Viewer, rate: str, now: datetime, where: Where
) -> pl.DataFrame:
    """How a rate went over the months up to now, counted in one pass; as `course`.

    Raises:
        ValueError: the rate needs every month counted whole (`OF_SERVICES`).
    """
    if rate in OF_SERVICES:
        raise ValueError(f"{rate} is not told by a course")
    known = months(snapshot, now)
    wanted = course_months(known[0])
    found = _cut(review_course(folder.lake, snapshot, wanted, now), viewer, where).rates("city", [rate])
    starts = pl.DataFrame({"period": [m.label for m in wanted], "month": [m.start for m in wanted]})
    rows = found.join(starts, on="period").filter(pl.col("period").is_in([m.label for m in known]))
    return rows.select("month", "value", "numerator", "denominator").sort("month")


def course(parts: Sequence[ReviewMonth], rate: str) -> pl.DataFrame:
    """How a rate went: month (its first day), value, numerator, denominator; one row per counted month.

    Args:
        parts: months as `seen`.
        rate: id of the rate.
    """
    rows = [
        part.tally.rates("city", [rate]).select(
            pl.lit(part.period.start).alias("month"), "value", "numerator", "denominator"
        )
        for part in parts
    ]
    schema = {"month": pl.Date, "value": pl.Float64, "numerator": pl.Float64, "denominator": pl.Float64}
    return pl.concat([pl.DataFrame(schema=schema), *rows]).sort("month")
