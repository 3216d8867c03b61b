"""Sources and data quality: on tables made by hand, and against a slow count on random deliveries."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.data_quality import NEEDED, WEIGHTS, parts, quality_counts
from metrics.hours import sessions_of
from metrics.sources import SOURCE, intervals, source_states

ZONE = ZoneInfo("Asia/Shanghai")
#: A Monday.
DAY = datetime(2026, 10, 12, tzinfo=ZONE)
TIME = pl.Datetime("us", "Asia/Shanghai")


def at(hours: float, days: int = 0) -> datetime:
    return DAY + timedelta(days=days, hours=hours)


def calendar(halls: tuple[str, ...] = ("h",), days: int = 7) -> pl.DataFrame:
    """Open from 9 to 12 and from 13 to 17."""
    rows = [
        {"hall_id": hall, "date": at(0, day).date(), "session": session, "day_type": "work", "bad_data": False,
         "open_at": at(opens, day), "close_at": at(closes, day)}
        for hall in halls for day in range(days) for session, opens, closes in ((1, 9, 12), (2, 13, 17))
    ]  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"open_at": TIME, "close_at": TIME})


def delivered(*times: datetime, hall: str = "h", table: str = "tickets") -> pl.DataFrame:
    rows = [
        {"source_system": "q", "table": table, "hall_id": hall, "delivered_at": time, "covers_until": time}
        for time in times
    ]
    schema = dict.fromkeys(SOURCE, pl.String) | {"delivered_at": TIME, "covers_until": TIME}
    return pl.DataFrame(rows, schema=schema)


def state(t: datetime, *times: datetime, hall: str = "h") -> dict[str, Any]:
    rows = source_states(delivered(*times, hall=hall), sessions_of(calendar()), t)
    return rows.row(0, named=True)


def test_a_source_is_judged_by_what_is_usual_for_it_in_opening_time() -> None:
    quarters = [at(9 + n / 4) for n in range(1, 9)]  # the last one at 11:00
    for minutes, wanted in ((32, "normal"), (33, "late"), (60, "late")):
        told = state(at(11 + minutes / 60), *quarters)
        assert (told["state"], told["usual"], round(told["lag"])) == (wanted, 15.0, minutes)
    # 60 minutes to noon, lunch does not count, 11 more: stopped.
    assert state(at(13 + 11 / 60), *quarters)["state"] == "stopped"
    assert round(state(at(13 + 11 / 60), *quarters)["lag"]) == 71


def test_nights_count_for_nothing() -> None:
    told = state(at(9 + 20 / 60, 1), *[at(15 + n / 4) for n in range(1, 9)])
    assert (told["state"], round(told["lag"])) == ("normal", 20)


def test_a_source_that_came_once_is_not_judged_and_what_is_not_there_yet_is_not_known() -> None:
    assert state(at(12), at(9), at(15))["state"] == "once"
    assert source_states(delivered(at(15)), sessions_of(calendar()), at(12)).is_empty()
    assert source_states(delivered(), sessions_of(calendar()), at(12)).is_empty()


def test_what_belongs_to_no_hall_goes_by_the_hours_in_which_any_is_open() -> None:
    told = state(at(12), at(9, -1), at(9), at(11), hall="-")
    # From Sunday nine to Monday nine nobody is open; then two hours, then one.
    assert (told["usual"], told["lag"], told["state"]) == (60.0, 60.0, "normal")


def test_without_any_calendar_nothing_is_late() -> None:
    rows = source_states(delivered(at(9), at(10)), sessions_of(calendar().clear()), at(20))
    assert rows["state"].to_list() == ["normal"]


HOURS = st.integers(0, 7 * 24 * 4).map(lambda quarter: at(quarter / 4))


@given(st.lists(HOURS, min_size=1, max_size=40), HOURS)
@settings(max_examples=50, deadline=None)
def test_random_deliveries_give_what_a_slow_count_gives(times: list[datetime], t: datetime) -> None:
    sessions = sessions_of(calendar())
    spans = list(sessions.select("open_at", "close_at").iter_rows())
    known = sorted({time for time in times if time < t})

    def opening(since: datetime, until: datetime) -> float:
        return sum(max(timedelta(0), min(until, b) - max(since, a)) / timedelta(minutes=1) for a, b in spans)

    steps = intervals(delivered(*times), sessions, t)
    assert steps["delivered_at"].to_list() == known
    between = [opening(a, b) for a, b in zip(known, known[1:], strict=False)]
    if not known:
        return
    assert steps["minutes"].to_list() == pytest.approx([*between, opening(known[-1], t)])
    assert steps["usual"].to_list() == [pytest.approx(median(between[-20:])) if between else None] * len(known)


def table(name: str, *rows: dict[str, Any]) -> pl.DataFrame:
    times = {"take_time", "call_time", "start_time", "end_time", "apply_time", "finish_time", "assess_time", "start_at",
             "end_at", "delivered_at", "covers_until"}  # fmt: skip
    counts = {"visit_count", "rows_read", "rows_quarantined"}
    schema = {
        column: TIME if column in times else pl.Int64 if column in counts
        else pl.Boolean if column == "is_test" else pl.String
        for column in NEEDED[name]
    }  # fmt: skip
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)


def ticket(number: int, **more: object) -> dict[str, Any]:
    return {"ticket_id": f"t{number}", "hall_id": "h", "item_code": "i", "take_time": at(9), "call_time": at(9.5),
            "start_time": at(9.5), "end_time": at(9.75), "window_id": "w", "status": "done", "is_test": False,
            **more}  # fmt: skip


def small() -> dict[str, pl.DataFrame]:
    case = {"hall_id": "h", "apply_time": at(9, 7), "platform": "ywtb2", "is_test": False}
    return {
        "tickets": table("tickets", ticket(1, project_no="c1"), ticket(2, project_no="gone", start_time=None),
                         ticket(3, call_time=at(10.5)), ticket(4, status="abandoned", call_time=None),
                         ticket(5, is_test=True, item_code=None)),
        "cases": table("cases", {**case, "project_no": "c1", "finish_time": at(10, 7), "visit_count": 1},
                       {**case, "project_no": "c2", "platform": "unknown"}, {**case, "hall_id": None}),
        "reviews": table("reviews", {"hall_id": "h", "ticket_id": "t1", "assess_time": at(11)},
                         {"hall_id": "h", "ticket_id": "t9", "assess_time": at(11)},
                         {"hall_id": "h", "assess_time": at(11)}),
        "window_sessions": table("window_sessions", {"window_id": "w", "start_at": at(9), "end_at": at(10)}),
        "windows": table("windows", {"window_id": "w", "hall_id": "h"}),
        "deliveries": table("deliveries", *(
            {"source_system": "q", "table": "tickets", "hall_id": "h", "delivered_at": at(9 + n),
             "covers_until": at(9 + n), "rows_read": 10, "rows_quarantined": n} for n in range(3))),
    }  # fmt: skip


NOON = at(12)


def checks(t: datetime = NOON) -> dict[tuple[str, str], tuple[float, float]]:
    counts = quality_counts(small(), pl.Series(["c1"]), pl.Series(["t1"]), sessions_of(calendar()), t)
    return {(f"{row['week']}", row["check"]): (row["numerator"], row["denominator"]) for row in counts.to_dicts()}


def test_every_check_counts_what_it_says() -> None:
    first, second = "2026-10-12", "2026-10-19"
    assert checks() == {
        (first, "ticket_call"): (3, 3),
        (first, "ticket_start"): (2, 3),
        (first, "ticket_window"): (3, 3),
        (first, "ticket_item"): (3, 3),
        (second, "case_platform"): (1, 2),
        (second, "case_visits"): (1, 1),
        (second, "case_delivery"): (0, 1),
        (first, "review_service"): (2, 3),
        (first, "ticket_case"): (1, 2),
        (first, "review_ticket"): (1, 2),
        (first, "call_on_duty"): (2, 3),
        (first, "accepted"): (27, 30),
        # Every hour one delivery, three of them, the last an hour ago.
        (first, "on_time"): (180, 180),
    }


def test_a_gap_is_not_in_time_from_one_and_a_half_intervals_on() -> None:
    # The last delivery at 11; until 17 five opening hours, of which 1.5 hours and 10 minutes were granted.
    assert checks(at(17))["2026-10-12", "on_time"] == (120 + 100, 120 + 300)


def test_the_score_is_the_weighted_mean_of_the_parts_that_have_anything_to_check() -> None:
    counts = quality_counts(small(), pl.Series(["c1"]), pl.Series(["t1"]), sessions_of(calendar()), at(12))
    whole = parts(counts.with_columns(pl.lit("all").alias("all")), ["all"]).row(0, named=True)
    shares = {"complete": 100 * 15 / 19, "timely": 100.0, "sound": 90.0, "consistent": 100 * 4 / 7}
    assert {part: whole[part] for part in WEIGHTS} == pytest.approx(shares)
    assert whole["score"] == pytest.approx(sum(shares[part] * weight for part, weight in WEIGHTS.items()) / 100)
    weeks = {f"{row['week']}": row for row in parts(counts, ["week"]).to_dicts()}
    assert weeks["2026-10-19"]["timely"] is None
    assert weeks["2026-10-19"]["score"] == pytest.approx(100 * 2 / 4)  # only 完整 has anything to check
    for part in WEIGHTS:
        assert sum(row[f"{part}_d"] or 0 for row in weeks.values()) == whole[f"{part}_d"]
