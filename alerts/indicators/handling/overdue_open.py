"""15 `overdue_open` 超期未办结."""

import datetime as dt

import polars as pl

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=15,
    id="overdue_open",
    name="超期未办结",
    group="handling",
    cause="deadlines",
    meaning="部门在办件里，扣除暂停以后已经过了期限的占百分之多少。",
    why="已经超期的件，每多一天就多失信一天。",
    source="N",
    direction="up",
    thresholds=Thresholds(yellow=1, orange=3, red=5, recovery=0.5),
    sample="没有下限",
    action="红牌督办",
    owner="liaison",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
    needs=lambda level: pl.col("numerator") >= 3,
    needs_said="至少有 3 件",
)
