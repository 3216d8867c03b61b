"""34 `health_check_gap` 核酸检测等核验缺口."""

import datetime as dt

import polars as pl

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=34,
    id="health_check_gap",
    name="核酸检测等核验缺口",
    group="staff",
    cause="checks",
    meaning="今天排班的人里，最近一次应检没有检的占百分之多少。",
    why="公共卫生任务在时，一个缺口就可能停一个大厅。",
    source="S",
    direction="up",
    thresholds=Thresholds(yellow=2, orange=5, red=10, recovery=0),
    sample="至少 5 人有应检记录",
    action="补检，调岗",
    owner="manager",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
    needs=lambda level: pl.col("numerator") >= level,
    needs_said="黄至少 1 人，橙 2 人，红 3 人",
)
