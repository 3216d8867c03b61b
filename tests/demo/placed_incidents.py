"""One incident of every kind, placed by hand so that none meets another."""

import datetime as dt

from cockpit.demo.almanac import DAY, day_number
from cockpit.demo.catalogue import ITEMS
from cockpit.demo.incidents import Incident
from cockpit.demo.kinds import KINDS


def instant(month: int, day: int, hour: float) -> int:
    return day_number(dt.date(2026, month, day)) * DAY + int(hour * 3600)


def incident(kind: str, onset: tuple[int, int, float], end: tuple[int, int, float], size: float, **place) -> Incident:  # noqa: ANN003
    number = [entry.key for entry in KINDS].index(kind)
    return Incident(number, kind, "strong", instant(*onset), instant(*end), size, **place)


# The business item that is submitted online most: people can also bring it to the windows of both county halls.
ITEM = max((i for i, item in enumerate(ITEMS) if item.group == 3), key=lambda i: ITEMS[i].online)
OTHER_ITEM = next(i for i, item in enumerate(ITEMS) if item.name == "异地就医备案")
THIRD_ITEM = next(i for i, item in enumerate(ITEMS) if item.name == "居住登记")
DEPT, OTHER_DEPT = 5, 3
PLACED = {
    entry.kind: entry
    for entry in (
        incident("crowd", (9, 1, 9.5), (9, 1, 12), 3.0, hall=1),
        incident("tide", (9, 2, 9.5), (9, 2, 12), 3.0, hall=0, section=1),
        incident("clerks_away", (9, 3, 9.5), (9, 3, 11.5), 0.5, hall=0, windows=(0, 1, 2, 3, 10, 11, 12)),
        incident("late_opening", (9, 4, 9), (9, 4, 10), 1.0, hall=0, windows=tuple(range(40))),
        incident("empty_post", (9, 7, 9.5), (9, 7, 11), 1.0, hall=3, windows=(0, 1)),
        incident("call_fault", (9, 8, 9.5), (9, 8, 12), 0.45, hall=0),
        incident("devices_down", (9, 9, 9.5), (9, 9, 12), 0.5, hall=0, devices=(0, 1, 2)),
        incident("source_late", (9, 10, 9.5), (9, 10, 12), 1.0, hall=0, source="queue"),
        incident("idle_section", (9, 14, 8), (9, 18, 18), 0.3, hall=0, section=2),
        incident("system_slow", (9, 21, 8), (9, 25, 18), 1.9, hall=0, section=3),
        incident("new_clerk", (9, 28, 8), (9, 30, 18), 2.5, hall=0, section=0, windows=(0, 1, 2)),
        incident("dept_sits", (9, 1, 8), (9, 18, 18), 0.06, dept=DEPT),
        incident("slow_accept", (9, 1, 8), (9, 11, 18), 0.6, dept=OTHER_DEPT),
        incident("wrong_guide", (8, 31, 8), (9, 20, 18), 0.4, item=THIRD_ITEM),
        incident("bypass_hall", (9, 1, 0), (9, 30, 18), 0.4, hall=2),
        incident("bypass_county", (10, 8, 0), (10, 19, 18), 0.3, county=1),
        incident("bypass_item", (9, 1, 0), (9, 30, 18), 0.8, item=OTHER_ITEM),
        incident("online_outage", (9, 1, 0), (9, 30, 18), 0.75, county=2),
        incident("online_fault", (9, 7, 8), (9, 25, 18), 0.5, item=ITEM),
        incident("more_visits", (9, 1, 0), (9, 30, 18), 0.4, hall=4),
        incident("rude_clerk", (10, 12, 8), (10, 16, 18), 0.5, hall=0, windows=(1,)),
        incident("poor_service", (9, 14, 8), (9, 25, 18), 0.15, hall=3),
        incident("review_silence", (9, 1, 0), (9, 30, 18), 0.9, hall=4),
        incident("faked_praise", (10, 8, 8), (10, 19, 18), 0.5, hall=1, windows=(1,)),
        incident("neglected_reviews", (9, 7, 8), (10, 16, 18), 0.05, hall=2),
        incident("complaints_wave", (9, 14, 8), (9, 18, 18), 12, hall=1),
        incident("checks_missed", (9, 4, 12), (9, 18, 0), 0.5, hall=1),
        incident("numbers_missing", (9, 14, 8), (9, 18, 18), 0.4, hall=1),
        incident("garbage_rows", (9, 21, 8), (9, 25, 18), 0.15, hall=1, source="queue"),
    )
}
