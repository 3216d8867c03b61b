"""27 `active_good_rate` 主动评价好评率."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=27,
    id="active_good_rate",
    name="主动评价好评率",
    group="reviews",
    cause="service",
    meaning="本月主动评价里，基本满意以上的占百分之多少；默认好评不算。",
    why="只看群众自己打的分。",
    source="N",
    direction="down",
    thresholds=Thresholds(yellow=98, orange=96, red=93, recovery=98.5),
    sample="至少 50 条",
    action="服务复盘",
    owner="manager",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
