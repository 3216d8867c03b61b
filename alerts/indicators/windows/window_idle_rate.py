"""12 `window_idle_rate` 窗口闲置率."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=12,
    id="window_idle_rate",
    name="窗口闲置率",
    group="windows",
    cause="idle",
    meaning="这一组窗口最近 5 个可比的日子里，最忙的那天仍有百分之多少的时间没有业务；潮汐窗口不算。",
    why="长期闲着的窗口，可以并到排队的地方去。",
    source="P",
    direction="up",
    thresholds=Thresholds(yellow=60, orange=70, red=80, recovery=50),
    sample="最近 15 天里有 5 天开足 6 小时",
    action="合并窗口",
    owner="manager",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
