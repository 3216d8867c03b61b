"""The report's workbook, read again by another program's reader."""

import io
import zipfile

import fastexcel

from cockpit.report.model import Chart, Table
from cockpit.report.workbook import FIGURES, xlsx
from tests.report import sample


def read(held: bytes) -> dict[str, list[tuple[object, ...]]]:
    book = fastexcel.read_excel(held)
    return {name: book.load_sheet(name, header_row=None).to_polars().rows() for name in book.sheet_names}


def test_every_table_and_every_chart_has_its_sheet_with_all_its_rows() -> None:
    report = sample.report()
    sheets = read(xlsx(report, 1))
    assert next(iter(sheets)) == "说明"
    for block in report.blocks():
        if isinstance(block, Table):
            (rows,) = [rows for name, rows in sheets.items() if name == block.title[:31]]
            assert len(rows) == len(block.rows) + 1
        elif isinstance(block, Chart):
            (rows,) = [rows for name, rows in sheets.items() if name == f"图 {block.title}"[:31]]
            assert len(rows) == len(block.labels) + 1


def test_the_first_sheet_says_what_it_is() -> None:
    said = str(read(xlsx(sample.report(), 3))["说明"])
    assert all(word in said for word in ("云岭市", "2026-10", "18:00", "9f3a61c0d2", "2026.1", "第 3 版"))


def test_numbers_are_numbers_and_nothing_is_computed() -> None:
    held = xlsx(sample.report(), 1)
    figures = read(held)[FIGURES]
    assert len(figures) == len(sample.report().figures()) + 1
    with zipfile.ZipFile(io.BytesIO(held)) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if "worksheets/sheet" in name]
        texts = parts.read("xl/sharedStrings.xml").decode()
    assert not [text for text in sheets if "<f>" in text]
    assert "=HYPERLINK" in texts
    assert any("<v>1234567</v>" in text for text in sheets)


def test_the_same_report_is_the_same_file() -> None:
    assert xlsx(sample.report(), 1) == xlsx(sample.report(), 1)
    assert xlsx(sample.report(), 1) != xlsx(sample.report(), 2)
