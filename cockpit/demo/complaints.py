"""Complaints (投诉) and matters that could not be done (办不成事)."""

import numpy as np
import polars as pl

from cockpit.demo.almanac import DAY, HOUR, OFFICE_HOURS, Almanac, date_of
from cockpit.demo.catalogue import ITEMS, SHARES
from cockpit.demo.counters import item_weights
from cockpit.demo.demand import day_factor
from cockpit.demo.draws import Stream, pick, stream
from cockpit.demo.frames import AT_HALL, named, numbered, repeated
from cockpit.demo.places import Hall

_PER_TICKET = 0.0007
_KINDS = ("onsite", "hotline12345", "cannot_do")
_SHARES = np.array([0.55, 0.3, 0.15])


def hall_complaints(hall: Hall, almanac: Almanac, seed: int) -> pl.DataFrame:
    """Draw a hall's complaints: a handful in ten thousand tickets, closed within some working days."""
    draws, created = [], []
    for day in almanac.days:
        sessions = hall.sessions(almanac.types[day], date_of(day).weekday())
        if not sessions:
            continue
        rng = stream(seed, Stream.COMPLAINTS, hall.index, day)
        count = int(rng.poisson(hall.daily * day_factor(seed, almanac, day) * _PER_TICKET))
        chance = rng.random((count, 5))
        chance = chance[np.argsort(chance[:, 0])]
        opens, closes = sessions[0][0], sessions[-1][1]
        created.append(day * DAY + opens + HOUR // 2 + (chance[:, 0] * (closes - opens - HOUR)).astype(np.int64))
        draws.append(chance)
    if not draws:
        draws, created = [np.empty((0, 5))], [np.empty(0, dtype=np.int64)]
    at, chance = np.concatenate(created), np.concatenate(draws)
    closed = almanac.from_work(almanac.to_work(at) + ((0.2 + 6 * chance[:, 1] ** 2) * OFFICE_HOURS).astype(np.int64))
    served = np.array([SHARES[hall.level][item.group] > 0 for item in ITEMS])
    item = pick(item_weights(hall.level) * served, chance[:, 2])
    department = np.where(chance[:, 4] < 0.8, item, -1)
    return pl.DataFrame(
        {
            AT_HALL: repeated(hall.hall_id, len(at)),
            "complaint_id": numbered(f"{hall.hall_id}-T", at // DAY, 2),
            "hall_id": repeated(hall.hall_id, len(at)),
            "kind": named(_KINDS, pick(_SHARES, chance[:, 3])),
            "created_at": at,
            "closed_at": closed,
            "project_no": repeated(None, len(at)),
            "dept_code": named([entry.dept for entry in ITEMS], department),
        }
    )
