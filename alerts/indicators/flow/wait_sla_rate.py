"""5 `wait_sla_rate` 等候达标率."""

import datetime as dt

from alerts.definition import RT_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=5,
    id="wait_sla_rate",
    name="等候达标率",
    group="flow",
    cause="crowd",
    meaning="最近 60 分钟里，25 分钟以内叫到号的人占多少；等不及走的、还在等且已超 25 分钟的都算没有达标。",
    why="平均数会把等得最久的人藏起来，达标率不会。",
    source="N",
    direction="down",
    thresholds=Thresholds(yellow=80, orange=70, red=60, recovery=85),
    sample="分母至少 20 人",
    action="跨窗支援",
    owner="duty",
    next_review=dt.date(2027, 6, 30),
    hold=RT_HOLD,
)
