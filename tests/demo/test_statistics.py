"""The demo city's numbers lie where a real city's do, so that pages and warnings have something to show."""

import datetime as dt

import polars as pl

from tests.demo.conftest import UNTIL, City

WAIT = (pl.col("call_time") - pl.col("take_time")).dt.total_seconds() / 60
HANDLE = (pl.col("end_time") - pl.col("start_time")).dt.total_seconds()
TAKEN_ON = pl.col("take_time").dt.date()


def per_day(city: City) -> pl.DataFrame:
    workdays = city.tables["workdays"].filter("is_workday")["date"].implode()
    return city.tables["tickets"].filter(TAKEN_ON.is_in(workdays)).group_by("hall_id", date=TAKEN_ON).len("taken")


def test_a_hall_gives_three_hundred_to_nine_hundred_tickets_a_working_day(city: City) -> None:
    means = per_day(city).group_by("hall_id").agg(pl.col("taken").mean())
    assert means.height == 6
    assert means["taken"].is_between(280, 950).all()


def test_days_differ_by_at_least_fifteen_per_cent(city: City) -> None:
    spread = per_day(city).group_by("hall_id").agg(pl.col("taken").std() / pl.col("taken").mean())
    assert spread["taken"].is_between(0.15, 0.45).all()


def test_the_day_after_a_long_holiday_and_the_month_end_are_fuller(city: City) -> None:
    days = per_day(city).group_by("date").agg(pl.col("taken").sum())
    usual = days["taken"].median()
    after = days.filter(pl.col("date") == dt.date(2026, 10, 8))["taken"].item()
    assert after > 1.15 * usual
    ends = days.filter(pl.col("date").is_in([dt.date(2026, 8, 27), dt.date(2026, 8, 28), dt.date(2026, 8, 31)]))
    assert ends["taken"].mean() > usual


def test_mornings_are_busier_than_noon_and_late_afternoon(city: City) -> None:
    hours = city.tables["tickets"].group_by(hour=pl.col("take_time").dt.hour()).len().sort("hour")
    count = dict(hours.iter_rows())
    assert count[9] > 2 * count[12]
    assert count[14] > 2 * count[16]
    assert min(count) >= 8
    assert max(count) <= 17


def test_handling_times_are_log_normal_with_a_spread_of_half_or_more(city: City) -> None:
    served = city.tables["tickets"].filter(pl.col("status") == "done", pl.col("transferred_from").is_null())
    spread = served.group_by("item_code").agg(HANDLE.log().std().alias("sigma"), pl.len()).filter(pl.col("len") >= 200)
    assert spread.height > 15
    assert spread["sigma"].min() >= 0.49
    logs = served.filter(pl.col("item_code") == "S001").select(HANDLE.log())["end_time"]
    assert abs(logs.skew() or 1.0) < 0.25


def test_waits_are_ordinary_on_most_days_and_long_on_some(city: City) -> None:
    tickets = city.tables["tickets"]
    waits = tickets.drop_nulls("call_time").select(wait=WAIT)["wait"]
    assert 2 < waits.mean() < 10
    assert (waits <= 25).mean() > 0.9
    assert waits.quantile(0.99) > 25
    shares = dict(tickets["status"].value_counts(normalize=True).iter_rows())
    assert 0.005 < shares["abandoned"] < 0.05
    assert 0.01 < shares["no_show"] < 0.04
    assert set(shares) == {"done", "abandoned", "no_show", "returned", "void", "cancelled"}


def test_cases_and_reviews_stand_in_proportion_to_tickets(city: City) -> None:
    rows = city.summary.rows
    assert 0.6 < rows["cases"] / rows["tickets"] < 0.85
    assert 0.4 < rows["reviews"] / rows["tickets"] < 0.6
    origins = dict(city.tables["reviews"]["origin"].value_counts(normalize=True).iter_rows())
    assert origins["default"] > 0.5 > origins["active"] > 0.3
    bad = city.tables["reviews"].filter(pl.col("level") <= 2)
    assert 5 <= bad.height < 0.002 * rows["reviews"]
    assert set(bad["origin"]) == {"active"}


def test_most_cases_are_created_on_the_unified_platform_and_submitted_online(city: City) -> None:
    cases = city.tables["cases"]
    window = cases.filter(pl.col("channel") == "window")
    assert 0.91 < (cases["platform"] == "ywtb2").mean() < 0.97
    assert 0.90 < (window["platform"] == "ywtb2").mean() < 0.96
    assert 0.78 < cases["channel"].is_in(["pc", "app", "mini"]).mean() < 0.90
    assert set(cases["platform"]) == {"ywtb2", "dept", "manual_backfill", "unknown"}
    assert cases["hall_id"].null_count() > 0


def test_everybody_counted_at_the_door_fits_with_those_who_took_tickets(city: City) -> None:
    entered = city.tables["headcounts"].group_by("hall_id").agg(pl.col("entered").sum(), pl.col("present").max())
    taken = city.tables["tickets"].filter(pl.col("transferred_from").is_null()).group_by("hall_id").len("taken")
    both = entered.join(taken, on="hall_id").join(city.tables["halls"], on="hall_id")
    assert (both["entered"] / both["taken"]).is_between(1.1, 1.4).all()
    assert (both["present"] < 1.2 * both["capacity"]).all()


def test_halls_are_shut_on_holidays_and_plans_reach_beyond_the_last_day(city: City) -> None:
    calendar = city.tables["calendar"]
    assert calendar.filter(pl.col("day_type") == "holiday")["open_at"].null_count() > 0
    assert calendar.filter(pl.col("day_type") == "holiday", pl.col("open_at").is_not_null()).is_empty()
    shut = calendar.filter(pl.col("open_at").is_null())
    assert shut.select("hall_id", "date").is_unique().all()
    makeup = calendar.filter(pl.col("day_type") == "makeup", pl.col("date") < UNTIL)
    assert makeup.height > 0
    assert makeup["open_at"].null_count() == 0
    assert calendar.filter(pl.col("session") == 2)["hall_id"].n_unique() >= 2
    assert city.tables["roster"]["start_at"].max().date() > UNTIL
    assert city.tables["workdays"]["date"].max() > UNTIL + dt.timedelta(days=60)
    assert city.tables["workdays"].filter("provisional")["date"].min() == dt.date(2027, 1, 1)


def test_nearly_all_planned_windows_are_open_and_nearly_all_staff_are_there(city: City) -> None:
    end = pl.lit(UNTIL + dt.timedelta(days=1))
    planned = city.tables["roster"].filter(pl.col("start_at").dt.date() < end)
    came = city.tables["attendance"]
    assert 0.975 < came.height / planned.height < 1.0
    day = pl.col("start_at").dt.date()
    windows = city.tables["window_plan"].filter(day < end).group_by("window_id", day).len()
    opened = city.tables["window_sessions"].filter(pl.col("state") == "open").group_by("window_id", day).len()
    missing = windows.join(opened, on=["window_id", "start_at"], how="anti")
    assert 0 < missing.height < 0.02 * windows.height


def test_live_sources_deliver_at_least_every_fifteen_minutes_while_a_hall_is_open(city: City) -> None:
    live = city.tables["deliveries"].filter(pl.col("table") == "tickets").sort("hall_id", "covers_until")
    gap = pl.col("covers_until").diff().over("hall_id", pl.col("covers_until").dt.date())
    assert live.select(gap.max())["covers_until"].item() <= dt.timedelta(minutes=15)
    assert (live["delivered_at"] > live["covers_until"]).all()
    read = city.tables["deliveries"].group_by("table").agg(pl.col("rows_read").sum())
    counted = dict(read.iter_rows())
    for name in ("tickets", "window_sessions", "attendance", "headcounts", "halls", "calendar", "roster", "staff"):
        assert counted[name] == city.summary.rows[name], name
    assert 0.98 < counted["cases"] / city.summary.rows["cases"] <= 1
