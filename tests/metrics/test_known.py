"""Time that is known later or ceases to count: the kernel held against counting moment by moment."""

from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.known import ALWAYS, Known, crossing, joined, merged, union
from metrics.spells import NEVER, Ints, Spells

LAST = 24


def pieces(rng: Random, count: int, *, passing: bool = True) -> Known:
    """Random whiles of two places: some run, some are known when they are over or later, some cease to count."""
    rows = []
    for number in range(count):
        start = rng.randrange(LAST - 4)
        end = start + rng.randrange(1, 6)
        kind = rng.random()
        since = ALWAYS if kind < 0.6 or not passing else end + rng.choice([0, 0, 1, 3, 6])
        until = end + rng.choice([0, 1, 3, 8]) if since == ALWAYS and passing and kind < 0.25 else NEVER
        rows.append((rng.randrange(2), start, end, since, until, number))
    return Known(*(np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)))


def moments(whiles: Known, place: int, at: int) -> list[int]:
    """Every moment that an evaluation at an instant counts, as often as it counts it."""
    return sorted(
        moment
        for number in range(len(whiles))
        if whiles.place[number] == place and whiles.since[number] < at <= whiles.until[number]
        for moment in range(whiles.start[number], min(int(whiles.end[number]), at))
    )


def asked(rng: Random, count: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Questions: place, since, until, at."""
    at = [rng.randrange(1, LAST + 10) for _ in range(count)]
    since = [rng.randrange(0, t) for t in at]
    until = [rng.choice([t, rng.randrange(s, t + 1)]) for s, t in zip(since, at, strict=True)]
    columns = ([rng.randrange(2) for _ in at], since, until, at)
    return tuple(np.array(column, dtype=np.int64) for column in columns)  # type: ignore[return-value]


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False))
def test_time_is_what_counting_moment_by_moment_gives(rng: Random) -> None:
    whiles = pieces(rng, rng.randrange(1, 8))
    questions = asked(rng, 6)
    found = whiles.time(*questions)
    wanted = [
        sum(since <= moment < until for moment in moments(whiles, place, at))
        for place, since, until, at in zip(*(column.tolist() for column in questions), strict=True)
    ]
    assert found.tolist() == wanted
    _, question, micro = whiles.shares(*questions)
    assert np.bincount(question, micro, minlength=6).tolist() == wanted


@settings(max_examples=500, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_union_counts_every_moment_once_at_every_instant(rng: Random) -> None:
    whiles = pieces(rng, rng.randrange(1, 9))
    found = union(whiles)
    for place in (0, 1):
        for at in range(LAST + 10):
            assert moments(found, place, at) == sorted(set(moments(whiles, place, at))), (place, at)
    for number in range(len(found)):
        origin = np.flatnonzero(whiles.row == found.row[number])[0]
        assert whiles.start[origin] <= found.start[number] < found.end[number] <= whiles.end[origin]


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_crossing_counts_what_both_count(rng: Random) -> None:
    whiles = union(pieces(rng, rng.randrange(1, 7)))
    others = union(pieces(rng, rng.randrange(1, 7), passing=False))
    found = crossing(whiles, others)
    for place in (0, 1):
        for at in range(LAST + 10):
            both = set(moments(whiles, place, at)) & set(moments(others, place, at))
            assert moments(found, place, at) == sorted(both), (place, at)


def test_what_turns_out_to_be_known_after_it_had_ceased_to_count_counts_again() -> None:
    void = Known.of(*_one(0, 4, 1), until=np.array([6]))
    late = Known.of(*_one(2, 4, 2), since=np.array([8]))
    found = union(joined([void, late]))
    assert [len(moments(found, 0, at)) for at in range(12)] == [0, 1, 2, 3, 4, 4, 4, 0, 0, 2, 2, 2]
    # Known before it ceased to count: from then on it counts for good.
    early = Known.of(*_one(2, 4, 2), since=np.array([5]))
    found = union(joined([void, early]))
    assert [len(moments(found, 0, at)) for at in range(9)] == [0, 1, 2, 3, 4, 4, 4, 2, 2]


def test_nothing_makes_nothing() -> None:
    none = np.zeros(0, dtype=np.int64)
    empty = Known.of(none, none, none, none)
    assert len(union(empty)) == len(crossing(empty, empty)) == len(merged(Spells(none, none, none))) == 0
    assert empty.time(np.array([0]), np.array([1]), np.array([5]), np.array([5])).tolist() == [0]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 20), st.integers(0, 5))), st.integers(0, 3))
def test_spells_are_merged_over_short_gaps(rows: list[tuple[int, int, int]], gap: int) -> None:
    place, start, length = (np.array([row[part] for row in rows], dtype=np.int64) for part in range(3))
    found = merged(Spells(place, start, start + length), gap)
    wanted = []
    for one in (0, 1):
        own: list[list[int]] = []
        for begin, end in sorted((s, s + n) for p, s, n in rows if p == one and n):
            if own and (begin <= own[-1][1] or begin - own[-1][1] < gap):
                own[-1][1] = max(own[-1][1], end)
            else:
                own.append([begin, end])
        wanted += [(one, *span) for span in own]
    assert list(zip(found.place.tolist(), found.start.tolist(), found.end.tolist(), strict=True)) == wanted


def _one(start: int, end: int, row: int) -> tuple[Ints, Ints, Ints, Ints]:
    return np.array([0]), np.array([start]), np.array([end]), np.array([row])
