"""Readings 1 to 6 and 8 on random cities: as the slow versions find them, as each instant alone would, row by row."""

from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from metrics.past import Past
from metrics.quantities import all_quantities
from metrics.view import Comparison, View
from tests.metrics.compare import assert_as_slow, assert_rows_behind, at_instants
from tests.metrics.random_city import HALLS, QUEUES, instants, random_city
from tests.metrics.slow import flow, waits
from tests.metrics.slow.records import cut, session_at, view

SLOW = {
    "footfall_peak": flow.footfall_peak,
    "hall_occupancy": flow.hall_occupancy,
    "tidal_wait_rise": waits.tidal_wait_rise,
    "wait_avg": waits.wait_avg,
    "wait_max_open": waits.wait_max_open,
    "wait_sla_rate": waits.wait_sla_rate,
    "abandon_rate": waits.abandon_rate,
}
#: A seed says nothing by being small: no time is spent on making it smaller.
PHASES = (Phase.explicit, Phase.generate)
CITIES = settings(max_examples=6, deadline=None, phases=PHASES)


@given(seed=st.integers(0, 10**6), busy=st.sampled_from([6, 30, 60, 60]))
@CITIES
def test_readings_are_what_the_specification_says_word_for_word(seed: int, busy: int) -> None:
    tables = random_city(seed, busy)
    chosen = instants(Random(seed), tables, 8)
    known = {t: cut(tables, t) for t in chosen}
    city = view(tables)
    for name, slow in SLOW.items():
        quantity = all_quantities()[name]
        places: list[tuple[Any, ...]] = [(h, t) for h in HALLS for t in chosen if session_at(tables, h, t)]
        if name == "tidal_wait_rise":
            places = [(hall, t) for hall, t in places if t.minute % 30 == 0]
        if "queue_id" in quantity.grain:
            places = [(hall, queue, t) for hall, t in places for queue in QUEUES[hall]]
        measured = quantity.measure(city, at_instants(city, chosen))
        assert_as_slow(measured, quantity, places, lambda *place, slow=slow: slow(known[place[-1]], *place))


@pytest.mark.parametrize("start", ["yoy", "wow"])
@given(seed=st.integers(0, 10**6))
@CITIES
def test_a_city_may_compare_half_hours_with_last_year_or_last_week_first(start: Comparison, seed: int) -> None:
    tables, quantity = random_city(seed, 60), all_quantities()["tidal_wait_rise"]
    chosen = [t for t in instants(Random(seed), tables, 10) if t.minute % 30 == 0]
    known = {t: cut(tables, t) for t in chosen}
    city = view(tables, tidal_comparison=start)
    places = [(h, q, t) for h in HALLS for t in chosen if session_at(tables, h, t) for q in QUEUES[h]]
    measured = quantity.measure(city, at_instants(city, chosen))
    assert_as_slow(
        measured, quantity, places, lambda *place: waits.tidal_wait_rise(known[place[-1]], *place, start=start)
    )


@given(seed=st.integers(0, 10**6))
@CITIES
def test_a_whole_day_at_once_gives_what_each_instant_alone_would_have_given(seed: int) -> None:
    tables = random_city(seed)
    chosen = instants(Random(seed), tables, 4)[::3]
    whole = view(tables)
    for name in SLOW:
        quantity = all_quantities()[name]
        grid = quantity.measure(whole, at_instants(whole, chosen))
        for t in chosen:
            alone = view(cut(tables, t))
            at_t = grid.filter(pl.col("at") == t)
            assert_frame_equal(quantity.measure(alone, at_instants(alone, [t])), at_t, check_row_order=False)


@given(seed=st.integers(0, 10**6))
@CITIES
def test_kept_facts_of_past_days_and_the_rows_of_today_are_enough(seed: int) -> None:
    tables = random_city(seed, 60)
    whole = view(tables)
    chosen = at_instants(whole, instants(Random(seed), tables, 6))
    (today,) = chosen["date"].unique()
    past = whole.queue_facts.filter(pl.col("date") < today)
    rows = whole.records.tables | {"tickets": whole.records["tickets"].filter(pl.col("take_time").dt.date() == today)}
    lean = View(type(whole.records)(rows, whole.records.timezone), past=Past({"queues": past}, whole.first_days))
    for name in SLOW:
        measure = all_quantities()[name].measure
        assert_frame_equal(measure(lean, chosen), measure(whole, chosen), check_row_order=False)


@given(seed=st.integers(0, 10**6))
@CITIES
def test_the_rows_behind_add_up_to_the_numbers(seed: int) -> None:
    tables = random_city(seed, 50)
    city = view(tables)
    chosen = at_instants(city, instants(Random(seed), tables, 12))
    for name in SLOW:
        rows = assert_rows_behind(all_quantities()[name], city, chosen)
        tickets = rows.filter(pl.col("table") == "tickets")
        assert tickets.join(city.records["tickets"], left_on="key", right_on="ticket_id", how="anti").is_empty()


@pytest.mark.parametrize("name", SLOW)
def test_random_cities_show_every_kind_of_reading(name: str) -> None:
    """The comparisons above would say little if all readings were of one kind."""
    quantity, kinds = all_quantities()[name], set()
    for seed in range(6):
        tables = random_city(seed, 60)
        city = view(tables)
        measured = quantity.measure(city, at_instants(city, instants(Random(seed), tables, 12)))
        kinds |= set(measured["reading"].cast(pl.String))
        if name == "tidal_wait_rise":
            kinds |= set(measured.filter(pl.col("comparison").is_not_null())["minutes"])
    wanted: set[Any] = {"value", "no_data"} | ({"insufficient"} if name != "wait_max_open" else set())
    assert kinds >= wanted | ({30, 60} if name == "tidal_wait_rise" else set())
