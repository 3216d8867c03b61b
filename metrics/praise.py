"""Suspicious praise (疑似代评、刷评): good reviews that probably no customer gave; each is a question, not a verdict.

Pure rules over reviews of five stars that people are said to have given of their own accord. A review may break
several rules. Rules look at what the rows say, never at names or texts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from metrics.readings.reviews import HASTE

PRAISE = 5
#: A burst: so many within so many minutes from one device.
BURST, BURST_MINUTES = 5, 5
#: One person: so many on one day at one hall.
BY_ONE_PERSON = 4
#: One staff: so many in the time looked at, at two windows or more, and all from one device.
BY_STAFF, WINDOWS = 10, 2


@dataclass(frozen=True)
class PraiseRule:
    """One way in which praise can look wrong.

    Attributes:
        name: its name in answers.
        title: Chinese name.
        meaning: what is looked for, in Chinese, with its bounds.
        check: what to look at next, in Chinese.
        finds: reviews as `suspicious` takes them → review_id, subject (device, person, staff or
            window; null where none is known).
    """

    name: str
    title: str
    meaning: str
    check: str
    finds: Callable[[pl.DataFrame], pl.DataFrame]


def suspicious(reviews: pl.DataFrame) -> pl.DataFrame:
    """Praise that breaks a rule: which review, which rule, and what ties it to the others.

    Population: active valid reviews of level 5; others are left out by themselves. Window: whatever is handed over, a
    month for the page. Source: reviews, with the end of their service from tickets, else instant cases.

    Args:
        reviews: review_id, hall_id, window_id, staff_id, device_id, applicant_hash, level, origin, valid, assess_time,
            service_end (of the ticket, else the finish of an instant case; null where nobody can tell).

    Returns:
        rule, subject, review_id, hall_id, window_id, staff_id, device_id, assess_time, service_end; by rule, hall,
        subject and time.
    """
    praise = reviews.filter(
        pl.col("origin") == "active", pl.col("valid").fill_null(value=True), pl.col("level") == PRAISE
    )
    kept = ["review_id", "hall_id", "window_id", "staff_id", "device_id", "assess_time", "service_end"]
    found = [
        rule.finds(praise).select(pl.lit(rule.name).alias("rule"), "subject", "review_id").join(
            praise.select(kept), on="review_id"
        )
        for rule in RULES
    ]  # fmt: skip
    return pl.concat(found).sort("rule", "hall_id", "subject", "assess_time", "review_id", nulls_last=True)


def _bursts(praise: pl.DataFrame) -> pl.DataFrame:
    """Reviews of one device among which `BURST` lie within `BURST_MINUTES`."""
    rows = praise.filter(pl.col("device_id").is_not_null()).sort("device_id", "assess_time", "review_id")
    span = pl.duration(minutes=BURST_MINUTES)
    time = pl.col("assess_time")
    # The review that is the first of such a row; the others of the row are within reach of a first one.
    first = (time.shift(1 - BURST).over("device_id") - time <= span).fill_null(value=False)
    firsts = rows.with_columns(first.alias("first"))
    reached = pl.any_horizontal(*(pl.col("first").shift(step).over("device_id") for step in range(BURST)))
    return firsts.filter(reached.fill_null(value=False)).select("review_id", pl.col("device_id").alias("subject"))


def _by_one_person(praise: pl.DataFrame) -> pl.DataFrame:
    """Reviews of one person, at least `BY_ONE_PERSON` on one day at one hall."""
    rows = praise.filter(pl.col("applicant_hash").is_not_null())
    many = rows.filter(pl.len().over("applicant_hash", "hall_id", pl.col("assess_time").dt.date()) >= BY_ONE_PERSON)
    # What is shown must tell one person from another, not who it is.
    return many.select("review_id", pl.col("applicant_hash").str.slice(0, 8).alias("subject"))


def _before_the_end(praise: pl.DataFrame) -> pl.DataFrame:
    """Reviews given before their service had ended."""
    early = praise.filter(pl.col("assess_time") < pl.col("service_end"))
    return early.select("review_id", pl.col("window_id").alias("subject"))


def _in_haste(praise: pl.DataFrame) -> pl.DataFrame:
    """Reviews given sooner after the end of their service than a customer can."""
    gap = pl.col("assess_time") - pl.col("service_end")
    hasty = praise.filter(gap >= pl.duration(), gap <= pl.duration(microseconds=HASTE))
    return hasty.select("review_id", pl.col("window_id").alias("subject"))


def _one_device_of_a_staff(praise: pl.DataFrame) -> pl.DataFrame:
    """Reviews of a staff that served at several windows and yet got all of them from one device."""
    by = "staff_id"
    rows = praise.filter(pl.col(by).is_not_null())
    device = pl.col("device_id")
    one = (device.n_unique().over(by) == 1) & (device.null_count().over(by) == 0)
    several = pl.col("window_id").drop_nulls().n_unique().over(by) >= WINDOWS
    found = rows.filter(one & several & (pl.len().over(by) >= BY_STAFF))
    return found.select("review_id", pl.col(by).alias("subject"))


RULES = (
    PraiseRule(
        "device_burst",
        "同一设备短时间连续五星",
        f"同一台评价器在 {BURST_MINUTES} 分钟之内有 {BURST} 条及以上主动的五星评价。",
        "请对照当时的叫号记录和监控，看评价器前是不是群众本人。",
        _bursts,
    ),
    PraiseRule(
        "one_person",
        "同一申请人一天多次五星",
        f"同一申请人（脱敏编号）一天之内在同一大厅有 {BY_ONE_PERSON} 条及以上主动的五星评价。",
        "请核对这些评价对应的号票和办件，看是不是同一人真的办了这么多次。",
        _by_one_person,
    ),
    PraiseRule(
        "before_end",
        "服务没有结束就已评价",
        "主动的五星评价早于它所评的服务结束（号票的办结时间，没有号票的为即办件的办结时间）。",
        "请核对评价器与叫号系统的时钟；时钟一致的，请了解是谁按的评价。",
        _before_the_end,
    ),
    PraiseRule(
        "in_haste",
        "服务一结束就评价",
        f"主动的五星评价在所评的服务结束后 {HASTE // 1_000_000} 秒之内给出，快于群众自己操作。",
        "请看是否集中在个别窗口；集中的，请了解评价是不是由工作人员代按。",
        _in_haste,
    ),
    PraiseRule(
        "staff_one_device",
        "一名工作人员的评价全部来自一台设备",
        f"一名工作人员在 {WINDOWS} 个及以上窗口办理，{BY_STAFF} 条及以上主动的五星评价却全部来自同一台评价器。",
        "请看这台评价器放在哪里、由谁保管。",
        _one_device_of_a_staff,
    ),
)
