"""10 `demand_capacity_ratio` 需求产能比."""

import datetime as dt

import polars as pl

from alerts.definition import RED, RT_HOLD, YELLOW, Definition, Thresholds

DEFINITION = Definition(
    number=10,
    id="demand_capacity_ratio",
    name="需求产能比",
    group="windows",
    cause="crowd",
    meaning="一小时来的业务要花的工时，是开着的窗口一小时能给的多少倍。",
    why="超过 1 就意味着队伍只会越来越长，这时候加窗比等排长了再加有用得多。",
    source="N",
    direction="up",
    thresholds=Thresholds(yellow=0.85, orange=0.95, red=1.05, recovery=0.8),
    sample="60 分钟内至少取号 12 张，并有 5 天的办理时长",
    action="按建议窗数增开窗口",
    owner="duty",
    next_review=dt.date(2027, 6, 30),
    hold=RT_HOLD,
    needs=lambda level: pl.lit(value=True) if level == YELLOW else pl.col("waiting_per_window") >= 3,
    needs_said="橙和红还要每个开着的窗口前至少 3 人等候",
    at_least={RED: pl.col("value").is_null()},
    at_least_said="取号满 12 张而没有窗口开着，直接为红",
)
