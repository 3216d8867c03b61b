"""What rows say of themselves at the cut: a status that follows from the times known by then, nothing foreseen."""

import polars as pl


def tickets_as_known(frame: pl.DataFrame, cut: int) -> pl.DataFrame:
    """Set each ticket's status; window and staff are known from the call, a case from its opening."""
    opened = pl.col("case_opened")
    called = pl.col("call_time").is_not_null()
    state = (
        pl.when(pl.col("end_time").is_not_null())
        .then(pl.col("status"))
        .when(pl.col("start_time").is_not_null())
        .then(pl.lit("serving"))
        .when(called)
        .then(pl.lit("called"))
        .otherwise(pl.lit("waiting"))
    )
    return frame.with_columns(
        state.alias("status"),
        pl.when(called).then(pl.col("window_id")).alias("window_id"),
        pl.when(called).then(pl.col("staff_id")).alias("staff_id"),
        pl.when(opened < cut).then(pl.col("project_no")).alias("project_no"),
        pl.max_horizontal("updated_at", pl.when(opened.is_between(0, cut - 1)).then(opened)).alias("updated_at"),
    )


def cases_as_known(frame: pl.DataFrame, cut: int) -> pl.DataFrame:
    """Set each case's status; the due is known from the acceptance, visits and automatic approval from the end.

    Correction and pause are read off the spells still running at the cut.
    """
    finished, accepted = pl.col("finish_time").is_not_null(), pl.col("accept_time").is_not_null()
    correcting = (pl.col("asked") >= 0) & (pl.col("asked") < cut) & (pl.col("answered") >= cut)
    paused = (pl.col("pause_start") >= 0) & (pl.col("pause_start") < cut) & (pl.col("pause_end") >= cut)
    state = (
        pl.when(pl.col("closed_time").is_not_null())
        .then(pl.when("rejected").then(pl.lit("rejected")).otherwise(pl.lit("withdrawn")))
        .when(finished)
        .then(pl.lit("finished"))
        .when(accepted & paused)
        .then(pl.lit("paused"))
        .when(accepted)
        .then(pl.when(pl.col("promise_due") >= 0).then(pl.lit("in_progress")).otherwise(pl.lit("accepted")))
        .when(correcting)
        .then(pl.lit("correction"))
        .otherwise(pl.lit("submitted"))
    )
    changed = [
        pl.when(pl.col(column).is_between(0, cut - 1)).then(pl.col(column))
        for column in ("asked", "answered", "pause_start", "pause_end")
    ]
    return frame.with_columns(
        state.alias("status"),
        pl.when(accepted).then(pl.col("promise_due")).alias("promise_due"),
        (pl.col("auto_approved") & finished).alias("auto_approved"),
        pl.when(finished).then(pl.col("visit_count")).alias("visit_count"),
        pl.max_horizontal("updated_at", *changed).alias("updated_at"),
    )


def reviews_as_known(frame: pl.DataFrame) -> pl.DataFrame:
    """Leave verdict and answer empty until the review was verified and the person called back."""
    return frame.with_columns(
        pl.when(pl.col("verify_time").is_not_null()).then(pl.col("valid")).alias("valid"),
        pl.when(pl.col("callback_time").is_not_null()).then(pl.col("callback_satisfied")).alias("callback_satisfied"),
    )
