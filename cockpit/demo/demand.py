"""How many people come, and when: weekday, season, month-end and after-holiday peaks, and chance."""

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from math import cos, exp, pi, sqrt

import numpy as np

from cockpit.demo.almanac import DAY, MINUTE, Almanac, date_of
from cockpit.demo.draws import Floats, Ints, Stream, stream
from cockpit.demo.places import Hall, Session

_WEEKDAY = (1.14, 1.05, 1.0, 0.97, 0.90, 0.80, 0.80)
SATURDAY_MORNING = 0.30
_CITY_SPREAD, _WHOLE_SPREAD, _LEAST_SPREAD = 0.055, 0.156, 0.04
"""How far days differ beyond the calendar: city-wide, in one hall all in all, by that hall's own doing at least."""
_SEASON, _SEASON_PEAK = 0.05, 80.0
_AGREED = 0.5
"""Share of people who come at an agreed time (预约) and so spread over the day more evenly than chance would."""
_LAST_TICKET = 15 * MINUTE
_OPENING_RUSH = 1.15
_HALF_HOURS = (0.95, 1.2, 1.3, 1.3, 1.2, 1.0, 0.7, 0.45, 0.42, 0.65, 1.05, 1.2, 1.2, 1.1, 0.95, 0.75, 0.55)
"""How busy each half hour from 8:30 on is."""
_MORNING_TILT = (0.08, 0.0, 0.0, 0.0, 0.12, 0.0, 0.0)
"""How far a weekday's people come in the morning rather than the afternoon."""


class U(IntEnum):
    """Which uniform number of a ticket decides what."""

    ITEM = 0
    MOMENT = 1
    QUEUE = 2
    CHANNEL = 3
    LEAVE = 4
    NO_SHOW = 5
    WALK = 6
    GAP = 7
    PERSON = 8
    KNOWN = 9
    TRANSFER = 10
    RETURN = 11
    LINK = 12
    TEST = 13
    REVIEW = 14
    ORIGIN = 15
    LEVEL = 16
    DELAY = 17
    MENDING = 18
    STAY = 19
    ENDING = 20
    CASE = 21
    """The first of a case's own numbers; see lifecycle.C."""


CASE_UNIFORMS = 14
UNIFORMS = int(U.CASE) + CASE_UNIFORMS
NORMALS = 3
REVIEW_UNIFORMS = int(U.STAY) - int(U.REVIEW)


@dataclass(frozen=True)
class Arrivals:
    """The people who take a ticket in one hall: when (seconds), and the chance that decides all the rest."""

    take: Ints
    uniforms: Floats
    normals: Floats

    @property
    def day(self) -> Ints:
        """Day number of each."""
        return self.take // DAY


def expected_level(almanac: Almanac, day: int) -> float:
    """Say how busy a day is expected to be by the calendar: 1 = an ordinary working day; windows are planned for it."""
    date = date_of(day)
    if not almanac.is_workday(day):
        return SATURDAY_MORNING
    level = _WEEKDAY[date.weekday()] * (1 + _SEASON * cos(2 * pi * (date.timetuple().tm_yday - _SEASON_PEAK) / 365))
    if almanac.workdays_left_in_month(day) < 3:
        level *= 1.14
    if almanac.rest_before(day) >= 3:
        level *= 1.30
    elif almanac.rest_before(day - 1) >= 3:
        level *= 1.12
    if almanac.rest_after(day) >= 3:
        level *= 0.86
    return level


@lru_cache(maxsize=2048)
def day_factor(seed: int, almanac: Almanac, day: int) -> float:
    """Return how busy the whole city is that day, weather and chance included."""
    noise = stream(seed, Stream.CITY_DAY, day).standard_normal()
    return expected_level(almanac, day) * exp(_CITY_SPREAD * noise - _CITY_SPREAD**2 / 2)


def hall_arrivals(hall: Hall, almanac: Almanac, days: range, seed: int) -> Arrivals:
    """Draw everybody who comes to the hall on these days in the ordinary way, in order of time."""
    takes, uniforms, normals = [np.empty(0, dtype=np.int64)], [np.empty((0, UNIFORMS))], [np.empty((0, NORMALS))]
    for day in days:
        weekday = date_of(day).weekday()
        sessions = hall.sessions(almanac.types[day], weekday)
        if not sessions:
            continue
        rng = stream(seed, Stream.DEMAND, hall.index, day)
        spread = sqrt(max(_WHOLE_SPREAD**2 - _CITY_SPREAD**2 - 1 / hall.daily, _LEAST_SPREAD**2))
        own = exp(spread * rng.standard_normal() - spread**2 / 2)
        count = int(rng.poisson(hall.daily * day_factor(seed, almanac, day) * own))
        chance = rng.random((count, UNIFORMS))
        agreed = int(_AGREED * count)
        chance[:agreed, U.MOMENT] = (np.arange(agreed) + chance[:agreed, U.MOMENT]) / max(agreed, 1)
        chance = chance[np.argsort(chance[:, U.MOMENT])]
        edges, shares = profile(weekday, sessions)
        takes.append(day * DAY + np.interp(chance[:, U.MOMENT], shares, edges).astype(np.int64))
        uniforms.append(chance)
        normals.append(rng.standard_normal((count, NORMALS)))
    return Arrivals(np.concatenate(takes), np.concatenate(uniforms), np.concatenate(normals))


@lru_cache(maxsize=256)
def profile(weekday: int, sessions: tuple[Session, ...]) -> tuple[Floats, Floats]:
    """Return the day's course: instants (seconds of the day) and the share of the people who have come by then."""
    edges: list[float] = []
    weights: list[float] = []
    for opens, closes in sessions:
        last = closes if closes < sessions[-1][1] else closes - _LAST_TICKET
        edges.append(float(opens))
        weights.append(0.0)
        for minute in range(opens // MINUTE, last // MINUTE, 10):
            until = min((minute + 10) * MINUTE, last)
            tilt = _MORNING_TILT[weekday] * (1 if minute < 12 * 60 else -1)
            busy = _HALF_HOURS[min(max((minute - 510) // 30, 0), len(_HALF_HOURS) - 1)] * (1 + tilt)
            rush = _OPENING_RUSH if minute * MINUTE == opens else 1.0
            edges.append(float(until))
            weights.append(busy * rush * (until - minute * MINUTE))
    shares = np.cumsum(np.array(weights))
    return np.array(edges), shares / shares[-1]


def between(hall: Hall, almanac: Almanac, start: int, end: int) -> float:
    """Return how many people a hall expects between two instants of one day."""
    day = start // DAY
    weekday = date_of(day).weekday()
    sessions = hall.sessions(almanac.types[day], weekday)
    if not sessions:
        return 0.0
    edges, shares = profile(weekday, sessions)
    part = np.interp([start - day * DAY, end - day * DAY], edges, shares)
    return float(part[1] - part[0]) * hall.daily * expected_level(almanac, day)
