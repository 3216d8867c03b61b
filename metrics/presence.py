"""Who is to be on duty at a hall and who is there, person by person; and which of its devices are on."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from metrics.spells import MINUTE, Spells, micros, standing, time_between
from metrics.view import View


def presence(view: View, start: dt.datetime, at: dt.datetime) -> pl.DataFrame:
    """Every person rostered on a day: whether the person is to be there at the instant, and is.

    Args:
        view: the records of the day.
        start: the day's first instant.
        at: the instant.

    Returns:
        staff_id, hall_id, role, window_ids (of the rosters, joined by 、), from, to (first and last instant of the
        rosters), rostered, attended (minutes since the beginning; attended counts within the roster only), due (to be
        there at the instant), there (and is), arrived, left (first and last time of the day's attendance; left is null
        while nobody has signed off). In order of person. Source: the indicators 2026.1, 32.
    """
    duty, zone = view.duty, pl.Datetime("us", view.records.timezone)
    posts = duty.posts
    place = np.arange(posts.height, dtype=np.int64)
    instants = micros(pl.Series([start, at], dtype=zone))
    begin, end = (np.full(posts.height, instant, dtype=np.int64) for instant in instants)
    rostered, attended = duty.rostered, duty.attended
    spells = Spells(rostered.place, rostered.start, rostered.end)
    measured = posts.with_columns(
        view.halls.gather(posts["hall"]).alias("hall_id"),
        pl.Series("rostered", time_between(spells, place, begin, end) / MINUTE),
        pl.Series("attended", attended.time(place, begin, end, end) / MINUTE),
        pl.Series("due", standing(spells, place, end) > 0),
        pl.Series("there", standing(attended.running, place, end) > 0),
    )
    keys = ["staff_id", "hall_id"]
    rosters = (
        view.records["roster"]
        .sort("start_at")
        .group_by(keys, maintain_order=True)
        .agg(
            pl.col("role").first(),
            pl.col("window_id").drop_nulls().unique(maintain_order=True).str.join("、").alias("window_ids"),
            pl.col("start_at").min().alias("from"),
            pl.col("end_at").max().alias("to"),
        )
    )
    came = view.records["attendance"].filter(pl.col("start_at") < at)
    left = pl.when(pl.col("end_at") < at).then("end_at")
    seen = came.group_by(keys).agg(
        pl.col("start_at").min().alias("arrived"),
        pl.when(left.null_count() == 0).then(left.max()).alias("left"),
    )
    return (
        measured.join(rosters, on=keys, how="left")
        .join(seen, on=keys, how="left")
        .select(*keys, "role", "window_ids", "from", "to", "rostered", "attended", "due", "there", "arrived", "left")
        .sort("staff_id", "hall_id")
    )


def devices(view: View, at: dt.datetime) -> pl.DataFrame:
    """Every device in use at an instant, and whether it is on.

    A device is on while its latest state before the instant says so and has not ended; one without a state is not.

    Args:
        view: the records.
        at: the instant.

    Returns:
        device_id, hall_id, kind, key_device, online, since (of being on or off; null where nothing was ever reported).
        In order of being off, key devices first, then of device. Source: the indicators 2026.1, 38.
    """
    in_use = (pl.col("valid_from").is_null() | (pl.col("valid_from") <= at)) & (
        pl.col("valid_to").is_null() | (pl.col("valid_to") > at)
    )
    ended = (pl.col("to_at") < at).fill_null(value=False)
    last = (
        view.records["device_states"]
        .filter(pl.col("from_at") < at)
        .sort("device_id", "from_at")
        .group_by("device_id", maintain_order=True)
        .last()
        .select(
            "device_id",
            (pl.col("online") & ~ended).alias("online"),
            pl.when(pl.col("online") & ended).then("to_at").otherwise("from_at").alias("since"),
        )
    )
    return (
        view.records["devices"]
        .filter(in_use)
        .join(last, on="device_id", how="left")
        .select("device_id", "hall_id", "kind", "key_device", pl.col("online").fill_null(value=False), "since")
        .sort("online", ~pl.col("key_device"), "device_id")
    )
