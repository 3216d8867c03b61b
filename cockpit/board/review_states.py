"""Where the handling of a bad review stands: by its clocks, from what the source and the people here recorded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.intake.privacy import masked_text
from cockpit.records.follow_ups import ReviewEvent, Step
from cockpit.watch.halls_today import ONLINE

HERE, SOURCE = "本页登记", "来源"


class State(StrEnum):
    """Where the handling of a bad review stands."""

    RECTIFY_LATE = "rectify_late"
    VERIFY_LATE = "verify_late"
    TO_VERIFY = "to_verify"
    TO_RECTIFY = "to_rectify"
    TO_CALL = "to_call"
    DONE = "done"
    DONE_LATE = "done_late"
    INVALID = "invalid"


STATES: dict[str, str] = {
    State.RECTIFY_LATE: "整改逾期",
    State.VERIFY_LATE: "核实超时",
    State.TO_VERIFY: "待核实",
    State.TO_RECTIFY: "待整改",
    State.TO_CALL: "待回访",
    State.DONE: "已办结",
    State.DONE_LATE: "逾期办结",
    State.INVALID: "核实无效",
}
OPEN = (State.RECTIFY_LATE, State.VERIFY_LATE, State.TO_VERIFY, State.TO_RECTIFY, State.TO_CALL)
LATE = (State.RECTIFY_LATE, State.VERIFY_LATE)
_HERE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "review_id": pl.String,
    "here_verified": pl.Datetime("us"),
    "here_invalid": pl.Boolean,
    "here_called": pl.Datetime("us"),
    "here_satisfied": pl.Boolean,
    "here_rectified": pl.Datetime("us"),
    "recorded": pl.Int64,
}


def recorded(events: Iterable[ReviewEvent], zone: ZoneInfo) -> pl.DataFrame:
    """What was recorded here, one row per review; of two steps of one kind the later holds."""
    found: dict[str, dict[str, object]] = {}
    for event in events:
        one = found.setdefault(event.review_id, {"review_id": event.review_id, "recorded": 0})
        one["recorded"] = int(str(one["recorded"])) + 1
        at = event.at.astimezone(zone).replace(tzinfo=None)
        if event.step in {Step.VERIFIED_VALID, Step.VERIFIED_INVALID}:
            one |= {"here_verified": at, "here_invalid": event.step is Step.VERIFIED_INVALID}
        elif event.step is Step.CALLED_BACK:
            one |= {"here_called": at, "here_satisfied": event.satisfied}
        elif event.step is Step.RECTIFIED:
            one["here_rectified"] = at
    frame = pl.DataFrame(list(found.values()), schema=_HERE_SCHEMA)
    times = [name for name, dtype in _HERE_SCHEMA.items() if dtype == pl.Datetime("us")]
    return frame.with_columns(pl.col(times).dt.replace_time_zone(str(zone), ambiguous="earliest"))


def stated(rows: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Each case with the times that hold and its state, those in trouble first.

    Args:
        rows: bad reviews with names, joined with `recorded`.
        now: the present instant, in the city's zone.

    Returns:
        The rows (text masked) with place (hall's name, else `ONLINE`), and for verifying, calling back and mending the
        time that holds (verified_at, called_at, rectified_at) and who told it (verified_by, …: 来源 or 本页登记),
        found_invalid, satisfied, state, next_due (of the next step; null where there is none), recorded (steps
        recorded here), unconfirmed (a step is recorded here and not told by the source), overruled (by both).
    """
    pairs = (
        ("verified", "verify_time", "here_verified"),
        ("called", "callback_time", "here_called"),
        ("rectified", "rectify_time", "here_rectified"),
    )
    times = [pl.coalesce(source, here).alias(f"{name}_at") for name, source, here in pairs]
    told = [
        pl.when(pl.col(source).is_not_null())
        .then(pl.lit(SOURCE))
        .when(pl.col(here).is_not_null())
        .then(pl.lit(HERE))
        .alias(f"{name}_by")
        for name, source, here in pairs
    ]
    only_here = [pl.col(source).is_null() & pl.col(here).is_not_null() for _, source, here in pairs]
    in_both = [pl.col(source).is_not_null() & pl.col(here).is_not_null() for _, source, here in pairs]
    # The source's word of validity holds as soon as it has one; else what was found here.
    at_source = pl.col("valid").is_not_null() | pl.col("verify_time").is_not_null()
    invalid = pl.when(at_source).then(~pl.col("valid").fill_null(value=True)).otherwise("here_invalid")
    stated = rows.with_columns(
        *times,
        *told,
        invalid.fill_null(value=False).alias("found_invalid"),
        pl.when(pl.col("callback_time").is_not_null())
        .then("callback_satisfied")
        .otherwise("here_satisfied")
        .alias("satisfied"),
        pl.any_horizontal(*only_here).alias("unconfirmed"),
        pl.any_horizontal(*in_both).alias("overruled"),
        pl.col("recorded").fill_null(0),
        masked_text(pl.col("text")).alias("text"),
        pl.coalesce("hall", pl.lit(ONLINE)).alias("place"),
    )
    at = pl.lit(now, dtype=stated.schema["assess_time"])
    open_verify, open_mending = pl.col("verified_at").is_null(), pl.col("rectified_at").is_null()
    state = (
        pl.when("found_invalid")
        .then(pl.lit(State.INVALID.value))
        .when(open_mending & (pl.col("due") <= at))
        .then(pl.lit(State.RECTIFY_LATE.value))
        .when(open_verify & open_mending & (pl.col("verify_due") <= at))
        .then(pl.lit(State.VERIFY_LATE.value))
        .when(open_verify & open_mending)
        .then(pl.lit(State.TO_VERIFY.value))
        .when(open_mending)
        .then(pl.lit(State.TO_RECTIFY.value))
        .when("named", pl.col("called_at").is_null())
        .then(pl.lit(State.TO_CALL.value))
        .when(pl.col("rectified_at") > pl.col("due"))
        .then(pl.lit(State.DONE_LATE.value))
        .otherwise(pl.lit(State.DONE.value))
        .alias("state")
    )
    verifying = pl.col("state").is_in([State.TO_VERIFY.value, State.VERIFY_LATE.value])
    mending = pl.col("state").is_in([State.TO_RECTIFY.value, State.RECTIFY_LATE.value])
    order = pl.col("state").cast(pl.Enum([state.value for state in State]))
    return (
        stated.with_columns(state)
        .with_columns(pl.when(verifying).then("verify_due").when(mending).then("due").alias("next_due"))
        .sort(order, "next_due", "assess_time", "review_id", descending=[False, False, True, False], nulls_last=True)
    )
