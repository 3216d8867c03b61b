"""The demo city's numbers lie where a real city's do, so that pages and warnings have something to show."""

import datetime as dt

import polars as pl
import pytest

from cockpit.demo.city import plan_city
from tests.demo.conftest import UNTIL

Tables = dict[str, pl.DataFrame]
WAIT = (pl.col("call_time") - pl.col("take_time")).dt.total_seconds() / 60
HANDLE = (pl.col("end_time") - pl.col("start_time")).dt.total_seconds()
TAKEN_ON = pl.col("take_time").dt.date()
AFTER = pl.lit(UNTIL + dt.timedelta(days=1))


@pytest.fixture(scope="session")
def per_day(calm: Tables) -> pl.DataFrame:
    workdays = calm["workdays"].filter("is_workday")["date"].implode()
    return calm["tickets"].filter(TAKEN_ON.is_in(workdays)).group_by("hall_id", date=TAKEN_ON).len("taken")


def test_halls_are_of_very_different_size(per_day: pl.DataFrame) -> None:
    means = per_day.group_by("hall_id").agg(pl.col("taken").mean())
    assert means.height == 6  # one hall tells only the states of its queues
    assert means["taken"].max() > 700
    assert means["taken"].min() > 100


def test_days_differ_by_at_least_fifteen_per_cent(per_day: pl.DataFrame) -> None:
    spread = per_day.group_by("hall_id").agg(pl.col("taken").std() / pl.col("taken").mean())
    assert spread["taken"].is_between(0.15, 0.45).all()


def test_days_differ_beyond_what_the_calendar_explains(calm: Tables, per_day: pl.DataFrame) -> None:
    """Tuesdays to Thursdays without holiday or month end nearby: what differs is chance."""
    plain = per_day.filter(
        pl.col("date").dt.weekday().is_between(2, 4),
        pl.col("date").dt.day().is_between(3, 25),
        ~pl.col("date").is_between(dt.date(2026, 9, 21), dt.date(2026, 10, 12)),
    )
    spread = plain.group_by("hall_id").agg(pl.col("taken").std() / pl.col("taken").mean(), pl.len())
    assert spread["len"].min() >= 12
    assert spread["taken"].mean() > 0.11  # of a dozen days each; over a year it is more than 0.15 in every hall


def test_the_day_after_a_long_holiday_and_the_month_end_are_fuller(per_day: pl.DataFrame) -> None:
    days = per_day.group_by("date").agg(pl.col("taken").sum())
    usual = days["taken"].median()
    after = days.filter(pl.col("date") == dt.date(2026, 10, 8))["taken"].item()
    assert after > 1.12 * usual
    ends = days.filter(pl.col("date").is_in([dt.date(2026, 8, 27), dt.date(2026, 8, 28), dt.date(2026, 8, 31)]))
    assert ends["taken"].mean() > usual


def test_mornings_are_busier_than_noon_and_late_afternoon(calm: Tables) -> None:
    hours = calm["tickets"].group_by(hour=pl.col("take_time").dt.hour()).len().sort("hour")
    count = dict(hours.iter_rows())
    assert count[9] > 2 * count[12]
    assert count[14] > 1.5 * count[16]
    assert min(count) >= 8
    assert max(count) <= 17


def test_handling_times_are_log_normal_with_a_spread_of_half_or_more(calm: Tables) -> None:
    served = calm["tickets"].filter(
        pl.col("status") == "done",
        pl.col("transferred_from").is_null(),
    )
    # Those who are sent on to another section are soon dealt with; their tickets end as returned.
    spread = served.group_by("item_code").agg(HANDLE.log().std().alias("sigma"), pl.len()).filter(pl.col("len") >= 400)
    assert spread.height >= 10
    assert spread["sigma"].min() >= 0.49
    logs = served.filter(pl.col("item_code") == "S004").select(HANDLE.log())["end_time"]
    assert abs(logs.skew() or 1.0) < 0.25


def test_waits_are_short_on_most_days_and_long_now_and_then(calm: Tables) -> None:
    tickets = calm["tickets"]
    waits = tickets.drop_nulls("call_time").select(wait=WAIT)["wait"]
    assert 0.7 < waits.mean() < 6
    assert (waits <= 25).mean() > 0.99
    assert waits.quantile(0.98) > 8
    assert waits.max() > 30


def test_tickets_end_in_all_the_ways_tickets_end(calm: Tables) -> None:
    shares = dict(calm["tickets"]["status"].value_counts(normalize=True).iter_rows())
    ends = {"done", "abandoned", "no_show", "returned", "void", "cancelled"}
    assert set(shares) == ends | {"serving", "waiting"}
    assert shares["done"] > 0.94
    assert 0.005 < shares["no_show"] < 0.02
    assert 0.0005 < shares["serving"] < 0.003
    assert 0 < calm["tickets"]["is_test"].mean() < 0.002
    late = calm["tickets"].filter(pl.col("call_time").dt.hour() >= 17)
    assert late.height > 0  # served after closing


def test_cases_and_reviews_stand_in_proportion_to_tickets(calm: Tables) -> None:
    rows = {name: frame.height for name, frame in calm.items()}
    assert 0.65 < rows["cases"] / rows["tickets"] < 0.85
    origins = dict(calm["reviews"]["origin"].value_counts(normalize=True).iter_rows())
    assert origins["default"] + origins["system_push"] > 0.5 > origins["active"] > 0.4
    bad = calm["reviews"].filter(pl.col("level") <= 2)
    active = calm["reviews"].filter(pl.col("origin") == "active")
    assert 2 <= bad.height < 0.0008 * active.height
    assert set(bad["origin"]) == {"active"}


def test_in_every_hall_more_than_a_third_of_the_services_are_reviewed_by_the_people_themselves(calm: Tables) -> None:
    tickets = calm["tickets"].filter(pl.col("status") == "done", pl.col("project_no").is_null())
    services = tickets.group_by("hall_id").len("tickets")
    cases = calm["cases"].drop_nulls(["finish_time", "hall_id"]).group_by("hall_id").len("cases")
    active = calm["reviews"].filter(pl.col("origin") == "active").group_by("hall_id").len("active")
    rates = services.join(cases, on="hall_id").join(active, on="hall_id")
    assert (rates["active"] / (rates["tickets"] + rates["cases"]) > 0.35).all()


def test_most_cases_are_created_on_the_unified_platform_and_submitted_online(calm: Tables) -> None:
    cases = calm["cases"]
    window = cases.filter(pl.col("channel") == "window")
    assert 0.91 < (cases["platform"] == "ywtb2").mean() < 0.97
    assert 0.90 < (window["platform"] == "ywtb2").mean() < 0.97
    assert 0.80 < cases["channel"].is_in(["pc", "app", "mini"]).mean() < 0.90
    assert set(cases["platform"]) == {"ywtb2", "dept", "manual_backfill", "unknown"}
    assert cases["hall_id"].null_count() > 0
    for column in ("delivery", "visit_count"):
        assert 0 < cases.drop_nulls("finish_time")[column].null_count() < 0.15 * cases.height


def test_as_many_cases_are_open_on_the_first_day_as_later() -> None:
    """Nothing begins from zero: what was submitted before the first day is there."""
    city = plan_city(halls=4, days=60, until=UNTIL, troubled=False)
    cases = pl.concat([city.backlog()["cases"], city.span(city.first_day, UNTIL)["cases"]])
    zone = cases.schema["apply_time"].time_zone
    ended = pl.coalesce("finish_time", "closed_time")
    counts = []
    for day in (1, 8, 15, 22, 29):
        at = dt.datetime.combine(city.first_day + dt.timedelta(days=day), dt.time(20))
        then = pl.lit(at).dt.replace_time_zone(zone)
        counts.append(cases.filter(pl.col("apply_time") < then, ended.is_null() | (ended >= then)).height)
    assert min(counts) > 0.75 * max(counts)


def test_everybody_counted_at_the_door_fits_with_those_who_took_tickets(calm: Tables) -> None:
    entered = calm["headcounts"].group_by("hall_id").agg(pl.col("entered").sum(), pl.col("present").max())
    taken = calm["tickets"].filter(pl.col("transferred_from").is_null()).group_by("hall_id").len("taken")
    both = entered.join(taken, on="hall_id").join(calm["halls"], on="hall_id")
    assert (both["entered"] / both["taken"]).is_between(1.1, 1.4).all()
    assert (both["present"] < 1.3 * both["capacity"]).all()


def test_halls_are_shut_on_holidays_and_plans_reach_beyond_the_last_day(calm: Tables) -> None:
    calendar = calm["calendar"]
    assert calendar.filter(pl.col("day_type") == "holiday")["open_at"].null_count() > 0
    assert calendar.filter(pl.col("day_type") == "holiday", pl.col("open_at").is_not_null()).is_empty()
    shut = calendar.filter(pl.col("open_at").is_null())
    assert shut.select("hall_id", "date").is_unique().all()
    makeup = calendar.filter(pl.col("day_type") == "makeup", pl.col("date") < UNTIL)
    assert makeup.height > 0
    assert makeup["open_at"].null_count() == 0
    assert calendar.filter(pl.col("session") == 2)["hall_id"].n_unique() >= 2
    assert calm["roster"]["start_at"].max().date() > UNTIL
    assert calm["workdays"]["date"].max() > UNTIL + dt.timedelta(days=60)
    assert calm["workdays"].filter("provisional")["date"].min() == dt.date(2027, 1, 1)


def test_ordinarily_planned_windows_are_open_and_staff_are_there(calm: Tables) -> None:
    minutes = (pl.col("end_at") - pl.col("start_at")).dt.total_minutes()
    planned = calm["roster"].filter(pl.col("start_at").dt.date() < AFTER)
    assert 0.985 < calm["attendance"].height / planned.height < 1.0
    day = pl.col("start_at").dt.date()
    shut = calm["halls"].filter(pl.col("hall_id").is_in(calm["queue_snapshots"]["hall_id"].implode()))["hall_id"]
    mine = ~pl.col("window_id").str.head(4).is_in(shut.implode())
    windows = calm["window_plan"].filter(mine, day < AFTER).group_by("window_id", day).agg(minutes.sum().alias("plan"))
    opened = calm["window_sessions"].group_by("window_id", day).agg(minutes.sum().alias("open"))
    both = windows.join(opened, on=["window_id", "start_at"], how="left").with_columns(pl.col("open").fill_null(0))
    assert both["open"].sum() / both["plan"].sum() > 0.96
    assert (both["open"] < 0.5 * both["plan"]).mean() < 0.005


def test_devices_fail_for_minutes_and_come_back(calm: Tables) -> None:
    off = calm["device_states"].filter(~pl.col("online")).drop_nulls("to_at")
    minutes = off.select((pl.col("to_at") - pl.col("from_at")).dt.total_minutes())["to_at"]
    assert off.height > 50
    assert 6 <= minutes.median() < 15
    assert minutes.max() < 70


def test_live_sources_deliver_every_fifteen_minutes_while_a_hall_is_open(calm: Tables) -> None:
    live = calm["deliveries"].filter(pl.col("table") == "tickets").sort("hall_id", "covers_until")
    times = live.with_columns(day=pl.col("covers_until").dt.date(), clock=pl.col("covers_until").dt.time())
    gap = times.filter(pl.col("clock") < dt.time(18)).select(pl.col("covers_until").diff().over("hall_id", "day"))
    assert gap["covers_until"].max() == dt.timedelta(minutes=15)
    lag = (live["delivered_at"] - live["covers_until"]).dt.total_seconds()
    assert lag.min() > 0
    assert lag.median() < 60 < lag.max() < 330


def test_every_row_is_counted_when_it_is_delivered_and_one_in_five_hundred_is_refused(calm: Tables) -> None:
    deliveries = calm["deliveries"]
    read = deliveries.group_by("table").agg((pl.col("rows_read") - pl.col("rows_quarantined")).sum().alias("good"))
    counted = dict(read.iter_rows())
    for name in ("headcounts", "queue_snapshots", "halls", "calendar", "staff"):
        assert counted[name] == calm[name].height, name
    assert calm["tickets"].height * 1.5 < counted["tickets"] < calm["tickets"].height * 4
    planned = calm["roster"].filter(pl.col("start_at").dt.date() < AFTER)
    assert counted["roster"] >= planned.height
    assert 0.001 < deliveries["rows_quarantined"].sum() / deliveries["rows_read"].sum() < 0.003
