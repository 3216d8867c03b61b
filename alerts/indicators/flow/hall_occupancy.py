"""2 `hall_occupancy` 在厅负荷率."""

import datetime as dt

from alerts.definition import RT_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=2,
    id="hall_occupancy",
    name="在厅负荷率",
    group="flow",
    cause="crowd",
    meaning="大厅里的人数占大厅容量的百分之多少；没有客流计数时用等候和正在办理的人数。",
    why="人挤过了容量，安全和体验都没有保证，要先保安全。",
    source="P",
    direction="up",
    thresholds=Thresholds(yellow=70, orange=85, red=100, recovery=60),
    sample="已知大厅容量",
    action="限流，开放备用等候区",
    owner="duty",
    next_review=dt.date(2027, 6, 30),
    hold=RT_HOLD,
    source_column="people_from",
)
