"""Numbers in words, each recomputed another way: by hand in a table, and by plain arithmetic on random numbers."""

import math
import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.web import words

NUMBERS = st.one_of(
    st.integers(-(10**12), 10**12), st.floats(-1e12, 1e12, allow_nan=False).map(lambda value: round(value, 4))
)
SHARES = st.floats(0, 100).map(lambda value: round(value, 5))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0, "0"),
        (9_999, "9,999"),
        (10_000, "1 万"),
        (12_345, "1.23 万"),
        (99_949, "9.99 万"),
        (99_951, "10 万"),
        (1_793_482, "179 万"),
        (99_994_999, "9,999 万"),
        (99_999_999, "1 亿"),
        (123_456_789, "1.23 亿"),
        (-12_345, "−1.23 万"),
        (None, "无数据"),
        (math.nan, "无数据"),
    ],
)
def test_large_numbers_are_told_in_wan_where_space_is_small(value: float | None, told: str) -> None:
    assert words.short(value) == told


@pytest.mark.parametrize(
    ("value", "target", "told"),
    [
        (93.01, 90, "93.0%"),
        (90, 90, "90.0%"),
        (89.96, 90, "89.96%"),
        (89.9999, 90, "89.99%"),
        (90.004, 90, "90.01%"),
        (99.97, None, "99.97%"),
        (99.99999, None, "99.99%"),
        (100, None, "100.0%"),
        (0, None, "0.0%"),
        (0.0001, None, "0.01%"),
        (-3.21, None, "−3.2%"),
        (None, 90, "无数据"),
    ],
)
def test_a_share_never_looks_better_or_rounder_than_it_is(value: float | None, target: float, told: str) -> None:
    assert words.percent(value, target) == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0, "0 分钟"),
        (0.3, "不足 1 分钟"),
        (7.54, "7.5 分钟"),
        (9.96, "10 分钟"),
        (23.4, "23 分钟"),
        (119, "119 分钟"),
        (125, "2.1 小时"),
        (600, "10 小时"),
        (5_000, "3.5 天"),
        (None, "无数据"),
    ],
)
def test_durations_are_told_in_the_unit_people_would_use(value: float | None, told: str) -> None:
    assert words.minutes(value) == words.amount(value, "分钟") == told


def test_differences_carry_their_sign_and_their_unit() -> None:
    assert words.points(3.24) == "+3.2 个百分点"
    assert words.points(-0.44) == "−0.4 个百分点"
    assert words.points(0.04) == words.relative(-0.02) == words.signed(0) == "持平"
    assert words.relative(-12.2) == "−12%" and words.relative(3.44) == "+3.4%"
    assert words.signed(-1234, "人") == "−1,234 人" and words.signed(2.5) == "+2.5"
    assert words.points(None) == words.relative(math.inf) == "无数据"


def test_a_number_stands_with_its_unit() -> None:
    assert words.amount(12_345, "人") == "12,345 人"
    assert words.amount(12_345, "人", small_space=True) == "1.23 万人"
    assert words.amount(93.01, "%") == "93.0%"
    assert words.amount(None, "人") == "无数据"
    assert words.amount(2.25, "次") == "2.3 次" and words.amount(7) == "7"
    assert words.ratio(1234, 5678.5) == "1,234 / 5,678.5" and words.ratio(None, 3) == "无数据 / 3"
    assert words.few(7, "件") == "样本不足（7 件）"
    assert words.month(date(2026, 10, 5)) == "2026年10月"


@given(NUMBERS, st.integers(0, 3))
def test_thousands_are_grouped_and_nothing_else_changes(value: float, decimals: int) -> None:
    told = words.number(value, decimals)

    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    plain = told.replace(",", "").replace("−", "-")
    assert Decimal(plain) == exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    assert re.fullmatch(r"−?\d{1,3}(,\d{3})*(\.\d+)?", told)


@given(NUMBERS)
def test_what_is_told_in_wan_is_within_half_a_percent(value: float) -> None:
    digits, _, unit = words.short(value).partition(" ")

    told = Fraction(digits.replace(",", "").replace("−", "-")) * {"": 1, "万": 10**4, "亿": 10**8}[unit]
    assert abs(told - Fraction(value)) <= max(Fraction(1, 2), abs(Fraction(value)) / 200)
    assert len(digits) <= len("−9,999.99")


@given(SHARES, st.one_of(st.none(), SHARES, st.sampled_from([90.0, 100.0, 84.6])))
def test_rounding_never_crosses_the_target_nor_reaches_nothing_or_all(value: float, target: float | None) -> None:
    told = float(words.percent(value, target).rstrip("%"))

    assert abs(told - value) <= 0.05 + 1e-9
    for mark in (0.0, 100.0, *([] if target is None else [target])):
        assert (told < mark, told > mark) == (value < mark, value > mark)


@given(st.floats(0, 1e6).map(lambda value: round(value, 3)))
def test_a_duration_is_told_within_what_a_reader_would_accept(value: float) -> None:
    told = words.minutes(value)

    if told.startswith("不足"):
        assert 0 < value < 1
        return
    digits, unit = told.split(" ")
    minutes = float(digits.replace(",", "")) * {"分钟": 1, "小时": 60, "天": 1440}[unit]
    assert abs(minutes - value) <= {"分钟": 0.5, "小时": 30, "天": 720}[unit] + 1e-6
    assert (unit == "分钟") == (value < 120) and (unit == "天") == (value >= 2880)


@given(st.one_of(st.none(), st.sampled_from([math.nan, math.inf, -math.inf])), st.sampled_from(["", "%", "分钟", "人"]))
def test_what_is_missing_is_never_a_number(value: float | None, unit: str) -> None:
    assert words.amount(value, unit) == words.amount(value, unit, small_space=True, against=90) == "无数据"
