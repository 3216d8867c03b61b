"""31 `complaint_z` 投诉异常."""

import datetime as dt

import polars as pl

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=31,
    id="complaint_z",
    name="投诉异常",
    group="reviews",
    cause="complaints",
    meaning="上周每万笔办理的投诉，比前 12 周的水平高出多少个标准差。",
    why="偶然多一件和真的变坏，要分得开。",
    source="S",
    direction="up",
    thresholds=Thresholds(yellow=2, orange=3, red=4, recovery=1),
    sample="前 12 周至少 3 件投诉，本周预计至少 0.5 件",
    action="专题调查",
    owner="manager",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
    needs=lambda level: pl.col("numerator") >= 3,
    needs_said="上周至少有 3 件",
)
