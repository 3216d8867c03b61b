"""14 `due_soon_rate` 临期未办结率."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=14,
    id="due_soon_rate",
    name="临期未办结率",
    group="handling",
    cause="deadlines",
    meaning="部门在办的承诺件（承诺 5 天以上）里，下一个工作日就到期的占百分之多少。",
    why="今天催得动，明天就成了超期。",
    source="N",
    direction="up",
    thresholds=Thresholds(yellow=5, orange=10, red=20, recovery=3),
    sample="至少 20 件",
    action="逐件催办",
    owner="liaison",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
