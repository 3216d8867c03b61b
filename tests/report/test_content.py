"""What a report says, counted again row by row in plain Python; and what changes when one case changes."""

import datetime as dt
import re
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.report.book import halls_of, load, scopes
from cockpit.report.content import build
from cockpit.report.matters import matters
from cockpit.report.model import Chart, Keys, Paragraph, Points, Report, Scope, Table
from cockpit.report.numbers import Numbers
from cockpit.report.traceable import Figure, Name
from cockpit.settings import Settings
from metrics.periods import parse
from metrics.standard import TABLES
from tests.report.conftest import MONTH, NOW, ZONE, Written

START, END = MONTH.instants(ZONE)


def rows(folder: DataFolder, table: str) -> list[dict[str, Any]]:
    return folder.lake.snapshot().scan(table).collect().to_dicts()


def value(report: Report, name: str, label: str = MONTH.label, place: str = "") -> float | None:
    return report.figures()[f"{name}@{label}@{place or report.scope.place}"].value


def within(at: dt.datetime | None) -> bool:
    return at is not None and START <= at < END


def test_volumes_are_those_of_the_rows(written: Written) -> None:
    cases = [row for row in rows(written.folder, "cases") if not row["is_test"]]
    assert value(written.city, "accepted") == sum(within(row["accept_time"]) for row in cases)
    assert value(written.city, "finished") == sum(
        within(row["finish_time"]) and row["status"] == "finished" for row in cases
    )
    calls = [row for row in rows(written.folder, "tickets") if within(row["call_time"]) and not row["is_test"]]
    per_hall = Counter(row["hall_id"] for row in calls)
    for hall in halls_of(written.book, Scope()):
        of_hall = build(written.book, hall, {})
        told = of_hall.figures().get(f"wait_avg@{MONTH.label}@{hall.place}")
        assert told is not None and told.denominator == per_hall[hall.key]


def test_the_three_rates_are_counted_again(written: Written) -> None:
    items = {row["item_code"]: row for row in rows(written.folder, "items")}
    scope = [
        row
        for row in rows(written.folder, "cases")
        if within(row["accept_time"])
        and not row["is_test"]
        and items[row["item_code"]]["apply_based"]
        and not items[row["item_code"]]["ywtb_exception"]
    ]
    for name, part in (
        ("ywtb_case_rate", scope),
        ("ywtb_window_rate", [row for row in scope if row["channel"] == "window"]),
    ):
        figure = written.city.figures()[f"{name}@{MONTH.label}@city"]
        assert figure.denominator == len(part)
        assert figure.numerator == sum(row["platform"] == "ywtb2" for row in part)
        assert figure.value == pytest.approx(100 * figure.numerator / figure.denominator)


def test_a_day_has_as_many_tickets_as_were_taken(written: Written) -> None:
    chart = next(block for block in written.city.blocks() if isinstance(block, Chart) and block.key == "tickets-days")
    transferred = {"transferred"}
    days = Counter(
        row["take_time"].astimezone(ZONE).day
        for row in rows(written.folder, "tickets")
        if within(row["take_time"]) and not row["is_test"] and row["status"] not in {"void"} | transferred
    )
    told = {int(label): found for label, found in zip(chart.labels, chart.series[0].values, strict=True) if found}
    assert set(told) == set(days)
    # Transfers count once, and tickets cancelled at once not at all: no day has more than its rows.
    assert all(told[day] <= days[day] * 1.02 for day in days)
    assert sum(told.values()) == pytest.approx(sum(days.values()), rel=0.05)


def test_the_mean_of_a_half_hour_leaves_out_the_days_on_which_nobody_came(written: Written) -> None:
    days, slots = Counter[dt.date](), Counter[tuple[int, int]]()
    for row in (one for one in written.book.days.to_dicts() if one["taken"]):
        days[row["date"]] += row["taken"]
    for row in written.book.slots.to_dicts():
        slots[row["weekday"], row["slot"]] += row["taken"]
    open_on = Counter(day.isoweekday() for day in days)
    chart = next(block for block in written.city.blocks() if isinstance(block, Chart) and block.key == "arrivals-heat")
    monday = next(row for row in chart.series if row.name == "星期一")
    assert open_on[1] == 3, "the fifth was a holiday"
    first = min(slot for (_, slot) in slots)
    for number, mean in enumerate(monday.values):
        taken = slots[1, first + 30 * number]
        assert mean == pytest.approx(taken / 3) if taken else not mean


def test_bad_reviews_are_those_of_the_rows(written: Written) -> None:
    bad = [
        row
        for row in rows(written.folder, "reviews")
        if within(row["assess_time"]) and row["origin"] == "active" and row["level"] <= 2 and row["valid"] is not False
    ]
    told = [
        found
        for found in (figure for figure in written.city.figures().values())
        if found.key.startswith("reviews_bad@")
    ]
    whole = next((one.value for one in told if one.key == f"reviews_bad@{MONTH.label}@city"), 0)
    assert whole == len(bad)


def test_halls_add_up_to_counties_and_counties_to_the_city(written: Written) -> None:
    n = Numbers(written.book, Scope())
    counties = [scope for scope in scopes(written.book) if scope.kind == "county"]
    for name in ("accepted", "finished", "calls", "reviews_active", "complaints_onsite", "scope"):
        assert n.count(name).value == sum(n.count(name, scope=county).value or 0 for county in counties)
    for county in counties:
        halls = halls_of(written.book, county)
        assert n.count("calls", scope=county).value == sum(n.count("calls", scope=hall).value or 0 for hall in halls)


def test_reports_hold_no_number_that_nothing_stands_for(written: Written) -> None:
    for scope in scopes(written.book):
        report = build(written.book, scope, {})
        figures = report.figures()
        shown = {figure.number for figure in figures.values()}
        for sentence in report.sentences():
            names = [part.text for part in sentence.parts.values() if isinstance(part, Name)]
            plain = sentence.text
            for name in sorted(names, key=len, reverse=True):
                plain = plain.replace(name, "")
            assert set(re.findall(r"[\d,]*\d(?:\.\d+)?", plain)) <= {number.strip("+−") for number in shown}, plain
            assert "None" not in plain and "nan" not in plain


def test_nothing_is_said_twice_and_no_chart_is_empty(written: Written) -> None:
    for scope in scopes(written.book):
        report = build(written.book, scope, {})
        rules: dict[str, str] = {}
        for sentence in report.sentences():
            assert rules.setdefault(sentence.rule, sentence.text) == sentence.text
        keys = [block.key for block in report.blocks() if isinstance(block, Chart | Table)]
        assert len(keys) == len(set(keys))
        assert not [block.key for block in report.blocks() if isinstance(block, Chart) and block.empty]
        assert all(block.rows for block in report.blocks() if isinstance(block, Table | Keys))
        assert all(block.alt.endswith("。") for block in report.blocks() if isinstance(block, Chart))


def test_a_city_has_fifteen_charts_and_all_its_chapters(written: Written) -> None:
    assert [chapter.title for chapter in written.city.chapters] == [
        *("摘要", "总体情况", "排队与窗口效能", "办件与时限", "一网通办", "好差评与投诉", "预警与处置"),
        *("大厅对比", "热门领域全景", "下月展望与建议", "口径、数据质量与更正"),
    ]


@pytest.fixture
def copy(written: Written, tmp_path: Path) -> DataFolder:
    """The city again, to be changed."""
    shutil.copytree(written.folder.path, tmp_path / "data")
    return open_folder(Settings(data_dir=tmp_path / "data"))


def test_one_case_changed_changes_every_sentence_that_rests_on_it_and_no_other(
    written: Written, copy: DataFolder, tmp_path: Path
) -> None:
    hall = next(scope for scope in halls_of(written.book, Scope()))
    found = next(
        row
        for row in rows(copy, "cases")
        if row["hall_id"] == hall.key and within(row["finish_time"]) and row["channel"] == "window"
        and row["platform"] == "ywtb2" and row["status"] == "finished" and row["visit_count"] == 1
    )  # fmt: skip
    later = {name: found[name] for name in (*TABLES["cases"].dtypes, "updated_at")}
    (tmp_path / "later").mkdir()
    corrected = later | {"visit_count": 2, "updated_at": NOW - dt.timedelta(days=1)}
    pl.DataFrame([corrected]).write_parquet(tmp_path / "later" / "cases.parquet")
    import_files(copy, load_profile("standard"), [tmp_path / "later"], by="correction")
    book = load(copy, copy.lake.snapshot(), MONTH, NOW)
    for scope in (Scope(name=book.city), hall):
        before, after = build(written.book, scope, {}), build(book, scope, {})
        old, new = before.figures(), after.figures()
        moved = {key for key in old.keys() | new.keys() if _what(old.get(key)) != _what(new.get(key))}
        assert f"one_visit_rate@{MONTH.label}@{scope.place}" in moved
        # Only what counts visits has moved: nobody's waits, no review, no 一网通办 rate.
        assert {key.partition("@")[0].partition(":")[0].partition("~")[0].partition("!")[0] for key in moved} <= {
            *("one_visit_rate", "median")
        }
        assert before.fingerprint != after.fingerprint
        by_rule = {sentence.rule: sentence for sentence in before.sentences()}
        for sentence in after.sentences():
            rests = {figure.key for figure in (*sentence.figures, *sentence.because)}
            same = by_rule.get(sentence.rule)
            if not rests & moved:
                assert same is not None and same.text == sentence.text, sentence.rule
            elif same is not None and same.words == sentence.words:
                changed = any(_what(old[figure.key]) != _what(figure) for figure in sentence.figures)
                assert changed == (same.text != sentence.text) or same.text == sentence.text
    copy.close()


def _what(figure: Figure | None) -> object:
    if figure is None:
        return None
    numbers = (figure.value, figure.numerator, figure.denominator)
    return [None if number is None else f"{number:.9g}" for number in numbers]


def test_what_was_printed_and_is_now_otherwise_is_told_in_the_next_report(written: Written) -> None:
    before = MONTH.previous().label
    n = Numbers(written.book, Scope())
    now = n.count("accepted", before)
    assert now.value
    printed = {f"accepted@{before}@city": now.value - 7, f"finished@{before}@city": n.count("finished", before).value}
    report = build(written.book, Scope(name=written.book.city), printed)
    table = next(block for block in report.blocks() if isinstance(block, Table) and block.key == "restated")
    ((name, was, is_now),) = table.rows
    assert isinstance(was, Figure) and isinstance(is_now, Figure)
    assert (name, was.value, is_now.value) == ("受理办件", now.value - 7, now.value)
    same = build(written.book, Scope(name=written.book.city), {f"accepted@{before}@city": now.value})
    assert any("没有变化" in sentence.text for sentence in same.sentences())


@pytest.mark.parametrize("label", ["2026-07", "2026-11", "2026-02"])
def test_months_of_all_kinds_have_a_report(written: Written, label: str) -> None:
    """The month in which the records begin, one that has just begun, and one without any data."""
    book = load(written.folder, written.folder.lake.snapshot(), parse(label), NOW)
    for scope in scopes(book):
        report = build(book, scope, {})
        assert any(isinstance(block, Paragraph | Points) for block in report.blocks())
        compared = [key for key in report.figures().values() if "~" in key.key and key.key.endswith(scope.place)]
        if label in ("2026-02", "2026-07"):
            assert all(figure.value is None for figure in compared), "nothing before it can be compared"


def test_a_month_that_is_not_over_is_told_as_such_and_for_each_day_that_was(written: Written) -> None:
    now = dt.datetime(2026, 10, 21, 20, tzinfo=ZONE)
    book = load(written.folder, written.folder.lake.snapshot(), MONTH, now)
    n = Numbers(book, Scope(name=book.city))
    held = {
        row["date"]
        for row in rows(written.folder, "calendar")
        if row["open_at"] and MONTH.start <= row["date"] < MONTH.end and row["open_at"] <= now
    }
    assert n.days().value == len(held) < written.book.open_days[MONTH.label, "city"]
    assert n.count_change("accepted", total=True).by.value is None, "part of a month is no fall"
    assert n.count_change("accepted").by.value is not None
    report = build(book, Scope(name=book.city), {})
    said = [sentence.text for sentence in report.sentences()]
    assert any("本月尚未结束，以下数字截至 10月21日。" in text.replace("截至10", "截至 10") for text in said)
    assert not any("尚未结束" in sentence.text for sentence in written.city.sentences())


def test_a_month_in_whose_midst_the_records_begin_says_so(written: Written) -> None:
    book = load(written.folder, written.folder.lake.snapshot(), parse("2026-06"), NOW)
    if book.days.is_empty():
        book = load(written.folder, written.folder.lake.snapshot(), parse("2026-07"), NOW)
    first = min(row["date"] for row in book.days.to_dicts() if row["taken"])
    said = [sentence.text for sentence in build(book, Scope(name=book.city), {}).sentences()]
    told = any(f"记录从{first.month}月{first.day}日开始" in text for text in said)
    assert told == (book.period.label not in book.whole)


def test_halls_people_dislike_and_reviews_left_alone_are_named(written: Written) -> None:
    n = Numbers(written.book, Scope())
    hall = halls_of(written.book, Scope())[0]
    rates, sums = dict(written.book.rates), dict(written.book.sums)
    rates["review_good_rate", MONTH.label, hall.place] = (90.0, 100.0, 90.0)
    for one in halls_of(written.book, Scope()):
        sums["bad_named", MONTH.label, one.place] = sums["bad_named_called", MONTH.label, one.place] = 0.0
    for place in ("city", hall.place):
        rates["callback_rate", MONTH.label, place] = (1.0, 4.0, 25.0)
        sums["bad_named", MONTH.label, place], sums["bad_named_called", MONTH.label, place] = 4.0, 1.0
    told = [one.said.text for one in matters(Numbers(replace(written.book, rates=rates, sums=sums), Scope()))]
    assert [
        text for text in told if f"{hall.name}（90.00%）" in text and text.startswith("主动评价好评率低于 98% 的大厅")
    ], told
    assert f"3 件差评没有回访，差评回访率 25.00%，要求 100%，其中{hall.name} 3 件。" in told
    assert not any(hall.name in one.said.text and "好评率" in one.said.text for one in matters(n))


def test_a_place_below_the_demand_is_told_with_how_far_it_fell(written: Written) -> None:
    rates, before = dict(written.book.rates), MONTH.previous().label
    for name in ("ywtb_case_rate", "ywtb_items_on_target"):
        rates[name, MONTH.label, "city"] = (7_000.0, 10_000.0, 70.0)
        rates[name, before, "city"] = (9_500.0, 10_000.0, 95.0)
    report = build(replace(written.book, rates=rates), Scope(name=written.book.city), {})
    said = [sentence.text for sentence in report.sentences()]
    assert "一网通办办件率 70.00%，低于省级要求的 90%，较上月下降 25.00 个百分点。" in said
    assert "达标事项占比 70.00%，较上月下降 25.00 个百分点。" in said
    assert any("单事项一网通办率达标的" in text and text.endswith("较上月下降 25.00 个百分点。") for text in said)
