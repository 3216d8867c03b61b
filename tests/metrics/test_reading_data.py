"""Readings 34 to 38 on random cities: as the slow versions find them, as each instant alone would, row by row."""

import datetime as dt
from random import Random
from typing import Any

import polars as pl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from metrics.instants import daily
from metrics.keys import row_key
from metrics.quantities import all_quantities
from metrics.view import View
from tests.metrics.compare import assert_as_slow, assert_rows_behind, at_instants
from tests.metrics.random_city import HALLS, TODAY, at, instants
from tests.metrics.random_things import DAYS, PROGRAMMES, random_things
from tests.metrics.slow import data
from tests.metrics.slow.records import Tables, cut, session_at, sessions, view

SLOW = {
    "health_check_gap": data.health_check_gap,
    "data_lag": data.data_lag,
    "link_rate": data.link_rate,
    "invalid_row_rate": data.invalid_row_rate,
    "device_offline": data.device_offline,
}
CITIES = settings(max_examples=8, deadline=None, phases=(Phase.explicit, Phase.generate))


def due(name: str, city: View, times: list[dt.datetime]) -> pl.DataFrame:
    """The instants at which a quantity is read: those given, or the last four evenings."""
    if all_quantities()[name].cadence == "RT":
        return at_instants(city, times)
    return daily(city.sessions, at(DAYS[0], 0), at(TODAY, 23))


def places(name: str, tables: Tables, times: list[dt.datetime]) -> list[tuple[Any, ...]]:
    """Where and when there must be a reading."""
    if all_quantities()[name].cadence == "RT":
        whens = [(hall, t) for hall in HALLS for t in times if session_at(tables, hall, t)]
    else:
        whens = [(hall, at(day, 20)) for hall in HALLS for day in DAYS if sessions(tables, hall, day)]
    rows = tables["deliveries"]
    match name:
        case "health_check_gap":
            known = {(row["hall_id"], row["programme"]) for row in tables["health_checks"]}
            return [(hall, programme, t) for hall, t in whens for programme in PROGRAMMES if (hall, programme) in known]
        case "data_lag":
            first = {
                (r["hall_id"], r["source_system"], r["table"]): r["delivered_at"] for r in reversed(_by_time(rows))
            }
            return [
                (*key, t) for hall, t in whens for key, since in first.items()
                if key[0] == hall and since < t and key[2] in data.LIVE
            ]  # fmt: skip
        case "invalid_row_rate":
            first = {(r["hall_id"], r["source_system"]): r["delivered_at"] for r in reversed(_by_time(rows))}
            return [(*key, t) for hall, t in whens for key, since in first.items() if key[0] == hall and since < t]
        case _:
            return whens


def _by_time(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: row["delivered_at"])


@given(seed=st.integers(0, 10**6))
@CITIES
def test_readings_are_what_the_specification_says_word_for_word(seed: int) -> None:
    tables = random_things(seed)
    times = instants(Random(seed), tables, 8)
    city = view(tables)
    known = {t: cut(tables, t) for t in [*times, *(at(day, 20) for day in DAYS)]}
    for name, slow in SLOW.items():
        measured = all_quantities()[name].measure(city, due(name, city, times))
        wanted = places(name, tables, times)
        assert_as_slow(measured, all_quantities()[name], wanted, lambda *p, slow=slow: slow(known[p[-1]], *p))


@given(seed=st.integers(0, 10**6))
@CITIES
def test_a_whole_span_at_once_gives_what_each_instant_alone_would_have_given(seed: int) -> None:
    tables = random_things(seed)
    times = instants(Random(seed), tables, 4)[::3]
    city = view(tables)
    for name in SLOW:
        quantity = all_quantities()[name]
        whole = due(name, city, times)
        grid = quantity.measure(city, whole)
        for (t,), alone in whole.partition_by("at", as_dict=True).items():
            assert isinstance(t, dt.datetime)
            found = quantity.measure(view(cut(tables, t)), alone)
            assert_frame_equal(found, grid.filter(pl.col("at") == t), check_row_order=False)


@given(seed=st.integers(0, 10**6))
@CITIES
def test_the_rows_behind_add_up_to_the_numbers_and_are_rows_of_their_table(seed: int) -> None:
    tables = random_things(seed)
    city = view(tables)
    for name in SLOW:
        chosen = due(name, city, instants(Random(seed), tables, 12))
        rows = assert_rows_behind(all_quantities()[name], city, chosen)
        for (table,), part in rows.partition_by("table", as_dict=True).items():
            assert part.join(city.records[str(table)].select(row_key(str(table))), on="key", how="anti").is_empty()


def test_random_cities_show_every_kind_of_reading() -> None:
    kinds: dict[str, set[str]] = {name: set() for name in SLOW}
    for seed in range(12):
        tables = random_things(seed)
        city = view(tables)
        for name in SLOW:
            chosen = due(name, city, instants(Random(seed), tables, 8))
            kinds[name] |= set(all_quantities()[name].measure(city, chosen)["reading"].cast(pl.String))
    every = {"value", "insufficient", "no_data"}
    assert kinds == dict.fromkeys(SLOW, every) | {
        "data_lag": every - {"insufficient"},
        "invalid_row_rate": every - {"no_data"},
        # Random tickets of a day are too few for this one.
        "link_rate": every - {"value"},
    }
