"""How good the records of a hall are against the standard (数据质量分): four parts, each a sum of checks; additive.

Every check is so many of so many; a part is the sum of its checks, a score the weighted mean of the parts that have
anything to check. So places and weeks add up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from metrics.hours import numbers
from metrics.sources import SOURCE, allowed, intervals
from metrics.spells import Spells, micros, standing

#: The parts of the score with their weights.
WEIGHTS: Mapping[str, float] = {"complete": 30.0, "timely": 30.0, "sound": 20.0, "consistent": 20.0}
PARTS: Mapping[str, str] = {"complete": "完整", "timely": "及时", "sound": "合格", "consistent": "一致"}
#: Check → what it counts, in Chinese.
CHECKS: Mapping[str, str] = {
    "ticket_call": "办完的号票有叫号时间",
    "ticket_start": "办完的号票有开始办理时间",
    "ticket_window": "办完的号票有窗口",
    "ticket_item": "办完的号票有事项",
    "case_platform": "办件的受理平台不是“来源不明”",
    "case_visits": "办结的办件有到场次数",
    "case_delivery": "办结的办件有送达方式",
    "review_service": "评价写明所评的办件或号票",
    "on_time": "开放时间里数据没有晚到的分钟",
    "accepted": "送来的行通过检查",
    "ticket_case": "号票写明的办件查得到",
    "review_ticket": "评价写明的号票查得到",
    "call_on_duty": "叫号时窗口有人在岗",
}
_OF_PART: Mapping[str, tuple[str, ...]] = {
    "complete": tuple(list(CHECKS)[:8]),
    "timely": ("on_time",),
    "sound": ("accepted",),
    "consistent": ("ticket_case", "review_ticket", "call_on_duty"),
}
PART_OF: Mapping[str, str] = {check: part for part, checks in _OF_PART.items() for check in checks}
#: What each table is looked at for.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "tickets": (
        *("ticket_id", "hall_id", "item_code", "take_time", "call_time", "start_time", "end_time", "window_id"),
        *("status", "project_no", "is_test"),
    ),
    "cases": ("project_no", "hall_id", "apply_time", "finish_time", "platform", "visit_count", "delivery", "is_test"),
    "reviews": ("hall_id", "project_no", "ticket_id", "assess_time"),
    "window_sessions": ("window_id", "start_at", "end_at"),
    "windows": ("window_id", "hall_id"),
    "deliveries": (*SOURCE, "delivered_at", "covers_until", "rows_read", "rows_quarantined"),
}


def quality_counts(
    rows: Mapping[str, pl.DataFrame], known_cases: pl.Series, known_tickets: pl.Series, sessions: pl.DataFrame,
    t: dt.datetime,
) -> pl.DataFrame:  # fmt: skip
    """Every check of every hall and week: so many of so many.

    Complete: of finished services and cases, and reviews, the cells that the rates need. Timely: of the opening minutes
    those in which a source was not late (at most 1.5 of its usual intervals + 10 minutes since its last delivery).
    Sound: of the rows delivered those that passed the gate. Consistent: of what rows say of each other what is found.
    Tests count nowhere; rows without a hall count for no hall.

    Args:
        rows: tables of the standard with the columns in `NEEDED`, of the weeks wanted; `windows` whole.
        known_cases: project_no of the cases there are, among those that the tickets name.
        known_tickets: ticket_id of the tickets there are, among those that the reviews name.
        sessions: opening sessions as `metrics.hours.sessions_of`.
        t: the instant, for what has not come yet.

    Returns:
        hall_id, week (its Monday), check, numerator, denominator (rows; minutes for `on_time`). Checks without
        anything to check have no row. In order.
    """
    tickets = rows["tickets"].filter(~pl.col("is_test"))
    done = tickets.filter(pl.col("status") == "done").with_columns(_week("take_time"))
    cases = rows["cases"].filter(~pl.col("is_test")).with_columns(_week("apply_time"))
    finished = cases.filter(pl.col("finish_time").is_not_null())
    reviews = rows["reviews"].with_columns(_week("assess_time"))
    deliveries = rows["deliveries"].with_columns(_week("delivered_at"))
    filled = {
        "ticket_call": (done, pl.col("call_time").is_not_null()),
        "ticket_start": (done, pl.col("start_time").is_not_null()),
        "ticket_window": (done, pl.col("window_id").is_not_null()),
        "ticket_item": (done, pl.col("item_code").is_not_null()),
        "case_platform": (cases, pl.col("platform") != "unknown"),
        "case_visits": (finished, pl.col("visit_count").is_not_null()),
        "case_delivery": (finished, pl.col("delivery").is_not_null()),
        "review_service": (reviews, pl.col("project_no").is_not_null() | pl.col("ticket_id").is_not_null()),
        "ticket_case": (
            done.filter(pl.col("project_no").is_not_null()),
            pl.col("project_no").is_in(known_cases.implode()),
        ),
        "review_ticket": (
            reviews.filter(pl.col("ticket_id").is_not_null()),
            pl.col("ticket_id").is_in(known_tickets.implode()),
        ),
        "call_on_duty": (_on_duty(done, rows), pl.col("on_duty")),
    }
    counts = [_counted(check, frame, flag.cast(pl.Float64), pl.lit(1.0)) for check, (frame, flag) in filled.items()]
    passed = pl.col("rows_read") - pl.col("rows_quarantined")
    counts.append(_counted("accepted", deliveries, passed.cast(pl.Float64), pl.col("rows_read").cast(pl.Float64)))
    steps = intervals(rows["deliveries"], sessions, t).filter(pl.col("usual").is_not_null())
    in_time = pl.min_horizontal(pl.col("minutes"), allowed(pl.col("usual")))
    counts.append(_counted("on_time", steps.with_columns(_week("delivered_at")), in_time, pl.col("minutes")))
    return pl.concat(counts).filter(pl.col("denominator") > 0).sort("hall_id", "week", "check")


def _week(time: str) -> pl.Expr:
    day = pl.col(time).dt.date()
    return day.dt.truncate("1w").alias("week")


def _counted(check: str, frame: pl.DataFrame, above: pl.Expr, below: pl.Expr) -> pl.DataFrame:
    return (
        frame.filter(pl.col("hall_id").is_not_null(), pl.col("hall_id") != "-")
        .select("hall_id", "week", above.alias("numerator"), below.alias("denominator"))
        .group_by("hall_id", "week")
        .agg(pl.col("numerator", "denominator").sum())
        .select("hall_id", "week", pl.lit(check).alias("check"), "numerator", "denominator")
    )


def _on_duty(done: pl.DataFrame, rows: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Called tickets of halls that tell who sits at their windows, and whether somebody did at the call."""
    spells = rows["window_sessions"].with_columns(
        # A spell that nobody ended lasts to the end of its day.
        pl.coalesce("end_at", pl.col("start_at").dt.truncate("1d").dt.offset_by("1d")).alias("end_at")
    )
    windows = rows["windows"]["window_id"]
    telling = rows["windows"].join(spells.select("window_id").unique(), on="window_id", how="semi")["hall_id"]
    called = done.filter(
        pl.col("call_time").is_not_null(),
        pl.col("window_id").is_in(windows.implode()),
        pl.col("hall_id").is_in(telling.unique().implode()),
    )
    spells = spells.filter(pl.col("window_id").is_in(windows.implode()), pl.col("end_at") > pl.col("start_at"))
    open_spells = Spells.of(numbers(spells["window_id"], windows), micros(spells["start_at"]), micros(spells["end_at"]))
    found = standing(open_spells, numbers(called["window_id"], windows), micros(called["call_time"]))
    return called.with_columns(pl.Series("on_duty", found > 0, dtype=pl.Boolean))


def parts(counts: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """The parts of the score of some places or weeks, side by side, and the score.

    Args:
        counts: as `quality_counts`.
        by: columns that name what is scored: hall_id, week, both, or others that were joined; at least one.

    Returns:
        The columns of `by`; for each part its share (0 to 100, null where nothing was checked) under its name, and its
        numerator and denominator under <part>_n and <part>_d; score: the weighted mean of the parts that have a share,
        null where none has. In order.
    """
    named = counts.with_columns(pl.col("check").replace_strict(dict(PART_OF), return_dtype=pl.String).alias("part"))
    wide = counts.select(by).unique()
    for part in WEIGHTS:
        sums = (
            named.filter(pl.col("part") == part)
            .group_by(by)
            .agg(pl.col("numerator").sum().alias(f"{part}_n"), pl.col("denominator").sum().alias(f"{part}_d"))
            .with_columns((100 * pl.col(f"{part}_n") / pl.col(f"{part}_d")).alias(part))
        )
        wide = wide.join(sums, on=by, how="left")
    weighed = [pl.col(part) * weight for part, weight in WEIGHTS.items()]
    weights = [pl.when(pl.col(part).is_not_null()).then(weight).otherwise(0.0) for part, weight in WEIGHTS.items()]
    total = pl.sum_horizontal(weights)
    score = pl.when(total > 0).then(pl.sum_horizontal(weighed) / total)
    return wide.with_columns(score.alias("score")).sort(by)
