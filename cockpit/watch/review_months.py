"""Reviews counted month by month, and their suspicious praise; kept in the process, since a month costs seconds.

A month that runs is counted anew at most every few minutes, one that is over at most every hour; whoever shows the
numbers shows as of when they were counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.lake.store import Lake, Snapshot, reading
from cockpit.watch.kept import Kept
from cockpit.watch.numbers import rate_records, working_days
from metrics.asof import as_of
from metrics.periods import Period
from metrics.praise import suspicious
from metrics.rates import NEEDED as RATE_COLUMNS
from metrics.rates import Cells, RateRecords, cells_of
from metrics.rates.review_counts import BAD_LEVEL
from metrics.rates.review_mix import NEEDED, review_mix

#: What the numbers are made of.
TABLES = ("reviews", "cases", "tickets", "halls", "items", "workdays")
#: So long the count of a month stands even where new data have come.
STANDS, OVER_STANDS = timedelta(minutes=5), timedelta(hours=1)
#: Tickets that reviews of a month name were taken at most so long before it.
_TAKEN_BEFORE = timedelta(days=2)
_PRAISE = (
    *("review_id", "hall_id", "project_no", "ticket_id", "window_id", "staff_id", "level", "origin", "device_id"),
    *("assess_time", "valid", "verify_time"),
)


@dataclass(frozen=True, eq=False)
class ReviewMonth:
    """One month of reviews, counted.

    Attributes:
        period: the month.
        as_of: the instant as of which it was counted.
        tally: all that the rates are made of.
        mix: as `metrics.rates.review_mix.review_mix`.
    """

    period: Period
    as_of: datetime
    tally: Cells
    mix: pl.DataFrame


#: Rates whose denominators are more than reviews; a course of them needs every month counted whole.
OF_SERVICES = frozenset({"review_active_rate"})
#: Each takes some megabytes.
_months: Kept[ReviewMonth] = Kept(most=20)
_courses: Kept[Cells] = Kept(most=8)
_praise: Kept[tuple[datetime, pl.DataFrame]] = Kept(most=6)


def review_month(lake: Lake, snapshot: Snapshot, month: Period, t: datetime) -> ReviewMonth:
    """The reviews of a month as of an instant, or of a little before it.

    Raises:
        StorageError: a file of the lake is damaged, or the disk refused.
    """
    name, stands = (str(lake.path), month.label), _stands(snapshot, month, t)
    return _months.get(name, _state(snapshot), t, stands, lambda: _counted(snapshot, month, t))


def counted(lake: Lake, snapshot: Snapshot, month: Period, t: datetime) -> bool:
    """Whether a month can be had at once."""
    return _months.has((str(lake.path), month.label), _state(snapshot), t, _stands(snapshot, month, t))


def review_course(lake: Lake, snapshot: Snapshot, months: Sequence[Period], t: datetime) -> Cells:
    """The reviews of several months in one pass, for all rates of reviews but those in `OF_SERVICES`.

    Only what the reviews themselves and the cases and tickets of those without a hall tell is counted: a year costs as
    much as two months counted whole. Told for city, county and hall; items and services are not counted.

    Raises:
        StorageError: a file of the lake is damaged, or the disk refused.
    """
    name = (str(lake.path), *(month.label for month in months))
    return _courses.get(name, _state(snapshot), t, OVER_STANDS, lambda: _course(snapshot, months, t))


def suspicious_praise(lake: Lake, snapshot: Snapshot, month: Period, t: datetime) -> tuple[datetime, pl.DataFrame]:
    """Praise of a month that probably no customer gave, and as of when; as `metrics.praise.suspicious`.

    Reviews that name no hall are left out: nobody could look into them there.

    Raises:
        StorageError: a file of the lake is damaged, or the disk refused.
    """
    name, stands = (str(lake.path), month.label), _stands(snapshot, month, t)
    return _praise.get(name, _state(snapshot), t, stands, lambda: (t, _suspicious(snapshot, month, t)))


def _stands(snapshot: Snapshot, month: Period, t: datetime) -> timedelta:
    return STANDS if t.astimezone(ZoneInfo(snapshot.timezone)).date() < month.end else OVER_STANDS


def _state(snapshot: Snapshot) -> tuple[int | None, ...]:
    return tuple(snapshot.heads.get(name) for name in TABLES)


def _counted(snapshot: Snapshot, month: Period, t: datetime) -> ReviewMonth:
    with reading(snapshot):
        records = rate_records(snapshot, [month])
        reviews = snapshot.scan("reviews", *month.instants(ZoneInfo(snapshot.timezone))).select(NEEDED)
        whole = cells_of(records, [month], t)
        # Nobody asks these counts for waits, which are the half of them.
        kept = replace(whole, waits=whole.waits.clear())
        return ReviewMonth(month, t, kept, review_mix(reviews, records, [month], t))


def _course(snapshot: Snapshot, months: Sequence[Period], t: datetime) -> Cells:
    with reading(snapshot):
        zone = ZoneInfo(snapshot.timezone)
        start, end = months[0].instants(zone)[0], min(t, months[-1].instants(zone)[1])
        bad = (pl.col("origin") == "active") & (pl.col("level") <= BAD_LEVEL)
        reviews = snapshot.scan("reviews", None, end).select(RATE_COLUMNS["reviews"])
        given = reviews.filter((pl.col("assess_time") >= start) | bad).collect()
        away = given.filter(pl.col("hall_id").is_null())
        tables = {}
        for table, key in (("cases", "project_no"), ("tickets", "ticket_id")):
            named = away.select(key).drop_nulls().unique().lazy()
            tables[table] = snapshot.scan(table, None, end).select(RATE_COLUMNS[table]).join(named, on=key, how="semi")
        whole = ("halls", "calendar", "departments", "items")
        none = ("case_pauses", "complaints")
        tables |= {name: snapshot.scan(name).select(RATE_COLUMNS[name]) for name in whole}
        tables |= {name: snapshot.scan(name).select(RATE_COLUMNS[name]).limit(0) for name in none}
        found = dict(zip(tables, pl.collect_all(list(tables.values())), strict=True))
        years = given["assess_time"].dt.year()
        first, last = (years.min() or start.year, years.max() or end.year)
        records = RateRecords(
            **{name: frame.lazy() for name, frame in found.items()},
            reviews=given.lazy(),
            work=working_days(snapshot, range(int(str(first)) - 1, int(str(last)) + 3)),
        )
        return cells_of(records, months, t)


def _suspicious(snapshot: Snapshot, month: Period, t: datetime) -> pl.DataFrame:
    with reading(snapshot):
        start, end = month.instants(ZoneInfo(snapshot.timezone))
        rows = snapshot.scan("reviews", start, min(end, t)).select(_PRAISE)
        reviews = as_of("reviews", rows, t).filter(pl.col("origin") == "active", pl.col("hall_id").is_not_null())
        given = reviews.collect()
        ends = []
        # A promised case goes on for days after the visit that is reviewed: its finish says nothing of the service.
        instant = snapshot.scan("items").filter(pl.col("case_type") == "instant").select("item_code").unique().collect()
        of_instant = pl.col("item_code").is_in(instant["item_code"].implode())
        for table, key, since, done, tells in (
            ("tickets", "ticket_id", start - _TAKEN_BEFORE, "end_time", pl.lit(value=True)),
            ("cases", "project_no", None, "finish_time", of_instant),
        ):
            named = given[key].drop_nulls().unique().to_frame().lazy()
            ended = snapshot.scan(table, since, end).select(
                key, "applicant_hash", pl.when(tells, pl.col(done) < t).then(done).alias("ended")
            )
            ends.append(ended.join(named, on=key, how="semi"))
        tickets, cases = pl.collect_all(ends)
        known = given.join(tickets, on="ticket_id", how="left").join(cases, on="project_no", how="left", suffix="_case")
        # A case that a review names beside a ticket says nothing of the service at the window.
        at_window = pl.col("ticket_id").is_not_null()
        return suspicious(
            known.with_columns(
                pl.when(at_window).then("ended").otherwise("ended_case").alias("service_end"),
                pl.coalesce("applicant_hash", "applicant_hash_case").alias("applicant_hash"),
            )
        )
