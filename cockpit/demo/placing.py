"""Where incidents strike: halls, sections, windows, counties, departments, items that can have them at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from cockpit.demo.almanac import Almanac, date_of
from cockpit.demo.catalogue import ITEMS, columns
from cockpit.demo.counters import busiest_share, plan_counters, regular
from cockpit.demo.departments import DEPARTMENTS
from cockpit.demo.draws import Floats
from cockpit.demo.equipment import plan_devices
from cockpit.demo.kinds import Kind
from cockpit.demo.places import County, Hall
from cockpit.demo.submissions import expected_online, offices_of, online_weights

Rng = np.random.Generator
Place = dict[str, object] | None


@dataclass(frozen=True)
class Town:
    """What is there for things to go wrong with."""

    halls: tuple[Hall, ...]
    counties: tuple[County, ...]
    almanac: Almanac
    seed: int


def _choose(options: Sequence[int], rng: Rng) -> int:
    return int(options[int(rng.integers(len(options)))])


def _open_halls(town: Town, day: int, least: float) -> list[int]:
    """Return the halls with tickets of their own, open that day and large enough (all of them if none is)."""
    able = [
        hall.index
        for hall in town.halls
        if not hall.states_only and hall.sessions(town.almanac.types[day], date_of(day).weekday())
    ]
    return [index for index in able if town.halls[index].daily >= least] or able[:1]


_LEAST = {
    "crowd": 55.0, "call_fault": 160.0, "bypass_hall": 55.0, "more_visits": 40.0, "poor_service": 45.0,
    "review_silence": 40.0, "neglected_reviews": 40.0, "complaints_wave": 300.0, "numbers_missing": 480.0,
}  # fmt: skip


def _hall(town: Town, kind: Kind, size: float, day: int, rng: Rng) -> Place:
    return {"hall": _choose(_open_halls(town, day, _LEAST[kind.key]), rng)}


def _section(town: Town, kind: Kind, size: float, day: int, rng: Rng) -> Place:
    """Choose a section; for a tide one of which ten people are called in half an hour, else one with many a day."""
    least = 18.0 if kind.key == "tide" else 0.0
    daily = 60.0 if kind.key == "system_slow" else 28.0
    options = [
        (index, section.number)
        for index in _open_halls(town, day, 0.0)
        for section in plan_counters(town.halls[index]).sections
        if busiest_share(town.halls[index], section) >= least and section.share * town.halls[index].daily >= daily
    ]
    if not options:
        options = [(0, 0)]
    hall, section = options[int(rng.integers(len(options)))]
    return {"hall": hall, "section": section}


def _windows(town: Town, kind: Kind, size: float, day: int, rng: Rng) -> Place:
    """Choose a share of the windows of a hall that are open all day."""
    options = [
        index
        for index in _open_halls(town, day, 0.0)
        if sum(not window.tidal for window in plan_counters(town.halls[index]).windows) >= 4
    ]
    hall = _choose(options or _open_halls(town, day, 1e9), rng)
    able = [window.index for window in plan_counters(town.halls[hall]).windows if not window.tidal]
    count = min(len(able), max(1 if size < 0.3 else 2, round(size * len(able))))
    return {"hall": hall, "windows": tuple(sorted(rng.permutation(able)[:count].tolist()))}


def _window(town: Town, kind: Kind, size: float, day: int, rng: Rng) -> Place:
    """Choose windows: a share of a small section (空岗), half of a larger one (新手), a busy one (评价)."""
    options = []
    for index in _open_halls(town, day, 0.0):
        hall = town.halls[index]
        for section in plan_counters(hall).sections:
            base = regular(hall, section, 1.0)
            tickets = section.share * hall.daily
            able = {
                "empty_post": base <= 3 and tickets >= 30,
                "new_clerk": base >= 2 and tickets >= 60,
                "rude_clerk": tickets / base >= 18,
                "faked_praise": tickets / base >= 18,
            }
            if able[kind.key]:
                options.append((index, section.number))
    if not options:
        options = [(0, 0)]
    hall_index, number = options[int(rng.integers(len(options)))]
    hall = town.halls[hall_index]
    section = plan_counters(hall).sections[number]
    windows = [window.index for window in plan_counters(hall).windows_of(number) if not window.tidal]
    share = {"empty_post": size, "new_clerk": 0.5}.get(kind.key, 0.0)
    count = max(1, round(regular(hall, section, 1.0) * share))
    chosen = tuple(sorted(rng.permutation(windows)[:count].tolist()))
    return {"hall": hall_index, "section": number, "windows": chosen}


def _county(town: Town, kind: Kind, size: float, day: int, rng: Rng) -> Place:
    return {"county": int(rng.integers(len(town.counties)))}


def _dept(town: Town, kind: Kind, size: float, day: int, rng: Rng) -> Place:
    """Choose a department with enough promised cases (积压) or submissions (受理) a week."""
    weights = _online_by_item(town) * 7
    long = np.array([(item.promise or 0) >= 5 for item in ITEMS])
    dept = columns().dept
    counted = weights * long if kind.key == "dept_sits" else weights
    week = np.bincount(dept, counted, minlength=len(DEPARTMENTS))
    return {"dept": _choose(np.flatnonzero(week >= min(60.0, np.sort(week)[-8])).tolist(), rng)}


def _item(town: Town, kind: Kind, size: float, day: int, rng: Rng) -> Place:
    """Choose an item with some dozens of submissions a week; for 网办断点 one that windows take too."""
    week = _online_by_item(town) * 5
    able = np.array([item.online > 0 and not item.excepted for item in ITEMS])
    if kind.key == "online_fault":
        able &= columns().at_window > 0
    week = np.where(able, week, 0.0)
    return {"item": _choose(np.flatnonzero(week >= min(60.0, np.sort(week)[-12])).tolist(), rng)}


@cache
def _online_by_item(town: Town) -> Floats:
    """Return how many submissions of each item the city gets on an ordinary day."""
    total = np.zeros(len(ITEMS))
    for office in offices_of(town.halls, town.counties):
        total += online_weights(office.hall) * expected_online(office)
    return total


def _source(town: Town, kind: Kind, size: float, day: int, rng: Rng) -> Place:
    hall = _choose(_open_halls(town, day, 0.0), rng)
    sources = ["queue", "clock", "devices"] + (["door"] if town.halls[hall].counted else [])
    if kind.key == "garbage_rows":
        sources = ["queue", "clock", "approval"]
    return {"hall": hall, "source": sources[int(rng.integers(len(sources)))]}


def _device(town: Town, kind: Kind, size: float, day: int, rng: Rng) -> Place:
    hall = _choose(_open_halls(town, day, 0.0), rng)
    count = len(plan_devices(town.halls[hall]))
    down = max(1, round(size * count))
    return {"hall": hall, "devices": tuple(sorted(rng.permutation(count)[:down].tolist()))}


PLACES: dict[str, Callable[[Town, Kind, float, int, Rng], Place]] = {
    "hall": _hall,
    "section": _section,
    "windows": _windows,
    "window": _window,
    "county": _county,
    "dept": _dept,
    "item": _item,
    "source": _source,
    "device": _device,
    "check": lambda town, kind, size, day, rng: {"hall": _choose(_open_halls(town, day, 0.0), rng)},
}
