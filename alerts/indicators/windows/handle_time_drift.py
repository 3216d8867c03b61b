"""13 `handle_time_drift` 办理时长漂移."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=13,
    id="handle_time_drift",
    name="办理时长漂移",
    group="windows",
    cause="slow",
    meaning="这个事项在这个大厅的办理时长，偏离它自己往常水平多少个标准差（逐日平滑）。",
    why="系统变慢、流程变长、新人上岗，都先在办理时长上露头。",
    source="N",
    direction="up",
    thresholds=Thresholds(yellow=3, orange=4, red=5, recovery=1.5),
    sample="一天至少 15 笔，这样的日子 20 天",
    action="查系统、查流程、查新人",
    owner="manager",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
