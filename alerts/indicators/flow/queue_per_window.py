"""7 `queue_per_window` 窗均排队."""

import datetime as dt

import polars as pl

from alerts.definition import RED, RT_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=7,
    id="queue_per_window",
    name="窗均排队",
    group="flow",
    cause="crowd",
    meaning="每个为这个队列开着的窗口前有多少人在等；有人等而一个窗口都没有开，就是红色。",
    why="这是此刻供需是否失衡最早的信号，比等候时间来得更快。",
    source="N",
    direction="up",
    thresholds=Thresholds(yellow=8, orange=10, red=15, recovery=5),
    sample="没有下限，没有人等候记为 0",
    action="跨窗通办，增开窗口",
    owner="duty",
    next_review=dt.date(2027, 6, 30),
    hold=RT_HOLD,
    at_least={RED: pl.col("value").is_null() & (pl.col("numerator") > 0)},
    at_least_said="有人等候而没有窗口开着，直接为红",
)
