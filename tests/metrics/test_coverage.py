"""Whether the sources have told enough, against a loop over the deliveries."""

import datetime as dt
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.coverage import CLOSED_SLACK, RT_SLACK, Coverage
from metrics.spells import micros
from tests.metrics.handmade import clock
from tests.metrics.random_city import TODAY, at, delivery
from tests.metrics.slow.records import DAY, MINUTE, Row, covered, cut, frames

TABLES = ("tickets", "headcounts", "cases")


def coverage(rows: list[Row]) -> Coverage:
    return Coverage(frames({"deliveries": rows})["deliveries"])


def covers(rows: list[Row], time: str, *tables: str, place: str = "H", slack: int = RT_SLACK) -> bool:
    t = micros(pl.Series([clock(time)]))
    (flag,) = coverage(rows).at_halls(tables, pl.Series([place]), t, t - slack).tolist()
    return bool(flag)


def test_news_of_the_last_hour_cover_a_moment_once_they_have_come() -> None:
    rows = [delivery("q", "tickets", "H", clock(t), clock(t), n) for n, t in enumerate(("8:00", "9:00"))]
    assert [covers(rows, t, "tickets") for t in ("8:00", "8:05", "8:55", "9:00", "9:05", "9:55", "10:00", "10:05")] == [
        *(False, True, True, False, True, True, False, False)
    ]


def test_a_delivery_that_came_back_to_the_past_takes_nothing_away() -> None:
    rows = [
        delivery("q", "tickets", "H", clock("9:00"), clock("9:00"), 1),
        delivery("q", "tickets", "H", clock("9:30"), clock("7:00"), 2),
    ]
    assert covers(rows, "9:35", "tickets")


def test_what_was_delivered_once_covers_what_its_file_holds_whenever_it_came() -> None:
    rows = [delivery("file", "tickets", "H", clock("9:00") + 900 * DAY, clock("12:00"), 1)]
    assert covers(rows, "12:55", "tickets")
    assert not covers(rows, "13:00", "tickets")
    again = [*rows, delivery("file", "tickets", "H", clock("9:00") + 901 * DAY, clock("12:00"), 2)]
    assert not covers(again, "12:55", "tickets")


def test_all_tables_are_needed_and_one_that_nobody_delivers_covers_nothing() -> None:
    rows = [delivery("q", name, "H", clock("9:00"), clock("9:00"), 1) for name in ("tickets", "cases")]
    assert covers(rows, "9:30", "tickets", "cases")
    assert not covers(rows, "9:30", "tickets", "headcounts")
    assert not covers(rows, "9:30", "tickets", place="G")
    assert not covers([], "9:30", "tickets")
    assert covers([], "9:30")


def test_windows_of_closed_time_may_lack_their_last_day() -> None:
    rows = [delivery("q", "cases", "H", clock("9:00"), clock("9:00"), 1)]
    assert covers(rows, "9:05", "cases", slack=CLOSED_SLACK)


def anywhere(rows: list[Row], halls: list[str] | None) -> bool:
    t = micros(pl.Series([clock("9:30")]))
    (flag,) = coverage(rows).anywhere(["cases"], t, t - RT_SLACK, halls).tolist()
    return bool(flag)


@pytest.mark.parametrize(
    ("halls", "known"), [(None, True), (["H"], True), (["G", "H"], True), (["G"], False), ([], False), (["-"], False)]
)
def test_a_county_is_covered_by_any_of_its_halls_and_one_without_halls_by_none(
    halls: list[str] | None, known: bool
) -> None:
    rows = [delivery("q", "cases", "H", clock("9:00"), clock("9:00"), 1)]
    assert anywhere(rows, halls) is known
    assert not anywhere([], halls)


def random_deliveries(rng: Random) -> list[Row]:
    rows = []
    for number in range(rng.choice([1, 3, 12])):
        given = at(TODAY, 8) + rng.randrange(0, 240, 5) * MINUTE
        reach = given - rng.choice([-30, 0, 15, 90, 3000]) * MINUTE
        rows.append(delivery(rng.choice("pq"), rng.choice(TABLES), rng.choice("HG-"), given, reach, number))
    return rows


@given(seed=st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_coverage_is_what_a_look_through_all_deliveries_finds(seed: int) -> None:
    rng = Random(seed)
    rows = random_deliveries(rng)
    times = [at(TODAY, 8) + rng.randrange(0, 300, 5) * MINUTE for _ in range(6)]
    slack = rng.choice([60 * MINUTE, DAY])
    places = [rng.choice("HGX") for _ in times]
    t = micros(pl.Series(times))
    back = t - int(slack / dt.timedelta(microseconds=1))
    for tables in (["tickets"], ["tickets", "cases"]):
        known = [
            all(covered(cut({"deliveries": rows}, moment), name, place, moment - slack) for name in tables)
            for moment, place in zip(times, places, strict=True)
        ]
        assert coverage(rows).at_halls(tables, pl.Series(places), t, back).tolist() == known
        for halls in (None, ["H"], ["H", "G"]):
            known = [
                all(
                    any(
                        covered(cut({"deliveries": rows}, moment), name, place, moment - slack)
                        for place in halls or "HG-"
                    )
                    for name in tables
                )
                for moment in times
            ]
            assert coverage(rows).anywhere(tables, t, back, halls).tolist() == known
