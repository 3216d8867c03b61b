"""Charts: always our template, no English, and exactly the numbers they were given."""

import json
from datetime import date
from typing import Any, get_args

import plotly.graph_objects as go
import polars as pl
import pytest

from cockpit.board.quantity import Target
from cockpit.web import charts_day, charts_months, charts_places
from cockpit.web.charts import CONFIG, PALETTES, Look, template
from tests.web.gallery import EVIL

SLOTS = pl.DataFrame({"minute": [540, 555, 570], "today": [3, None, 5], "usual": [2.0, 3.0, 4.0]})
PLACES = pl.DataFrame({"place": ["全市", "云栖区", EVIL], "value": [93.01, 89.96, None]})
CHANNELS = pl.DataFrame({"place": ["全市", "云栖区"], "web": [30, 0], "window": [10, None]})
MONTHS = pl.DataFrame(
    {"month": [date(2025, 12, 1), date(2026, 1, 1)], "value": [88.0, 91.0], "last_year": [None, 85.0]}
)
PARTS = [("web", "网页"), ("window", "窗口")]


def every(look: Look) -> list[go.Figure]:
    target = Target(90)
    return [
        charts_day.day_course(SLOTS, EVIL, "常态", "人", look=look),
        charts_day.day_course(SLOTS.with_columns(low=1.0, high=9.0), "今天", "", "人", look=look),
        charts_day.day_course(SLOTS.clear(), "今天", "", "人", look=look),
        charts_places.bars(PLACES, "%", target=target, mark="全市", look=look),
        charts_places.bars(PLACES.clear(), "分钟", look=look),
        charts_places.shares(CHANNELS, PARTS, look=look),
        charts_months.trend(MONTHS, "%", target=target, look=look),
        charts_months.trend(MONTHS.drop("last_year"), "件", from_zero=True, look=look),
        charts_months.trend(MONTHS.clear(), "件", look=look),
    ]


def drawn(figure: go.Figure) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(figure.to_json())
    return whole


@pytest.mark.parametrize("look", get_args(Look))
def test_every_chart_names_our_template_and_takes_no_colour_of_the_other_look(look: Look) -> None:
    other = PALETTES["dark" if look == "light" else "light"]
    for figure in every(look):
        layout = figure.layout.template.layout
        assert layout.font.color == PALETTES[look].ink and layout.paper_bgcolor == "rgba(0,0,0,0)"
        text = figure.to_json()
        assert other.accent not in text and other.ink not in text and "plotly" not in text.lower()
    assert template(look) == f"cockpit-{look}"


def test_names_from_the_data_are_text_in_charts_too() -> None:
    for figure in every("light"):
        text = json.dumps(drawn(figure), ensure_ascii=False)
        assert "<img" not in text and "<b>粗" not in text


def test_the_course_of_a_day_shows_the_numbers_it_was_given_with_a_gap_where_one_is_missing() -> None:
    figure = charts_day.day_course(SLOTS, "今天", "常态", "人", look="light")

    usual, today = figure.data
    assert list(today.y) == [3, None, 5] and list(usual.y) == [2.0, 3.0, 4.0]
    assert list(today.customdata) == ["09:00–09:15", "09:15–09:30", "09:30–09:45"]
    assert today.fill is None  # an area would hide the gap
    assert [
        trace.mode
        for trace in charts_day.day_course(
            SLOTS.with_columns(low=1.0, high=9.0), "今天", "常态", "人", look="light"
        ).data
    ] == ["lines"] * 4


def test_bars_say_their_number_and_what_misses_the_target_says_so() -> None:
    (bars,) = charts_places.bars(PLACES, "%", target=Target(90), mark="全市", look="light").data

    assert list(bars.x) == [93.01, 89.96, 0]
    assert list(bars.text) == ["93.0%", "✗ 89.96%", "无数据"]
    assert bars.customdata[1][1] == "89.96%"  # 0.04 is less than can be told
    wide = PLACES.with_columns(value=pl.Series([93.01, 88.0, None]))
    (bars,) = charts_places.bars(wide, "%", target=Target(90), look="light").data
    assert bars.customdata[1][1] == "88.0%（差 2.0）" and bars.customdata[0][1] == "93.0%"
    assert list(bars.marker.color)[:2] == [PALETTES["light"].accent, PALETTES["light"].miss]
    (bars,) = charts_places.bars(wide, "分钟", target=Target(90, "at_most"), look="light").data
    assert bars.text[0] == "✗ 93 分钟" and bars.customdata[0][1] == "93 分钟（超 3.0）"


def test_shares_add_up_to_the_whole_and_an_empty_place_stays_empty() -> None:
    web, window = charts_places.shares(CHANNELS, PARTS, look="light").data

    assert list(web.x) == [75.0, None] and list(window.x) == [25.0, None]
    assert list(web.text) == ["75%", ""] and web.customdata[0][2] == "30"


def test_a_trend_says_its_last_number_and_the_months_of_the_year_before() -> None:
    figure = charts_months.trend(MONTHS, "%", target=Target(90), look="light")

    before, now = figure.data
    assert list(now.y) == [88.0, 91.0] and list(before.y) == [None, 85.0]
    assert before.customdata[1][0] == "2025年1月" and now.customdata[0][0] == "2025年12月"
    assert {"<b>91.0%</b>", "目标 90%"} <= {note.text for note in figure.layout.annotations}
    assert figure.layout.showlegend is True
    assert charts_months.trend(MONTHS.drop("last_year"), "%", look="light").layout.showlegend is False


def test_a_narrow_range_of_shares_does_not_say_the_same_percentage_twice() -> None:
    axis = charts_months.trend(MONTHS, "%", look="light").layout.yaxis
    assert axis.tickformat == ",.2~f" and axis.ticksuffix == "%"


def test_nothing_english_of_plotly_is_switched_on() -> None:
    assert CONFIG == {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "showTips": False}


def test_rates_that_lie_close_together_have_no_two_lines_of_the_same_number() -> None:
    figure = charts_months.trend(MONTHS, "%", look="light")
    assert figure.layout.yaxis.tickformat == ",.2~f"  # trimmed: 90, 90.5, 91; the template's would say 90, 91, 91
    assert charts_months.trend(MONTHS, "件", look="light").layout.yaxis.tickformat == ",.0f"


@pytest.mark.parametrize("last", [90.0, 90.01, 89.9, 93.0, 60.0])
def test_what_stands_at_the_end_of_a_line_lies_on_no_line_and_not_on_each_other(last: float) -> None:
    rows = MONTHS.with_columns(value=pl.Series([88.0, last]), last_year=pl.Series([80.0, 90.0]))
    layout = charts_months.trend(rows, "%", target=Target(90), look="light").layout

    value, target = layout.annotations
    for label in (value, target):
        assert label.xanchor == "left" and label.xshift > 0  # begins where the lines have ended
    assert value.x == 1 and (target.xref, target.x) == ("paper", 1)
    low, high = layout.yaxis.range
    places = [label.y / (high - low) * charts_months.PLOT_HIGH + label.yshift for label in (value, target)]
    assert abs(places[0] - places[1]) >= charts_months.LABEL_APART - 1e-6
    assert (places[0] >= places[1]) == (last >= 90)
    assert layout.margin.r >= 70


def test_a_line_that_ends_early_has_its_label_on_a_ground_of_its_own() -> None:
    rows = pl.DataFrame(
        {"month": [date(2026, month, 1) for month in (1, 2, 3)], "value": [1, 2, None], "last_year": [1, 1, 2]}
    )
    (label,) = charts_months.trend(rows, "件", from_zero=True, look="dark").layout.annotations
    assert (label.x, label.bgcolor) == (1, PALETTES["dark"].panel)


@pytest.mark.parametrize("first", [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2025, 8, 1)])
def test_labels_of_months_lie_flat_and_every_year_is_written_once(first: date) -> None:
    months = [date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(13)]
    rows = pl.DataFrame({"month": months, "value": [1000.0 * n for n in range(13)]})
    axis = charts_months.trend(rows, "件", from_zero=True, look="light").layout.xaxis

    assert axis.tickangle == 0 and len(axis.tickvals) == 7
    years = [text.split("<br>")[1] for text in axis.ticktext if "<br>" in text]
    assert years == sorted(set(years)) and years
    beside = [1 for one, other in zip(axis.ticktext, axis.ticktext[1:], strict=False) if "年" in one and "年" in other]
    assert beside == []


def test_the_number_of_what_misses_its_target_lies_in_its_bar_and_not_on_the_target_s_line() -> None:
    rows = PLACES.with_columns(value=pl.Series([93.0, 88.0, 2.0]))
    (drawn_bars,) = charts_places.bars(rows, "%", target=Target(90), look="light").data
    assert list(drawn_bars.textposition) == ["outside", "inside", "outside"]  # the last has no room for it
    (plain,) = charts_places.bars(rows, "分钟", look="light").data
    assert set(plain.textposition) == {"outside"}


@pytest.mark.parametrize(
    ("values", "around"),
    [([0.0, 0.1], (0.0, 0.11)), ([0.04, 0.12], (0.03, 0.13)), ([90.0, 90.0], (80.0, 100.0)), ([0.0, 0.0], (0.0, 1.1))],
)
def test_the_axis_leaves_room_beside_the_lines_and_begins_at_nothing_below_zero(
    values: list[float], around: tuple[float, float]
) -> None:
    rows = MONTHS.with_columns(value=pl.Series(values), last_year=pl.lit(None, dtype=pl.Float64))
    low, high = charts_months.trend(rows, "%", look="light").layout.yaxis.range
    assert around[0] <= low <= min(values) and max(values) < high <= around[1]
