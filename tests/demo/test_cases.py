"""Cases of the demo city run their course as the standard and the calendar have it."""

import datetime as dt

import polars as pl

from tests.demo.conftest import City


def test_the_due_is_midnight_of_the_promised_day_counted_by_hand(city: City) -> None:
    workdays = set(city.tables["workdays"].filter("is_workday")["date"])
    latest = city.tables["items"].filter(pl.col("valid_to").is_null())
    steady = city.tables["items"].filter(pl.len().over("item_code") == 1)["item_code"].implode()
    cases = (
        city.tables["cases"]
        .drop_nulls("promise_due")
        .filter(pl.col("item_code").is_in(steady))
        .join(latest, on="item_code")
        .gather_every(97)
    )
    assert cases.height > 300
    for row in cases.iter_rows(named=True):
        day = row["accept_time"].date()
        if row["day_unit"] == "natural":
            day += dt.timedelta(days=row["promise_days"])
            while day not in workdays:
                day += dt.timedelta(days=1)
        else:
            left = row["promise_days"]
            while left:
                day += dt.timedelta(days=1)
                left -= day in workdays
        assert row["promise_due"].replace(tzinfo=None) == dt.datetime.combine(day + dt.timedelta(days=1), dt.time())


def test_an_item_that_was_sped_up_promises_less_from_its_new_version_on(city: City) -> None:
    items = city.tables["items"].filter(pl.len().over("item_code") == 2).sort("item_code", "version")
    assert items.height >= 4
    first, second = items.filter(pl.col("version") == "1"), items.filter(pl.col("version") == "2")
    assert (first["valid_to"] == second["valid_from"]).all()
    assert (first["promise_days"] > second["promise_days"]).all()


def test_few_promised_cases_end_late_and_pauses_explain_the_others(city: City) -> None:
    paused = city.tables["case_pauses"].filter(pl.col("kind") != "correction").select("project_no").unique()
    ended = city.tables["cases"].drop_nulls(["promise_due", "finish_time"])
    late = ended.filter(pl.col("finish_time") > pl.col("promise_due"))
    unexplained = late.join(paused, on="project_no", how="anti").height / ended.height
    assert 0.0005 < unexplained < 0.006
    assert late.height > unexplained


def test_a_correction_comes_before_the_acceptance_and_other_pauses_after_it(city: City) -> None:
    pauses = city.tables["case_pauses"].join(city.tables["cases"], on="project_no")
    correction = pl.col("kind") == "correction"
    assert pauses.filter(correction, pl.col("start_at") < pl.col("apply_time")).is_empty()
    assert pauses.filter(correction, pl.col("end_at") > pl.col("accept_time")).is_empty()
    assert pauses.filter(~correction, pl.col("start_at") < pl.col("accept_time")).is_empty()
    assert pauses.filter(~correction, pl.col("end_at") > pl.col("finish_time")).is_empty()
    assert set(pauses["kind"]) == {"correction", "special", "hearing", "survey"}


def test_a_window_case_is_opened_during_the_service_of_its_ticket(city: City) -> None:
    tickets = city.tables["tickets"].drop_nulls("project_no")
    pairs = tickets.join(city.tables["cases"], on="project_no", suffix="_case")
    assert pairs.height == tickets.height
    assert pairs["project_no"].is_unique().all()
    assert pairs["apply_time"].is_between(pairs["start_time"], pairs["end_time"]).all()
    for column in ("item_code", "hall_id", "window_id"):
        assert (pairs[column] == pairs[f"{column}_case"]).all(), column
    known = pairs.drop_nulls(["applicant_hash", "applicant_hash_case"])
    assert (known["applicant_hash"] == known["applicant_hash_case"]).all()


def test_nearly_every_finished_service_that_needs_a_case_names_one(city: City) -> None:
    needs = city.tables["items"].filter("needs_case")["item_code"].implode()
    done = city.tables["tickets"].filter(pl.col("status") == "done", pl.col("item_code").is_in(needs))
    assert 0.97 < done["project_no"].is_not_null().mean() < 0.995


def test_steps_follow_each_other_inside_their_case(city: City) -> None:
    steps = city.tables["case_steps"].join(city.tables["cases"], on="project_no").sort("project_no", "step_id")
    assert steps.filter(pl.col("started_at") < pl.col("accept_time")).is_empty()
    assert steps.filter(pl.col("ended_at") > pl.col("finish_time")).is_empty()
    assert steps.filter(pl.col("started_at") < pl.col("ended_at").shift(1).over("project_no")).is_empty()


def test_bad_reviews_are_taken_care_of_in_order(city: City) -> None:
    reviews = city.tables["reviews"]
    bad = reviews.filter(pl.col("level") <= 2)
    assert bad["text"].null_count() == 0
    assert bad.drop_nulls("verify_time").height > 0.5 * bad.height
    assert bad.filter(pl.col("callback_time") < pl.col("verify_time")).is_empty()
    assert bad.filter(pl.col("rectify_time") < pl.col("verify_time")).is_empty()
    assert reviews.filter(pl.col("level") > 2)["verify_time"].null_count() == reviews.height - bad.height


def test_a_review_comes_after_its_service(city: City) -> None:
    tickets = city.tables["tickets"].select("ticket_id", "end_time")
    assert (
        city.tables["reviews"]
        .join(tickets, on="ticket_id")
        .filter(pl.col("assess_time") <= pl.col("end_time"))
        .is_empty()
    )
    cases = city.tables["cases"].select("project_no", "finish_time")
    remote = pl.col("ticket_id").is_null() & pl.col("window_id").is_null()
    online = city.tables["reviews"].filter(remote).join(cases, on="project_no")
    assert online.height > 1000
    assert online.filter(pl.col("finish_time").is_null() | (pl.col("assess_time") <= pl.col("finish_time"))).is_empty()
