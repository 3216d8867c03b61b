"""The machine against a slow fold that looks at one series at a time and says the rules in plain words."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.catalogue import catalogue
from alerts.definition import Definition
from alerts.machine import INSUFFICIENT, NO_DATA, VALUE, Reason, Seen, State, closed, step

TIDE, WAIT, LONGEST, CROWD = (
    catalogue()[name] for name in ("tidal_wait_rise", "wait_avg", "wait_max_open", "hall_occupancy")
)


@dataclass
class Slow:
    """One series, its whole past of the day in lists."""

    definition: Definition
    minutes: int
    level: int = 0
    values: list[tuple[int, tuple[bool, bool, bool]]] = field(default_factory=list)
    dark: int = 0
    few: int = 0
    source: int = -1
    settling: int = 0

    def take(self, kind: int, met: int, past: tuple[bool, bool, bool], source: int, held: bool) -> int:
        valued = kind == VALUE and not held
        self.dark = 0 if valued else self.dark + 1
        self.few = self.few + 1 if kind == INSUFFICIENT and not held else 0
        self.settling = max(self.settling - 1, 0)
        if valued:
            if self.definition.source_column and self.source not in (-1, source):
                self.settling = 3
            self.source = source
            self.values.append((met, past))
        if self.dark * self.minutes >= 15:
            self.values.clear()
        hold = self.definition.hold
        entered = 0
        for level, needed in ((1, hold.calm), (2, hold.calm), (3, hold.red)):
            last = self.values[-needed:]
            if len(last) == needed and all(value[0] >= level for value in last):
                entered = level

        def over(level: int) -> bool:
            recent = self.values[-hold.keep :]
            return len(recent) == hold.keep and all(value[1][level - 1] for value in recent)

        wanted = self.level
        if self.level and over(self.level):
            wanted = max((level for level in range(1, self.level + 1) if not over(level)), default=0)
        wanted = max(wanted, entered) if valued else self.level
        empty = self.level > 0 and self.few * self.minutes >= 60
        if empty:
            wanted = 0
        if self.settling:
            return self.level
        self.level = wanted
        return self.level


def seen(
    kind: int, met: int = 0, past: tuple[bool, bool, bool] | None = None, source: int = -1, held: bool = False
) -> Seen:
    back = past if past is not None else (met == 0,) * 3
    return Seen(
        reading=np.array([kind]),
        met=np.array([met]),
        past=np.array([back]),
        source=np.array([source]),
        held=np.array([held]),
        asked=np.array([True]),
    )


def course(definition: Definition, readings: list[Seen], minutes: int = 5) -> list[tuple[int, int]]:
    """Level and reason after each reading."""
    state, found = State.fresh(1), []
    for reading in readings:
        state, why = step(state, reading, definition, minutes)
        found.append((int(state.level[0]), int(why[0])))
    return found


def levels(definition: Definition, readings: list[Seen], minutes: int = 5) -> list[int]:
    return [level for level, _ in course(definition, readings, minutes)]


def values(*met: int) -> list[Seen]:
    return [seen(VALUE, level) for level in met]


def test_yellow_needs_four_readings_in_a_row_and_red_two() -> None:
    assert levels(WAIT, values(1, 1, 1, 0, 1, 1, 1, 1)) == [0] * 7 + [1]
    assert levels(WAIT, values(3, 3)) == [0, 3]
    assert levels(WAIT, values(2, 1, 3, 1)) == [0, 0, 0, 1]


def test_a_level_stays_between_its_threshold_and_recovery_and_is_over_after_as_long_as_yellow_takes() -> None:
    between = seen(VALUE, 0, (False,) * 3)
    assert levels(WAIT, [*values(3, 3), *[between] * 6, *values(0, 0, 0), between, *values(0, 0, 0, 0)])[-5:] == [
        3,
        3,
        3,
        3,
        0,
    ]


def test_a_black_out_resolves_nothing_and_drops_what_was_only_pending() -> None:
    dark = seen(NO_DATA)
    assert levels(WAIT, [*values(3, 3), *[dark] * 50]) == [0] + [3] * 51
    assert levels(WAIT, [*values(1, 1, 1), dark, dark, *values(1)])[-1] == 1
    assert levels(WAIT, [*values(1, 1, 1), dark, dark, dark, *values(1)])[-1] == 0


def test_an_hour_of_too_few_lets_a_firing_level_recover() -> None:
    few = seen(INSUFFICIENT)
    assert course(WAIT, [*values(3, 3), *[few] * 12])[-2:] == [(3, Reason.NONE), (0, Reason.FEW)]
    assert levels(WAIT, [*values(3, 3), *[few] * 11, seen(NO_DATA), *[few] * 11])[-1] == 3


def test_half_hours_need_two_and_are_dropped_by_one_without_a_value() -> None:
    assert levels(TIDE, values(2, 2), minutes=30) == [0, 2]
    assert levels(TIDE, [*values(2), seen(NO_DATA), *values(2)], minutes=30)[-1] == 0
    assert levels(TIDE, [*values(2, 2), seen(INSUFFICIENT), seen(INSUFFICIENT)], minutes=30) == [0, 2, 2, 0]


def test_what_measures_a_duration_itself_is_believed_at_once() -> None:
    assert levels(LONGEST, values(1, 0, 3, 0)) == [1, 0, 3, 0]


def test_bad_data_hold_a_level_where_it_is() -> None:
    held = seen(VALUE, 0, (True,) * 3, held=True)
    assert levels(WAIT, [*values(3, 3), *[held] * 10]) == [0] + [3] * 11


def test_a_change_of_source_changes_no_level_for_a_quarter_of_an_hour() -> None:
    doors, tickets = seen(VALUE, 0, source=0), seen(VALUE, 3, (False,) * 3, source=1)
    assert levels(CROWD, [doors, tickets, tickets, tickets, tickets]) == [0, 0, 0, 0, 3]


def test_closing_ends_every_level_and_forgets_the_day() -> None:
    state = State.fresh(2)
    both = Seen(*(np.array([value] * 2) for value in (VALUE, 3, (False,) * 3, -1, False, True)))
    for _ in range(2):
        state, _ = step(state, both, WAIT, 5)
    state, why = closed(state, np.array([True, False]))
    assert state.level.tolist() == [0, 3] and why.tolist() == [Reason.CLOSED, Reason.NONE]
    state, _ = step(state, both, WAIT, 5)
    assert state.level.tolist() == [0, 3]


def test_more_than_six_changes_in_twenty_one_evaluations_are_flapping() -> None:
    state = State.fresh(1)
    told = []
    for turn in range(40):
        state, _ = step(state, seen(VALUE, 3 if turn < 7 and turn % 2 == 0 else 0), LONGEST, 5)
        told.append(bool(state.flapping[0]))
    assert told[:6] == [False] * 6 and all(told[6:21]) and not any(told[22:])


readings = st.tuples(
    st.sampled_from([NO_DATA, INSUFFICIENT, VALUE, VALUE, VALUE, VALUE]),
    st.integers(0, 3),
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
    st.integers(0, 1),
    st.integers(0, 9),
)


@pytest.mark.parametrize("definition", [WAIT, TIDE, LONGEST, CROWD], ids=lambda one: one.id)
@given(series=st.lists(readings, max_size=60))
@settings(deadline=None)
def test_the_machine_equals_the_slow_fold(
    definition: Definition, series: list[tuple[int, int, tuple[bool, bool, bool], int, int]]
) -> None:
    minutes = 30 if definition is TIDE else 5
    slow, state = Slow(definition, minutes), State.fresh(1)
    for kind, met, free, source, dice in series:
        # What is met is never recovered from.
        past = (free[0] and met < 1, free[1] and met < 2, free[2] and met < 3)
        state, _ = step(state, seen(kind, met, past, source, dice == 0), definition, minutes)
        assert int(state.level[0]) == slow.take(kind, met, past, source, dice == 0)
