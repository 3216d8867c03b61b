"""Readings 7, 9, 10, 11, 32, 33 on random halls: as slow versions find them, as each instant alone, row by row."""

from random import Random

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from metrics.quantities import all_quantities
from tests.metrics.compare import assert_as_slow, assert_rows_behind, at_instants
from tests.metrics.random_windows import QUEUES, WINDOWS, grid, random_windows
from tests.metrics.slow import staff, windows
from tests.metrics.slow.records import Tables, cut, session_at, view

RT = (
    "queue_per_window",
    "window_saturation",
    "demand_capacity_ratio",
    "window_open_rate",
    "off_post_minutes",
    "staff_on_duty_rate",
)
SLOW = {name: getattr(staff if name == "staff_on_duty_rate" else windows, name) for name in RT}
#: A seed says nothing by being small: no time is spent on making it smaller.
PHASES = (Phase.explicit, Phase.generate)


def random_city(seed: int, name: str) -> Tables:
    """Demand looks back over some days and wants many people."""
    demand = name == "demand_capacity_ratio"
    return random_windows(seed, days=7, customers=60, brisk=True) if demand else random_windows(seed)


def places(tables: Tables, name: str) -> list[tuple[str, ...]]:
    """Everything that may have a reading."""
    if name in ("queue_per_window", "demand_capacity_ratio"):
        return [(hall, queue) for hall, own in QUEUES.items() for queue in own]
    if name == "window_saturation":
        return sorted({(row["hall_id"], row["service_group"]) for row in tables["windows"]})
    if name == "off_post_minutes":
        return [(hall, window) for hall, own in WINDOWS.items() for window in own]
    return [(hall,) for hall in WINDOWS]


@pytest.mark.parametrize("name", RT)
@settings(max_examples=25, deadline=None, phases=PHASES)
@given(seed=st.integers(0, 10**9))
def test_every_reading_is_what_the_slow_version_finds(name: str, seed: int) -> None:
    tables = random_city(seed, name)
    quantity, looked_at = all_quantities()[name], view(tables)
    instants = at_instants(looked_at, grid(Random(seed), 5))
    expected = {}
    for t in sorted(set(instants["at"])):
        known = cut(tables, t)
        for place in places(tables, name):
            if session_at(known, place[0], t):
                reading = SLOW[name](known, *place, t)
                if reading is not None:
                    expected[*place, t] = reading
    assert_as_slow(quantity.measure(looked_at, instants), quantity, expected, lambda *key: expected[key])
    assert_rows_behind(quantity, looked_at, instants)


@pytest.mark.parametrize("name", RT)
@settings(max_examples=10, deadline=None, phases=PHASES)
@given(seed=st.integers(0, 10**9))
def test_a_reading_knows_nothing_of_what_comes_later(name: str, seed: int) -> None:
    tables = random_city(seed, name)
    quantity, looked_at = all_quantities()[name], view(tables)
    instants = at_instants(looked_at, grid(Random(seed), 6))
    every = quantity.measure(looked_at, instants)
    for t in sorted(set(instants["at"])):
        then = view(cut(tables, t))
        alone = quantity.measure(then, instants.filter(pl.col("at") == t))
        assert alone.equals(every.filter(pl.col("at") == t)), t
