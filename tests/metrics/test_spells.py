"""The kernel that counts at many instants at once, against loops over everything."""

from collections.abc import Callable
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.spells import (
    DAY,
    NEVER,
    Ints,
    Spells,
    first_after,
    latest_before,
    pairs,
    standing,
    standing_sum,
    sum_within,
    time_between,
    within,
)

FEW = settings(max_examples=100, deadline=None)
PLACES = st.integers(-1, 3)
#: Few different instants, so that ties and empty spells are common; some lie far away, some never come.
TIMES = st.one_of(st.integers(-3, 12), st.sampled_from([-(10**15), 10**15]))
ENDS = st.one_of(TIMES, st.just(NEVER))
SPELLS = st.lists(st.tuples(PLACES, ENDS, ENDS), max_size=12)
ASKED = st.lists(st.tuples(st.integers(0, 3), st.integers(-4, 13)), max_size=12)
SPANS = st.lists(st.tuples(st.integers(0, 3), st.integers(-4, 13), st.integers(-4, 13)), max_size=10)


def column(rows: list[tuple[int, ...]], number: int) -> Ints:
    return np.array([row[number] for row in rows], dtype=np.int64)


def of(rows: list[tuple[int, int, int]]) -> Spells:
    return Spells.of(column(rows, 0), column(rows, 1), column(rows, 2))


@given(SPELLS, ASKED)
@FEW
def test_a_spell_stands_after_its_start_up_to_its_end(
    rows: list[tuple[int, int, int]], asked: list[tuple[int, int]]
) -> None:
    found = standing(of(rows), column(asked, 0), column(asked, 1))
    assert found.tolist() == [sum(p == q and s < t <= e for q, s, e in rows) for p, t in asked]


@given(SPELLS, ASKED, st.randoms(use_true_random=False))
@FEW
def test_weights_of_standing_spells_are_added(
    rows: list[tuple[int, int, int]], asked: list[tuple[int, int]], rng: Random
) -> None:
    weights = [rng.randint(-(10**15), 10**15) for _ in rows]
    found = standing_sum(of(rows), np.array(weights, dtype=np.int64), column(asked, 0), column(asked, 1))
    expected = [sum(w for w, (q, s, e) in zip(weights, rows, strict=True) if p == q and s < t <= e) for p, t in asked]
    assert found.tolist() == expected


@given(SPELLS, SPANS)
@FEW
def test_the_time_of_spells_between_two_instants_is_what_they_share(
    rows: list[tuple[int, int, int]], spans: list[tuple[int, int, int]]
) -> None:
    found = time_between(of(rows), column(spans, 0), column(spans, 1), column(spans, 2))
    expected = [sum(max(min(e, b) - max(s, a), 0) for q, s, e in rows if p == q) for p, a, b in spans]
    assert found.tolist() == expected


@given(SPELLS, ASKED)
@FEW
def test_pairs_are_the_spells_that_stand_one_by_one(
    rows: list[tuple[int, int, int]], asked: list[tuple[int, int]]
) -> None:
    which, question = pairs(of(rows), column(asked, 0), column(asked, 1))
    expected = [(r, n) for r, (q, s, e) in enumerate(rows) for n, (p, t) in enumerate(asked) if p == q and s < t <= e]
    assert sorted(zip(which.tolist(), question.tolist(), strict=True)) == sorted(expected)


@given(st.lists(st.tuples(PLACES, TIMES), max_size=12), SPANS)
@FEW
def test_events_lie_in_spans_that_are_half_open(rows: list[tuple[int, int]], spans: list[tuple[int, int, int]]) -> None:
    which, span = within(column(rows, 0), column(rows, 1), *(column(spans, n) for n in range(3)))
    expected = [(r, n) for r, (q, t) in enumerate(rows) for n, (p, a, b) in enumerate(spans) if p == q and a <= t < b]
    assert sorted(zip(which.tolist(), span.tolist(), strict=True)) == sorted(expected)
    if all(a <= b for _, a, b in spans):
        weights = np.arange(1, len(rows) + 1, dtype=np.int64)
        sums = sum_within(column(rows, 0), column(rows, 1), weights, *(column(spans, n) for n in range(3)))
        assert sums.tolist() == [sum(r + 1 for r, n in expected if n == number) for number in range(len(spans))]


@given(st.lists(st.tuples(PLACES, TIMES), max_size=12), ASKED)
@FEW
def test_the_latest_before_an_instant_is_the_later_row_of_a_tie(
    rows: list[tuple[int, int]], asked: list[tuple[int, int]]
) -> None:
    found = latest_before(column(rows, 0), column(rows, 1), column(asked, 0), column(asked, 1))

    def slow(place: int, t: int) -> int:
        known = [(moment, row) for row, (q, moment) in enumerate(rows) if q == place and moment < t]
        return max(known)[1] if known else -1

    assert found.tolist() == [slow(p, t) for p, t in asked]


@given(st.lists(st.tuples(PLACES, TIMES), max_size=12), ASKED)
@FEW
def test_the_first_after_an_instant_is_strictly_later(
    rows: list[tuple[int, int]], asked: list[tuple[int, int]]
) -> None:
    found = first_after(column(rows, 0), column(rows, 1), column(asked, 0), column(asked, 1))
    assert found.tolist() == [min((m for q, m in rows if q == p and m > t), default=NEVER) for p, t in asked]


@pytest.mark.parametrize("count", [standing, pairs])
def test_more_places_and_time_than_there_are_numbers_is_an_error_and_no_wrong_answer(
    count: Callable[..., object],
) -> None:
    place = np.array([400_000], dtype=np.int64)
    asked = np.array([0, 400 * DAY], dtype=np.int64)
    spells = Spells.of(place, np.array([0]), np.array([NEVER]))
    with pytest.raises(OverflowError, match="400001 places over 400 days"):
        count(spells, np.repeat(place, 2), asked)


def test_what_began_long_ago_does_not_stretch_the_line() -> None:
    """A device without a first day is in use from ever: thousands of places still have room."""
    place = np.array([5_000, 9_999], dtype=np.int64)
    spells = Spells.of(place, np.array([-NEVER, -NEVER]), np.array([NEVER, 10]))
    assert standing(spells, np.repeat(place, 2), np.array([10, 11, 10, 11])).tolist() == [1, 1, 1, 0]
