"""11 `window_open_rate` 窗口开放率."""

import datetime as dt

from alerts.definition import RT_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=11,
    id="window_open_rate",
    name="窗口开放率",
    group="windows",
    cause="posts",
    meaning="最近 60 分钟里，计划开着的窗口时间有百分之多少真的开着；每个时段开门 30 分钟以后才看。",
    why="计划开的窗口没有开，等的人看得见，管的人也要看得见。",
    source="P",
    direction="down",
    thresholds=Thresholds(yellow=90, orange=80, red=65, recovery=94),
    sample="至少 2 个窗口有开窗计划",
    action="催促到岗",
    owner="duty",
    next_review=dt.date(2027, 6, 30),
    hold=RT_HOLD,
)
