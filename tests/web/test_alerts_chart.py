"""How 预警处置 says numbers and times, and its chart: levels as lines with labels apart, gaps, the moment marked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.catalogue import catalogue
from alerts.definition import Thresholds
from alerts.ladder import Deadline, Why
from cockpit.board.alert_shown import Shown
from cockpit.board.incident_course import Course
from cockpit.web import alerts_words, incident_chart

NOW = datetime(2026, 10, 12, 10, 7, tzinfo=ZoneInfo("Asia/Shanghai"))
WAIT = catalogue()["wait_avg"]
ROW = Shown(
    id="i", place=(("hall_id", "s1"),), where="市本级", hall_id="s1", county="市本级", cause="crowd", title="排队拥挤",
    group="flow", indicator="wait_avg", fast=True, firing=("平均等候", "最长在队等候", "人流高峰", "弃号过号率"),
    level=2, worst=3, opened_at=NOW - timedelta(minutes=25), acknowledged_at=None, by="", assigned_to="",
    silenced_until=None, closed_at=None, closing=None, rung="值班长", flapping=False,
    deadline=Deadline(NOW + timedelta(minutes=5), Why.NOT_ACKNOWLEDGED), mine=True, handled=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("wait_avg", 14.96, "14.96 分钟"),  # beside 15 it is not 15
        ("wait_avg", 26.5, "26.5 分钟"),
        ("footfall_peak", 1.3, "1.3 倍"),
        ("abandon_rate", 9.999, "10%"),
        ("bad_review_7d", 3.0, "3 条"),
        ("ywtb_case_rate", None, "无数据"),
        ("handle_time_drift", 3.456, "3.46 σ"),
        ("tidal_wait_rise", -12.5, "−12.5%"),
    ],
)
def test_a_reading_is_told_with_its_unit(name: str, value: float | None, said: str) -> None:
    assert alerts_words.number(value, catalogue()[name]) == said


def test_where_it_stands_and_until_when() -> None:
    people = {"wang": "王芳"}
    assert alerts_words.since(ROW, NOW) == "09:42 起，已 25 分钟"
    assert alerts_words.stands(ROW, people, NOW) == "待签收，由值班长签收"
    assert alerts_words.due(ROW, NOW + timedelta(minutes=4.5)) == ("10:12 前签收，还剩不足 1 分钟", False)
    assert alerts_words.since(ROW, NOW + timedelta(hours=2)) == "09:42 起，已 2.4 小时"
    assert alerts_words.due(ROW, NOW) == ("10:12 前签收，还剩 5 分钟", False)
    assert alerts_words.due(ROW, NOW + timedelta(minutes=9)) == ("应在 10:12 前签收，已超 4 分钟", True)
    assert alerts_words.fires(ROW) == "平均等候、最长在队等候、人流高峰 等 4 项"
    taken = replace(ROW, acknowledged_at=NOW, by="wang", deadline=Deadline(NOW + timedelta(hours=1), Why.NOT_DONE))
    assert alerts_words.stands(taken, people, NOW) == "王芳 在办"
    assert alerts_words.due(taken, NOW)[0] == "11:07 前处置，还剩 60 分钟"
    quiet = replace(taken, silenced_until=NOW + timedelta(hours=2))
    assert alerts_words.stands(quiet, people, NOW) == "静默到 12:07，王芳 在办"
    assert alerts_words.due(quiet, NOW) == ("", False)
    assert "已恢复，曾为红" in alerts_words.level(replace(ROW, level=0))


def course_of(values: list[float | None]) -> Course:
    times = [NOW - timedelta(minutes=5 * number) for number in reversed(range(len(values)))]
    shape = {"at": pl.Datetime("us", "Asia/Shanghai"), "value": pl.Float64}
    return Course(pl.DataFrame({"at": times, "value": values}, schema=shape), fast=True)


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_chart_shows_the_levels_in_force_gaps_and_the_moment(look: str) -> None:
    force = Thresholds(16, 25, 40, 12)
    made = incident_chart.figure(course_of([10.0, None, 18.0, 30.0]), WAIT, force, NOW, look=look)  # type: ignore[arg-type]
    (line,) = made.data
    assert list(line.y) == [10.0, None, 18.0, 30.0] and not line.connectgaps
    assert list(line.customdata)[0] == "09:52  10 分钟"
    assert list(line.customdata)[1] == "09:57  无数据"
    said = {one.text.strip() for one in made.layout.annotations}
    assert said == {"黄 ≥ 16", "橙 ≥ 25", "红 ≥ 40", "恢复 ≤ 12", "开始报警"}
    assert sorted(shape.y0 for shape in made.layout.shapes if shape.y0 == shape.y1) == [12, 16, 25, 40]
    low, high = made.layout.yaxis.range
    assert low == 0 and high > 40 and made.layout.template.layout.font.family


def test_a_level_far_beyond_the_course_does_not_flatten_it() -> None:
    rise = catalogue()["tidal_wait_rise"]
    made = incident_chart.figure(course_of([5.0, 21.0, 24.0]), rise, Thresholds(20, 50, 900, 10), NOW, look="light")
    assert "红" not in "".join(one.text for one in made.layout.annotations)
    down = catalogue()["ywtb_case_rate"]
    made = incident_chart.figure(course_of([91.0, 91.5]), down, down.thresholds, NOW, look="light")
    assert made.layout.yaxis.range[0] > 80  # what is bad when low is looked at closely


def test_those_who_cannot_see_the_chart_are_told() -> None:
    assert incident_chart.said(course_of([10.0, None, 30.0]), WAIT, "综合") == (
        "综合的平均等候在报警前后的走势：最低 10 分钟，最高 30 分钟。"
    )
    assert incident_chart.said(course_of([None]), WAIT, "综合") == "综合的平均等候：没有读数。"


@given(st.dictionaries(st.sampled_from(["yellow", "orange", "red", "recovery"]), st.floats(0, 230)))
def test_labels_never_lie_over_each_other(places: dict[str, float]) -> None:
    found = incident_chart._apart(places)
    heights = sorted(found.values())
    assert all(b - a >= incident_chart.LABEL_APART - 1e-6 for a, b in zip(heights, heights[1:], strict=False))
    assert all(found[edge] >= places[edge] for edge in places)
    assert sorted(found, key=lambda edge: found[edge]) == sorted(places, key=lambda edge: places[edge])
