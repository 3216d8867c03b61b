"""30 `bad_review_overdue` 差评处置超时."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=30,
    id="bad_review_overdue",
    name="差评处置超时",
    group="reviews",
    cause="mending",
    meaning="最近 90 天的差评里，过了时限还没有核实或没有整改的有几条。",
    why="差评回访率和按期整改率要求 100 %，一条都不该漏。",
    source="S",
    direction="up",
    thresholds=Thresholds(yellow=1, orange=3, red=5, recovery=0),
    sample="没有下限",
    action="督办回访",
    owner="manager",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
