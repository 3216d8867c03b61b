"""25 `online_to_window_rate` 线上转线下率."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=25,
    id="online_to_window_rate",
    name="线上转线下率",
    group="online",
    cause="online",
    meaning="网上申请以后，又为同一事项到大厅取号的占百分之多少。",
    why="网上走不通的人会回到窗口，断点就在那里。",
    source="P",
    direction="up",
    thresholds=Thresholds(yellow=5, orange=10, red=20, recovery=4),
    sample="至少 30 件",
    action="修补网办断点",
    owner="liaison",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
