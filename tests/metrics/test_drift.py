"""Reading 13: handling times that drift, by hand, day by day with lists, and as each evening alone would give it."""

import datetime as dt
import math
from random import Random
from statistics import mean, stdev

import numpy as np
import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from metrics.drift import drift
from metrics.instants import daily
from metrics.past import Past
from metrics.quantities import all_quantities
from metrics.view import View
from tests.metrics.compare import assert_as_slow, assert_rows_behind
from tests.metrics.handmade import opening
from tests.metrics.random_city import at, delivery
from tests.metrics.slow.drift import handle_time_drift
from tests.metrics.slow.records import DAY, MINUTE, Row, Tables, cut, view

QUANTITY = all_quantities()["handle_time_drift"]
LAST = dt.date(2026, 3, 18)
PHASES = (Phase.explicit, Phase.generate)


def service(number: int, day: dt.date, minutes: float, **more: object) -> Row:
    call = at(day, 9, 0) + number * MINUTE
    row = {
        "ticket_id": f"{day}-{number:03}-{more.get('item_code', 'I')}",
        "hall_id": "H",
        "queue_id": "Q",
        "item_code": "I",
        "status": "done",
        "take_time": call - MINUTE,
        "call_time": call,
        "start_time": None,
        "end_time": call + dt.timedelta(microseconds=round(minutes * 60e6)),
        "is_test": False,
    }
    return row | more


def city(days: list[list[float]], **tables: list[Row]) -> Tables:
    """A hall with so many services of item I on each day up to the last, of so many minutes."""
    dates = [LAST - back * DAY for back in reversed(range(len(days)))]
    covers = delivery("file", "tickets", "H", at(LAST, 9), at(LAST, 23), 1)
    return {
        "halls": [{"hall_id": "H"}],
        "calendar": [row for day in dates for row in opening("H", day, "9:00-17:00")],
        "tickets": [
            service(number, day, minutes)
            for day, lengths in zip(dates, days, strict=True)
            for number, minutes in enumerate(lengths)
        ],
        "deliveries": [covers],
    } | tables


def evening(tables: Tables, day: dt.date = LAST) -> Row:
    whole = view(tables)
    (row,) = QUANTITY.measure(whole, daily(whole.sessions, at(day, 20), at(day, 20))).to_dicts()
    return row


def test_one_slow_day_is_a_fifth_of_its_distance_from_the_usual() -> None:
    # Twenty days that alternate between e² and e⁴ minutes, nine like them, and then one of e⁶.
    low, high, slow = ([math.exp(power)] * 15 for power in (2, 4, 6))
    tables = city([low, high] * 14 + [low, slow])
    # Compared with the 20 days that end 10 open days before: ten of 2, ten of 4: mean 3, deviation √(20/19).
    z = 3 / math.sqrt(20 / 19)
    row = evening(tables)
    assert row["numerator"] == pytest.approx(0.2 * z)
    assert row["denominator"] == pytest.approx(1 / 3)
    assert row["value"] == pytest.approx(0.6 * z)
    assert row["baseline"] == pytest.approx(math.exp(3))
    assert (row["sample"], row["reading"]) == (15, "value")


def test_before_there_are_twenty_days_ten_open_days_back_nothing_is_said() -> None:
    low, high = [4.0] * 15, [6.0] * 15
    row = evening(city([low, high] * 14 + [low]))
    assert (row["reading"], row["numerator"], row["denominator"]) == ("insufficient", 0, 0)
    # A day the hall was shut is no open day, and one with 14 services no qualifying one.
    tables = city([low, high] * 15)
    tables["calendar"] = [r for r in tables["calendar"] if r["date"] != LAST - DAY] + opening("H", LAST - DAY)
    assert evening(tables)["reading"] == "insufficient"
    assert evening(city([low, high] * 14 + [low[:14], high]))["reading"] == "value"
    assert evening(city([low[:14], high] + [low, high] * 14))["reading"] == "insufficient"


def test_days_that_never_vary_are_nothing_to_compare_with() -> None:
    assert evening(city([[5.0] * 15] * 30))["reading"] == "insufficient"


def test_a_day_with_few_services_keeps_what_was_known() -> None:
    low, high, slow = [4.0] * 15, [6.0] * 15, [9.0] * 15
    day_before = evening(city([low, high] * 15 + [slow]))
    row = evening(city([low, high] * 15 + [slow, slow[:14]]))
    assert (row["numerator"], row["reading"], row["sample"]) == (
        pytest.approx(day_before["numerator"]),
        "insufficient",
        14,
    )


def test_today_counts_as_far_as_it_has_ended_before_t_and_on_the_day() -> None:
    low, high = [4.0] * 15, [6.0] * 15
    tables = city([low, high] * 15 + [[9.0] * 14])
    tables["tickets"] += [
        service(90, LAST, 1, end_time=at(LAST, 20)),
        service(91, LAST - DAY, 1, end_time=at(LAST, 9, 30)),
        service(92, LAST, 1, status="no_show"),
        service(93, LAST, 1, is_test=True),
        service(94, LAST, 1, item_code=None),
    ]
    assert evening(tables)["sample"] == 14
    tables["tickets"].append(service(95, LAST, 1, end_time=at(LAST, 19, 59)))
    assert (evening(tables)["sample"], evening(tables)["reading"]) == (15, "value")


def test_items_are_read_for_twenty_one_open_days_after_they_were_served() -> None:
    tables = city([[5.0]] + [[]] * 21)
    found = QUANTITY.measure(view(tables), daily(view(tables).sessions, at(LAST - 21 * DAY, 20), at(LAST, 20)))
    assert found["at"].to_list() == [at(LAST - back * DAY, 20) for back in range(21, 0, -1)]
    # On the day itself only once a service has ended.
    late = city([[]], tickets=[service(1, LAST, 1, end_time=at(LAST, 21))])
    assert QUANTITY.measure(view(late), daily(view(late).sessions, at(LAST, 20), at(LAST, 20))).is_empty()


def test_without_deliveries_there_is_no_data() -> None:
    low, high = [4.0] * 15, [6.0] * 15
    row = evening(city([low, high] * 15, deliveries=[]))
    assert (row["reading"], row["value"]) == ("no_data", None)
    assert row["numerator"] != 0


@settings(max_examples=60, deadline=None, phases=PHASES)
@given(seed=st.integers(0, 10**6))
def test_many_series_at_once_are_each_followed_alone(seed: int) -> None:
    rng = Random(seed)
    lists = [_series(rng, rng.randrange(0, 70)) for _ in range(5)]
    rows = [(number, index, level) for number, one in enumerate(lists) for index, level in one]
    columns = zip(*rows, strict=True) if rows else ([], [], [])
    series, index, level = (np.array(column) for column in columns)
    found = drift(series.astype(np.int64), index.astype(np.int64), level.astype(np.float64))
    wanted = [entry for one in lists for entry in _followed(one)]
    assert found.judged.tolist() == [entry is not None for entry, _ in wanted]
    assert found.after.tolist() == pytest.approx([state for _, state in wanted], abs=1e-9)


def _series(rng: Random, count: int) -> list[tuple[int, float]]:
    index = sorted(rng.sample(range(count + count // 3 + 1), count))
    level, flat = 1.5, rng.random() < 0.1
    found = []
    for day in index:
        level += 0 if flat else rng.gauss(0, 0.05) + (0.4 if rng.random() < 0.05 else 0)
        found.append((day, level))
    return found


def _followed(days: list[tuple[int, float]]) -> list[tuple[float | None, float]]:
    """z of each day (None where there is nothing to compare with), and E after it."""
    usual: list[tuple[int, float]] = []
    state, found = 0.0, []
    for day, level in days:
        examples = [value for index, value in usual if index <= day - 10][-20:]
        z = None
        if len(examples) == 20 and stdev(examples) > 1e-9:
            z = (level - mean(examples)) / stdev(examples)
            state = 0.2 * z + 0.8 * state
        if z is None or state * 3 < 4:
            usual.append((day, level))
        found.append((z, state))
    return found


def random_city(seed: int) -> Tables:
    """Fifty days of two items: some days with few services, some slow ones, ends that come late or never."""
    rng = Random(seed)
    days = [[] for _ in range(50)]
    tables = city(days)
    shut = {LAST - back * DAY for back in range(1, 50) if rng.random() < 0.08}
    tables["calendar"] = [row for row in tables["calendar"] if row["date"] not in shut]
    for day in (row["date"] for row in list(tables["calendar"])):
        for item, usual in (("I", 5.0), ("J", 9.0)):
            count = rng.choice([0, 14, 15, 17, 17, 17, 17, 17])
            pace = usual * rng.choice([1, 1, 1, 1.3, 2])
            for number in range(count):
                row = service(number, day, pace * rng.lognormvariate(0, 0.3), item_code=item)
                if rng.random() < 0.03:
                    row |= rng.choice(
                        [
                            {"end_time": None, "status": "serving"},
                            {"end_time": row["end_time"] + DAY},
                            {"end_time": at(day, 20, rng.choice([0, 1]))},
                            {"status": "no_show"},
                            {"start_time": row["end_time"]},
                        ]
                    )
                tables["tickets"].append(row)
    return tables


@settings(max_examples=6, deadline=None, phases=PHASES)
@given(seed=st.integers(0, 10**6))
def test_readings_are_what_the_specification_says_word_for_word(seed: int) -> None:
    tables = random_city(seed)
    whole = view(tables)
    instants = daily(whole.sessions, at(LAST - 12 * DAY, 0), at(LAST, 20))
    expected = {}
    for t in instants["at"]:
        known = cut(tables, t)
        for item in ("I", "J"):
            row = handle_time_drift(known, "H", item, t)
            if row is not None:
                expected["H", item, t] = row
    assert_as_slow(QUANTITY.measure(whole, instants), QUANTITY, expected, lambda *key: expected[key])
    assert_rows_behind(QUANTITY, whole, instants)
    t = instants["at"][Random(seed).randrange(len(instants))]
    alone = QUANTITY.measure(view(cut(tables, t)), instants.filter(pl.col("at") == t))
    assert_frame_equal(alone, QUANTITY.measure(whole, instants).filter(pl.col("at") == t))


def test_kept_facts_of_past_days_give_the_same() -> None:
    tables = random_city(3)
    whole = view(tables)
    kept = whole.item_facts.filter(pl.col("date") < LAST)
    today = view(tables | {"tickets": [row for row in tables["tickets"] if row["take_time"].date() == LAST]})
    past = Past({"items": kept}, pl.DataFrame({"hall_id": ["H"], "first_day": [LAST - 49 * DAY]}))
    instants = daily(whole.sessions, at(LAST, 20), at(LAST, 20))
    fed = View(today.records, past)
    assert_frame_equal(QUANTITY.measure(fed, instants), QUANTITY.measure(whole, instants))
