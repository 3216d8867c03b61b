"""35 `data_lag` 归集时延."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=35,
    id="data_lag",
    name="归集时延",
    group="data",
    cause="delivery",
    meaning="这个来源的数据比它平常的间隔晚了多少开门分钟。",
    why="数据停了，所有的绿色都不作数。",
    source="P",
    direction="up",
    thresholds=Thresholds(yellow=15, orange=30, red=60, recovery=5),
    sample="平常间隔不超过 15 分钟的来源",
    action="检查接口",
    owner="data",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
