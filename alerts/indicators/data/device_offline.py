"""38 `device_offline` 设备离线率."""

import datetime as dt

import polars as pl

from alerts.definition import RT_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=38,
    id="device_offline",
    name="设备离线率",
    group="data",
    cause="devices",
    meaning="在用的设备里，此刻离线的占百分之多少；不足 5 台时看关键设备和一半、全部。",
    why="取号机、叫号屏坏了，队伍就乱了。",
    source="P",
    direction="up",
    thresholds=Thresholds(yellow=5, orange=15, red=30, recovery=2),
    sample="至少 1 台设备",
    action="报修",
    owner="duty",
    next_review=dt.date(2027, 6, 30),
    hold=RT_HOLD,
    instead_when=pl.col("denominator") < 5,
    instead=(pl.col("key_off") > 0, (pl.col("numerator") > 0) & (pl.col("numerator") * 2 >= pl.col("denominator")), (pl.col("numerator") > 0) & (pl.col("numerator") == pl.col("denominator"))),
    instead_said="不足 5 台：关键设备离线为黄，一半以上离线为橙，全部离线为红",
)
