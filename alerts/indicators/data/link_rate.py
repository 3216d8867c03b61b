"""36 `link_rate` 全链贯通率."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=36,
    id="link_rate",
    name="全链贯通率",
    group="data",
    cause="links",
    meaning="今天办完的、应当有办件的取号里，能对上办件的占百分之多少。",
    why="取号—受理—办理—评价对不上，后面的数都打折扣。",
    source="P",
    direction="down",
    thresholds=Thresholds(yellow=95, orange=90, red=80, recovery=97),
    sample="至少 50 笔",
    action="补办件编号",
    owner="manager",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
