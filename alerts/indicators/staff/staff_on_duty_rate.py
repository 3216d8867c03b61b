"""32 `staff_on_duty_rate` 在岗率."""

import datetime as dt

import polars as pl

from alerts.definition import RT_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=32,
    id="staff_on_duty_rate",
    name="在岗率",
    group="staff",
    cause="posts",
    meaning="最近 60 分钟里，排了班的时间有百分之多少人真的在岗。",
    why="岗上没有人，开多少窗口都是空的。",
    source="S",
    direction="down",
    thresholds=Thresholds(yellow=95, orange=90, red=80, recovery=97),
    sample="至少排班 5 人",
    action="补岗",
    owner="duty",
    next_review=dt.date(2027, 6, 30),
    hold=RT_HOLD,
    needs=lambda level: pl.col("missing") >= 2,
    needs_said="此刻至少有 2 人不在岗",
)
