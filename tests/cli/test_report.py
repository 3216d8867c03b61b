"""The command `report` as programs and people use it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
import pypdfium2
import pytest
from click.testing import Result
from typer.testing import CliRunner

from cockpit.cli.app import app
from cockpit.demo.city import write_city


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def answer(*words: object) -> Any:  # noqa: ANN401
    done = run(*words, "--json")
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("report")
    write_city(place / "files", halls=3, days=35, until=dt.date(2026, 10, 31), seed=3)
    done = run("import", "standard", place / "files", "--data", place / "data")
    assert done.exit_code == 0, done.output
    yield place / "data"


def test_the_citys_report_is_made_and_saved_where_it_was_asked_for(data: Path, tmp_path: Path) -> None:
    told = answer("report", "2026-10", "--data", data, "--out", tmp_path / "out", "--by", "wang.fang")
    assert told["period"] == "2026-10" and told["scope"]["kind"] == "city" and told["faults"] == []
    document = pypdfium2.PdfDocument(told["pdf"])
    assert len(document) == told["pages"] > 5
    document.close()
    assert Path(told["pdf"]).parent == tmp_path / "out"
    sheets = pl.read_excel(BytesIO(Path(told["xlsx"]).read_bytes()), sheet_id=0)
    assert {"说明", "主要指标", "全部数字"} <= set(sheets)
    again = answer("report", "2026-10", "--data", data)
    assert again["edition"] == told["edition"] + 1 and again["fingerprint"] == told["fingerprint"]


def test_all_are_made_by_one_command_and_a_hall_or_county_alone(data: Path) -> None:
    every = answer("report", "2026-10", "--all", "--data", data)
    assert [one["scope"]["kind"] for one in every] == ["city", *["county"] * 3, *["hall"] * 3]
    hall = answer("report", "2026-10", "--hall", "H001", "--data", data)
    assert hall["scope"] in [one["scope"] for one in every] and hall["scope"]["key"] == "H001"
    county = every[1]["scope"]["key"]
    assert answer("report", "2026-10", "--county", county, "--data", data)["scope"]["name"] == county
    told = run("report", "2026-10", "--hall", "H001", "--data", data)
    assert told.exit_code == 0 and "自检通过" in told.output and "report.pdf" in told.output


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("2026-13",), 2, "不是月份"),
        (("2026-Q3",), 2, "月报按月生成"),
        (("2026年10月",), 2, "是否想写 2026-10"),
        (("2026-10", "--hall", "H999"), 1, "没有大厅 H999"),
        (("2026-10", "--county", "没有县"), 1, "没有区县 没有县"),
        (("2026-10", "--hall", "H001", "--all"), 2, "只能写一个"),
        (("2025-01",), 1, "没有任何数据"),
        (("2027-01",), 1, "没有任何数据"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(data: Path, words: tuple[str, ...], code: int, said: str) -> None:
    done = run("report", *words, "--data", data)
    told = done.stderr or str(done.exception)
    assert done.exit_code == code and said in told, told
