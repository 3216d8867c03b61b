"""28 `active_review_rate` 主动评价率."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=28,
    id="active_review_rate",
    name="主动评价率",
    group="reviews",
    cause="asking",
    meaning="本月可评价的服务里，群众自己评价了的占百分之多少。",
    why="评的人太少，好评率就说明不了什么。",
    source="N",
    direction="down",
    thresholds=Thresholds(yellow=30, orange=20, red=10, recovery=35),
    sample="至少 100 笔",
    action="主动提示，不得强迫",
    owner="manager",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
