"""Rows about work: window plans, what happened at windows, rosters, attendance (考勤), health checks (核验)."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from cockpit.demo.almanac import DAY, HOUR
from cockpit.demo.counters import plan_counters
from cockpit.demo.draws import Floats, Ints, Stream, stream
from cockpit.demo.frames import named, numbered
from cockpit.demo.incidents import Active
from cockpit.demo.places import Hall
from cockpit.demo.service import Presence
from cockpit.demo.staff import Duty, plan_team

PROGRAMME = "公共卫生核验"
CHECK_EVERY = 14
CHECK_LATE, CHECK_EARLY = 5, 6
"""For so many days after and before it is due a check may be done."""
_CHECK_DAY, _CHECK_DUE = 1, 17 * HOUR
_NEVER, _TOO_LATE = 0.0005, 0.0015


def plan_rows(halls: Sequence[Hall], plans: Sequence[Sequence[tuple[int, int, int, int]]], seed: int) -> pl.DataFrame:
    """Return 开窗计划 of the halls."""
    owner = np.repeat(np.arange(len(halls)), [len(plan) for plan in plans])
    rows = np.array([row for plan in plans for row in plan], dtype=np.int64).reshape(-1, 4)
    first_window, windows = _numbering([[w.window_id for w in plan_counters(hall).windows] for hall in halls])
    first_person, people = _numbering([[p.staff_id for p in plan_team(hall, seed).everyone] for hall in halls])
    return pl.DataFrame(
        {
            "window_id": named(windows, rows[:, 0] + first_window[owner]),
            "start_at": rows[:, 1],
            "end_at": rows[:, 2],
            "staff_id": named(people, rows[:, 3] + first_person[owner]),
        }
    )


def session_rows(halls: Sequence[Hall], presences: Sequence[Sequence[Presence]], seed: int) -> pl.DataFrame:
    """Return 在岗 of the halls, with the hall's number in `office`."""
    owner = np.repeat(np.arange(len(halls)), [len(own) for own in presences])
    ordered = [spell for own in presences for spell in sorted(own, key=lambda p: (p.begin // DAY, p.window, p.begin))]
    begin = np.array([spell.begin for spell in ordered], dtype=np.int64)
    first_window, windows = _numbering([[w.window_id for w in plan_counters(hall).windows] for hall in halls])
    first_person, people = _numbering([[p.staff_id for p in plan_team(hall, seed).everyone] for hall in halls])
    return pl.DataFrame(
        {
            "session_id": numbered([f"{hall.hall_id}-C" for hall in halls], owner, begin // DAY),
            "window_id": named(windows, np.array([s.window for s in ordered], dtype=np.int64) + first_window[owner]),
            "staff_id": named(people, np.array([s.staff for s in ordered], dtype=np.int64) + first_person[owner]),
            "start_at": begin,
            "end_at": np.array([spell.end for spell in ordered], dtype=np.int64),
            "state": pl.Series(["open" if spell.open else "pause" for spell in ordered], dtype=pl.String),
            "office": owner,
        }
    )


def roster_rows(halls: Sequence[Hall], duties: Sequence[Sequence[Duty]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return 排班 and 考勤 of the halls, the latter with the hall's number in `office`."""
    owner = np.repeat(np.arange(len(halls)), [len(own) for own in duties])
    listed = [duty for own in duties for duty in own]
    rostered = pl.DataFrame(
        {
            "staff_id": pl.Series([duty.person.staff_id for duty in listed], dtype=pl.String),
            "start_at": pl.Series([duty.start for duty in listed], dtype=pl.Int64),
            "hall_id": named([hall.hall_id for hall in halls], owner),
            "window_id": pl.Series([duty.window and duty.window.window_id for duty in listed], dtype=pl.String),
            "end_at": pl.Series([duty.end for duty in listed], dtype=pl.Int64),
            "role": pl.Series([duty.person.role for duty in listed], dtype=pl.String),
            "came": pl.Series([duty.came for duty in listed], dtype=pl.Int64),
            "left": pl.Series([duty.left for duty in listed], dtype=pl.Int64),
            "rostered": pl.Series([duty.rostered for duty in listed], dtype=pl.Boolean),
            "office": owner,
        }
    )
    attended = rostered.filter(pl.col("came").is_not_null()).select(
        "staff_id",
        pl.col("came").alias("start_at"),
        "hall_id",
        "window_id",
        pl.col("left").alias("end_at"),
        "office",
    )
    return rostered.filter("rostered").drop("came", "left", "rostered", "office"), attended


def _numbering(names: Sequence[Sequence[str]]) -> tuple[Ints, list[str]]:
    """Number the names of all halls through: each hall's first number, and all names."""
    first = np.cumsum([0, *(len(own) for own in names)])[:-1]
    return first.astype(np.int64), [name for own in names for name in own]


def health_checks(halls: Sequence[Hall], days: range, seed: int, active: Active) -> pl.DataFrame:
    """List everybody's fortnightly check of the city's programme due on these days: nearly all done in time."""
    due_days = [day for day in days if day % CHECK_EVERY == _CHECK_DAY]
    names, owners, dues, dones = [], [], [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for day in due_days:
        for hall in halls:
            people = [person.staff_id for person in plan_team(hall, seed).everyone]
            chance = stream(seed, Stream.CHECKS, hall.index, day).random((len(people), 3))
            never = np.full(len(people), _NEVER)
            for incident in active.kind("checks_missed"):
                if incident.hall == hall.index and incident.touches(day * DAY, (day + 1) * DAY):
                    # At least so many are missed, whoever they are.
                    missed = np.argsort(chance[:, 2])[: max(1, round(incident.size * len(people)))]
                    never[missed] = 1.0
            names += people
            owners.append(np.full(len(people), hall.index, dtype=np.int64))
            dones.append(_done(day, chance, never))
            dues.append(np.full(len(people), day * DAY + _CHECK_DUE, dtype=np.int64))
    owner = np.concatenate([np.empty(0, dtype=np.int64), *owners])
    return pl.DataFrame(
        {
            "staff_id": pl.Series(names, dtype=pl.String),
            "programme": pl.Series([PROGRAMME], dtype=pl.String).new_from_index(0, len(names)),
            "due_at": np.concatenate(dues),
            "hall_id": named([hall.hall_id for hall in halls], owner),
            "done_at": np.concatenate(dones),
            "office": owner,
        }
    )


def _done(day: int, chance: Floats, never: Floats) -> Ints:
    """Return when each check was done; -1 = never."""
    late = chance[:, 0] < never + _TOO_LATE
    at = np.where(late, HOUR + chance[:, 1] * 30 * HOUR, -HOUR - chance[:, 1] * 80 * HOUR)
    at = day * DAY + _CHECK_DUE + at.astype(np.int64)
    clock = at % DAY
    at = np.where((clock < 8 * HOUR) | (clock > 18 * HOUR), at // DAY * DAY + 10 * HOUR + clock // 24, at)
    at = np.where(late, np.maximum(at, day * DAY + _CHECK_DUE + HOUR), at)
    return np.where(chance[:, 0] < never, -1, at).astype(np.int64)
