"""How reviews are made up (评价构成): by place, item, level, origin and channel; additive.

The rates tell good from bad; who wants to see the five levels side by side, the default ones apart, looks here. The
places are those of the rates, so that both add up to the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from metrics.asof import as_of
from metrics.periods import Period
from metrics.rates.case_counts import placed_cases
from metrics.rates.records import Grid, RateRecords
from metrics.rates.review_counts import placed_reviews

#: The columns of reviews that are looked at.
NEEDED = (
    *("hall_id", "project_no", "ticket_id", "level", "origin", "channel"),
    *("assess_time", "valid", "verify_time"),
)


def review_mix(
    reviews: pl.LazyFrame, records: RateRecords, periods: Sequence[Period], t: datetime | None = None
) -> pl.DataFrame:
    """How many valid reviews of each level came by which way, and of whose own accord.

    Reviews by their assess_time; those found invalid before t are left out, system_push ones are in. Source: the rates
    2026.1 (`review_good_rate` and its neighbours), whose reviews these are.

    Args:
        reviews: the reviews of the periods, with the columns in `NEEDED`.
        records: as the rates need them; the cases and tickets that the reviews name are looked up there.
        periods: periods that do not overlap.
        t: the instant as of which things are counted; None = all that is in the records has happened.

    Returns:
        period (label), hall_id (`NO_HALL` where there is none), county, item_code (null where it is not told; default
        reviews with a hall of their own are not asked for it), origin, level, channel, n.
    """
    grid = Grid.of(records, periods, t)
    rows = reviews.select(NEEDED)
    known = rows if grid.t is None else as_of("reviews", rows, grid.t)
    valid = known.filter(pl.col("valid").fill_null(value=True)).collect()
    given = valid.filter(grid.period_of(valid["assess_time"]).is_not_null())
    seated = placed_reviews(given, placed_cases(records, grid), records, grid)
    by = ["origin", "level", "channel"]
    counts = grid.keyed(seated, "assess_time").group_by("key", *by).agg(pl.len().cast(pl.Int64).alias("n"))
    labels = pl.Series([period.label for period in grid.periods], dtype=pl.String)
    told = grid.decoded(counts)
    named = told.with_columns(labels.gather(told["period"]).alias("period"))
    where = ["period", "hall_id", "county", "item_code"]
    return named.group_by(*where, *by).agg(pl.col("n").sum()).sort(*where, *by)
