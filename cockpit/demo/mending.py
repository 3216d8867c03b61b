"""What is done about bad reviews (差评): verified, called back, put right; nearly always in time."""

import numpy as np
import polars as pl

from cockpit.demo.almanac import DAY, OFFICE_HOURS, Almanac
from cockpit.demo.draws import Flags, Floats, Ints
from cockpit.demo.incidents import Active

_VALID, _CALLED_BACK, _ANSWERED, _SATISFIED = 0.92, 0.90, 0.88, 0.82
_LATE_VERIFIED, _LATE_MENDED, _STATED_DUE = 0.015, 0.015, 0.6
_DUE_DAYS = 5


def mending(
    level: Ints, spoken: Flags, hall: Ints, assess: Ints, luck: Floats, almanac: Almanac, active: Active
) -> list[pl.Series]:
    """Draw what follows each bad review; where a hall lets them lie, nothing happens before it wakes up."""
    bad = np.flatnonzero(spoken & (level <= 2))
    luck, other = luck[bad], (luck[bad] * 17) % 1
    at = almanac.to_work(assess[bad])
    verify = at + ((0.05 + 0.8 * luck + 2.2 * (other < _LATE_VERIFIED)) * OFFICE_HOURS).astype(np.int64)
    for incident in active.kind("neglected_reviews"):
        lies = (hall[bad] == incident.hall) & (assess[bad] >= incident.onset) & (assess[bad] < incident.end)
        wakes = int(almanac.to_work(np.array([incident.end]))[0])
        verify = np.where(lies, np.maximum(verify, wakes + (OFFICE_HOURS * luck).astype(np.int64)), verify)
    valid = other < _VALID
    callback = verify + ((0.05 + 0.6 * other) * OFFICE_HOURS).astype(np.int64)
    rectify = verify + ((0.4 + 2.2 * other + 4.0 * (luck > 1 - _LATE_MENDED)) * OFFICE_HOURS).astype(np.int64)
    day = np.searchsorted(almanac.workdays, assess[bad] // DAY, side="right") - 1
    due = (almanac.workdays[day + _DUE_DAYS] + 1) * DAY
    stated = (luck * 7) % 1 < _STATED_DUE

    def times(name: str, values: Ints) -> pl.Series:
        column = np.full(len(level), -1, dtype=np.int64)
        column[bad] = values
        return pl.Series(name, column)

    def answers(name: str, values: Flags, given: Flags) -> pl.Series:
        column, known = np.zeros(len(level), dtype=np.bool_), np.zeros(len(level), dtype=np.bool_)
        column[bad], known[bad] = values, given
        return pl.select(pl.when(pl.Series(known)).then(pl.Series(column)).alias(name)).to_series()

    return [
        times("verify_time", almanac.from_work(verify)),
        times("callback_time", np.where(valid & (other < _CALLED_BACK), almanac.from_work(callback), -1)),
        times("rectify_time", np.where(valid, almanac.from_work(rectify), -1)),
        times("rectify_due", np.where(stated, due, -1)),
        answers("valid", valid, np.ones(len(bad), dtype=np.bool_)),
        answers("callback_satisfied", other < _SATISFIED, valid & (other < _ANSWERED)),
    ]
