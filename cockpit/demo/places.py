"""The invented city's counties and halls (大厅); no name here is meant to be a real hall."""

import itertools
from dataclasses import dataclass
from math import exp

from cockpit.demo.almanac import HOUR, MINUTE

CITY_PROPER = "市本级"
_COUNTIES = ("云栖区", "临江县", "听潮区", "望岚县", "枫渡县", "石帆市", "晴汀区", "澄雾县")
_COUNTY_SIZE = (1.0, 0.92, 0.86, 0.97, 0.8, 0.9, 0.84, 0.78)
_COUNTED_LEVELS = ("city", "county", "park")
_FRONT, _BACK = "竹松荷柳梅桂兰橘枫槐", "影籁笺澹坞雨皋渚"
_LEVELS = ("town", "town", "park", "town", "village")
_DAILY = {"city": 860.0, "county": 560.0}
_SMALL_DAILY, _FIRST_EXTRA, _FADING = 30.0, 140.0, 0.46
"""Halls beside the county's own: from about 180 tickets a day down to some thirty."""
_LEVEL_SIZE = {"town": 1.0, "park": 0.95, "village": 0.7}
_STARS = {"city": 5, "county": 5, "town": 3, "park": 4, "village": 2}
_SUFFIX = {"town": "镇便民服务中心", "park": "产业园政务服务分中心", "village": "村便民服务站"}
_SHORT = {"town": "镇", "park": "园区", "village": "村"}

Session = tuple[int, int]


@dataclass(frozen=True)
class Hall:
    """One service hall and how it works."""

    index: int
    hall_id: str
    name: str
    short_name: str
    region_code: str
    county: str
    level: str
    star: int
    capacity: int
    row: int
    column: int
    daily: float
    """Tickets on an ordinary working day."""
    lunch: bool
    """Shut over noon."""
    saturday: bool
    """Open on Saturday mornings (周末不打烊)."""
    counted: bool
    """Has people counters at its doors."""
    states_only: bool
    """Its queue machine gives states of the queues only, no tickets."""

    def sessions(self, day_type: str, weekday: int) -> tuple[Session, ...]:
        """Return the hall's opening spells of such a day, in seconds of the day."""
        if day_type in ("work", "makeup"):
            if self.lunch:
                return (8 * HOUR + 30 * MINUTE, 12 * HOUR), (13 * HOUR + 30 * MINUTE, 17 * HOUR)
            return ((9 * HOUR, 17 * HOUR),)
        if day_type == "rest" and weekday == 5 and self.saturday:
            return ((9 * HOUR, 12 * HOUR),)
        return ()


@dataclass(frozen=True)
class County:
    """A county (区县市); 市本级 counts as one of its own."""

    index: int
    name: str
    code: str


def plan_counties(halls: int) -> tuple[County, ...]:
    """Choose as many counties as so many halls need: 市本级 and two to eight more."""
    outer = min(len(_COUNTIES), max(2, round(halls / 10)))
    names = (CITY_PROPER, *_COUNTIES[:outer])
    return tuple(County(i, name, f"99{80 + (0 if i == 0 else 1):02d}{i:02d}") for i, name in enumerate(names))


def plan_halls(halls: int) -> tuple[Hall, ...]:
    """Lay out the city: one city hall, a hall in each county, then towns, parks and villages in turn."""
    counties = plan_counties(halls)
    if halls < len(counties):
        raise ValueError(f"a city of {len(counties)} counties needs at least {len(counties)} halls, not {halls}")
    seats = [(county, "city" if county.index == 0 else "county", 0) for county in counties]
    order = (*counties[1:], counties[0])
    for extra in range(halls - len(counties)):
        county, rank = order[extra % len(order)], extra // len(order)
        first = "town" if county.index else "park"
        level = _LEVELS[(rank + county.index) % len(_LEVELS)] if rank else first
        seats.append((county, level, rank + 1))
    names = iter(_place_names())
    most = max(sum(1 for seat in seats if seat[0] is county) for county in counties)
    width = next(w for w in itertools.count(1) if w * w >= most)
    placed = dict.fromkeys((county.index for county in counties), 0)
    result = []
    for index, (county, level, rank) in enumerate(seats):
        cell = placed[county.index]
        placed[county.index] += 1
        states_only = index >= halls - _states_only(halls)
        result.append(_hall(index, county, level, rank, next(names) if rank else "", (cell, width), states_only))
    return tuple(result)


def _states_only(halls: int) -> int:
    """Return how many halls have only states of their queues: three in a city of 82, none in a very small one."""
    return 0 if halls < 7 else max(1, halls // 25)


def _place_names() -> list[str]:
    """Pair the syllables so that neighbours differ in both."""
    count = len(_FRONT) * len(_BACK)
    return [_FRONT[i % len(_FRONT)] + _BACK[(i + i // len(_FRONT)) % len(_BACK)] for i in range(count)]


def _hall(
    index: int, county: County, level: str, rank: int, place: str, at: tuple[int, int], states_only: bool
) -> Hall:
    cell, width = at
    if rank:
        daily = (_SMALL_DAILY + _FIRST_EXTRA * exp(-_FADING * (rank - 1))) * _LEVEL_SIZE[level]
    else:
        daily = _DAILY[level] * (_COUNTY_SIZE[county.index - 1] if level == "county" else 1.0)
    area = "示范市" if county.index == 0 else county.name
    if not rank:
        name, short = f"{area}政务服务中心", "市中心" if level == "city" else f"{county.name[:-1]}中心"
    else:
        name, short = f"{area}{place}{_SUFFIX[level]}", f"{place}{_SHORT[level]}"
    return Hall(
        index=index,
        hall_id=f"H{index + 1:03d}",
        name=name,
        short_name=short,
        region_code=f"{county.code}{rank:03d}000",
        county=county.name,
        level=level,
        star=_STARS[level],
        capacity=round(14 + daily * 0.125),
        row=county.index // 3 * width + cell // width,
        column=county.index % 3 * width + cell % width,
        daily=daily,
        lunch=level in ("town", "village") or (level == "county" and county.index % 2 == 0),
        saturday=level == "city" or (level == "county" and county.index % 2 == 1),
        counted=level in _COUNTED_LEVELS and not states_only,
        states_only=states_only,
    )
