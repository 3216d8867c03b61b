"""From readings to levels that last (状态机): a pure fold over the instants, for all places of an indicator at once.

A level fires when it has been met for a while, and is over when the reading has been well again for as long. Without a
value nothing changes: level and freshness are two things, and a black-out never resolves an alert. Live evaluation and
replay take the same step; live keeps the state between two instants, replay goes through thousands of them.
Source: the indicators 2026.1, "Direction", "Hold", "Readings", "Closing".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from alerts.definition import RED, Definition

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

#: What a reading is, as a number.
NO_DATA, INSUFFICIENT, VALUE = 0, 1, 2
#: Minutes without a value after which what was only pending is dropped.
DROPPED_AFTER = 15
#: Minutes of too small a sample in a row, with fresh data, after which a firing alert recovers.
FEW_AFTER = 60
#: Minutes for which no level changes after the reading was taken from another source.
SETTLES_IN = 15
#: More level changes than this in so many evaluations are flapping.
FLAPPING, WATCHED = 6, 21
_WATCHED_BITS = (1 << WATCHED) - 1
_NOBODY = -1


class Reason(IntEnum):
    """Why a level changed."""

    NONE = 0
    MET = 1
    RECOVERED = 2
    FEW = 3
    CLOSED = 4


#: The same for people.
REASONS = {
    Reason.MET: "达到阈值",
    Reason.RECOVERED: "已恢复",
    Reason.FEW: "样本不足",
    Reason.CLOSED: "闭厅",
}


@dataclass(frozen=True)
class State:
    """What is remembered of every place of one indicator between two instants.

    Attributes:
        level: level that fires; 0 none.
        met: readings in a row that met yellow, orange, red; place × level.
        past: readings in a row that counted as recovered from yellow, orange, red; place × level.
        dark: instants in a row without a value.
        few: instants in a row with too small a sample.
        source: what the last value was read from, as a number; -1 none yet.
        settling: instants for which no level changes any more.
        changes: one bit for each of the last evaluations, the latest lowest: whether the level changed.
    """

    level: Ints
    met: Ints
    past: Ints
    dark: Ints
    few: Ints
    source: Ints
    settling: Ints
    changes: Ints

    @classmethod
    def fresh(cls, places: int) -> State:
        """Nothing has been seen yet."""

        def zeros(*more: int) -> Ints:
            return np.zeros((places, *more), dtype=np.int64)

        return cls(zeros(), zeros(3), zeros(3), zeros(), zeros(), zeros() + _NOBODY, zeros(), zeros())

    @property
    def pending(self) -> Flags:
        """Places where a higher level than the one that fires is met, but not long enough yet."""
        higher = np.arange(1, RED + 1) > self.level[:, None]
        found: Flags = np.logical_or.reduce((self.met > 0) & higher, axis=1)
        return found

    @property
    def recovering(self) -> Flags:
        """Places where a firing level is over, but not long enough yet."""
        return _at_level(self.past > 0, self.level)

    @property
    def flapping(self) -> Flags:
        """Places whose level changes too often to be told each time."""
        counts: npt.NDArray[np.uint8] = np.bitwise_count(self.changes)
        return counts > FLAPPING

    def grown(self, places: int) -> State:
        """The same with more places at the end, of which nothing has been seen yet."""
        more = State.fresh(places - len(self.level))
        return State(**{name: np.concatenate([old, getattr(more, name)]) for name, old in vars(self).items()})


@dataclass(frozen=True)
class Seen:
    """What is read at one instant, place by place.

    Attributes:
        reading: NO_DATA, INSUFFICIENT or VALUE.
        met: level that the value meets by itself; whatever where there is none.
        past: whether the value counts as recovered from yellow, orange, red; place × level.
        source: what it was read from, as a number; -1 where it does not matter.
        held: places where bad data forbid to judge (数据异常，暂停判定).
        asked: places that are read at this instant; others stay what they were.
    """

    reading: Ints
    met: Ints
    past: Flags
    source: Ints
    held: Flags
    asked: Flags


def step(state: State, seen: Seen, definition: Definition, minutes: int) -> tuple[State, Ints]:
    """Go on by one instant.

    Args:
        state: what was remembered.
        seen: what is read now.
        definition: the indicator.
        minutes: length of its grid: 5 for the readings of the moment, 30 for half hours, 1,440 for a day.

    Returns:
        What is remembered from now on, and for each place why its level changed (`Reason`).
    """
    asked, hold = seen.asked, definition.hold
    valued = asked & ~seen.held & (seen.reading == VALUE)
    few_now = asked & ~seen.held & (seen.reading == INSUFFICIENT)
    dark = np.where(asked, np.where(valued, 0, state.dark + 1), state.dark)
    few = np.where(asked, np.where(few_now, state.few + 1, 0), state.few)

    levels = np.arange(1, RED + 1)
    met = _runs(state.met, valued, seen.met[:, None] >= levels)
    past = _runs(state.past, valued, seen.past)
    dropped = (dark * minutes >= DROPPED_AFTER) & asked
    met[dropped], past[dropped] = 0, 0

    changed_source = valued & (state.source != seen.source) & (state.source != _NOBODY)
    settling = np.where(asked, np.maximum(state.settling - 1, 0), state.settling)
    if definition.source_column:
        settling = np.where(changed_source, -(-SETTLES_IN // minutes), settling)
    source = np.where(valued, seen.source, state.source)

    enough = np.array([hold.calm, hold.calm, hold.red])
    entered = ((met >= enough) * levels).max(axis=1)
    over = past >= hold.keep
    # Where the level that fires is over, the highest one below it that is not over stays.
    stays = (np.where(over, 0, levels) * (levels <= state.level[:, None])).max(axis=1)
    fallen = np.where(_at_level(over, state.level), stays, state.level)
    # Neither what is missing nor what is too few changes a level, save for an hour of the latter.
    level = np.where(valued, np.maximum(entered, fallen), state.level)
    empty = (state.level > 0) & (few * minutes >= FEW_AFTER)
    level = np.where(empty, 0, level)
    level = np.where(asked & (settling == 0), level, state.level)

    changed = level != state.level
    why = np.where(level > state.level, Reason.MET, np.where(empty, Reason.FEW, Reason.RECOVERED))
    history = np.where(asked, ((state.changes << 1) | changed) & _WATCHED_BITS, state.changes)
    after = State(level, met, past, dark, few, source, settling, history)
    return after, np.where(changed, why, Reason.NONE)


def closed(state: State, places: Flags) -> tuple[State, Ints]:
    """The day's last closing of these places: levels of the moment do not cross days (闭厅).

    Returns:
        What is remembered from now on, and for each place why its level changed.
    """
    fresh = State.fresh(len(state.level))
    ended = places & (state.level > 0)

    def now(name: str) -> Ints:
        old: Ints = getattr(state, name)
        new: Ints = getattr(fresh, name)
        return np.where(places[:, None] if old.ndim > 1 else places, new, old)

    after = State(**{name: now(name) for name in vars(state)})
    return after, np.where(ended, Reason.CLOSED, Reason.NONE)


def _runs(before: Ints, valued: Flags, now: Flags) -> Ints:
    """Readings in a row; without a value they neither grow nor break."""
    return np.where(valued[:, None], np.where(now, before + 1, 0), before)


def _at_level(of: Flags, level: Ints) -> Flags:
    """What holds for each place at its own level; False for places without a level."""
    chosen: Flags = np.take_along_axis(of, np.maximum(level - 1, 0)[:, None], axis=1)[:, 0] & (level > 0)
    return chosen
