"""26 `bad_review_7d` 差评数."""

import datetime as dt

import polars as pl

from alerts.definition import NO_HOLD, ORANGE, Definition, Thresholds

DEFINITION = Definition(
    number=26,
    id="bad_review_7d",
    name="差评数",
    group="reviews",
    cause="service",
    meaning="最近 7 天主动评价里的差评（不满意、非常不满意）有几条。",
    why="差评一条一条办，不能被好评平均掉。",
    source="S",
    direction="up",
    thresholds=Thresholds(yellow=1, orange=3, red=6, recovery=0),
    sample="没有下限",
    action="逐条核实",
    owner="manager",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
    at_least={ORANGE: pl.col("at_one_window") >= 2},
    at_least_said="同一窗口有 2 条，至少为橙",
)
