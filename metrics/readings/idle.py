"""Windows that stand open without work, day after day (窗口闲置率)."""

from __future__ import annotations

import numpy as np
import polars as pl

from metrics.known import Known
from metrics.reading import Quantity, finished
from metrics.readings.windows import spell_keys, ticket_keys
from metrics.spells import HOUR, MINUTE, micros
from metrics.view import View

#: A day with fewer open hours of the group's windows says nothing; so many such days are looked at, of so many.
OPEN_ENOUGH, DAYS_ENOUGH, LOOKED_BACK = 6 * HOUR, 5, 15


def window_idle_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How much of the open windows' time nobody used, even on the busiest of the last days (窗口闲置率), by group.

    1 − busy ÷ open of the day, windows of the group that are not tidal: the lowest of the last 5 days with at least 6
    open hours (of all windows together); numerator (idle) and denominator (open minutes) are that day's; %. Sample:
    such days among the last 15 calendar days, today's included; at least 5. Today is taken as known at t, days
    before as known when they ended. Source: the indicators 2026.1, 12.
    """
    asked = _at_groups(view, instants)
    days = _days(view, asked)
    lowest = _lowest(days)
    counts = days.group_by("row").agg(pl.len().alias("sample"))
    frame = (
        asked.join(lowest, on="row", how="left", maintain_order="left")
        .join(counts, on="row", how="left", maintain_order="left")
        .with_columns(
            ((pl.col("open") - pl.col("busy")).fill_null(0) / MINUTE).alias("numerator"),
            (pl.col("open").fill_null(0) / MINUTE).alias("denominator"),
            pl.col("sample").fill_null(0),
            pl.lit(None, dtype=pl.Float64).alias("baseline"),
            view.covered_window(asked, "tickets", "window_sessions"),
        )
    )
    value = pl.when(pl.col("denominator") > 0).then(pl.col("numerator") / pl.col("denominator") * 100)
    return finished(frame, _GROUP, enough=pl.col("sample") >= DAYS_ENOUGH, value=value)


def behind_window_idle_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Spells of windows of that day with their open minutes, and its tickets, whose work is taken off."""
    asked = _at_groups(view, instants)
    chosen = asked.join(_lowest(_days(view, asked)), on="row", maintain_order="left")
    midnight = chosen.select(_midnight("day", chosen.schema["at"]).alias("from")).to_series()
    since, until = micros(midnight), micros(midnight.dt.offset_by("1d"))
    place, at = chosen["group"].to_numpy(), np.minimum(micros(chosen["at"]), until)
    parts = []
    for whiles, keys, sign, weight in (
        (_steady(view, view.windows.open), spell_keys(view), 1.0, 1.0),
        (_steady(view, view.windows.busy), ticket_keys(view), -1.0, 0.0),
    ):
        which, question, micro = whiles.shares(place, since, until, at)
        minutes = pl.Series("minutes", micro / MINUTE)
        columns = [chosen.select(*_GROUP, "at")[question], keys[whiles.row[which]], minutes.to_frame()]
        found = pl.concat(columns, how="horizontal").group_by(*_GROUP, "at", "table", "key", maintain_order=True)
        parts.append(
            found.agg(pl.col("minutes").sum()).select(
                *_GROUP,
                "at",
                "table",
                "key",
                (pl.col("minutes") * sign).alias("numerator"),
                (pl.col("minutes") * weight).alias("denominator"),
            )
        )
    return pl.concat(parts)


_GROUP = ("hall_id", "service_group")


def _at_groups(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Every service group of the halls read: the instants' columns, service_group, group, row."""
    asked = instants.join(view.windows.groups, on="hall_id", how="inner", maintain_order="left")
    return asked.with_row_index("row")


def _steady(view: View, whiles: Known) -> Known:
    """Time of the windows that are not tidal, by number of the service group."""
    each = view.windows.each
    group = np.where(each["is_tidal"].to_numpy(), -1, each["group"].to_numpy())
    return whiles.moved(group[whiles.place])


def _days(view: View, asked: pl.DataFrame) -> pl.DataFrame:
    """Days with enough open hours among the last 15 of each row: row, day, open, busy (microseconds)."""
    facts = (
        view.window_facts.filter(~pl.col("is_tidal"))
        .group_by(*_GROUP, pl.col("date").alias("day"))
        .agg(pl.col("open", "busy").sum())
    )
    back = pl.DataFrame({"back": range(1, LOOKED_BACK)}, schema={"back": pl.Int64})
    past = (
        asked.select("row", *_GROUP, "date")
        .join(back, how="cross")
        .with_columns((pl.col("date") - pl.duration(days=1) * pl.col("back")).cast(pl.Date).alias("day"))
        .join(facts, on=[*_GROUP, "day"])
        .select("row", "day", "open", "busy")
    )
    group, at, since, until = asked["group"].to_numpy(), *(micros(asked[name]) for name in ("at", "start", "end"))
    today = asked.select("row", pl.col("date").alias("day")).with_columns(
        pl.Series("open", _steady(view, view.windows.open).time(group, since, until, at)),
        pl.Series("busy", _steady(view, view.windows.busy).time(group, since, until, at)),
    )
    return pl.concat([past, today]).filter(pl.col("open") >= OPEN_ENOUGH)


def _lowest(days: pl.DataFrame) -> pl.DataFrame:
    """The day with the lowest idle share among the last 5 of each row (ties: the latest): row, day, open, busy."""
    last = days.sort("row", "day", descending=[False, True]).filter(pl.int_range(pl.len()).over("row") < DAYS_ENOUGH)
    idle = ((pl.col("open") - pl.col("busy")) / pl.col("open")).alias("idle")
    return (
        last.with_columns(idle)
        .sort("row", "idle", "day", descending=[False, False, True])
        .unique("row", keep="first", maintain_order=True)
        .drop("idle")
    )


def _midnight(day: str, shape: pl.DataType) -> pl.Expr:
    """The beginning of a day in the zone of a column of times."""
    zone = shape.time_zone if isinstance(shape, pl.Datetime) else None
    return pl.col(day).cast(pl.Datetime("us")).dt.replace_time_zone(zone)


QUANTITIES = (
    Quantity(
        "window_idle_rate", "D", _GROUP, ("tickets", "window_sessions"), "%", window_idle_rate, behind_window_idle_rate
    ),
)
