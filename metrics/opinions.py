"""What people say: reviews and complaints, each at the hall it belongs to, for as long as it counts.

A row that names no hall belongs to the hall of its case (a review without a known case to that of its ticket), from
when that is known. A review counts until somebody
finds that it is none (`valid` holds from `verify_time`; without one from the beginning; empty means valid).
"""

from __future__ import annotations

import polars as pl

from metrics.evidence import moments
from metrics.spells import NEVER

_NEVER = pl.lit(NEVER, dtype=pl.Int64)


def placed(rows: pl.DataFrame, cases: pl.DataFrame, tickets: pl.DataFrame | None = None) -> pl.DataFrame:
    """Put rows that name no hall into the hall of their case; where they name no known case, into that of their ticket.

    Args:
        rows: hall_id, project_no (and ticket_id) and others.
        cases: table `cases` of the standard.
        tickets: table `tickets`, where the rows name tickets.

    Returns:
        The rows with hall_id filled where it can be told, and `placed_from`: the instant (microseconds) from which the
        place is known: 0 where the row itself names it, else when the case was applied for or the ticket was taken.
    """
    at_home, homeless = (rows.filter(pl.col("hall_id").is_null() == away) for away in (False, True))
    found = homeless.join(_named(homeless, cases, "project_no", "apply_time", "case"), on="project_no", how="left")
    hall, since = pl.col("case_hall"), pl.col("case_from")
    if tickets is not None:
        theirs = _named(homeless, tickets, "ticket_id", "take_time", "ticket")
        found = found.join(theirs, on="ticket_id", how="left")
        by_case = since.is_not_null()
        hall = pl.when(by_case).then(hall).otherwise("ticket_hall")
        since = pl.when(by_case).then(since).otherwise("ticket_from")
    placed_from = pl.lit(0, dtype=pl.Int64).alias("placed_from")
    return pl.concat(
        [
            at_home.with_columns(placed_from),
            found.with_columns(hall.alias("hall_id"), since.fill_null(0).alias("placed_from")).select(
                *rows.columns, "placed_from"
            ),
        ]
    )


def _named(rows: pl.DataFrame, table: pl.DataFrame, key: str, known: str, prefix: str) -> pl.DataFrame:
    """Halls of the cases or tickets that rows name: the key, <prefix>_hall, <prefix>_from (microseconds)."""
    wanted = rows.select(key).drop_nulls().unique()
    hall, since = pl.col("hall_id").alias(f"{prefix}_hall"), pl.col(known).to_physical().alias(f"{prefix}_from")
    return table.lazy().select(key, hall, since).join(wanted.lazy(), on=key, how="semi").collect()


def opinions(reviews: pl.DataFrame, cases: pl.DataFrame, tickets: pl.DataFrame) -> pl.DataFrame:
    """Reviews with what follows from their times.

    Args:
        reviews: table `reviews` of the standard.
        cases: table `cases` of the standard.
        tickets: table `tickets` of the standard.

    Returns:
        review_id, hall_id (the review's, else its case's, else its ticket's), window_id, project_no, ticket_id,
        device_id, level, origin, assess_time, rectify_due, and in microseconds, NEVER for what has not happened:
        assess, verify, rectify, placed_from (see `placed`), valid_until (the last instant at which it counts as valid;
        `assess` where it never did).
    """
    kept = reviews.select(
        "review_id", "hall_id", "window_id", "project_no", "ticket_id", "device_id", "level", "origin", "valid",
        "assess_time", "verify_time", "rectify_due", "rectify_time",
    )  # fmt: skip
    timed = moments(placed(kept, cases, tickets), assess="assess_time", verify="verify_time", rectify="rectify_time")
    found_out = pl.when(pl.col("verify") < _NEVER).then("verify").otherwise("assess")
    holds = pl.col("valid").fill_null(value=True)
    return timed.with_columns(
        pl.when(holds).then(_NEVER).otherwise(found_out).cast(pl.Int64).alias("valid_until")
    ).drop("valid", "verify_time", "rectify_time")
