"""Bad reviews (差评) of all time, each a case of its own: where it belongs, and until when it must be looked after."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from cockpit.lake.store import Snapshot, reading
from cockpit.watch.numbers import working_days
from metrics.asof import as_of
from metrics.opinions import placed
from metrics.rates.review_counts import BAD_LEVEL, mending_due
from metrics.readings.reviews import VERIFY_DAYS

_COLUMNS = (
    *("review_id", "hall_id", "project_no", "ticket_id", "window_id", "staff_id", "level", "origin", "channel"),
    *("text", "named", "assess_time", "valid", "verify_time", "callback_time", "rectify_due", "rectify_time"),
    "callback_satisfied",
)


def bad_reviews(snapshot: Snapshot, t: datetime, review_id: str | None = None) -> pl.DataFrame:
    """Every active review of level 1–2 given before an instant, those found invalid included.

    Args:
        snapshot: the records to go by.
        t: the instant; what happened at or after it is not known.
        review_id: only this one; None = all.

    Returns:
        review_id, hall_id (its own, else its case's, else its ticket's), county (of its hall, else by the region of its
        case; null where nobody can tell), project_no, ticket_id, window_id, staff_id, item_code, level, channel, text,
        named, assess_time, valid, verify_time, callback_time, callback_satisfied, rectify_time, rectify_due (as the
        source gives it), verify_due (24:00 of the next working day) and due (of mending). Latest first.

    Raises:
        StorageError: a file of the lake is damaged, or the disk refused.
    """
    with reading(snapshot):
        bad = (pl.col("origin") == "active") & (pl.col("level") <= BAD_LEVEL)
        wanted = bad if review_id is None else bad & (pl.col("review_id") == review_id)
        rows = snapshot.scan("reviews", None, t).select(_COLUMNS).filter(wanted)
        found = as_of("reviews", rows, t).collect()
        if found.is_empty():
            return _with_dues(_about(found, snapshot), snapshot)
        return _with_dues(_about(found, snapshot), snapshot).sort("assess_time", "review_id", descending=[True, False])


def _about(bad: pl.DataFrame, snapshot: Snapshot) -> pl.DataFrame:
    """Hall, county and item of each."""
    named = [
        snapshot.scan(table)
        .select(key, "hall_id", "item_code", known, *region)
        .filter(pl.col(key).is_in(bad[key].drop_nulls().unique().implode()))
        for table, key, known, region in (
            ("cases", "project_no", "apply_time", ("region_code",)),
            ("tickets", "ticket_id", "take_time", ()),
        )
    ]
    cases, tickets = pl.collect_all(named)
    halls = snapshot.scan("halls").select("hall_id", "county", pl.col("region_code").str.slice(0, 6).alias("code"))
    at_halls = halls.collect()
    regions = at_halls.group_by("code").agg(pl.col("county").mode().sort().first().alias("by_region"))
    of_case = cases.select("project_no", pl.col("item_code").alias("case_item"), pl.col("region_code").alias("region"))
    of_ticket = tickets.select("ticket_id", pl.col("item_code").alias("ticket_item"))
    return (
        placed(bad, cases, tickets)
        .drop("placed_from", "origin")
        .join(of_case, on="project_no", how="left")
        .join(of_ticket, on="ticket_id", how="left")
        .join(at_halls.select("hall_id", "county"), on="hall_id", how="left")
        .join(regions, left_on=pl.col("region").str.slice(0, 6), right_on="code", how="left")
        .with_columns(
            pl.coalesce("case_item", "ticket_item").alias("item_code"),
            pl.when(pl.col("hall_id").is_null()).then("by_region").otherwise("county").alias("county"),
        )
        .drop("case_item", "ticket_item", "region", "by_region", "code", strict=False)
    )


def _with_dues(bad: pl.DataFrame, snapshot: Snapshot) -> pl.DataFrame:
    if bad.is_empty():
        none = pl.lit(None, dtype=bad.schema["assess_time"])
        return bad.with_columns(none.alias("verify_due"), none.alias("due"))
    years = bad["assess_time"].dt.year().sort()
    work = working_days(snapshot, range(int(years[0]), int(years[-1]) + 2))
    verify = work.end_of(work.add(work.day_of(bad["assess_time"]), VERIFY_DAYS))
    return bad.with_columns(verify.alias("verify_due"), mending_due(bad, work).alias("due"))
