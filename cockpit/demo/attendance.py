"""Rows about work: window plans, what happened at windows, rosters, attendance (考勤), health checks (核验)."""

import numpy as np
import polars as pl

from cockpit.demo.almanac import DAY, HOUR, Almanac
from cockpit.demo.counters import plan_counters
from cockpit.demo.draws import Stream, stream
from cockpit.demo.frames import AT_HALL, named, numbered, repeated
from cockpit.demo.places import Hall
from cockpit.demo.staff import plan_team
from cockpit.demo.tickets import HallDays

PROGRAMME = "公共卫生核验"
_CHECK_DUE = 17 * HOUR
_FORTNIGHT = 14
_NEVER, _TOO_LATE = 0.0015, 0.004


def work_rows(days: HallDays, seed: int) -> dict[str, pl.DataFrame]:
    """Return window_plan, window_sessions, roster and attendance of one hall."""
    hall = days.hall
    windows = [window.window_id for window in plan_counters(hall).windows]
    staff = [person.staff_id for person in plan_team(hall, seed).everyone]
    plan = np.array(days.plan, dtype=np.int64).reshape(-1, 4)
    spells = sorted(days.presences, key=lambda presence: (presence.begin // DAY, presence.window, presence.begin))
    begin = np.array([spell.begin for spell in spells], dtype=np.int64)
    duties = days.duties
    rostered = pl.DataFrame(
        {
            AT_HALL: repeated(hall.hall_id, len(duties)),
            "staff_id": pl.Series([duty.person.staff_id for duty in duties], dtype=pl.String),
            "hall_id": repeated(hall.hall_id, len(duties)),
            "window_id": pl.Series([duty.window and duty.window.window_id for duty in duties], dtype=pl.String),
            "start_at": pl.Series([duty.start for duty in duties], dtype=pl.Int64),
            "end_at": pl.Series([duty.end for duty in duties], dtype=pl.Int64),
            "role": pl.Series([duty.person.role for duty in duties], dtype=pl.String),
            "came": pl.Series([duty.came for duty in duties], dtype=pl.Int64),
            "left": pl.Series([duty.left for duty in duties], dtype=pl.Int64),
        }
    )
    return {
        "window_plan": pl.DataFrame(
            {
                AT_HALL: repeated(hall.hall_id, len(plan)),
                "window_id": named(windows, plan[:, 0]),
                "start_at": plan[:, 1],
                "end_at": plan[:, 2],
                "staff_id": named(staff, plan[:, 3]),
            }
        ),
        "window_sessions": pl.DataFrame(
            {
                AT_HALL: repeated(hall.hall_id, len(spells)),
                "session_id": numbered(f"{hall.hall_id}-C", begin // DAY),
                "window_id": named(windows, np.array([spell.window for spell in spells], dtype=np.int64)),
                "staff_id": named(staff, np.array([spell.staff for spell in spells], dtype=np.int64)),
                "start_at": begin,
                "end_at": np.array([spell.end for spell in spells], dtype=np.int64),
                "state": pl.Series(["open" if spell.open else "pause" for spell in spells], dtype=pl.String),
            }
        ),
        "roster": rostered.drop("came", "left"),
        "attendance": rostered.filter(pl.col("came").is_not_null()).select(
            AT_HALL,
            "staff_id",
            pl.col("came").alias("start_at"),
            "hall_id",
            "window_id",
            pl.col("left").alias("end_at"),
        ),
    }


def health_checks(hall: Hall, almanac: Almanac, seed: int) -> pl.DataFrame:
    """List everybody's fortnightly check of the city's programme: nearly all in time, a few late, hardly any never."""
    everyone = [person.staff_id for person in plan_team(hall, seed).everyone]
    due_days = [
        day for day in range(almanac.days.start - _FORTNIGHT, almanac.days.stop + _FORTNIGHT) if day % _FORTNIGHT == 1
    ]
    due, done = [], []
    for day in due_days:
        chance = stream(seed, Stream.CHECKS, hall.index, day).random((len(everyone), 2))
        late = chance[:, 0] < _NEVER + _TOO_LATE
        at = np.where(late, HOUR + chance[:, 1] * 30 * HOUR, -HOUR - chance[:, 1] * 80 * HOUR)
        at = day * DAY + _CHECK_DUE + at.astype(np.int64)
        clock = at % DAY
        at = np.where((clock < 8 * HOUR) | (clock > 18 * HOUR), at // DAY * DAY + 10 * HOUR + clock // 24, at)
        at = np.where(late, np.maximum(at, day * DAY + _CHECK_DUE + HOUR), at)
        done.append(np.where(chance[:, 0] < _NEVER, -1, at))
        due.append(np.full(len(everyone), day * DAY + _CHECK_DUE, dtype=np.int64))
    count = len(everyone) * len(due_days)
    return pl.DataFrame(
        {
            AT_HALL: repeated(hall.hall_id, count),
            "staff_id": pl.Series(everyone * len(due_days), dtype=pl.String),
            "programme": repeated(PROGRAMME, count),
            "due_at": np.concatenate([*due, np.empty(0, dtype=np.int64)]),
            "hall_id": repeated(hall.hall_id, count),
            "done_at": np.concatenate([*done, np.empty(0, dtype=np.int64)]),
        }
    )
