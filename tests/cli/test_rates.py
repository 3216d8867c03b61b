"""The command `rates` as programs and people use it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cockpit.cli.app import app
from metrics.rates import NO_HALL, PLACES, rates_of
from tests.intake.valid_city import case, city_files, hall, ticket

#: A county of its own, so that a case without a hall has somewhere to stand.
HALLS = [hall(), hall("h2", county="市本级", region_code="330100000000", short_name="市中心")]


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["rates", *(str(word) for word in words)])


@pytest.fixture
def city(tmp_path: Path, data_dir: Path) -> Path:
    """October's Monday the 12th: three cases, one of them handed in online, and a visitor."""
    cases = [
        case(1),
        case(2, platform="dept"),
        case(3, hall_id=None, region_code="330102000000", channel="app"),
        case(4, apply_time="2026-09-30T09:00:00", accept_time="2026-09-30T09:30:00"),
    ]
    folder = city_files(tmp_path / "files", halls=HALLS, cases=cases, tickets=[ticket(1)])
    done = CliRunner().invoke(app, ["import", "standard", str(folder), "--data", str(data_dir)])
    assert done.exit_code == 0, done.output
    return data_dir


def answer(data: Path, *words: object) -> list[dict[str, Any]]:
    done = run(*words, "--data", data, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_the_answer_has_every_rate_of_the_city_with_its_parts(city: Path) -> None:
    found = answer(city, "--period", "2026-10")
    assert [list(figure) for figure in found] == [
        ["rate", "period", "place", "numerator", "denominator", "value", "definition_version"]
    ] * len(found)
    assert {figure["rate"] for figure in found} == {
        rate.id for rate in rates_of() if "city" in rate.places and rate.shown_if is None
    }
    by_rate = {figure["rate"]: figure for figure in found}
    assert by_rate["ywtb_case_rate"] == {
        "rate": "ywtb_case_rate", "period": "2026-10", "place": {}, "numerator": 2, "denominator": 3,
        "value": pytest.approx(200 / 3), "definition_version": "2026.1",
    }  # fmt: skip
    assert by_rate["wait_p90"]["numerator"] is None
    assert by_rate["wait_avg"]["value"] == 10
    nothing = by_rate["callback_rate"]
    assert (nothing["numerator"], nothing["denominator"], nothing["value"]) == (0, 0, None)


def test_a_place_is_named_by_the_keys_of_its_grain(city: Path) -> None:
    places = {
        by: [figure["place"] for figure in answer(city, "--period", "2026-10", "--by", by, "--rate", "ywtb_case_rate")]
        for by in PLACES.values()
    }
    assert places["city"] == [{}]
    assert places["county"] == [{"county": "云栖区"}, {"county": "市本级"}]
    assert places["hall"] == [{"hall_id": "h1"}, {"hall_id": "h2"}, {"hall_id": NO_HALL, "county": "云栖区"}]
    assert places["department"][0] == {"dept_code": "d1"}
    assert places["item"][0] == {"item_code": "i1"}
    assert {"theme": "business"} in places["theme"]
    halls = answer(city, "--period", "2026-10", "--by", "hall", "--rate", "ywtb_case_rate")
    assert [(figure["numerator"], figure["denominator"]) for figure in halls] == [(1, 2), (0, 0), (1, 1)]


@pytest.mark.parametrize(
    ("period", "cases"),
    [("2026-09", 1), ("2026-W42", 3), ("2026-10-12", 3), ("2026-10-13", 0), ("2026-Q4", 3), ("2026", 4),
     ("2026-09-30..2026-10-12", 1), ("1999-05", 0)],
)  # fmt: skip
def test_every_way_to_write_a_period_is_understood(city: Path, period: str, cases: int) -> None:
    (figure,) = answer(city, "--period", period, "--rate", "ywtb_case_rate")
    assert (figure["period"], figure["denominator"]) == (period, cases)


def test_people_get_a_table_in_their_language(city: Path) -> None:
    done = run("--period", "2026-10", "--data", city)
    assert done.exit_code == 0
    for text in ("一网通办办件率", "分子", "分母", "66.7 %", "无数据", "10.0 分钟"):
        assert text in done.stdout
    halls = run("--period", "2026-10", "--by", "hall", "--data", city).stdout
    assert f"云栖区 {NO_HALL}" in halls
    assert "市中心" in halls
    assert "房地产" in run("--period", "2026-10", "--by", "theme", "--data", city).stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--period", "2026-9"], "是否想写 2026-09"),
        (["--period", "上个月"], "请写成"),
        (["--period", "2026-10", "--by", "depart"], "是否想写 department"),
        (["--period", "2026-10", "--rate", "wait_average"], "是否想写 wait_avg"),
        (["--period", "2026-10", "--by", "theme", "--rate", "wait_avg"], "按主题"),
        ([], "--period"),
    ],
)
def test_wrong_usage_is_exit_code_2_and_says_what_was_meant(data_dir: Path, words: list[str], told: str) -> None:
    done = run(*words, "--data", data_dir)
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in " ".join(done.stderr.split())


def test_a_folder_that_is_not_there_is_refused_in_one_line(data_dir: Path) -> None:
    done = run("--period", "2026-10", "--data", data_dir)
    assert (done.exit_code, done.stdout, len(done.stderr.strip().splitlines())) == (1, "", 1)
    assert str(data_dir) in done.stderr


def test_a_city_of_which_only_the_halls_are_known_has_no_rate_and_no_error(tmp_path: Path, data_dir: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "halls.csv").write_text(
        "hall_id,name,short_name,region_code,county,level\nh1,某厅,某,330102000000,云栖区,county\n", encoding="utf-8"
    )
    CliRunner().invoke(app, ["import", "standard", str(folder), "--data", str(data_dir)])
    found = answer(data_dir, "--period", "2026-10", "--by", "hall")
    assert {figure["value"] for figure in found} == {None}
    assert {figure["place"]["hall_id"] for figure in found} == {"h1"}
