"""4 `wait_avg` 平均等候."""

import datetime as dt

from alerts.definition import RT_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=4,
    id="wait_avg",
    name="平均等候",
    group="flow",
    cause="crowd",
    meaning="最近 60 分钟叫到号的人平均等了多少分钟。",
    why="等候是群众最直接的感受，也是增减窗口最直接的依据。",
    source="P",
    direction="up",
    thresholds=Thresholds(yellow=15, orange=25, red=40, recovery=12),
    sample="60 分钟内至少叫号 10 个",
    action="增开窗口",
    owner="duty",
    next_review=dt.date(2027, 6, 30),
    hold=RT_HOLD,
)
