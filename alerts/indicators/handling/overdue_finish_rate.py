"""16 `overdue_finish_rate` 超期办结率."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=16,
    id="overdue_finish_rate",
    name="超期办结率",
    group="handling",
    cause="deadlines",
    meaning="本月办结的承诺件里，过了期限才办结的占百分之多少。",
    why="结果已经发生，要看是哪个环节、哪些事项。",
    source="P",
    direction="up",
    thresholds=Thresholds(yellow=0.5, orange=1, red=3, recovery=0.2),
    sample="至少 100 件",
    action="通报",
    owner="manager",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
