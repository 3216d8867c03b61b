"""9 `window_saturation` 业务饱和度."""

import datetime as dt

import polars as pl

from alerts.definition import RT_HOLD, YELLOW, Definition, Thresholds

DEFINITION = Definition(
    number=9,
    id="window_saturation",
    name="业务饱和度",
    group="windows",
    cause="crowd",
    meaning="最近 60 分钟里，这一组窗口开着的时间有百分之多少在办业务。",
    why="窗口一直满负荷，差错和情绪就会出来，再来一个人就要排队。",
    source="S",
    direction="up",
    thresholds=Thresholds(yellow=85, orange=92, red=98, recovery=80),
    sample="最近 60 分钟窗口一共至少开了 60 分钟",
    action="增开窗口，调后台人员",
    owner="duty",
    next_review=dt.date(2027, 6, 30),
    hold=RT_HOLD,
    needs=lambda level: pl.col("waiting_per_window") > (1 if level == YELLOW else 2),
    needs_said="黄还要每个开着的窗口前有 1 人以上等候，橙和红要 2 人以上",
)
