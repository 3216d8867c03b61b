"""How long matters were handled (事项办理事实), by hall, item and day: additive."""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from metrics.facts.kinds import FactKind
from metrics.groups import Groups, packed, unpacked
from metrics.hours import Days, numbers, sessions_of
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
    served = _served(visits, sessions)
    halls, items = (served[name].unique().sort() for name in ("hall_id", "item_code"))
    parts = [(numbers(served["hall_id"], halls), len(halls)), (numbers(served["item_code"], items), len(items))]
    place, date = packed(parts), served["date"].to_physical().cast(pl.Int64).to_numpy()
    # Days are in order already; so few numbers of places are sorted by their digits, which is several times as fast.
    order = np.argsort(place.astype(np.min_scalar_type(len(halls) * len(items))), kind="stable")
    first, last = (int(date.min()), int(date.max())) if len(date) else (0, 0)
    days = last - first + 1
    groups = Groups.of(place[order] * days + date[order] - first)
    hall, item, day = unpacked(groups.keys, (len(items), days))
    return pl.DataFrame(
        {
            "hall_id": halls.gather(pl.Series(hall)),
            "item_code": items.gather(pl.Series(item)),
            "date": pl.Series(day + first).cast(pl.Date),
            "n": groups.count(),
            "logs": groups.total(served["log"].to_numpy()[order]),
        }
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
