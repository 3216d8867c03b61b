"""29 `review_suspect_rate` 疑似代评率."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=29,
    id="review_suspect_rate",
    name="疑似代评率",
    group="reviews",
    cause="praise",
    meaning="上周这个窗口的主动评价里，服务结束 3 秒内或结束前就评的、同一设备 10 分钟内第 10 条起的占百分之多少。",
    why="替群众评价会把真的不满盖住。",
    source="P",
    direction="up",
    thresholds=Thresholds(yellow=5, orange=10, red=20, recovery=3),
    sample="至少 30 条",
    action="人工抽核",
    owner="manager",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
