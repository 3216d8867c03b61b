"""How many people come, and when: weekday, month-end and after-holiday peaks, and days that differ by chance."""

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np

from cockpit.demo.almanac import DAY, MINUTE, Almanac, date_of
from cockpit.demo.draws import Floats, Ints, Stream, stream
from cockpit.demo.places import Hall, Session

_WEEKDAY = (1.14, 1.05, 1.0, 0.97, 0.88, 0.80, 0.80)
_SATURDAY_MORNING = 0.30
_CITY_SPREAD, _HALL_SPREAD = 0.07, 0.15
_LAST_TICKET = 15 * MINUTE
_OPENING_RUSH = 1.5
_HALF_HOURS = (0.85, 1.25, 1.5, 1.42, 1.15, 0.9, 0.55, 0.32, 0.3, 0.5, 1.0, 1.3, 1.25, 1.1, 0.85, 0.6, 0.4)
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
    CASE = 19
    """The first of a case's own numbers; see cases.C."""


UNIFORMS = int(U.CASE) + 12
NORMALS = 3
REVIEW_UNIFORMS = int(U.CASE) - int(U.REVIEW)


@dataclass(frozen=True)
class Arrivals:
    """The people who take a ticket in one hall: when (seconds), and the chance that decides all the rest."""

    day: Ints
    take: Ints
    uniforms: Floats
    normals: Floats


def ordinary_level(almanac: Almanac, day: int) -> float:
    """Say how busy a day is expected to be: 1 = an ordinary working day (calendar effects alone)."""
    date = date_of(day)
    level = _WEEKDAY[date.weekday()]
    if not almanac.is_workday(day):
        return _SATURDAY_MORNING
    if almanac.workdays_left_in_month(day) < 3:
        level *= 1.16
    if almanac.rest_before(day) >= 3:
        level *= 1.32
    elif almanac.rest_before(day - 1) >= 3:
        level *= 1.14
    if almanac.rest_after(day) >= 3:
        level *= 0.84
    return level


def day_factor(seed: int, almanac: Almanac, day: int) -> float:
    """Return how busy the whole city is that day, weather and chance included."""
    noise = stream(seed, Stream.CITY_DAY, day).standard_normal()
    return ordinary_level(almanac, day) * float(np.exp(_CITY_SPREAD * noise - _CITY_SPREAD**2 / 2))


def hall_arrivals(hall: Hall, almanac: Almanac, seed: int) -> Arrivals:
    """Draw everybody who takes a ticket in the hall, over all its days, in order of time."""
    days, takes, uniforms, normals = [], [], [], []
    for day in almanac.days:
        date = date_of(day)
        sessions = hall.sessions(almanac.types[day], date.weekday())
        if not sessions:
            continue
        rng = stream(seed, Stream.DEMAND, hall.index, day)
        own = float(np.exp(_HALL_SPREAD * rng.standard_normal() - _HALL_SPREAD**2 / 2))
        count = int(rng.poisson(hall.daily * day_factor(seed, almanac, day) * own))
        chance = rng.random((count, UNIFORMS))
        chance = chance[np.argsort(chance[:, U.MOMENT])]
        edges, shares = profile(date.weekday(), sessions)
        moments = np.interp(chance[:, U.MOMENT], shares, edges).astype(np.int64)
        days.append(np.full(count, day, dtype=np.int64))
        takes.append(day * DAY + moments)
        uniforms.append(chance)
        normals.append(rng.standard_normal((count, NORMALS)))
    if not days:
        empty = np.empty(0, dtype=np.int64)
        return Arrivals(empty, empty, np.empty((0, UNIFORMS)), np.empty((0, NORMALS)))
    return Arrivals(np.concatenate(days), np.concatenate(takes), np.concatenate(uniforms), np.concatenate(normals))


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


def busiest_hour(hall: Hall) -> float:
    """Return the share of an ordinary Tuesday's people who come in its busiest hour: what windows are planned for."""
    edges, shares = profile(dt.date(2026, 1, 6).weekday(), hall.sessions("work", 1))
    by_then = np.interp(edges + 60 * MINUTE, edges, shares)
    return float((by_then - shares).max())
