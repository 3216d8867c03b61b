"""Reviews counted month by month, and their suspicious praise; kept in the process, since a month costs seconds.

A month that runs is counted anew at most every few minutes, one that is over at most every hour; whoever shows the
numbers shows as of when they were counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.lake.store import Lake, Snapshot, reading
from cockpit.watch.kept import Kept
from cockpit.watch.numbers import rate_records
from metrics.asof import as_of
from metrics.periods import Period
from metrics.praise import suspicious
from metrics.rates import Tally, tally
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
    tally: Tally
    mix: pl.DataFrame


#: Each takes some megabytes.
_months: Kept[ReviewMonth] = Kept(most=40)
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
        return ReviewMonth(month, t, tally(records, [month], t), review_mix(reviews, records, [month], t))


def _suspicious(snapshot: Snapshot, month: Period, t: datetime) -> pl.DataFrame:
    with reading(snapshot):
        start, end = month.instants(ZoneInfo(snapshot.timezone))
        rows = snapshot.scan("reviews", start, min(end, t)).select(_PRAISE)
        reviews = as_of("reviews", rows, t).filter(pl.col("origin") == "active", pl.col("hall_id").is_not_null())
        given = reviews.collect()
        ends = []
        for table, key, since, done in (
            ("tickets", "ticket_id", start - _TAKEN_BEFORE, "end_time"),
            ("cases", "project_no", None, "finish_time"),
        ):
            named = given[key].drop_nulls().unique().to_frame().lazy()
            ended = snapshot.scan(table, since, end).select(
                key, "applicant_hash", pl.when(pl.col(done) < t).then(done).alias("ended")
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
