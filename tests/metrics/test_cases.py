"""Deadlines of cases, against a walk day by day and pause by pause."""

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.calendar import OutsideCalendar
from metrics.cases import ItemVersions, is_open, with_due, with_item
from metrics.standard import TABLES
from tests.metrics.plain_days import SHANGHAI, deadline, in_force, version_of, work_calendar

WORK = work_calendar()
T = datetime(2026, 10, 20, 10, tzinfo=SHANGHAI)
Row = dict[str, Any]


def at(text: str) -> datetime:
    """A time in September or October 2026, such as `10-09 14:00`."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


def table(name: str, rows: list[Row]) -> pl.DataFrame:
    stamp = pl.Datetime("us", "Asia/Shanghai")
    types = {key: stamp if isinstance(dtype, pl.Datetime) else dtype for key, dtype in TABLES[name].dtypes.items()}
    return pl.DataFrame([{key: row.get(key) for key in types} for row in rows], schema=types, orient="row")


def item(code: str = "i", **more: object) -> Row:
    return {
        "item_code": code, "version": "1", "name": code, "dept_code": "d", "theme": "business", "case_type": "promise",
        "needs_case": True, "apply_based": True, "promise_days": 3, "day_unit": "workday", "online_capable": True,
        "ywtb_exception": False, "valid_from": at("01-01 00:00"), "valid_to": None, **more,
    }  # fmt: skip


def case(**more: object) -> Row:
    accept = more.get("accept_time")
    return {
        "project_no": "p", "item_code": "i", "item_version": None, "apply_time": accept or at("09-01 09:00"),
        "accept_time": None, "promise_due": None, "finish_time": None, "closed_time": None, "status": "accepted",
        **more,
    }  # fmt: skip


def due(given_case: Row, given_item: Row, *pauses: tuple[str, str | None], t: datetime = T) -> Row:
    """What is told of one case; pauses are given by their times."""
    rows = [
        {"pause_id": f"s{n}", "project_no": "p", "kind": "special", "start_at": at(one), "end_at": other and at(other)}
        for n, (one, other) in enumerate(pauses)
    ]
    found = with_due(table("cases", [given_case]), table("items", [given_item]), table("case_pauses", rows), WORK, t)
    return found.to_dicts()[0]


@pytest.mark.parametrize(
    ("accepted", "days", "unit", "expected"),
    [
        ("10-08 09:00", 3, "workday", "10-13 00:00"),  # 9th, Saturday the 10th is worked, 12th: 24:00
        ("09-30 16:00", 1, "workday", "10-09 00:00"),  # over the holidays
        ("10-08 09:00", 0, "workday", "10-09 00:00"),
        ("10-08 00:00", 1, "workday", "10-10 00:00"),
        ("09-28 09:00", 4, "natural", "10-09 00:00"),  # the 2nd is a holiday: the first working day after it
        ("10-08 09:00", 2, "natural", "10-11 00:00"),  # the 10th is a Saturday that is worked
        ("10-08 09:00", 3, "natural", "10-13 00:00"),  # the 11th is a Sunday
    ],
)
def test_a_promise_ends_at_24_hours_of_its_last_day(accepted: str, days: int, unit: str, expected: str) -> None:
    row = due(case(accept_time=at(accepted)), item(promise_days=days, day_unit=unit))
    assert row["due_base"] == row["due_adj"] == at(expected)


def test_an_instant_item_is_due_on_the_first_working_day_from_acceptance_on() -> None:
    instant = item(case_type="instant", promise_days=None, day_unit="natural")
    assert due(case(accept_time=at("10-09 16:59")), instant)["due_base"] == at("10-10 00:00")
    assert due(case(accept_time=at("10-03 10:00")), instant)["due_base"] == at("10-09 00:00")
    # The source's own deadline is one of promised items alone.
    given_due = case(accept_time=at("10-09 16:59"), promise_due=at("10-30 12:00"))
    assert due(given_due, instant)["due_base"] == at("10-10 00:00")
    assert due(given_due, item())["due_base"] == at("10-30 12:00")


def test_without_days_or_acceptance_there_is_no_deadline_and_nothing_is_late() -> None:
    for row in (
        due(case(accept_time=at("09-01 09:00")), item(promise_days=None)),
        due(case(status="submitted"), item()),
        due(case(accept_time=at("09-01 09:00"), item_code="unknown"), item()),
    ):
        assert (row["due_base"], row["due_adj"], row["overdue"]) == (None, None, False)


@pytest.mark.parametrize(
    ("pauses", "expected"),
    [
        ([("10-09 10:00", "10-09 18:00")], "10-13 00:00"),  # ended on the day it began: adds nothing
        ([("10-09 10:00", "10-12 09:00")], "10-15 00:00"),  # the 10th and the 12th
        ([("10-09 10:00", "10-12 00:00")], "10-14 00:00"),  # 00:00 belongs to Sunday: only the 10th
        ([("10-09 10:00", "10-10 09:00"), ("10-12 10:00", "10-13 09:00")], "10-15 00:00"),
        ([("10-09 10:00", "10-10 09:00"), ("10-09 12:00", "10-10 18:00")], "10-14 00:00"),  # a day counts once
        ([("10-08 10:00", "10-09 00:00"), ("10-09 00:00", "10-10 12:00")], "10-15 00:00"),  # two that meet are one
        ([("10-13 00:00", "10-14 09:00")], "10-14 00:00"),  # begins at the very deadline: not yet overdue
        ([("10-13 00:01", "10-14 09:00")], "10-13 00:00"),  # begins after it: hides nothing
        ([("10-12 10:00", "10-13 09:00"), ("10-13 23:00", "10-14 09:00")], "10-15 00:00"),  # the first made room
        ([("10-01 10:00", "10-09 09:00")], "10-14 00:00"),  # cut at acceptance
    ],
)
def test_pauses_move_the_deadline_on(pauses: list[tuple[str, str | None]], expected: str) -> None:
    row = due(case(accept_time=at("10-08 09:00")), item(), *pauses)
    assert (row["due_base"], row["due_adj"]) == (at("10-13 00:00"), at(expected))


def test_a_deadline_with_a_time_of_day_keeps_it_and_natural_days_may_end_on_a_rest_day() -> None:
    given_due = case(accept_time=at("10-08 09:00"), promise_due=at("10-09 17:30"))
    spell = ("10-09 10:00", "10-10 09:00")
    assert due(given_due, item(), spell)["due_adj"] == at("10-10 17:30")
    assert due(given_due, item(day_unit="natural"), ("10-09 10:00", "10-11 09:00"))["due_adj"] == at("10-11 17:30")


def test_an_open_pause_stops_the_clock_only_if_it_began_in_time() -> None:
    started = case(accept_time=at("10-08 09:00"))
    in_time = due(started, item(), ("10-12 10:00", None), t=at("12-01 10:00"))
    late = due(started, item(), ("10-13 10:00", None), t=at("12-01 10:00"))
    assert (in_time["clock_stopped"], in_time["overdue"]) == (True, False)
    assert (late["clock_stopped"], late["overdue"]) == (False, True)
    # Paused over the weekend on its last day: no day has been added yet, but nobody is late either.
    friday = case(accept_time=at("10-15 09:00"))
    weekend = due(friday, item(promise_days=1), ("10-16 10:00", None), t=at("10-17 12:00"))
    assert (weekend["due_adj"], weekend["overdue"]) == (at("10-17 00:00"), False)


def test_late_is_what_ended_or_still_runs_after_the_deadline() -> None:
    started = {"accept_time": at("10-08 09:00")}
    on_the_dot = due(case(**started, finish_time=at("10-13 00:00"), status="finished"), item())
    after = due(case(**started, finish_time=at("10-13 00:01"), status="finished"), item())
    withdrawn = due(case(**started, closed_time=at("10-19 09:00"), status="withdrawn"), item())
    assert [row["overdue"] for row in (on_the_dot, after, withdrawn)] == [False, True, False]
    still = [due(case(**started), item(), t=at(text))["overdue"] for text in ("10-13 00:00", "10-13 00:01")]
    assert still == [False, True]


def test_the_version_is_the_one_named_else_the_one_in_force_at_acceptance() -> None:
    versions = [
        item(version="1", promise_days=9, theme="business", valid_to=at("10-09 00:00")),
        item(version="2", promise_days=5, theme="other", valid_from=at("10-09 00:00"), valid_to=at("10-12 00:00")),
        item(version="3", promise_days=1, valid_from=at("10-14 00:00")),
    ]
    rows = [
        case(accept_time=at("10-08 23:59"), apply_time=at("10-08 09:00")),
        case(accept_time=at("10-09 00:00"), apply_time=at("10-08 09:00")),
        case(accept_time=at("10-09 00:00"), apply_time=at("10-08 09:00"), item_version="1"),
        case(accept_time=at("10-09 00:00"), item_version="no such"),
        case(apply_time=at("10-08 09:00")),
        case(accept_time=at("10-13 09:00")),
        case(accept_time=at("10-15 09:00")),
    ]
    found = with_item(table("cases", rows), table("items", versions)).select("promise_days", "item_in_force", "theme")
    assert found.rows() == [
        (9, True, "business"),
        (5, True, "other"),
        (9, False, "business"),
        (5, True, "other"),
        (9, True, "business"),
        (None, False, "other"),  # between two versions none holds; the theme stays
        (1, True, "business"),
    ]


def test_open_is_accepted_and_not_ended() -> None:
    rows = [case(status=status, accept_time=accept) for status in ("accepted", "paused", "finished", "rejected")
            for accept in (None, at("10-08 09:00"))]  # fmt: skip
    assert table("cases", rows).filter(is_open())["status"].to_list() == ["accepted", "paused"]


def test_a_city_without_cases_or_items_has_no_deadlines() -> None:
    for cases, items in (([], []), ([], [item()]), ([case(accept_time=at("10-08 09:00"))], [])):
        found = with_due(table("cases", cases), table("items", items), table("case_pauses", []), WORK, T)
        assert found.height == len(cases)
        assert found["due_adj"].null_count() == len(cases)


def test_a_deadline_beyond_the_known_working_days_is_an_error() -> None:
    with pytest.raises(OutsideCalendar):
        due(case(accept_time=at("10-08 09:00")), item(promise_days=400))


#: Around the holidays, at midnight and in the day.
CLOCKS = st.integers(0, 4 * 24).map(lambda n: at("09-22 00:00") + n * timedelta(hours=6))
WHENS = st.none() | CLOCKS
CASES = st.fixed_dictionaries(
    {
        "item_code": st.sampled_from(["i", "j", "k"]),
        "item_version": st.sampled_from([None, "1", "2"]),
        "times": st.lists(CLOCKS, min_size=4, max_size=4).map(sorted),
        "promise_due": WHENS,
        "status": st.sampled_from(["accepted", "paused", "finished", "rejected", "withdrawn", "submitted"]),
    }
)
PAUSES = st.lists(st.tuples(CLOCKS, WHENS), max_size=5)
ITEMS = st.lists(
    st.fixed_dictionaries(
        {
            "item_code": st.sampled_from(["i", "j"]),
            "case_type": st.sampled_from(["promise", "promise", "instant"]),
            "promise_days": st.none() | st.integers(0, 6),
            "day_unit": st.sampled_from(["workday", "natural"]),
            "span": st.lists(WHENS, min_size=2, max_size=2),
        }
    ),
    max_size=4,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CASES, PAUSES), max_size=6), ITEMS)
def test_every_deadline_equals_a_walk_day_by_day(drawn: list[tuple[Row, list[tuple]]], items: list[Row]) -> None:
    versions = []
    for n, row in enumerate(items):
        since, until = row.pop("span")
        until = until if until is None or until >= (since or until) else None
        versions.append(
            {**item(), **row, "version": str(n), "valid_from": since or at("01-01 00:00"), "valid_to": until}
        )
    cases, pauses = [], []
    for n, (row, spells) in enumerate(drawn):
        apply, accept, finish, closed = row.pop("times")
        status = row["status"]
        times = {
            "apply_time": apply,
            "accept_time": None if status == "submitted" else accept,
            "finish_time": finish if status == "finished" else None,
            "closed_time": closed if status in ("rejected", "withdrawn") else None,
        }
        cases.append({**row, **times, "project_no": f"p{n}"})
        pauses += [
            {"pause_id": f"{n}-{m}", "project_no": f"p{n}", "kind": "special", "start_at": start,
             "end_at": end if end is None or end >= start else None}
            for m, (start, end) in enumerate(spells)
        ]  # fmt: skip
    found = with_due(table("cases", cases), table("items", versions), table("case_pauses", pauses), WORK, T).to_dicts()
    for row, told in zip(cases, found, strict=True):
        version = version_of(row, versions)
        mine = [pause for pause in pauses if pause["project_no"] == row["project_no"]]
        due_adj, stopped = deadline(row, version, mine, T)
        assert (told["due_adj"], told["clock_stopped"]) == (due_adj, stopped)
        at_time = row["accept_time"] or row["apply_time"]
        assert told["item_in_force"] == (version is not None and in_force(version, at_time))
        ended = row["status"] in ("rejected", "withdrawn", "submitted")
        late = due_adj is not None and (row["finish_time"] or T) > due_adj
        assert told["overdue"] == (late and not ended and (row["finish_time"] is not None or not stopped))


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["i", "j", "x"]), WHENS), max_size=6), ITEMS)
def test_the_version_in_force_is_found_as_by_looking_at_all(asked: list[tuple[str, Any]], items: list[Row]) -> None:
    versions = []
    for n, row in enumerate(items):
        since, until = (row.pop("span") + [None])[:2]
        versions.append(
            {**item(), **row, "version": str(n), "valid_from": since or at("01-01 00:00"), "valid_to": until}
        )
    known = ItemVersions.of(table("items", versions))
    codes = pl.Series([code for code, _ in asked], dtype=pl.String)
    found = known.take(
        "version", known.in_force(codes, pl.Series([w for _, w in asked], dtype=pl.Datetime("us", "Asia/Shanghai")))
    )
    for (code, when), version in zip(asked, found.to_list(), strict=True):
        holding = [v for v in versions if v["item_code"] == code and when and in_force(v, when)]
        best = max(holding, key=lambda v: (v["valid_from"], v["version"]))["version"] if holding else None
        assert version == best


def test_working_days_of_the_tests_are_the_citys_own() -> None:
    assert WORK.is_workday(pl.Series([date(2026, 10, 10), date(2026, 10, 7)])).to_list() == [True, False]
