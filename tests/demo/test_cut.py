"""Cut at an instant, the city knows what had happened before it, what was planned, and nothing else."""

import polars as pl
from polars.testing import assert_frame_equal

from metrics.standard import TABLES
from tests.demo.conftest import NOW, UNTIL, City


def test_no_event_lies_at_or_after_now(city_now: City) -> None:
    for name, frame in city_now.tables.items():
        for column in TABLES[name].events:
            assert frame.filter(pl.col(column) >= NOW).is_empty(), (name, column)
        assert frame.filter(pl.col("updated_at") >= NOW).is_empty(), name


def test_events_of_the_cut_city_are_those_of_the_whole_city_before_now(city_whole: City, city_now: City) -> None:
    for name, cut in city_now.tables.items():
        table = TABLES[name]
        if not table.events or name == "deliveries":
            continue
        required = [c.name for c in table.columns if c.mark == "event" and not c.nullable]
        whole = city_whole.tables[name]
        if required:
            whole = whole.filter(pl.col(required[0]) < NOW)
        expected = whole.select(
            *table.key, *(pl.when(pl.col(c) < NOW).then(pl.col(c)).alias(f"{c} known") for c in table.events)
        )
        got = cut.select(*table.key, *(pl.col(c).alias(f"{c} known") for c in table.events))
        assert_frame_equal(got.sort(table.key), expected.sort(table.key))


def test_plans_and_reference_tables_are_whole(city_whole: City, city_now: City) -> None:
    for name in ("halls", "calendar", "workdays", "staff", "items", "windows", "window_plan", "roster", "devices"):
        assert_frame_equal(city_now.tables[name], city_whole.tables[name])
    due = city_now.tables["health_checks"].select("staff_id", "due_at")
    assert_frame_equal(due, city_whole.tables["health_checks"].select("staff_id", "due_at"))
    assert city_now.tables["window_plan"]["end_at"].max() > NOW


def test_the_state_of_a_ticket_follows_from_its_times(city_now: City) -> None:
    tickets = city_now.tables["tickets"]
    today = tickets.filter(pl.col("take_time").dt.date() == UNTIL)
    counts = dict(today["status"].value_counts().iter_rows())
    assert counts["waiting"] > 5
    assert counts["serving"] > 20
    assert counts["done"] > 100
    live = tickets.filter(pl.col("end_time").is_null())
    forgotten = live.filter(pl.col("take_time").dt.date() < UNTIL)
    assert forgotten.height < 0.01 * tickets.height  # services nobody closed, people who left unnoticed
    assert set(forgotten["status"]) == {"serving", "waiting"}
    assert live.filter((pl.col("status") == "waiting") != pl.col("call_time").is_null()).is_empty()
    assert live.filter((pl.col("status") == "serving") != pl.col("start_time").is_not_null()).is_empty()
    assert set(live["status"]) <= {"waiting", "called", "serving"}
    waiting = tickets.filter(pl.col("call_time").is_null())
    for column in ("window_id", "staff_id"):
        assert waiting[column].null_count() == waiting.height


def test_the_state_of_a_case_follows_from_its_times(city_now: City) -> None:
    cases = city_now.tables["cases"]
    assert (cases.filter(pl.col("finish_time").is_not_null())["status"] == "finished").all()
    assert set(cases.drop_nulls("closed_time")["status"]) == {"rejected", "withdrawn"}
    open_cases = cases.filter(pl.col("finish_time").is_null(), pl.col("closed_time").is_null())
    before = open_cases.filter(pl.col("accept_time").is_null())
    assert set(before["status"]) == {"submitted", "correction"}
    assert before["promise_due"].null_count() == before.height
    running = city_now.tables["case_pauses"].filter(pl.col("end_at").is_null())
    stopped = open_cases.filter(pl.col("status").is_in(["paused", "correction"]))
    assert set(stopped["project_no"]) == set(running["project_no"])
    assert open_cases["visit_count"].null_count() == open_cases.height
    assert not open_cases["auto_approved"].any()


def test_windows_open_now_have_no_end_yet(city_now: City) -> None:
    running = city_now.tables["window_sessions"].filter(pl.col("end_at").is_null())
    assert running["start_at"].dt.date().unique().to_list() == [UNTIL]
    assert running["window_id"].is_unique().all()
    assert running["window_id"].str.head(4).n_unique() == 6  # one hall tells only the states of its queues


def test_a_verdict_on_a_review_is_not_known_before_it_is_given(city_now: City) -> None:
    reviews = city_now.tables["reviews"]
    assert reviews.filter(pl.col("verify_time").is_null(), pl.col("valid").is_not_null()).is_empty()
    assert reviews.filter(pl.col("callback_time").is_null(), pl.col("callback_satisfied").is_not_null()).is_empty()
