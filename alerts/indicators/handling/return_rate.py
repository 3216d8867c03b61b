"""18 `return_rate` 退件补正率."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=18,
    id="return_rate",
    name="退件补正率",
    group="handling",
    cause="guidance",
    meaning="上周这个事项的申请里，被退回或要求补正的占百分之多少。",
    why="退得多，多半是指南没有说清楚，而不是群众不会填。",
    source="P",
    direction="up",
    thresholds=Thresholds(yellow=10, orange=15, red=25, recovery=8),
    sample="至少 30 件",
    action="改办事指南，加预审",
    owner="liaison",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
