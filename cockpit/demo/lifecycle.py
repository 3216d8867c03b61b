"""What becomes of a submission: correction, acceptance, pauses, decision, in time or late (办件全过程)."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from cockpit.demo.almanac import DAY, HOUR, MINUTE, OFFICE_HOURS, Almanac
from cockpit.demo.draws import Flags, Floats, Ints

_REJECTED, _WITHDRAWN, _CORRECTED = 0.012, 0.005, 0.035
_SLOW_ACCEPT, _LATE, _PAUSED = 0.012, 0.0028, 0.05
_AT_ONCE = 0.85
PAUSE_KINDS = ("correction", "special", "hearing", "survey")
_PAUSE_SHARES = np.array([0.0, 0.5, 0.15, 0.35])


class C(IntEnum):
    """Which uniform number of a case decides what."""

    FATE = 0
    LAG = 1
    SLOW = 2
    ANSWER = 3
    DECISION = 4
    LATE = 5
    PAUSE = 6
    PAUSE_KIND = 7
    PLATFORM = 8
    DELIVERY = 9
    VISITS = 10
    PERSON = 11


CASE_UNIFORMS = 12


@dataclass(frozen=True)
class Submission:
    """What a case begins with: when, of which item, and (at a window) when the service there ended."""

    apply: Ints
    leave: Ints
    """End of the service at the window; -1 elsewhere."""
    instant: Flags
    promise: Ints
    """Promised days; 0 for 即办件."""
    natural: Flags
    automatic: Flags
    """Handled by machine."""
    uniforms: Floats


@dataclass(frozen=True)
class Course:
    """The instants of a case's life in seconds; -1 = never."""

    accept: Ints
    due: Ints
    finish: Ints
    closed: Ints
    rejected: Flags
    asked: Ints
    answered: Ints
    pause_start: Ints
    pause_end: Ints
    pause_kind: Ints


def run_course(case: Submission, almanac: Almanac) -> Course:
    """Let every submission run its course to the end."""
    chance = case.uniforms
    nothing = np.full(len(case.apply), -1, dtype=np.int64)
    at_window = case.leave >= 0
    rejected = chance[:, C.FATE] < _REJECTED
    withdrawn = ~rejected & (chance[:, C.FATE] < _REJECTED + _WITHDRAWN)
    corrected = ~rejected & ~withdrawn & (chance[:, C.FATE] < _REJECTED + _WITHDRAWN + _CORRECTED)
    machine = case.automatic & ~(rejected | withdrawn | corrected)

    looked_at = _looked_at(case, almanac)
    looked_at = np.where(machine, case.apply + 5 + (40 * chance[:, C.LAG]).astype(np.int64), looked_at)
    asked = np.where(corrected, looked_at, -1)
    answered = asked + (4 * HOUR + 4 * DAY * chance[:, C.ANSWER] ** 2).astype(np.int64)
    again = _after(almanac, answered, 2 * HOUR * chance[:, C.LAG])
    closed = np.where(rejected, looked_at, -1)
    closed = np.where(withdrawn, case.apply + 10 * MINUTE + (2 * DAY * chance[:, C.ANSWER]).astype(np.int64), closed)
    accept = np.where(corrected, again, looked_at)
    accept = np.where(rejected | withdrawn, -1, accept)
    going = accept >= 0

    due = _due(case, accept, going, almanac)
    finish = _finish_instant(case, accept, machine, at_window & ~corrected, almanac)
    pause_start, pause_end, promised = _finish_promised(case, accept, due, almanac)
    finish = np.where(case.instant, finish, promised)
    paused = going & ~case.instant & (pause_start >= 0)
    kinds = np.searchsorted(np.cumsum(_PAUSE_SHARES), chance[:, C.PAUSE_KIND], side="right").astype(np.int64)
    return Course(
        accept=accept,
        due=np.where(going & ~case.instant, due, -1),
        finish=np.where(going, finish, -1),
        closed=closed,
        rejected=rejected,
        asked=asked,
        answered=np.where(corrected, answered, -1),
        pause_start=np.where(paused, pause_start, -1),
        pause_end=np.where(paused, pause_end, -1),
        pause_kind=np.where(paused, np.minimum(kinds, 3), nothing),
    )


def _after(almanac: Almanac, instants: Ints, office_seconds: Floats) -> Ints:
    """Return the instant so many office seconds after each."""
    return almanac.from_work(almanac.to_work(instants) + office_seconds.astype(np.int64))


def _looked_at(case: Submission, almanac: Almanac) -> Ints:
    """Return when somebody first decides on a submission: at the window at once, online after some office hours."""
    chance = case.uniforms
    lag = -1.4 * HOUR * np.log1p(-np.minimum(chance[:, C.LAG], 0.98))
    lag += np.where(chance[:, C.SLOW] < _SLOW_ACCEPT, OFFICE_HOURS * (2.0 + 1.5 * chance[:, C.ANSWER]), 0.0)
    share = 0.3 + 0.5 * chance[:, C.LAG]
    window = case.apply + (share * np.maximum(case.leave - case.apply, 0)).astype(np.int64)
    return np.where(case.leave >= 0, window, _after(almanac, case.apply, lag))


def _due(case: Submission, accept: Ints, going: Flags, almanac: Almanac) -> Ints:
    """Return 24:00 of the promised day (as 00:00 of the day after)."""
    day = np.where(going, accept, case.apply) // DAY
    natural = almanac.on_or_after(day + case.promise)
    return (np.where(case.natural, natural, almanac.plus_workdays(day, case.promise)) + 1) * DAY


def _finish_instant(case: Submission, accept: Ints, machine: Flags, at_window: Flags, almanac: Almanac) -> Ints:
    """Return when 即办件 end: by machine in seconds, mostly before the person leaves, else within some office hours."""
    chance = case.uniforms[:, C.DECISION]
    start = np.maximum(accept, 0)
    later = _after(almanac, np.maximum(start, case.apply), 2.0 * HOUR * chance**2 + 5 * MINUTE)
    before_leaving = start + (chance * np.maximum(case.leave - start, 0)).astype(np.int64)
    finish = np.where(at_window & (case.uniforms[:, C.LATE] < _AT_ONCE), before_leaving, later)
    finish = np.where(machine, start + 1 + (30 * chance).astype(np.int64), finish)
    return np.maximum(finish, start)


def _finish_promised(case: Submission, accept: Ints, due: Ints, almanac: Almanac) -> tuple[Ints, Ints, Ints]:
    """Return a pause (-1 = none) and the end of 承诺件: mostly well before the due, a few late, moved on by pauses."""
    chance = case.uniforms
    start = np.where(accept >= 0, accept, case.apply)
    begin = almanac.to_work(start)
    last = almanac.to_work(due - 1)
    span = np.maximum(last - begin, OFFICE_HOURS // 4)
    share = 0.08 + 0.86 * _bell(chance[:, C.DECISION])
    late = chance[:, C.LATE] < _LATE
    share = np.where(late, 1.05 + 2.0 * chance[:, C.DECISION], share)
    work = (share * span).astype(np.int64)
    work = np.where(late, np.maximum(work, last - begin + OFFICE_HOURS // 3), work)
    paused = (case.promise >= 5) & (chance[:, C.PAUSE] < _PAUSED) & ~late & ~case.natural
    days = 2 + (10 * chance[:, C.PAUSE] / _PAUSED).astype(np.int64)
    rest_at = begin + (0.4 * work).astype(np.int64)
    pause_start = np.where(paused, almanac.from_work(rest_at), -1)
    pause_end = np.where(paused, almanac.from_work(rest_at + np.where(paused, days, 0) * OFFICE_HOURS), -1)
    finish = almanac.from_work(begin + work + np.where(paused, days, 0) * OFFICE_HOURS)
    return pause_start, pause_end, np.maximum(finish, start)


def _bell(uniform: Floats) -> Floats:
    """Turn a uniform number into one between 0 and 1 that is most often near the middle."""
    centred = np.clip(uniform, 1e-6, 1 - 1e-6)
    return 1 / (1 + np.exp(-0.75 * np.log(centred / (1 - centred))))
