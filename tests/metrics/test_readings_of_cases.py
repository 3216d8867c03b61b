"""Readings 14–31 against slow versions of them, on small random cities, at many instants at once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.quantities import all_quantities
from metrics.view import View
from tests.metrics.case_cities import JUDGED, LAST, random_city
from tests.metrics.held_against import Slow, assert_as_slow, assert_rows_behind, instants_of
from tests.metrics.slow import handling, opinions, shares
from tests.metrics.slow.cut import records

SLOW: dict[str, Slow] = {
    "due_soon_rate": handling.due_soon_rate,
    "overdue_open": handling.overdue_open,
    "overdue_finish_rate": shares.monthly("overdue_finish_rate", "hall_id", "cases", 100),
    "accept_delay_rate": handling.accept_delay_rate,
    "return_rate": shares.return_rate,
    "backlog_ratio": handling.backlog_ratio,
    "ywtb_case_rate": shares.monthly("ywtb_case_rate", "county", "cases", 50),
    "ywtb_window_rate": shares.monthly("ywtb_window_rate", "hall_id", "cases", 50),
    "ywtb_item_rate": shares.monthly("ywtb_item_rate", "item_code", "cases", 10),
    "online_apply_rate": shares.monthly("online_apply_rate", "county", "cases", 100),
    "one_visit_rate": shares.monthly("one_visit_rate", "hall_id", "cases", 50),
    "online_to_window_rate": shares.online_to_window_rate,
    "bad_review_7d": opinions.bad_review_7d,
    "active_good_rate": shares.monthly("active_good_rate", "hall_id", "reviews", 50),
    "active_review_rate": shares.monthly("active_review_rate", "hall_id", "reviews", 100),
    "review_suspect_rate": opinions.review_suspect_rate,
    "bad_review_overdue": opinions.bad_review_overdue,
    "complaint_z": opinions.complaint_z,
}


@pytest.mark.parametrize("quantity", SLOW)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), size=st.integers(0, 24))
def test_a_grid_of_readings_is_what_a_slow_count_finds_at_each_instant(quantity: str, seed: int, size: int) -> None:
    tables = random_city(seed, size)
    assert_as_slow(quantity, tables, SLOW[quantity], JUDGED, LAST)
    view = View(records(tables))
    assert_rows_behind(quantity, view, instants_of(view, all_quantities()[quantity].cadence, JUDGED, LAST))
