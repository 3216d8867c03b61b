"""21 `ywtb_window_rate` 窗口收件率."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=21,
    id="ywtb_window_rate",
    name="窗口收件率",
    group="online",
    cause="platform",
    meaning="本月大厅窗口收的依申请办件里，在统一平台受理的占百分之多少。",
    why="窗口是最后一个没有走平台的地方，也是主任自己管得到的地方。",
    source="S",
    direction="down",
    thresholds=Thresholds(yellow=92, orange=90, red=85, recovery=93),
    sample="至少 50 件",
    action="查没有走平台的事项",
    owner="manager",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
