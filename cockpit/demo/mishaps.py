"""What can go wrong in the demo city: the kinds of incident, how strong, how long, how often, and where they strike.

Every strength and length below was written down before any indicator existed and is not fitted to what indicators see.
Incidents are drawn by spans of forty days, so that neither the first nor the last day of a city changes its history.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from cockpit.demo.almanac import DAY, HOUR, MINUTE, Almanac, date_of
from cockpit.demo.attendance import CHECK_EVERY
from cockpit.demo.catalogue import ITEMS, columns
from cockpit.demo.counters import busiest_share, plan_counters, regular
from cockpit.demo.departments import DEPARTMENTS
from cockpit.demo.draws import Floats, Stream, stream
from cockpit.demo.equipment import plan_devices
from cockpit.demo.incidents import STRENGTHS, Active, Incident
from cockpit.demo.places import County, Hall
from cockpit.demo.submissions import Office, expected_online, online_weights

SPAN = 40
_WHOLE_CITY = 82
_LONGEST = 60
"""No incident lasts longer than so many days."""
_MORNING, _AFTERNOON = (9 * HOUR + 15 * MINUTE, 10 * HOUR + 15 * MINUTE), (14 * HOUR, 14 * HOUR + 45 * MINUTE)
Rng = np.random.Generator
Three = tuple[float, float, float]


@dataclass(frozen=True)
class Kind:
    """A kind of incident; sizes and lengths are for weak, medium and strong ones."""

    key: str
    name: str
    place: str
    """Where it strikes: hall, section, window, county, dept, item, source, device, check."""
    sizes: Three
    lengths: Three
    """Minutes for those within a day, else days."""
    often: float
    """How many in forty days in a city of 82 halls; for places that every city has, in any city."""
    indicators: tuple[str, ...]
    within_a_day: bool = False


KINDS = (
    Kind("crowd", "人流骤增", "hall", (1.5, 2.2, 3.0), (120, 150, 180), 2.4,
         ("footfall_peak", "hall_occupancy", "wait_avg", "wait_sla_rate", "wait_max_open", "queue_per_window"), True),
    Kind("tide", "单队列潮涌", "section", (1.5, 2.1, 2.8), (120, 150, 180), 2.4,
         ("tidal_wait_rise", "wait_avg", "wait_max_open", "queue_per_window", "window_saturation",
          "demand_capacity_ratio"), True),
    Kind("clerks_away", "窗口人员离岗", "windows", (0.2, 0.4, 0.65), (60, 90, 130), 2.4,
         ("window_open_rate", "staff_on_duty_rate", "off_post_minutes"), True),
    Kind("late_opening", "开门晚", "windows", (0.5, 0.8, 1.0), (25, 45, 70), 2.0,
         ("window_open_rate", "staff_on_duty_rate", "off_post_minutes", "queue_per_window"), True),
    Kind("empty_post", "空岗", "window", (1, 1, 1), (25, 50, 90), 2.4,
         ("off_post_minutes",), True),
    Kind("call_fault", "叫号故障", "hall", (0.10, 0.24, 0.45), (90, 120, 150), 2.0,
         ("abandon_rate",), True),
    Kind("idle_section", "窗口闲置", "section", (0.68, 0.45, 0.25), (20, 25, 30), 1.6,
         ("window_idle_rate",)),
    Kind("system_slow", "业务系统变慢", "section", (1.2, 1.45, 1.9), (8, 10, 12), 1.6,
         ("handle_time_drift", "window_saturation", "wait_avg")),
    Kind("new_clerk", "新手上岗", "window", (1.4, 1.9, 2.6), (12, 14, 16), 1.6,
         ("handle_time_drift",)),
    Kind("dept_sits", "部门积压", "dept", (0.5, 0.25, 0.06), (10, 14, 18), 1.6,
         ("due_soon_rate", "overdue_open", "overdue_finish_rate", "backlog_ratio")),
    Kind("slow_accept", "受理拖延", "dept", (0.08, 0.25, 0.6), (7, 10, 14), 1.6,
         ("accept_delay_rate",)),
    Kind("wrong_guide", "办事指南有误", "item", (0.10, 0.22, 0.45), (14, 18, 24), 1.6,
         ("return_rate",)),
    Kind("bypass_hall", "大厅绕开平台收件", "hall", (0.07, 0.18, 0.40), (28, 32, 36), 1.6,
         ("ywtb_window_rate",)),
    Kind("bypass_county", "全县绕开平台", "county", (0.05, 0.14, 0.30), (28, 32, 36), 0.9,
         ("ywtb_case_rate",)),
    Kind("bypass_item", "事项绕开平台", "item", (0.12, 0.35, 0.80), (28, 32, 36), 1.6,
         ("ywtb_item_rate",)),
    Kind("online_outage", "网办渠道中断", "county", (0.25, 0.50, 0.75), (20, 26, 32), 0.9,
         ("online_apply_rate",)),
    Kind("online_fault", "网办断点", "item", (0.07, 0.18, 0.35), (21, 24, 28), 1.6,
         ("online_to_window_rate",)),
    Kind("more_visits", "反复要材料", "hall", (0.07, 0.18, 0.40), (28, 32, 36), 1.6,
         ("one_visit_rate",)),
    Kind("rude_clerk", "窗口态度差", "window", (0.05, 0.15, 0.40), (2, 3, 5), 1.6,
         ("bad_review_7d",)),
    Kind("poor_service", "大厅服务变差", "hall", (0.02, 0.06, 0.14), (18, 22, 26), 1.2,
         ("active_good_rate", "bad_review_7d")),
    Kind("review_silence", "不再邀请评价", "hall", (0.35, 0.65, 0.92), (26, 30, 34), 1.6,
         ("active_review_rate",)),
    Kind("faked_praise", "代点好评", "window", (0.06, 0.20, 0.50), (14, 16, 20), 1.6,
         ("review_suspect_rate",)),
    Kind("neglected_reviews", "差评无人处理", "hall", (2, 5, 9), (25, 30, 35), 1.2,
         ("bad_review_overdue", "bad_review_7d")),
    Kind("complaints_wave", "投诉集中", "hall", (4, 7, 12), (4, 4, 4), 1.6,
         ("complaint_z",)),
    Kind("checks_missed", "核验漏检", "check", (0.06, 0.20, 0.50), (14, 14, 14), 1.6,
         ("health_check_gap",)),
    Kind("source_late", "数据迟到", "source", (1, 1, 1), (40, 90, 200), 2.4,
         ("data_lag",), True),
    Kind("numbers_missing", "不写办件编号", "hall", (0.06, 0.15, 0.40), (2, 3, 5), 1.6,
         ("link_rate",)),
    Kind("garbage_rows", "来源混入坏行", "source", (0.02, 0.06, 0.18), (5, 6, 7), 1.6,
         ("invalid_row_rate",)),
    Kind("devices_down", "设备断线", "device", (0.12, 0.30, 0.60), (60, 100, 180), 2.0,
         ("device_offline",), True),
)  # fmt: skip
BY_KEY = {kind.key: kind for kind in KINDS}
_EVERYWHERE = ("county", "dept", "item")


@dataclass(frozen=True)
class Mishaps:
    """The incidents of a city, whatever days are asked for."""

    halls: tuple[Hall, ...]
    counties: tuple[County, ...]
    almanac: Almanac
    seed: int

    def during(self, days: range) -> Active:
        """Return the incidents that touch these days, in the order of their numbers."""
        spans = range((days.start - _LONGEST) // SPAN, days.stop // SPAN + 1)
        drawn = [incident for span in spans for incident in _drawn(self, span)]
        return Active.of(i for i in drawn if i.touches(days.start * DAY, days.stop * DAY))


@cache
def _drawn(city: Mishaps, span: int) -> tuple[Incident, ...]:
    """Draw the incidents that begin in one span of forty days."""
    taken: set[tuple[int, int]] = set()
    found = []
    workdays = [day for day in range(span * SPAN, (span + 1) * SPAN) if city.almanac.is_workday(day)]
    mondays = [day for day in workdays if date_of(day).weekday() == 0] or workdays
    for number, kind in enumerate(KINDS):
        rate = kind.often if kind.place in _EVERYWHERE else max(kind.often * len(city.halls) / _WHOLE_CITY, 0.5)
        rng = stream(city.seed, Stream.INCIDENTS, number, span)
        phase = (number * 0.618) % 1
        days = mondays if kind.key == "complaints_wave" else workdays
        for turn in range(int(span * rate + phase), int((span + 1) * rate + phase)):
            strength = STRENGTHS[(turn + number) % 3]
            incident = _one(city, kind, strength, number * 10_000 + turn, days, rng, taken)
            if incident is not None:
                found.append(incident)
    return tuple(found)


def _one(
    city: Mishaps, kind: Kind, strength: str, number: int, days: Sequence[int], rng: Rng, taken: set[tuple[int, int]]
) -> Incident | None:
    """Draw one incident; none if the city has no place for it."""
    level = STRENGTHS.index(strength)
    size, length = float(kind.sizes[level]), float(kind.lengths[level]) * float(rng.uniform(0.9, 1.1))
    for _ in range(12):
        if not days:
            return None
        day = int(days[int(rng.integers(len(days)))])
        place = _PLACES[kind.place](city, kind, size, day, rng)
        if place is None:
            return None
        hall = int(place.get("hall", -1))  # type: ignore[call-overload]
        if kind.within_a_day and (hall, day) in taken:
            continue
        if kind.within_a_day:
            taken.add((hall, day))
            onset, end = _clock(city, kind, city.halls[hall], day, length, rng)
        elif kind.place == "check":
            due = day + (1 - day) % CHECK_EVERY
            onset, end = due * DAY + 12 * HOUR, (due + CHECK_EVERY) * DAY
        else:
            onset, end = day * DAY + 8 * HOUR, (day + round(length)) * DAY + 18 * HOUR
        if kind.key == "neglected_reviews":
            size = _share_of_bad(city.halls[hall], size, length)
        return Incident(number, kind.key, strength, onset, end, size, **place)  # type: ignore[arg-type]
    return None


def _clock(city: Mishaps, kind: Kind, hall: Hall, day: int, minutes: float, rng: Rng) -> tuple[int, int]:
    """Choose an incident's hours: at a busy time of the day, or from the opening on."""
    sessions = hall.sessions(city.almanac.types[day], date_of(day).weekday())
    if kind.key == "late_opening":
        onset = sessions[0][0]
    else:
        early, late = _MORNING if rng.random() < 0.6 else _AFTERNOON
        onset = int(rng.uniform(early, late))
    end = min(onset + int(minutes * MINUTE), sessions[-1][1] - 10 * MINUTE)
    return day * DAY + onset, day * DAY + end


def _share_of_bad(hall: Hall, reviews: float, days: float) -> float:
    """Return the share of active reviews that makes about so many bad ones while the incident lasts."""
    return reviews / max(hall.daily * 0.4 * days * 5 / 7 * 0.5, reviews * 2)


Place = dict[str, object] | None


def _choose(options: Sequence[int], rng: Rng) -> int:
    return int(options[int(rng.integers(len(options)))])


def _open_halls(city: Mishaps, day: int, least: float) -> list[int]:
    """Return the halls with tickets of their own, open that day and large enough (all of them if none is)."""
    able = [
        hall.index
        for hall in city.halls
        if not hall.states_only and hall.sessions(city.almanac.types[day], date_of(day).weekday())
    ]
    return [index for index in able if city.halls[index].daily >= least] or able[:1]


_LEAST = {
    "crowd": 55.0, "call_fault": 160.0, "bypass_hall": 55.0, "more_visits": 40.0, "poor_service": 45.0,
    "review_silence": 40.0, "neglected_reviews": 40.0, "complaints_wave": 300.0, "numbers_missing": 480.0,
}  # fmt: skip


def _hall(city: Mishaps, kind: Kind, size: float, day: int, rng: Rng) -> Place:
    return {"hall": _choose(_open_halls(city, day, _LEAST[kind.key]), rng)}


def _section(city: Mishaps, kind: Kind, size: float, day: int, rng: Rng) -> Place:
    """Choose a section; for a tide one of which ten people are called in half an hour, else one with many a day."""
    least = 18.0 if kind.key == "tide" else 0.0
    daily = 60.0 if kind.key == "system_slow" else 28.0
    options = [
        (index, section.number)
        for index in _open_halls(city, day, 0.0)
        for section in plan_counters(city.halls[index]).sections
        if busiest_share(city.halls[index], section) >= least and section.share * city.halls[index].daily >= daily
    ]
    if not options:
        options = [(0, 0)]
    hall, section = options[int(rng.integers(len(options)))]
    return {"hall": hall, "section": section}


def _windows(city: Mishaps, kind: Kind, size: float, day: int, rng: Rng) -> Place:
    """Choose a share of the windows of a hall that are open all day."""
    options = [
        index
        for index in _open_halls(city, day, 0.0)
        if sum(not window.tidal for window in plan_counters(city.halls[index]).windows) >= 4
    ]
    hall = _choose(options or _open_halls(city, day, 1e9), rng)
    able = [window.index for window in plan_counters(city.halls[hall]).windows if not window.tidal]
    count = min(len(able), max(1 if size < 0.3 else 2, round(size * len(able))))
    return {"hall": hall, "windows": tuple(sorted(rng.permutation(able)[:count].tolist()))}


def _window(city: Mishaps, kind: Kind, size: float, day: int, rng: Rng) -> Place:
    """Choose a window: of a small section (空岗), a third of a larger one (新手), a busy one (评价)."""
    options = []
    for index in _open_halls(city, day, 0.0):
        hall = city.halls[index]
        for section in plan_counters(hall).sections:
            base = regular(hall, section, 1.0)
            tickets = section.share * hall.daily
            if kind.key == "empty_post" and base <= 3 and tickets >= 30:
                options.append((index, section.number))
            elif kind.key == "new_clerk" and base >= 2 and tickets >= 60:
                options.append((index, section.number))
            elif kind.key in ("rude_clerk", "faked_praise") and tickets / base >= 18:
                options.append((index, section.number))
    if not options:
        options = [(0, 0)]
    hall_index, number = options[int(rng.integers(len(options)))]
    hall = city.halls[hall_index]
    section = plan_counters(hall).sections[number]
    able = [window.index for window in plan_counters(hall).windows_of(number) if not window.tidal]
    count = max(1, round(regular(hall, section, 1.0) / 2)) if kind.key == "new_clerk" else 1
    return {"hall": hall_index, "section": number, "windows": tuple(sorted(rng.permutation(able)[:count].tolist()))}


def _county(city: Mishaps, kind: Kind, size: float, day: int, rng: Rng) -> Place:
    return {"county": int(rng.integers(len(city.counties)))}


def _dept(city: Mishaps, kind: Kind, size: float, day: int, rng: Rng) -> Place:
    """Choose a department with enough promised cases (积压) or submissions (受理) a week."""
    weights = _online_by_item(city) * 7
    long = np.array([(item.promise or 0) >= 5 for item in ITEMS])
    dept = columns().dept
    counted = weights * long if kind.key == "dept_sits" else weights
    week = np.bincount(dept, counted, minlength=len(DEPARTMENTS))
    return {"dept": _choose(np.flatnonzero(week >= min(60.0, np.sort(week)[-8])).tolist(), rng)}


def _item(city: Mishaps, kind: Kind, size: float, day: int, rng: Rng) -> Place:
    """Choose an item with some dozens of submissions a week; for 网办断点 one that people can also bring to a window."""
    week = _online_by_item(city) * 5
    able = np.array([item.online > 0 and not item.excepted for item in ITEMS])
    if kind.key == "online_fault":
        able &= columns().at_window > 0
    week = np.where(able, week, 0.0)
    return {"item": _choose(np.flatnonzero(week >= min(60.0, np.sort(week)[-12])).tolist(), rng)}


@cache
def _online_by_item(city: Mishaps) -> Floats:
    """Return how many submissions of each item the city gets on an ordinary day."""
    total = np.zeros(len(ITEMS))
    for office in offices_of(city.halls, city.counties):
        total += online_weights(office.hall) * expected_online(office)
    return total


def offices_of(halls: Sequence[Hall], counties: Sequence[County]) -> list[Office]:
    """Return all offices that take cases in: the halls, then the counties' online offices."""
    by_name = {county.name: county for county in counties}
    found = [Office(by_name[hall.county], hall, hall.daily) for hall in halls]
    for county in counties:
        found.append(Office(county, None, sum(hall.daily for hall in halls if hall.county == county.name)))
    return found


def _source(city: Mishaps, kind: Kind, size: float, day: int, rng: Rng) -> Place:
    hall = _choose(_open_halls(city, day, 0.0), rng)
    sources = ["queue", "clock", "devices"] + (["door"] if city.halls[hall].counted else [])
    if kind.key == "garbage_rows":
        sources = ["queue", "clock", "approval"]
    return {"hall": hall, "source": sources[int(rng.integers(len(sources)))]}


def _device(city: Mishaps, kind: Kind, size: float, day: int, rng: Rng) -> Place:
    hall = _choose(_open_halls(city, day, 0.0), rng)
    count = len(plan_devices(city.halls[hall]))
    down = max(1, round(size * count))
    return {"hall": hall, "devices": tuple(sorted(rng.permutation(count)[:down].tolist()))}


_PLACES: dict[str, Callable[[Mishaps, Kind, float, int, Rng], Place]] = {
    "hall": _hall,
    "section": _section,
    "windows": _windows,
    "window": _window,
    "county": _county,
    "dept": _dept,
    "item": _item,
    "source": _source,
    "device": _device,
    "check": lambda city, kind, size, day, rng: {"hall": _choose(_open_halls(city, day, 0.0), rng)},
}
