"""20 `ywtb_case_rate` 一网通办办件率."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=20,
    id="ywtb_case_rate",
    name="一网通办办件率",
    group="online",
    cause="platform",
    meaning="本月受理的依申请办件里，在统一平台受理的占百分之多少。",
    why="省级要求 90 %；低于它要说得出是哪些事项、差多少件。",
    source="S",
    direction="down",
    thresholds=Thresholds(yellow=92, orange=90, red=85, recovery=93),
    sample="至少 50 件",
    action="查没有走平台的事项",
    owner="county",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
