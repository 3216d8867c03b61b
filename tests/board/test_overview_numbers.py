"""The city's five numbers and the halls behind them: the rows add up to the number that stands above them."""

from pathlib import Path

import pytest

from cockpit.board.overview import overview
from cockpit.board.overview_numbers import BY_HALL, city_numbers, halls_behind
from cockpit.door.roles import Role
from cockpit.door.viewer import Viewer
from tests.board.small_city import NOW, build


def seen(tmp_path: Path, scope: frozenset[str] | None = None) -> tuple[object, ...]:
    folder = build(tmp_path / "data")
    view = overview(folder, Viewer("x", scope, Role.LEADER), NOW)
    folder.close()
    return view, city_numbers(view)


@pytest.mark.parametrize("scope", [None, frozenset({"s1", "t1"})], ids=["city", "two halls"])
def test_the_halls_behind_a_number_add_up_to_it(tmp_path: Path, scope: frozenset[str] | None) -> None:
    view, numbers = seen(tmp_path, scope)

    assert [number.title for number in numbers] == ["取号", "当前等候", "开放窗口", "办件申请", "评价"]
    for number in numbers:
        assert number.rows is not None and number.rows.kind == BY_HALL
        sheet = halls_behind(view, number.rows)
        assert sheet.frame["value"].sum() == number.value
        known = sheet.frame["value"].drop_nulls().to_list()
        assert known == sorted(known, reverse=True) and sheet.frame["value"].to_list()[: len(known)] == known
        if scope:
            assert set(sheet.frame["hall"]) == {"市本级", "石桥"}


def test_the_numbers_say_what_day_they_are_of_and_what_is_missing(tmp_path: Path) -> None:
    _, numbers = seen(tmp_path)
    told = {number.key: number for number in numbers}

    assert told["tickets"].value == 4 and told["tickets"].note == "2 个大厅无数据"
    assert told["tickets"].period == "2026年10月12日（截至 10:07）"
    assert told["open_windows"].note == "按队列合计，共用窗口重复计"
    assert told["submitted"].note.startswith("办结 ") and told["reviews"].note == "其中差评 1"
    assert all(number.definition.text and number.as_of is not None for number in numbers)


def test_what_compares_halls_is_left_out_where_there_is_one(tmp_path: Path) -> None:
    _, several = seen(tmp_path / "two", frozenset({"s1", "t1"}))
    assert {number.key: number.note for number in several}["waiting"].startswith(("最多：", "1 个大厅"))
    _, numbers = seen(tmp_path / "one", frozenset({"s1"}))
    told = {number.key: number for number in numbers}

    assert told["waiting"].value and told["waiting"].note == ""
    assert not any("最多" in number.note or "个大厅" in number.note for number in numbers)
