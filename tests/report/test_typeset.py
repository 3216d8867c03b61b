"""The report as a PDF, read again with the tools of others."""

import hashlib
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit.report.check import faults
from cockpit.report.model import Chapter, Chart, Report, Scope, Section, Table
from cockpit.report.traceable import Name
from cockpit.report.typeset import pdf
from tests.report import sample

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def made() -> bytes:
    return pdf(sample.report(), 1)


@pytest.fixture(scope="module")
def pages(made: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(made)
    return [page.get_textpage().get_text_range() for page in document]


def run(tool: str, *arguments: str) -> str:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} 没有安装")
    return subprocess.run([tool, *arguments], capture_output=True, text=True, check=True).stdout


def test_fonts_are_embedded_in_part_and_the_file_is_sound(made: bytes, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(made)
    fonts = [line.split() for line in run("pdffonts", str(file)).splitlines()[2:]]
    assert {name.split("+")[1].split("-")[0] for name, *_ in fonts} == {"NotoSansSC", "NotoSerifSC"}
    assert all(line[-5:-2] == ["yes", "yes", "yes"] for line in fonts)
    assert "No syntax or stream encoding errors" in run("qpdf", "--check", str(file))


def test_the_same_report_is_the_same_file_in_another_process(made: bytes) -> None:
    code = (
        "import hashlib; from cockpit.report.typeset import pdf; from tests.report import sample;"
        "print(hashlib.sha256(pdf(sample.report(), 1)).hexdigest())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == hashlib.sha256(made).hexdigest()
    assert pdf(sample.report(), 2) != made


def test_the_mark_of_a_small_sample_stands_behind_its_number(tmp_path: Path) -> None:
    rows = tuple((Name(f"事项{n}"), sample.figure("超期办结率", 30.56, "%", 2, small=True)) for n in range(3))
    chapter = Chapter(
        "办件与时限", (Section("时限执行", (Table("late", "超期办结较多的事项", ("事项", "超期办结率（%）"), rows),)),)
    )
    document = pypdfium2.PdfDocument(pdf(replace(sample.report(), chapters=(chapter,)), 1))
    page = next(page for page in document if "30.56" in page.get_textpage().get_text_range())
    text = page.get_textpage()
    signs = [(text.get_text_range(n, 1), text.get_charbox(n)) for n in range(text.count_chars())]
    stars = [box for sign, box in signs if sign == "＊"]
    digits = [box for sign, box in signs if sign == "6"]
    assert len(stars) >= len(rows)
    for left, bottom, _, top in stars[: len(rows)]:
        beside = [box for box in digits if box[1] < (bottom + top) / 2 < box[3] + 2]
        assert beside and all(box[2] <= left + 0.5 for box in beside)


def test_the_file_says_what_it_is_and_can_be_walked_through(made: bytes) -> None:
    document = pypdfium2.PdfDocument(made)
    assert document.get_metadata_value("Title") == "云岭市政务服务大厅运营分析月报（2026年10月）"
    marks = ["".join(mark.get_title().split()) for mark in document.get_toc()]
    assert marks[:3] == ["目录", "图表目录", "编制说明"]
    assert "一、排队与窗口效能" in marks and "（二）各大厅比较" in marks and "附录一指标口径" in marks
    # A chapter without content is not printed, so the numbers of the others go on without a gap.
    assert not [mark for mark in marks if "好差评与投诉" in mark or "下月展望" in mark]


def test_the_head_of_a_long_table_stands_on_each_of_its_pages(pages: list[str]) -> None:
    bare = ["".join(text.split()) for text in pages]
    rows = [text for text in bare if text.count("高新区") + text.count("长河县") + text.count("云岭区") > 10]
    assert len(rows) >= 3
    assert all("县（市、区）" in text and "弃号率（%）" in text for text in rows)


def test_every_chart_is_told_in_words(made: bytes, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(made)
    run("qpdf", "--version")
    # The plain form of the file holds each text as UTF-16 in hexadecimal or as a string.
    plain = subprocess.run(
        ["qpdf", "--qdf", "--object-streams=disable", str(file), "-"], capture_output=True, check=True
    ).stdout
    for chart in (block for block in sample.report().blocks() if isinstance(block, Chart)):
        said = chart.alt.encode("utf-16-be")
        assert said.hex() in plain.decode("latin-1").lower() or said in plain, chart.key


def test_a_name_neither_shapes_the_page_nor_adds_to_it(pages: list[str]) -> None:
    text = "".join("".join(pages).split())
    assert "#setpage(fill:red)$x^2$[*粗*]_斜_@ref<label>`raw`\\//注释/*" in text
    assert "&amp;<b>厅</b>" in text and "{name}%s{{0}}" in text


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60))
def test_any_name_is_set_and_the_report_holds_what_it_says(name: str) -> None:
    found = faults(sample.small(name), pdf(sample.small(name), 1))
    # Letters that no typeface has are told; nothing else may be wrong.
    assert not [fault for fault in found if "字体里没有这些字" not in fault]


def test_a_report_without_anything_is_still_a_document() -> None:
    empty = Report("云岭市", Scope(), sample.parse("2026-02"), "无数据", "f", "2026.1", ())
    assert pdf(empty, 1).startswith(b"%PDF")
