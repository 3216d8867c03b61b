"""The demo city is made from its arguments alone."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cockpit.demo.city import write_city
from cockpit.demo.places import plan_halls
from tests.demo.conftest import UNTIL, read

SMALL = {"halls": 3, "days": 5, "until": UNTIL}


def test_the_same_seed_gives_the_same_rows(tmp_path: Path) -> None:
    write_city(tmp_path / "a", halls=3, days=5, until=UNTIL, seed=11)
    write_city(tmp_path / "b", halls=3, days=5, until=UNTIL, seed=11)
    first, second = read(tmp_path / "a"), read(tmp_path / "b")
    assert list(first) == list(second)
    for name, frame in first.items():
        assert_frame_equal(frame, second[name])


def test_another_seed_gives_another_city(tmp_path: Path) -> None:
    write_city(tmp_path / "a", halls=3, days=5, until=UNTIL, seed=11)
    write_city(tmp_path / "b", halls=3, days=5, until=UNTIL, seed=12)
    assert not read(tmp_path / "a")["tickets"].equals(read(tmp_path / "b")["tickets"])


def test_more_days_change_nothing_of_the_days_before(tmp_path: Path) -> None:
    """A city that goes on living keeps its past."""
    first = UNTIL - dt.timedelta(days=4)
    write_city(tmp_path / "a", halls=3, days=5, until=UNTIL)
    write_city(tmp_path / "b", halls=3, days=7, until=UNTIL + dt.timedelta(days=2))
    early, late = read(tmp_path / "a"), read(tmp_path / "b")
    end = dt.datetime.combine(UNTIL + dt.timedelta(days=1), dt.time())
    for name, column in (("tickets", "take_time"), ("window_sessions", "start_at"), ("headcounts", "at")):
        past = late[name].filter(pl.col(column).dt.replace_time_zone(None) < end)
        assert_frame_equal(early[name], past)
    assert early["tickets"]["take_time"].min().date() == first
    moved = late["cases"].filter(pl.col("apply_time").dt.replace_time_zone(None) < end)
    assert_frame_equal(early["cases"].select("project_no", "apply_time"), moved.select("project_no", "apply_time"))


def test_the_summary_tells_the_days(tmp_path: Path) -> None:
    summary = write_city(tmp_path, halls=3, days=5, until=UNTIL)
    assert (summary.first_day, summary.last_day) == (dt.date(2026, 10, 16), UNTIL)


def test_times_are_in_the_citys_zone(tmp_path: Path) -> None:
    write_city(tmp_path, halls=3, days=2, until=UNTIL, timezone="Europe/Warsaw")
    tickets = pl.read_parquet(tmp_path / "tickets.parquet")
    assert tickets.schema["take_time"] == pl.Datetime("us", "Europe/Warsaw")
    assert tickets["take_time"].dt.hour().min() == 8


def test_clocks_that_skip_an_hour_lose_no_event(tmp_path: Path) -> None:
    write_city(tmp_path, halls=3, days=8, until=dt.date(2026, 3, 10), timezone="America/New_York")
    cases = pl.read_parquet(tmp_path / "cases.parquet")
    assert cases["apply_time"].null_count() == 0
    assert cases.filter(pl.col("status") == "finished")["finish_time"].null_count() == 0
    assert cases.filter(pl.col("status").is_in(["rejected", "withdrawn"]))["closed_time"].null_count() == 0


def test_a_year_whose_holidays_are_not_published_is_built_from_weekdays(tmp_path: Path) -> None:
    write_city(tmp_path, halls=3, days=7, until=dt.date(2027, 1, 7))
    workdays = pl.read_parquet(tmp_path / "workdays.parquet")
    new_year = workdays.filter(pl.col("date") == dt.date(2027, 1, 1)).row(0, named=True)
    assert (new_year["is_workday"], new_year["provisional"]) == (False, True)
    assert pl.read_parquet(tmp_path / "tickets.parquet").height > 1000


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"days": 0}, "at least one day"),
        ({"halls": 2}, "needs at least 3 halls"),
        ({"seed": -1}, "must not be negative"),
        ({"now": dt.datetime(2026, 10, 20, 9, 0)}, "time zone"),  # noqa: DTZ001 - that is the fault
        ({"now": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}, "before the city's first day"),
    ],
)
def test_a_city_that_cannot_be_is_refused_and_nothing_written(wrong: dict, says: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=says):
        write_city(tmp_path / "city", **{**SMALL, **wrong})
    assert not (tmp_path / "city").exists()


def test_a_city_of_holidays_only_has_no_tickets_but_its_online_cases(tmp_path: Path) -> None:
    summary = write_city(tmp_path, halls=3, days=3, until=dt.date(2026, 10, 3))
    assert summary.rows["tickets"] == 0
    assert summary.rows["cases"] > 0


def test_the_full_city_has_nine_counties_and_names_no_hall_twice() -> None:
    halls = plan_halls(82)
    assert len({hall.county for hall in halls}) == 9
    assert len({hall.name for hall in halls}) == len({(hall.row, hall.column) for hall in halls}) == 82
    assert {hall.level for hall in halls} == {"city", "county", "town", "village", "park"}
    assert 8_000 < sum(hall.daily for hall in halls) < 14_000
