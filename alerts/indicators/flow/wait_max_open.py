"""6 `wait_max_open` 最长在队等候."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=6,
    id="wait_max_open",
    name="最长在队等候",
    group="flow",
    cause="crowd",
    meaning="此刻还在排队的人里，等得最久的已经等了多少分钟。",
    why="再少的人，也不该有人被忘在队里。",
    source="N",
    direction="up",
    thresholds=Thresholds(yellow=30, orange=45, red=60, recovery=20),
    sample="没有下限，没有人等候记为 0",
    action="值班长到场",
    owner="duty",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
