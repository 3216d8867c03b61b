"""1 `footfall_peak` 人流高峰."""

import datetime as dt

import polars as pl

from alerts.definition import RT_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=1,
    id="footfall_peak",
    name="人流高峰",
    group="flow",
    cause="crowd",
    meaning="最近 60 分钟的取号数是同一星期几、同一时段通常水平的多少倍。",
    why="人一下子多起来，等候、秩序和情绪都会跟着变；早一刻知道，就能先分流、先加人。",
    source="S",
    direction="up",
    thresholds=Thresholds(yellow=1.3, orange=1.6, red=2.0, recovery=1.15),
    sample="基线至少 8 张票，且 60 分钟取号满 30 张或比基线多 10 张",
    action="导办分流，引导错峰预约",
    owner="duty",
    next_review=dt.date(2027, 6, 30),
    hold=RT_HOLD,
    needs=lambda level: pl.col("numerator") >= pl.col("denominator") + 3 * pl.col("denominator").sqrt(),
    needs_said="取号数还要比基线多出 3 倍的偶然起伏（基线 + 3√基线）",
)
