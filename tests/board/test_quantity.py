"""A quantity compares plainly and says nothing where nothing can be said."""

import pickle
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.board.quantity import Comparison, Definition, Quantity, RowsKey, Target

RATE = Quantity("r", "率", 89.0, "%", Definition("x"), target=Target(90), sample=100, enough=30)
WAIT = Quantity("w", "等候", 12.0, "分钟", target=Target(15, "at_most"))


def test_percentages_differ_in_points_and_everything_else_in_percent_of_the_other() -> None:
    assert RATE.difference(Comparison("环比", 86.5)) == pytest.approx(2.5)
    assert WAIT.difference(Comparison("环比", 10.0)) == pytest.approx(20.0)
    assert replace(WAIT, value=-5.0).difference(Comparison("环比", -10.0)) == pytest.approx(50.0)


def test_what_is_missing_or_zero_cannot_be_compared() -> None:
    assert RATE.difference(Comparison("环比", None)) is None
    assert replace(RATE, value=None).difference(Comparison("环比", 80.0)) is None
    assert WAIT.difference(Comparison("环比", 0.0)) is None
    assert RATE.difference(Comparison("环比", 0.0)) == 89.0


def test_a_target_is_met_at_its_very_value_and_not_judged_without_enough() -> None:
    assert RATE.met is False and replace(RATE, value=90.0).met is True
    assert WAIT.met is True and replace(WAIT, value=15.0).met is True and replace(WAIT, value=15.1).met is False
    assert replace(RATE, sample=29).small and replace(RATE, sample=29).met is None
    assert replace(RATE, value=None).met is None and replace(RATE, target=None).met is None
    assert not replace(RATE, sample=30).small and not replace(RATE, value=None, sample=2).small


def test_a_quantity_can_be_kept_in_a_cache() -> None:
    whole = replace(RATE, rows=RowsKey("rows", (("hall", "c1"),)), comparisons=(Comparison("同比", 1.0),))

    assert pickle.loads(pickle.dumps(whole)) == whole


@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_adding_the_difference_to_the_other_gives_the_number_again(value: float, other: float) -> None:
    count = Quantity("c", "件", value, "件")
    difference = count.difference(Comparison("同比", other))

    assert difference is not None
    assert other + other * difference / 100 == pytest.approx(value, rel=1e-9)
