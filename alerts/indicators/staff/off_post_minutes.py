"""33 `off_post_minutes` 空岗时长."""

import datetime as dt

from alerts.definition import NO_HOLD, Definition, Thresholds

DEFINITION = Definition(
    number=33,
    id="off_post_minutes",
    name="空岗时长",
    group="staff",
    cause="posts",
    meaning="计划开着的窗口没有开、而它的队列有人等，已经持续了多少分钟。",
    why="有人等而窗口空着，是群众最不能理解的事。",
    source="N",
    direction="up",
    thresholds=Thresholds(yellow=10, orange=20, red=30, recovery=5),
    sample="没有下限",
    action="推送值班长",
    owner="duty",
    next_review=dt.date(2027, 6, 30),
    hold=NO_HOLD,
)
