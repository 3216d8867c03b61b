"""3 `tidal_wait_rise` 等候同比升幅（潮汐窗口）."""

import datetime as dt

import polars as pl

from alerts.definition import HALF_HOURS, Definition, Thresholds

DEFINITION = Definition(
    number=3,
    id="tidal_wait_rise",
    name="等候同比升幅（潮汐窗口）",
    group="flow",
    cause="crowd",
    meaning="这半小时叫到号的人平均等候，比同一星期几同一时段通常的等候多了百分之多少。",
    why="群众等候比平常明显变长，就是潮汐窗口该开的时候；潮退了也要及时收。",
    source="S",
    direction="up",
    thresholds=Thresholds(yellow=20, orange=50, red=100, recovery=10),
    sample="这半小时至少叫号 10 个，可比的日子也要有 10 个",
    action="推送增开窗口建议",
    owner="duty",
    next_review=dt.date(2027, 6, 30),
    hold=HALF_HOURS,
    strict=True,
    needs=lambda level: (
        ((pl.col("numerator") - pl.col("baseline")) >= 3) & (pl.col("numerator") >= (10, 15, 25)[level - 1])
    ),
    needs_said="平均等候还要比平常多 3 分钟以上，并且达到 10 / 15 / 25 分钟；连续两个半小时才算",
)
