"""Halls make counties, counties the city, days the month, kept facts a fresh count: a small city, and the whole one."""

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator

import polars as pl
import pytest

from cockpit.demo.portrait import UNTIL
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.settings import Settings
from metrics.facts.kinds import all_kinds
from metrics.periods import Period, parse, periods_between
from metrics.rates import NO_HALL, NO_REGION
from tests.watch import adding_up
from tests.watch.conftest import ZONE, City
from tests.web.serving import ROOT

MONTH = parse("2026-09")
AFTER = dt.datetime(2026, 10, 22, 6, tzinfo=ZONE)
#: The days of the small city.
FIRST, END = dt.date(2026, 8, 30), dt.date(2026, 10, 21)


def test_every_kind_of_facts_is_added_up() -> None:
    assert set(adding_up.COUNTED) == set(all_kinds())


def test_places_make_wider_places(city: City) -> None:
    counted = city.counted("2026-09", t=AFTER)
    # Something is there that has no hall, and something that has not even a county.
    assert NO_HALL in counted.rates("hall")["hall_id"].to_list()
    nowhere = counted.rates("county", ["ywtb_case_rate"]).filter(pl.col("county") == NO_REGION)
    assert nowhere["denominator"].item() > 0
    assert adding_up.rates_of_places_add_up(city.folder, MONTH, AFTER) > 100


def test_days_make_the_month(city: City) -> None:
    assert adding_up.rates_of_days_make_the_month(city.folder, MONTH, AFTER) > 300


@pytest.mark.parametrize("kind", sorted(all_kinds()))
def test_kept_facts_are_what_a_fresh_count_finds(kind: str, city: City) -> None:
    assert adding_up.facts_are_what_a_fresh_count_finds(city.folder, all_kinds()[kind], FIRST, END) > 500


def test_facts_of_places_days_and_hours_add_up(city: City) -> None:
    assert adding_up.facts_of_places_and_days_add_up(city.folder, FIRST, END) > 100


def test_facts_are_the_rows_of_the_lake(city: City) -> None:
    assert adding_up.facts_are_the_rows_of_the_lake(city.folder, FIRST, END) > 400


def test_rates_are_the_sums_of_facts(city: City) -> None:
    assert adding_up.rates_are_the_sums_of_facts(city.folder, MONTH, AFTER) >= 9


def test_the_first_screen_is_the_sum_of_facts(city: City) -> None:
    for day in (dt.date(2026, 9, 30), dt.date(2026, 10, 10)):
        assert adding_up.first_screen_is_the_sum_of_facts(city.folder, day, AFTER) >= 4


@pytest.fixture(scope="module")
def whole_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    """82 halls and 400 days, through the real import."""
    place = tmp_path_factory.mktemp("whole-city")
    command = [sys.executable, "-m", "cockpit", "demo", "--until", UNTIL.isoformat(), "--data", str(place), "--json"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    folder = open_folder(Settings(data_dir=place))
    yield folder
    folder.close()


def months_of(folder: DataFolder) -> tuple[list[Period], dt.date, dt.date]:
    """The months of a city, its first day, and the day after its last."""
    taken = folder.lake.snapshot().scan("tickets").select(pl.col("take_time").dt.date())
    first, last = (bound.collect().item() for bound in (taken.min(), taken.max()))
    return periods_between("month", first, last), first, last + dt.timedelta(days=1)


@pytest.mark.proof
def test_all_of_it_holds_for_the_whole_city(whole_city: DataFolder, capsys: pytest.CaptureFixture[str]) -> None:
    checked = prove(whole_city)
    with capsys.disabled():
        print(f"\n{checked}")
    assert checked["rates of places"] > 3_000
    assert checked["rates of days"] > 90_000
    assert checked["queues afresh"] > 2_000_000


def prove(folder: DataFolder) -> dict[str, int]:
    """Hold everything against everything; how many sums were compared."""
    months, first, end = months_of(folder)
    t = dt.datetime.combine(end + dt.timedelta(days=1), dt.time(6), folder.zone)
    return {
        "rates of places": sum(adding_up.rates_of_places_add_up(folder, month, t) for month in months),
        "rates of days": sum(adding_up.rates_of_days_make_the_month(folder, month, t) for month in months),
        "rates from facts": sum(adding_up.rates_are_the_sums_of_facts(folder, month, t) for month in months),
        **{
            f"{name} afresh": adding_up.facts_are_what_a_fresh_count_finds(folder, kind, first, end)
            for name, kind in all_kinds().items()
        },
        "facts of places and days": adding_up.facts_of_places_and_days_add_up(folder, first, end),
        "facts from rows": adding_up.facts_are_the_rows_of_the_lake(folder, first, end),
        "first screen": sum(
            adding_up.first_screen_is_the_sum_of_facts(folder, day.start, t)
            for day in periods_between("day", months[-1].start, end)
        ),
    }
