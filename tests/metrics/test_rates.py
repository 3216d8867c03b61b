"""Every rate against the rules read row by row in plain Python, on cities in which anything may go wrong."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from metrics.periods import Period, parse, periods_between
from metrics.rates import CURRENT, PLACE_COLUMNS, UnknownRate, cells_of, compute_rates, rates_of, tally
from tests.metrics.plain_days import SHANGHAI
from tests.metrics.plain_rates import NAMES, Figures, plain_rates, unknown_origin
from tests.metrics.rate_tables import HALLS, Row, at, case, cities, item, opening, records, review, ticket

RANGE = {"ywtb_case_rate_low", "ywtb_case_rate_high"}


def told(frame: pl.DataFrame, by: str) -> Figures:
    return {
        (row["rate"], row["period"], tuple(row[name] for name in NAMES[by])): (
            row["numerator"],
            row["denominator"],
            row["value"],
        )
        for row in frame.to_dicts()
    }


def same(found: Figures, expected: Figures) -> None:
    """Both hold the same figures; what has nothing below the line has no value, whatever else is told of it."""
    filled = {key: figure for key, figure in found.items() if figure[1]}
    assert {key for key, figure in found.items() if not figure[1] and figure[2] is not None} == set()
    assert filled.keys() == expected.keys()
    for key, figure in expected.items():
        numbers = [pytest.approx(number, rel=1e-12) if number is not None else None for number in figure]
        assert list(filled[key]) == numbers, key


def check(tables: dict[str, list[Row]], periods: list[Period], t: datetime | None) -> None:
    counted = tally(records(tables), periods, t)
    for by in PLACE_COLUMNS:
        expected: Figures = {}
        for period in periods:
            wanted = {rate.id for rate in rates_of() if by in rate.places}
            uncertain = unknown_origin(tables, period, by, t)
            figures = plain_rates(tables, period, by, t)
            expected |= {
                key: figure
                for key, figure in figures.items()
                if key[0] in wanted and (key[0] not in RANGE or key[2] in uncertain)
            }
        same(told(counted.rates(by), by), expected)


PERIODS = st.sampled_from(
    [
        [parse("2026-10")],
        [parse("2026-09"), parse("2026-10")],
        periods_between("day", date(2026, 10, 8), date(2026, 10, 12)),
        [parse("2026-W41"), parse("2026-W39")],
        [parse("2026-09-30..2026-10-10")],
    ]
)
INSTANTS = st.sampled_from([None, "09-30 12:15", "10-09 00:00", "10-09 11:45", "10-10 14:00", "10-17 00:00"])


SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(cities(), PERIODS, INSTANTS)
def test_every_rate_of_every_place_equals_the_rules_read_row_by_row(
    tables: dict[str, list[Row]], periods: list[Period], instant: str | None
) -> None:
    check(tables, periods, instant and at(instant))


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(cities(), PERIODS, INSTANTS)
def test_cells_that_can_be_narrowed_down_tell_the_same_rates(
    tables: dict[str, list[Row]], periods: list[Period], instant: str | None
) -> None:
    t = instant and at(instant)
    cells, whole = cells_of(records(tables), periods, t or None), tally(records(tables), periods, t or None)
    for by in PLACE_COLUMNS:
        order = ["rate", "period", *PLACE_COLUMNS[by]]
        assert_frame_equal(cells.rates(by).sort(order), whole.rates(by).sort(order))
    for column in ("hall_id", "item_code"):
        parts = [
            replace(cells, cells=part).rates("city", ["ywtb_case_rate"]) for part in cells.cells.partition_by(column)
        ]
        total = whole.rates("city", ["ywtb_case_rate"])["numerator"].sum()
        assert sum(part["numerator"].sum() for part in parts) == total


@pytest.mark.proof
@settings(max_examples=1000, deadline=None, suppress_health_check=SLOW)
@given(cities(), PERIODS, INSTANTS)
def test_every_rate_equals_the_rules_on_a_thousand_cities(
    tables: dict[str, list[Row]], periods: list[Period], instant: str | None
) -> None:
    check(tables, periods, instant and at(instant))


def test_a_city_without_any_record_has_every_rate_and_no_value() -> None:
    empty = {"halls": HALLS, "departments": [{"dept_code": "d1", "name": "一"}], "items": [item()]}
    for by in PLACE_COLUMNS:
        found = compute_rates(records(empty), parse("2026-10"), by)
        wanted = {rate.id for rate in rates_of() if by in rate.places and rate.id not in RANGE}
        assert set(found["rate"]) == wanted
        of_cases = found.filter(~pl.col("rate").is_in(["online_capable_rate", "promise_compression"]))
        assert of_cases["value"].null_count() == of_cases.height
        assert of_cases["denominator"].sum() == 0
    nothing = compute_rates(records({}), parse("2026-10"), "city")
    assert nothing["value"].null_count() == nothing.height == len(rates_of()) - 3


def test_a_version_and_a_rate_that_do_not_exist_are_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownRate, match="did you mean 2026.1"):
        compute_rates(records({}), parse("2026-10"), "city", version="2026.2")
    with pytest.raises(UnknownRate, match="did you mean wait_avg"):
        compute_rates(records({}), parse("2026-10"), "city", rates=["wait_average"])
    assert set(compute_rates(records({}), parse("2026-10"), "city")["definition_version"]) == {CURRENT}


def test_only_the_rates_wanted_are_told_and_only_where_they_are_defined() -> None:
    found = compute_rates(records({"halls": HALLS}), parse("2026-10"), "county", rates=["wait_avg", "ywtb_item_rate"])
    assert set(found["rate"]) == {"wait_avg"}
    nothing = compute_rates(records({}), parse("2026-10"), "theme", rates=["wait_avg"])
    assert (nothing.height, nothing.columns) == (0, found.columns)


def test_periods_may_not_overlap() -> None:
    with pytest.raises(ValueError, match="overlap"):
        compute_rates(records({}), [parse("2026-10"), parse("2026-10-09")], "city")
    with pytest.raises(ValueError, match="there is none"):
        compute_rates(records({}), [], "city")


def test_every_rate_says_what_it_means_and_of_what_it_is_the_share() -> None:
    for rate in rates_of():
        assert rate.name and rate.meaning.endswith("。") and rate.below and (rate.above or rate.numerator is None)
        assert rate.version == CURRENT
        assert rate.places


def value(tables: dict[str, list[Row]], rate: str, by: str = "city", **more: Any) -> dict[Any, Any]:  # noqa: ANN401
    """Place → numerator, denominator, value of one rate in October."""
    found = told(compute_rates(records(tables), parse("2026-10"), by, rates=[rate], **more), by)  # type: ignore[arg-type]
    return {place[0] if place else None: figure for (_, _, place), figure in found.items()}


def test_an_acceptance_at_midnight_belongs_to_the_day_that_begins() -> None:
    cases = [case(n, accept_time=at(text)) for n, text in enumerate(["10-01 00:00", "11-01 00:00"])]
    assert value({"halls": HALLS, "items": [item()], "cases": cases}, "ywtb_case_rate")[None] == (1, 1, 100)


def test_a_case_stands_in_its_hall_s_county_and_only_without_one_in_its_region_s() -> None:
    cases = [
        case(1, hall_id="h3", region_code="330102000000"),
        case(2, hall_id=None, region_code="330102000000"),
        case(3, hall_id=None, region_code="330177000000"),
        case(4, hall_id=None),
    ]
    city = {"halls": HALLS, "items": [item()], "cases": cases}
    counties = value(city, "ywtb_case_rate", "county")
    assert {place: figure[1] for place, figure in counties.items()} == {
        "云栖区": 1, "市本级": 1, "330177": 1, "未知区域": 1,
    }  # fmt: skip
    halls = told(compute_rates(records(city), parse("2026-10"), "hall", rates=["ywtb_case_rate"]), "hall")
    assert {place: figure[1] for (_, _, place), figure in halls.items() if figure[1]} == {
        ("h3", "市本级"): 1, ("无大厅(线上)", "云栖区"): 1, ("无大厅(线上)", "330177"): 1,
        ("无大厅(线上)", "未知区域"): 1,
    }  # fmt: skip


def test_a_target_is_compared_unrounded_and_small_items_say_nothing() -> None:
    def of(code: str, good: int, bad: int) -> list[Row]:
        platforms = ["ywtb2"] * good + ["dept"] * bad
        return [case(f"{code}{n}", item_code=code, platform=platform) for n, platform in enumerate(platforms)]

    items = [item(code) for code in ("a", "b", "c", "d")]
    cases = of("a", 9, 1) + of("b", 899, 101) + of("c", 9, 0) + of("d", 10, 0)
    assert value({"halls": HALLS, "items": items, "cases": cases}, "ywtb_items_on_target")[None][:2] == (2, 3)
    window = (
        of("a", 45, 5)
        + [case(f"x{n}", hall_id="h2") for n in range(49)]
        + [case(f"y{n}", hall_id=None) for n in range(60)]
    )
    assert value({"halls": HALLS, "items": items + [item()], "cases": window}, "ywtb_halls_on_target")[None] == (
        1,
        1,
        100,
    )


def test_a_range_is_told_only_where_a_platform_is_unknown() -> None:
    city = {"halls": HALLS, "items": [item()], "cases": [case(1), case(2, hall_id="h2", platform="unknown")]}
    assert value(city, "ywtb_case_rate_high", "hall") == {"h2": (1, 1, 100)}
    assert value(city, "ywtb_case_rate_low", "hall") == {"h2": (0, 1, 0)}
    assert value(city, "ywtb_case_rate_high") == {None: (2, 2, 100)}


def test_natural_days_weigh_five_sevenths() -> None:
    items = [item("a", legal_days=14, promise_days=7, day_unit="natural"), item("b", legal_days=10, promise_days=5)]
    assert value({"items": items, "halls": HALLS}, "promise_compression")[None] == (10, 20, 50)
    cases = [case(1, item_code="a"), case(2, item_code="a"), case(3, item_code="b")]
    assert value({"items": items, "halls": HALLS, "cases": cases}, "promise_compression_weighted")[None] == (15, 30, 50)


def test_submissions_are_judged_once_their_next_working_day_has_ended() -> None:
    # Handed in on the eve of the holidays: the next working day is the 8th.
    city = {
        "halls": HALLS,
        "items": [item()],
        "cases": [case(1, apply_time=at("09-30 16:00"), accept_time=at("10-09 00:00"))],
    }
    september = parse("2026-09")

    def delay(accepted: str, t: str) -> Any:  # noqa: ANN401
        city["cases"][0]["accept_time"] = at(accepted)
        found = compute_rates(records(city), september, "city", rates=["accept_delay_rate"], t=at(t)).row(0, named=True)
        return found["numerator"], found["denominator"]

    assert delay("10-09 00:00", "10-08 23:59") == (0, 0)
    assert delay("10-09 00:00", "10-20 00:00") == (0, 1)
    assert delay("10-09 00:01", "10-20 00:00") == (1, 1)


def test_waiting_minutes_leave_the_lunch_break_out() -> None:
    hours = opening("h1", date(2026, 10, 9), "09:00-12:00", "13:30-17:00")
    tickets = [
        ticket(
            1, take_time=at("10-09 11:50"), call_time=at("10-09 13:40"), start_time=None, end_time=at("10-09 13:50")
        ),
        ticket(
            2, take_time=at("10-09 12:10"), call_time=at("10-09 12:40"), start_time=None, end_time=at("10-09 12:41")
        ),
    ]
    assert value({"halls": HALLS, "calendar": hours, "tickets": tickets}, "wait_avg", "hall")["h1"] == (20, 2, 10)


def test_whoever_was_not_called_by_the_last_closing_was_abandoned_then() -> None:
    hours = opening("h1", date(2026, 10, 9), "09:00-12:00", "13:30-17:00")
    waits = {"call_time": None, "start_time": None, "end_time": None, "status": "waiting"}
    tickets = [
        ticket(1, **waits),  # never called
        ticket(2, **{**waits, "call_time": at("10-09 17:20")}, take_time=at("10-09 16:50")),  # served late
        ticket(3, **{**waits, "status": "cancelled", "end_time": at("10-09 18:00")}),  # given back after the closing
        ticket(4, **{**waits, "status": "cancelled", "end_time": at("10-09 09:01")}),  # a slip of the finger
        ticket(5, **{**waits, "status": "cancelled", "end_time": at("10-09 09:26")}),  # lost after 26 minutes
        ticket(6, status="no_show", start_time=None, end_time=at("10-09 09:06")),
    ]
    city = {"halls": HALLS, "calendar": hours, "tickets": tickets}
    assert value(city, "abandon_rate")[None][:2] == (3, 4)
    assert value(city, "wait_sla_rate")[None][:2] == (1, 5)
    # At noon nobody has closed yet: 1 and 3 still wait, and have waited for more than 25 minutes.
    noon = at("10-09 12:30")
    assert value(city, "abandon_rate", t=noon)[None][:2] == (1, 1)
    assert value(city, "wait_sla_rate", t=noon)[None][:2] == (1, 4)


def test_the_wait_of_nine_in_ten_is_a_nearest_rank_and_has_no_numerator() -> None:
    tickets = [ticket(n, take_time=at("10-09 08:00"), call_time=at(f"10-09 08:{n:02}")) for n in range(1, 12)]
    assert value({"halls": HALLS, "tickets": tickets}, "wait_p90")[None] == (None, 11, 10)


def test_a_review_is_placed_by_its_hall_else_its_case_else_its_ticket() -> None:
    city = {
        "halls": HALLS,
        "items": [item(), item("i2", dept_code="d2", theme="other")],
        "cases": [case(1, hall_id="h2"), case(2, hall_id=None, region_code="330102000000")],
        "tickets": [ticket(1, hall_id="h3", item_code="i2")],
        "reviews": [
            review(1, hall_id="h1", project_no="p1"),
            review(2, hall_id=None, project_no="p1", ticket_id="k1"),
            review(3, hall_id=None, project_no="p2"),
            review(4, hall_id=None, project_no="gone", ticket_id="k1"),
            review(5, hall_id=None),
        ],
    }
    halls = told(compute_rates(records(city), parse("2026-10"), "hall", rates=["review_good_rate"]), "hall")
    assert {place for (_, _, place), figure in halls.items() if figure[1]} == {
        ("h1", "云栖区"), ("h2", "云栖区"), ("h3", "市本级"), ("无大厅(线上)", "云栖区"), ("无大厅(线上)", "未知区域"),
    }  # fmt: skip
    departments = value(city, "review_good_rate", "department")
    assert {place: figure[1] for place, figure in departments.items()} == {"d1": 3, "d2": 1}
    assert value(city, "review_good_rate", "theme")["other"][1] == 1


def test_a_deadline_of_mending_at_midnight_belongs_to_the_day_before() -> None:
    bad = [review(n, level=1, rectify_due=at(due)) for n, due in enumerate(["10-01 00:00", "11-01 00:00"])]
    assert value({"halls": HALLS, "reviews": bad}, "rectify_on_time_rate")[None] == (0, 1, 0)
    assert value({"halls": HALLS, "reviews": bad}, "rectify_on_time_rate", t=at("10-31 12:00"))[None] == (0, 0, None)


def test_the_instant_may_stand_in_any_zone() -> None:
    city = {"halls": HALLS, "items": [item()], "cases": [case(1), case(2, accept_time=at("10-20 09:00"))]}
    for t in (at("10-10 00:00"), at("10-10 00:00").astimezone(UTC)):
        assert value(city, "ywtb_case_rate", t=t)[None] == (1, 1, 100)


def test_days_of_the_city_lie_in_its_own_zone() -> None:
    evening = datetime(2026, 9, 30, 23, 30, tzinfo=SHANGHAI)
    cases = [case(1, finish_time=evening, apply_time=evening, accept_time=evening, status="finished")]
    city = {"halls": HALLS, "items": [item()], "cases": cases}
    found = compute_rates(records(city), [parse("2026-09"), parse("2026-10")], "city", rates=["instant_rate"])
    assert found["denominator"].to_list() == [1, 0]
