"""23 `online_apply_rate` 网上办比例."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=23,
    id="online_apply_rate",
    name="网上办比例",
    group="online",
    cause="online",
    meaning="本月受理的依申请办件里，从电脑、手机申请的占百分之多少。",
    why="网上办得成，大厅才不挤。",
    source="S",
    direction="down",
    thresholds=Thresholds(yellow=80, orange=70, red=60, recovery=83),
    sample="至少 100 件",
    action="网办引导",
    owner="county",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
