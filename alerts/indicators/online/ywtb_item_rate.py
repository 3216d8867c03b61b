"""22 `ywtb_item_rate` 单事项一网通办率."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=22,
    id="ywtb_item_rate",
    name="单事项一网通办率",
    group="online",
    cause="platform",
    meaning="本月这个事项的办件里，在统一平台受理的占百分之多少。",
    why="总数达标的时候，差的往往是少数几个事项。",
    source="S",
    direction="down",
    thresholds=Thresholds(yellow=92, orange=90, red=80, recovery=93),
    sample="至少 10 件",
    action="逐项整改",
    owner="liaison",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
