"""When a difference is called a change, what a sentence may hold, and how a number is printed."""

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.report.changes import BEYOND, change, spread, uncertain, usual
from cockpit.report.phrases import both, changed, sentence
from cockpit.report.traceable import NONE, Figure, Name, NotTraceable, Sentence

SHARE = st.floats(min_value=0, max_value=100)


def rate(value: float | None, n: float = 10_000, key: str = "good@2026-10@city") -> Figure:
    above = None if value is None else value * n / 100
    return Figure(key, "好评率", value, "%", 2, above, n if value is not None else 0)


def test_a_number_is_printed_as_it_is_and_nought_has_no_sign() -> None:
    assert Figure("k", "n", 1234567.0, "件").shown == "1,234,567 件"
    assert Figure("k", "n", 93.005, "%", 2).shown in ("93.00%", "93.01%")
    assert Figure("k", "n", -0.004, "个百分点", 2, signed=True).number == "0.00"
    assert Figure("k", "n", -1.5, "个百分点", 1, signed=True).number == "−1.5"
    assert Figure("k", "n", 1.5, "个百分点", 1, signed=True).number == "+1.5"
    assert (Figure("k", "n", None, "件").number, Figure("k", "n", None, "件").shown) == (NONE, "无数据")


def test_a_sentence_takes_no_number_that_nothing_stands_for() -> None:
    with pytest.raises(NotTraceable, match="a number that is no figure"):
        sentence("rule", "上升 3 个百分点。")
    with pytest.raises(NotTraceable, match="a number that is no figure"):
        sentence("rule", "上升３个百分点。")
    with pytest.raises(NotTraceable, match="names"):
        Sentence("共 {a} 件。", {}, "rule")
    said = sentence("rule", "拨打 12345 热线的 ", Figure("k", "n", 3.0, "件"), "，在", Name("第3大厅"), "。")
    assert said.text == "拨打 12345 热线的 3 件，在第3大厅。"


@given(st.text(), st.text())
def test_whatever_a_name_holds_stands_in_the_sentence_as_it_is(name: str, other: str) -> None:
    assert sentence("rule", "大厅", Name(name), "与", Name(other), "。").text == f"大厅{name}与{other}。"


def test_a_difference_within_chance_is_no_change() -> None:
    few = change(rate(98.0, 50), rate(96.0, 50), "个百分点", 2, uncertain(rate(98.0, 50), rate(96.0, 50)))
    assert few.way == "same" and few.by.value == pytest.approx(2.0)
    many = change(
        rate(98.0, 50_000), rate(96.0, 50_000), "个百分点", 2, uncertain(rate(98.0, 50_000), rate(96.0, 50_000))
    )
    assert many.way == "up"
    assert "".join(str(part) if isinstance(part, str) else part.shown for part in changed(many)) == (
        "，较上月上升 2.00 个百分点"
    )


def test_a_difference_within_what_is_usual_is_no_change() -> None:
    past: list[float | None] = [90.0, 92.0, 89.0, 91.5, 90.0, 92.5, 90.5, 92.0]
    steps = [after - before for before, after in zip(past, past[1:], strict=False) if before and after]
    middle = statistics.median(steps)
    by_hand = BEYOND * 1.4826 * statistics.median([abs(step - middle) for step in steps])
    assert usual(past, 91.0) == pytest.approx(by_hand)
    assert change(rate(91.0), rate(92.0), "个百分点", 2, usual(past, 91.0)).way == "same"
    assert change(rate(70.0), rate(92.0), "个百分点", 2, usual(past, 70.0)).way == "down"


def test_gaps_are_no_changes_and_too_few_tell_nothing() -> None:
    assert spread([1.0, None, 2.0, None, 3.0, None, 4.0]) is None
    assert spread([1.0] * 6) is None
    assert spread([1.0] * 7) == 0.0


def test_a_few_complaints_more_among_many_visits_are_chance() -> None:
    def complaints(count: float, done: float) -> Figure:
        return Figure("onsite@2026-10@city", "现场投诉率", 1e4 * count / done, "件/万号", 2, count, done)

    now, before = complaints(46, 165_000), complaints(54, 220_000)
    by_hand = BEYOND * math.hypot(math.sqrt(46) / 16.5, math.sqrt(54) / 22)
    assert uncertain(now, before) == pytest.approx(by_hand)
    assert change(now, before, "件/万号", 2, uncertain(now, before)).way == "same"
    assert (
        change(complaints(146, 165_000), before, "件/万号", 2, uncertain(complaints(146, 165_000), before)).way == "up"
    )
    # A place without one is known no better than one with one.
    assert uncertain(complaints(0, 10_000), complaints(0, 10_000)) == pytest.approx(BEYOND * math.sqrt(2))


@given(SHARE, SHARE, st.integers(1, 10**6), st.integers(1, 10**6))
def test_what_is_called_a_change_lies_beyond_its_limit(now: float, before: float, n: int, m: int) -> None:
    limit = uncertain(rate(now, n), rate(before, m))
    assert limit > 0 and math.isfinite(limit)
    found = change(rate(now, n), rate(before, m), "个百分点", 2, limit)
    if found.way in ("up", "down"):
        assert abs(now - before) > limit
        assert (found.way == "up") == (now > before)
    else:
        assert abs(now - before) <= limit or round(abs(now - before), 2) == 0
    assert found.signed.value == pytest.approx(now - before)


def test_without_anything_to_compare_nothing_is_said() -> None:
    found = change(rate(91.0), rate(None), "个百分点", 2, 0.0)
    assert found.way == "" and changed(found) == [] and found.signed.value is None
    same = change(rate(91.0), rate(91.0), "个百分点", 2, 1.0)
    assert both(same, same) == ["，与上月和上年同月均基本持平"]
