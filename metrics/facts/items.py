"""How long matters were handled (事项办理事实), by hall, item and day: additive."""

from __future__ import annotations

import math

import polars as pl

from metrics.facts.kinds import FactKind
from metrics.hours import Days, sessions_of
from metrics.instants import start_zone
from metrics.records import Records
from metrics.spells import MINUTE, NEVER
from metrics.tickets import visits as visits_of


def item_facts(visits: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    """Count the services of each item at each hall on the day of their taking.

    Services of tickets that were taken and ended on the same day: what ends on a later day was closed by somebody
    else's hand. So facts of closed days never change.

    Args:
        visits: as `metrics.tickets.visits`.
        sessions: as `metrics.hours.sessions_of`.

    Returns:
        hall_id, item_code, date, n (services), logs (sum of the natural logarithms of their minutes). In order.
    """
    return (
        _served(visits, sessions)
        .group_by("hall_id", "item_code", "date")
        .agg(pl.len().cast(pl.Int64).alias("n"), pl.col("log").sum().alias("logs"))
        .sort("hall_id", "item_code", "date")
    )


def handled(visits: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    """The services that count: ticket_id, hall_id, item_code, date, end (microseconds), log (of the minutes)."""
    return _served(visits, sessions, "ticket_id").select("ticket_id", "hall_id", "item_code", "date", "end", "log")


def _served(visits: pl.DataFrame, sessions: pl.DataFrame, *more: str) -> pl.DataFrame:
    """The services that count, with their end, the logarithm of their minutes, and more columns of the visits."""
    kept = (
        visits.lazy()
        .select("hall_id", "item_code", "date", "handle", "end", *more)
        .filter(pl.col("handle").is_not_null(), pl.col("item_code").is_not_null(), pl.col("end") < NEVER)
        .collect()
    )
    end = kept["end"].to_numpy()
    days = Days(start_zone(sessions), end)
    ended = pl.Series(days.of(end) + days.first).cast(pl.Date)
    log = pl.col("handle").cast(pl.Float64).log() - math.log(MINUTE)
    return kept.filter(ended == kept["date"]).with_columns(log.alias("log"))


def _of_records(records: Records) -> pl.DataFrame:
    sessions = sessions_of(records["calendar"])
    return item_facts(visits_of(records["tickets"], sessions), sessions)


KINDS = (FactKind("items", "2026.1", ("tickets",), ("calendar",), (), _of_records),)
