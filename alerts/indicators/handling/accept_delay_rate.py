"""17 `accept_delay_rate` 受理迟延率."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=17,
    id="accept_delay_rate",
    name="受理迟延率",
    group="handling",
    cause="acceptance",
    meaning="最近应答期满的申请里，到下一个工作日结束还没有受理也没有答复的占百分之多少。",
    why="群众交了材料没有回音，是投诉最常见的起点。",
    source="P",
    direction="up",
    thresholds=Thresholds(yellow=3, orange=8, red=15, recovery=2.5),
    sample="至少 20 件",
    action="提醒受理人员",
    owner="liaison",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
