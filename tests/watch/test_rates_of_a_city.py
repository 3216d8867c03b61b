"""The rates of a demo city that came in through the gate: they add up, and equal the rules read row by row."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from cockpit.demo.city import write_city
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.lake.folder import open_folder
from cockpit.settings import Settings
from cockpit.watch.numbers import count_rates, rate_records, window_minutes, working_days
from metrics.periods import parse, periods_between
from metrics.rates import NO_HALL, Tally, rates_of, tally
from tests.metrics.plain_rates import NAMES, plain_rates
from tests.metrics.test_rates import RANGE, same, told
from tests.watch.conftest import ZONE, City, T

#: What is counted anew for every place, or judged on a period's last day, does not add up.
ANEW = {"ywtb_items_on_target", "ywtb_halls_on_target", "wait_p90", *RANGE}
OF_THE_LAST_DAY = {"online_capable_rate", "promise_compression", "promise_compression_weighted"}
TABLES = ("halls", "calendar", "departments", "items", "cases", "case_pauses", "tickets", "reviews", "complaints")


def sums(frame: pl.DataFrame, *key: str, without: set[str] = ANEW) -> dict[tuple[str, ...], tuple[float, float]]:
    """Numerators and denominators added up by rate and what else is asked for; zeros left out."""
    added = (
        frame.filter(~pl.col("rate").is_in(without))
        .group_by("rate", *key)
        .agg(pl.col("numerator", "denominator").sum().round(6))
        .filter((pl.col("numerator") > 0) | (pl.col("denominator") > 0))
    )
    return {tuple(row[:-2]): row[-2:] for row in added.iter_rows()}


def test_halls_and_what_has_no_hall_make_their_county(city: City) -> None:
    counted = city.counted("2026-09")
    halls, counties = counted.rates("hall"), counted.rates("county")
    of_halls = {rate.id for rate in rates_of() if {"hall", "county"} <= rate.places}
    assert NO_HALL in halls["hall_id"].to_list()
    assert sums(halls, "county") == sums(counties.filter(pl.col("rate").is_in(of_halls)), "county")


def test_counties_make_the_city_and_so_do_departments_items_and_themes(city: City) -> None:
    counted = city.counted("2026-09")
    whole = counted.rates("city")
    for by in ("county", "hall", "department", "item", "theme"):
        parts = counted.rates(by)
        shared = whole.filter(pl.col("rate").is_in(parts["rate"].unique().implode()))
        parts = parts.filter(pl.col("rate").is_in(shared["rate"].unique().implode()))
        assert sums(parts) == sums(shared), by


def test_days_make_the_month_and_months_make_the_quarter(city: City) -> None:
    whole = city.counted("2026-09")
    days = city.counted(*(period.label for period in periods_between("day", date(2026, 9, 1), date(2026, 10, 1))))
    for by in ("city", "hall", "item"):
        key = NAMES[by]
        without = ANEW | OF_THE_LAST_DAY
        assert sums(days.rates(by), *key, without=without) == sums(whole.rates(by), *key, without=without)
    months, quarter = city.counted("2026-07", "2026-08", "2026-09"), city.counted("2026-Q3")
    without = ANEW | OF_THE_LAST_DAY
    assert sums(months.rates("city"), without=without) == sums(quarter.rates("city"), without=without)


def test_each_period_is_the_same_alone_and_among_others(city: City) -> None:
    together = city.counted("2026-09", "2026-10").rates("hall")
    for period in ("2026-09", "2026-10"):
        alone = city.counted(period).rates("hall")
        mine = told(together.filter(pl.col("period") == period), "hall")
        same({key: figure for key, figure in mine.items() if figure[1]}, filled(told(alone, "hall")))


def filled(figures: dict) -> dict:
    return {key: figure for key, figure in figures.items() if figure[1]}


@pytest.mark.parametrize("period", ["2026-09", "2026-10", "2026-W40", "2026-10-08"])
def test_what_is_read_from_the_lake_is_all_that_counts(city: City, period: str) -> None:
    files = {name: pl.scan_parquet(city.files / f"{name}.parquet") for name in TABLES}
    snapshot = city.folder.lake.snapshot()
    minutes = window_minutes(city.folder.lake, snapshot, [parse(period)], T)
    read = rate_records(snapshot, [parse(period)], minutes)
    everything = type(read)(**files, work=working_days(snapshot, range(2024, 2029)), window_minutes=minutes)
    for by in ("city", "hall", "department", "theme"):
        found = tally(read, [parse(period)], T).rates(by)
        expected = tally(everything, [parse(period)], T).rates(by)
        same(told(found, by), filled(told(expected, by)))


def test_windows_are_as_busy_as_the_facts_of_their_days_say(city: City) -> None:
    minutes = window_minutes(city.folder.lake, city.folder.lake.snapshot(), [parse("2026-10")], T).collect()
    assert minutes["date"].max() == date(2026, 10, 17)  # a Sunday, then the day of the instant, which is not over
    found = city.counted("2026-10").rates("hall", ["window_saturation"]).filter(pl.col("denominator") > 0)
    for hall, busy, open_ in found.select("hall_id", "numerator", "denominator").iter_rows():
        mine = minutes.filter(pl.col("hall_id") == hall)
        assert (busy, open_) == pytest.approx((mine["busy_minutes"].sum(), mine["open_minutes"].sum()))
        assert 0 < busy < open_
    assert found.height >= 3


def test_a_year_may_be_counted_month_by_month_and_joined(city: City) -> None:
    months = ["2026-08", "2026-09", "2026-10"]
    joined = Tally.joined([city.counted(month) for month in months])
    together = city.counted(*months)
    for by in NAMES:
        same(told(joined.rates(by), by), filled(told(together.rates(by), by)))
    other = replace(joined, seats=joined.seats.head(1))
    with pytest.raises(ValueError, match="different halls"):
        Tally.joined([joined, other])


def test_a_week_of_the_city_equals_the_rules_read_row_by_row(tmp_path: Path) -> None:
    write_city(tmp_path / "files", halls=3, days=12, until=date(2026, 10, 14), seed=3)
    folder = open_folder(Settings(data_dir=tmp_path / "data"), create=True)
    import_files(folder, load_profile("standard"), [tmp_path / "files"], by="demo")
    snapshot, period, t = folder.lake.snapshot(), parse("2026-W41"), datetime(2026, 10, 12, 11, tzinfo=ZONE)
    tables = {name: snapshot.scan(name).collect().to_dicts() for name in TABLES}
    tables["window_minutes"] = window_minutes(folder.lake, snapshot, [period], t).collect().to_dicts()
    counted = count_rates(folder.lake, [period], t)
    folder.close()
    for by in ("hall", "item"):
        found = {key: figure for key, figure in told(counted.rates(by), by).items() if key[0] not in RANGE}
        wanted = {rate.id for rate in rates_of() if by in rate.places} - RANGE
        figures = plain_rates(tables, period, by, t)
        same(found, {key: figure for key, figure in figures.items() if key[0] in wanted})
