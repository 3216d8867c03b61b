"""What becomes of a submission: correction, acceptance, pauses, decision, in time or late (办件全过程)."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from cockpit.demo.almanac import DAY, HOUR, MINUTE, OFFICE_HOURS, Almanac
from cockpit.demo.draws import Flags, Floats, Ints
from cockpit.demo.incidents import Active

REJECTED, CORRECTED, SLOW_ACCEPT = 0.008, 0.022, 0.004
"""Shares of submissions that are ordinarily refused, sent back for correction, left lying before acceptance."""
_WITHDRAWN, _LATE, _PAUSED, _HARD = 0.004, 0.0002, 0.05, 0.02
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
    TROUBLE = 12
    MARKS = 13


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
    dept: Ints
    stuck_until: Ints
    """Before this instant nothing happens to a submission that is stuck online; -1 = is not."""
    rejected: Floats
    corrected: Floats
    slow: Floats
    """The shares that hold for each case; see REJECTED, CORRECTED, SLOW_ACCEPT."""
    uniforms: Floats


@dataclass(frozen=True)
class Pace:
    """How fast a department works: one office second a second, less while it lets cases lie (积压)."""

    marks: dict[int, tuple[Floats, Floats]]
    """For departments that do not always work at the ordinary pace: office time and work done by then."""

    @staticmethod
    def of(active: Active, almanac: Almanac) -> "Pace":
        """Read it off the incidents."""
        spans: dict[int, list[tuple[int, int, float]]] = {}
        for incident in active.kind("dept_sits"):
            start, end = almanac.to_work(np.array([incident.onset, incident.end])).tolist()
            spans.setdefault(incident.dept, []).append((start, end, incident.size))
        marks = {}
        for dept, own in spans.items():
            edges = sorted({edge for start, end, _ in own for edge in (start, end)})
            edges = [edges[0] - _FAR, *edges, edges[-1] + _FAR]
            rates = [min([rate for start, end, rate in own if start <= left < end], default=1.0) for left in edges[:-1]]
            done = np.concatenate([[0.0], np.cumsum(np.diff(edges) * np.array(rates))])
            marks[dept] = (np.array(edges, dtype=np.float64), done)
        return Pace(marks)

    def after(self, begin: Ints, work: Ints, dept: Ints) -> Ints:
        """Return the office time at which so much work is done that begins at `begin`."""
        end = begin + work
        for number, (edges, done) in self.marks.items():
            mine = np.flatnonzero(dept == number)
            by_then = np.interp(begin[mine], edges, done) + work[mine]
            # Not quite half a second: no pace ends there, so that rounding cannot go either way.
            end[mine] = np.floor(np.interp(by_then, done, edges) + 0.4983).astype(np.int64)
        return end


_FAR = 10_000 * OFFICE_HOURS


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


def run_course(case: Submission, almanac: Almanac, pace: Pace) -> Course:
    """Let every submission run its course to the end."""
    chance = case.uniforms
    at_window = case.leave >= 0
    rejected = chance[:, C.FATE] < case.rejected
    withdrawn = ~rejected & (chance[:, C.FATE] < case.rejected + _WITHDRAWN)
    corrected = ~rejected & ~withdrawn & (chance[:, C.FATE] < case.rejected + _WITHDRAWN + case.corrected)
    stuck = case.stuck_until >= 0
    machine = case.automatic & ~(rejected | withdrawn | corrected | stuck)

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
    finish = _finish_instant(case, accept, machine, at_window & ~corrected, almanac, pace)
    pause_start, pause_end, promised = _finish_promised(case, accept, due, almanac, pace)
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
        pause_kind=np.where(paused, np.minimum(kinds, 3), -1),
    )


def _after(almanac: Almanac, instants: Ints, office_seconds: Floats) -> Ints:
    """Return the instant so many office seconds after each."""
    return almanac.from_work(almanac.to_work(instants) + office_seconds.astype(np.int64))


def _looked_at(case: Submission, almanac: Almanac) -> Ints:
    """Return when somebody first decides on a submission: at the window at once, online after some office hours."""
    chance = case.uniforms
    lag = -1.4 * HOUR * np.log1p(-np.minimum(chance[:, C.LAG], 0.98))
    lag += np.where(chance[:, C.SLOW] < case.slow, OFFICE_HOURS * (2.0 + 1.5 * chance[:, C.ANSWER]), 0.0)
    share = 0.3 + 0.5 * chance[:, C.LAG]
    window = case.apply + (share * np.maximum(case.leave - case.apply, 0)).astype(np.int64)
    free = np.maximum(case.apply, case.stuck_until)
    return np.where(case.leave >= 0, window, _after(almanac, free, lag))


def _due(case: Submission, accept: Ints, going: Flags, almanac: Almanac) -> Ints:
    """Return 24:00 of the promised day (as 00:00 of the day after)."""
    day = np.where(going, accept, case.apply) // DAY
    natural = almanac.on_or_after(day + case.promise)
    return (np.where(case.natural, natural, almanac.plus_workdays(day, case.promise)) + 1) * DAY


def _finish_instant(
    case: Submission, accept: Ints, machine: Flags, at_window: Flags, almanac: Almanac, pace: Pace
) -> Ints:
    """Return when 即办件 end: by machine in seconds, mostly before the person leaves, else within some office hours."""
    chance = case.uniforms[:, C.DECISION]
    start = np.maximum(accept, 0)
    work = (2.0 * HOUR * chance**2 + 5 * MINUTE).astype(np.int64)
    later = almanac.from_work(pace.after(almanac.to_work(np.maximum(start, case.apply)), work, case.dept))
    before_leaving = start + (chance * np.maximum(case.leave - start, 0)).astype(np.int64)
    finish = np.where(at_window & (case.uniforms[:, C.LATE] < _AT_ONCE), before_leaving, later)
    finish = np.where(machine, start + 1 + (30 * chance).astype(np.int64), finish)
    return np.maximum(finish, start)


def _finish_promised(
    case: Submission, accept: Ints, due: Ints, almanac: Almanac, pace: Pace
) -> tuple[Ints, Ints, Ints]:
    """Return a pause (-1 = none) and the end of 承诺件: mostly well before the due, hardly any late."""
    chance = case.uniforms
    start = np.where(accept >= 0, accept, case.apply)
    begin = almanac.to_work(start)
    last = almanac.to_work(due - 1)
    span = np.maximum(last - begin, OFFICE_HOURS // 4)
    hard = chance[:, C.PAUSE_KIND] < _HARD
    share = np.where(hard, 0.62 + 0.33 * chance[:, C.DECISION], 0.06 + 0.58 * _bell(chance[:, C.DECISION]))
    work = (share * span).astype(np.int64)
    late = chance[:, C.LATE] < _LATE
    over = (OFFICE_HOURS * (0.4 + 4 * chance[:, C.DECISION])).astype(np.int64)
    work = np.where(late, last - begin + over, work)
    paused = (case.promise >= 5) & (chance[:, C.PAUSE] < _PAUSED) & ~late & ~case.natural
    days = np.where(paused, 2 + (6 * chance[:, C.PAUSE] / _PAUSED).astype(np.int64), 0)
    rest_at = pace.after(begin, (0.4 * work).astype(np.int64), case.dept)
    going_on = rest_at + days * OFFICE_HOURS
    finish = almanac.from_work(pace.after(going_on, work - (0.4 * work).astype(np.int64), case.dept))
    pause_start = np.where(paused, almanac.from_work(rest_at), -1)
    pause_end = np.where(paused, almanac.from_work(going_on), -1)
    return pause_start, pause_end, np.maximum(finish, start)


def _bell(uniform: Floats) -> Floats:
    """Turn a uniform number into one between 0 and 1 that is most often near the middle."""
    centred = np.clip(uniform, 1e-6, 1 - 1e-6)
    return 1 / (1 + np.exp(-0.75 * np.log(centred / (1 - centred))))
