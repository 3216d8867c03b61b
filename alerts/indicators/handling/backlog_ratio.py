"""19 `backlog_ratio` 在办积压比."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=19,
    id="backlog_ratio",
    name="在办积压比",
    group="handling",
    cause="deadlines",
    meaning="部门的在办件按近来的办结速度要几天办完，是它自己往常的多少倍。",
    why="进得多、出得少，积压要早看见，等到超期就晚了。",
    source="P",
    direction="up",
    thresholds=Thresholds(yellow=1.3, orange=1.6, red=2.0, recovery=1.15),
    sample="在办至少 50 件，往前 60 个工作日有 20 个可比",
    action="增加审批力量",
    owner="liaison",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
