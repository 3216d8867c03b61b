"""8 `abandon_rate` 弃号过号率."""

import datetime as dt

from alerts.definition import RT_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=8,
    id="abandon_rate",
    name="弃号过号率",
    group="flow",
    cause="crowd",
    meaning="最近 60 分钟里等不及走掉和叫号没有来的人，占叫到号的和走掉的人的百分之多少。",
    why="人走了，等候时间反而变好看；走掉的人是等候过长的另一面。",
    source="P",
    direction="up",
    thresholds=Thresholds(yellow=10, orange=15, red=25, recovery=8),
    sample="分母至少 20 人",
    action="短信叫号，过号激活",
    owner="duty",
    next_review=dt.date(2027, 6, 30),
    hold=RT_HOLD,
)
