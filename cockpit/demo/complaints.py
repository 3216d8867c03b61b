"""Complaints (投诉) and matters that could not be done (办不成事)."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from cockpit.demo.almanac import DAY, HOUR, OFFICE_HOURS, Almanac, date_of
from cockpit.demo.catalogue import columns
from cockpit.demo.counters import item_weights
from cockpit.demo.demand import day_factor
from cockpit.demo.departments import DEPARTMENTS
from cockpit.demo.draws import Floats, Ints, Stream, pick, stream
from cockpit.demo.frames import named, numbered
from cockpit.demo.incidents import Active
from cockpit.demo.places import Hall

_PER_TICKET = 0.0004
_KINDS = ("onsite", "hotline12345", "cannot_do")
_SHARES = np.array([0.55, 0.3, 0.15])
_NUMBERS = 5
COMPLAINT_LASTS = 25
"""No complaint stays open for more days."""


def complaints(halls: Sequence[Hall], almanac: Almanac, days: range, seed: int, active: Active) -> pl.DataFrame:
    """Draw the halls' complaints: a handful in ten thousand tickets, closed within some working days."""
    created, draws, owners = [np.empty(0, dtype=np.int64)], [np.empty((0, _NUMBERS))], []
    for hall in halls:
        at, chance = _of_hall(hall, almanac, days, seed, active)
        created.append(at)
        draws.append(chance)
        owners.append(np.full(len(at), hall.index, dtype=np.int64))
    at, chance, owner = np.concatenate(created), np.concatenate(draws), np.concatenate(owners)
    closed = almanac.from_work(almanac.to_work(at) + ((0.2 + 6 * chance[:, 1] ** 2) * OFFICE_HOURS).astype(np.int64))
    item = np.zeros(len(at), dtype=np.int64)
    for hall in halls:
        mine = owner == hall.index
        item[mine] = pick(item_weights(hall), chance[mine, 2])
    department = np.where(chance[:, 4] < 0.8, columns().dept[item], -1)
    return pl.DataFrame(
        {
            "complaint_id": numbered([f"{hall.hall_id}-T" for hall in halls], owner, at // DAY, 2),
            "hall_id": named([hall.hall_id for hall in halls], owner),
            "kind": named(_KINDS, pick(_SHARES, chance[:, 3])),
            "created_at": at,
            "closed_at": closed,
            "project_no": pl.Series([None], dtype=pl.String).new_from_index(0, len(at)),
            "dept_code": named([dept.code for dept in DEPARTMENTS], department),
            "office": owner,
        }
    )


def _of_hall(hall: Hall, almanac: Almanac, days: range, seed: int, active: Active) -> tuple[Ints, Floats]:
    created, draws = [np.empty(0, dtype=np.int64)], [np.empty((0, _NUMBERS))]
    for day in days:
        sessions = hall.sessions(almanac.types[day], date_of(day).weekday())
        if not sessions:
            continue
        rng = stream(seed, Stream.COMPLAINTS, hall.index, day)
        count = int(rng.poisson(hall.daily * day_factor(seed, almanac, day) * _PER_TICKET))
        chance = rng.random((count, _NUMBERS))
        for incident in active.kind("complaints_wave"):
            if incident.hall == hall.index:
                chance = np.concatenate([chance, _wave(almanac, day, incident.onset, incident.end, incident.size, rng)])
        opens, closes = sessions[0][0], sessions[-1][1]
        at = day * DAY + opens + HOUR // 2 + (chance[:, 0] * (closes - opens - HOUR)).astype(np.int64)
        order = np.argsort(at, kind="stable")
        created.append(at[order])
        draws.append(chance[order])
    return np.concatenate(created), np.concatenate(draws)


def _wave(almanac: Almanac, day: int, onset: int, end: int, size: float, rng: np.random.Generator) -> Floats:
    """Draw one day's part of a wave of `size` complaints, spread over its working days."""
    workdays = [number for number in range(onset // DAY, (end - 1) // DAY + 1) if almanac.is_workday(number)]
    if day not in workdays:
        return np.empty((0, _NUMBERS))
    share, rest = divmod(round(size), len(workdays))
    return rng.random((share + (workdays.index(day) < rest), _NUMBERS))
