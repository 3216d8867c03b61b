"""24 `one_visit_rate` 跑一次实现率."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=24,
    id="one_visit_rate",
    name="跑一次实现率",
    group="online",
    cause="visits",
    meaning="本月办结的件里，群众最多跑一次的占百分之多少（知道跑了几次的件）。",
    why="多跑一次，就是一次没有办成。",
    source="S",
    direction="down",
    thresholds=Thresholds(yellow=92, orange=88, red=85, recovery=93),
    sample="至少 50 件",
    action="减材料，减环节",
    owner="manager",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
