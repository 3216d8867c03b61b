"""37 `invalid_row_rate` 异常记录率."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=37,
    id="invalid_row_rate",
    name="异常记录率",
    group="data",
    cause="rows",
    meaning="这个来源最近 7 天送来的行里，被隔离的占百分之多少。",
    why="隔离的行不进统计，多了就会缺一块。",
    source="P",
    direction="up",
    thresholds=Thresholds(yellow=1, orange=3, red=10, recovery=0.5),
    sample="至少 100 行",
    action="退回源头改正",
    owner="data",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
