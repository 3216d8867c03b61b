"""The windows of a hall as seats: who sits there, what is being handled, whether it is open as planned (座位图)."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from metrics.known import Known, crossing
from metrics.spells import MINUTE, Ints, micros, pairs, standing, time_between
from metrics.view import View
from metrics.visitors import in_service

#: What a window is doing: 办理中, 空闲, 暂停, 未开窗, 计划开窗未开.
STATE = pl.Enum(["serving", "idle", "pause", "shut", "missing"])


def seats(view: View, start: dt.datetime, at: dt.datetime) -> pl.DataFrame:
    """Every window at an instant, and what it has done since the beginning of the day.

    A window serves while somebody called there has not ended, also where it is not signed on; it pauses in a spell of
    that state, however short; it is missing where it is planned to be open and has no spell. As of t.

    Args:
        view: the records of the day.
        start: the day's first instant.
        at: the instant.

    Returns:
        window_id, hall_id, service_group, is_tidal, state, staff_id (of the spell, else of the service), since (of the
        state; null where it is shut or missing), ticket_id (of the service), planned (whether it is to be open), served
        (services that ended since the beginning, of known length), busy, open, planned_minutes (since the beginning).
        In order of hall, group, window.
    """
    windows, each = view.windows, view.windows.each
    count = each.height
    place, now = np.arange(count, dtype=np.int64), _at(at, count, view)
    since = _at(start, count, view)
    planned = standing(windows.planned, place, now) > 0
    frame = each.select("window_id", "hall_id", "service_group", "is_tidal").with_columns(
        pl.Series("planned", planned),
        pl.Series("busy", windows.busy.time(place, since, now, now) / MINUTE),
        pl.Series("open", windows.open.time(place, since, now, now) / MINUTE),
        pl.Series("planned_minutes", time_between(windows.planned, place, since, now) / MINUTE),
        _served(view, start, at),
    )
    spells, services = _spells(view, start, at), _services(view, at)
    joined = frame.join(spells, on="window_id", how="left", maintain_order="left").join(
        services, on="window_id", how="left", maintain_order="left"
    )
    serving, there = pl.col("ticket_id").is_not_null(), pl.col("spell").is_not_null()
    state = (
        pl.when(serving).then(pl.lit("serving"))
        .when(pl.col("spell") == "pause").then(pl.lit("pause"))
        .when(there).then(pl.lit("idle"))
        .when("planned").then(pl.lit("missing"))
        .otherwise(pl.lit("shut"))
    )  # fmt: skip
    since_then = (
        pl.when(serving)
        .then("called_at")
        .when(pl.col("spell") == "pause")
        .then("spell_since")
        .otherwise(pl.max_horizontal("spell_since", "last_end"))
    )
    return joined.select(
        "window_id",
        "hall_id",
        "service_group",
        "is_tidal",
        state.cast(STATE).alias("state"),
        pl.coalesce("staff_id", "served_by").alias("staff_id"),
        pl.when(serving | there).then(since_then).alias("since"),
        "ticket_id",
        "planned",
        "served",
        "busy",
        "open",
        "planned_minutes",
    ).sort("hall_id", "service_group", "window_id")


def window_minutes(view: View, since: dt.datetime, at: dt.datetime) -> pl.DataFrame:
    """How long each window was planned to be open, was open, was open as planned, and was busy, in [since, at).

    Args:
        view: the records of the day.
        since: the first instant.
        at: the instant; as known at it.

    Returns:
        window_id, hall_id, service_group, is_tidal, planned, open, open_planned, busy (minutes), in order of window.
        Added up over the windows of a hall they make its saturation and its share of open windows.
    """
    windows, count = view.windows, view.windows.each.height
    place, begin, end = np.arange(count, dtype=np.int64), _at(since, count, view), _at(at, count, view)
    plan = windows.planned
    within = crossing(windows.open, Known.of(plan.place, plan.start, plan.end, np.arange(len(plan))))
    return windows.each.select("window_id", "hall_id", "service_group", "is_tidal").with_columns(
        pl.Series("planned", time_between(plan, place, begin, end) / MINUTE),
        pl.Series("open", windows.open.time(place, begin, end, end) / MINUTE),
        pl.Series("open_planned", within.time(place, begin, end, end) / MINUTE),
        pl.Series("busy", windows.busy.time(place, begin, end, end) / MINUTE),
    )


def _at(at: dt.datetime, count: int, view: View) -> Ints:
    instant = micros(pl.Series([at], dtype=pl.Datetime("us", view.records.timezone)))
    return np.full(count, instant[0], dtype=np.int64)


def _spells(view: View, start: dt.datetime, at: dt.datetime) -> pl.DataFrame:
    """The spell in which each window is at the instant: window_id, spell (its state), staff_id, spell_since."""
    closing = view.sessions.select("hall_id", "date", "last_close").unique()
    ended = (pl.col("end_at") < at).fill_null(value=False)
    return (
        view.records["window_sessions"]
        .filter(pl.col("start_at") >= start, pl.col("start_at") < at)
        .sort("window_id", "start_at", "session_id")
        .group_by("window_id", maintain_order=True)
        .last()
        .filter(~ended)
        .join(view.records["windows"].select("window_id", "hall_id"), on="window_id")
        .with_columns(pl.col("start_at").dt.date().alias("date"))
        .join(closing, on=["hall_id", "date"], how="left")
        # Who forgets to sign off goes home all the same.
        .filter((pl.col("last_close") >= at) | pl.col("last_close").is_null())
        .select("window_id", pl.col("state").alias("spell"), "staff_id", pl.col("start_at").alias("spell_since"))
    )


def _services(view: View, at: dt.datetime) -> pl.DataFrame:
    """Who is being served at each window: window_id, ticket_id, served_by, called_at (the latest, where several)."""
    group = in_service(view)
    zero = np.zeros(len(group.rows), dtype=np.int64)
    spells = group.at_halls
    which, _ = pairs(type(spells)(zero, spells.start, spells.end), np.zeros(1, dtype=np.int64), _at(at, 1, view))
    zone = pl.Datetime("us", view.records.timezone)
    return (
        group.rows[which]
        .select(
            "window_id",
            "ticket_id",
            pl.col("staff_id").alias("served_by"),
            pl.col("begun").cast(pl.Datetime("us", "UTC")).cast(zone).alias("called_at"),
        )
        .drop_nulls("window_id")
        .sort("called_at", "ticket_id")
        .unique("window_id", keep="last", maintain_order=True)
        .join(_last_ends(view, at), on="window_id", how="full", coalesce=True)
    )


def _last_ends(view: View, at: dt.datetime) -> pl.DataFrame:
    """When the last service at each window ended: window_id, last_end."""
    tickets = view.records["tickets"].filter(pl.col("end_time") < at, pl.col("call_time") < at, ~pl.col("is_test"))
    return tickets.drop_nulls("window_id").group_by("window_id").agg(pl.col("end_time").max().alias("last_end"))


def _served(view: View, start: dt.datetime, at: dt.datetime) -> pl.Series:
    """Services that ended at each window: `served`, in the order of the windows."""
    begin, end = _at(start, 1, view)[0], _at(at, 1, view)[0]
    done = view.visits.filter(pl.col("handle").is_not_null(), pl.col("end") >= begin, pl.col("end") < end)
    place = view.windows.numbers(done["window_id"])
    return pl.Series("served", np.bincount(place[place >= 0], minlength=view.windows.each.height).astype(np.int64))
