"""The report's workbook (XLSX): every table and the numbers behind every chart, and what they are counted from.

Numbers are numbers, each rate beside its numerator and denominator; text stays text, whatever it begins with. The same
report and edition give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from cockpit.report.model import TITLE, Cell, Chart, Figure, Key, Keys, Name, Report, Table
from cockpit.spreadsheet import ABOUT, TEXT, cut, sheet_names, wide

#: Widths in characters.
_NARROWEST, _WIDEST = 8, 60
SMALL = "样本较少"
FIGURES = "全部数字"
Row = Sequence[Cell | float | None]


def xlsx(report: Report, edition: int) -> bytes:
    """The workbook as the bytes of an XLSX file: 说明, each table, each chart's numbers, every number with its source.

    Args:
        report: what it says.
        edition: 第几版.
    """
    held = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(held, options)
    end = report.period.end
    # The month's end and not the present: the same report is the same file.
    book.set_properties({"title": _title(report), "created": datetime(end.year, end.month, end.day)})  # noqa: DTZ001
    sheets = list(_sheets(report))
    names = sheet_names([title for title, *_ in sheets])
    _about(book, report, edition, [(name, note) for name, (_, _, _, note) in zip(names, sheets, strict=True)])
    for name, (_, columns, rows, _) in zip(names, sheets, strict=True):
        _sheet(book, name, columns, rows)
    book.close()
    return held.getvalue()


def _title(report: Report) -> str:
    scope = "" if report.scope.kind == "city" else f" · {report.scope.name}"
    return f"{report.city}{TITLE} {report.period.label}{scope}"


def _sheets(report: Report) -> Iterable[tuple[str, tuple[str, ...], list[Row], str]]:
    """Title, headings, rows and note of each sheet."""
    for block in report.blocks():
        if isinstance(block, Keys):
            yield block.title, _KEYS, [_key(row) for row in block.rows], ""
        elif isinstance(block, Table):
            small = any(isinstance(cell, Figure) and cell.small for row in block.rows for cell in row)
            columns = (*block.columns, SMALL) if small else block.columns
            marked: list[Row] = [(*row, _marks(block.columns, row)) if small else row for row in block.rows]
            yield block.title, columns, marked, block.note
        elif isinstance(block, Chart):
            unit = f"（{block.unit}）" if block.unit else ""
            headings = ("", *(f"{series.name}{unit}" for series in block.series))
            by_label: list[Row] = [
                (label, *(series.values[place] for series in block.series)) for place, label in enumerate(block.labels)
            ]
            yield f"图 {block.title}", headings, by_label, block.note
    figures: list[Row] = [
        (one.name, one, one.unit, one.numerator, one.denominator, one.version, one.source, one.key)
        for one in report.figures().values()
    ]
    yield FIGURES, _FIGURES, figures, "报告里印出的每一个数字，和用命令行重新数出它的办法。"


_KEYS = ("指标", "本月", "单位", "分子", "分母", "环比", "环比单位", "同比", "同比单位", "目标", "评价")
_FIGURES = ("数字", "数值", "单位", "分子", "分母", "定义版本", "怎样重新数出", "编号")


def _key(row: Key) -> Row:
    one = row.figure
    changes = (row.before, row.before.unit, row.year, row.year.unit)
    return (one.name, one, one.unit, one.numerator, one.denominator, *changes, row.target, row.verdict)


def _marks(columns: Sequence[str], row: Sequence[Cell]) -> str:
    """Which numbers of a row rest on few cases."""
    few = [column for column, cell in zip(columns, row, strict=True) if isinstance(cell, Figure) and cell.small]
    return "、".join(few)


def _about(book: Any, report: Report, edition: int, sheets: Sequence[tuple[str, str]]) -> None:  # noqa: ANN401
    page = book.add_worksheet(ABOUT)
    page.hide_gridlines(2)
    bold = book.add_format({"bold": True, "font_size": 14, "num_format": TEXT})
    name = book.add_format({"font_color": "#55636f", "num_format": TEXT, "valign": "top"})
    text = book.add_format({"num_format": TEXT, "text_wrap": True, "valign": "top"})
    page.set_column(0, 0, 14)
    page.set_column(1, 1, 90)
    page.write_string(0, 0, cut(_title(report)), bold)
    lines = [
        ("范围", "全市" if report.scope.kind == "city" else report.scope.name),
        ("时段", report.period.label),
        ("数据截至", report.reaches),
        ("版次", f"第 {edition} 版"),
        ("定义版本", report.version),
        ("数据指纹", report.fingerprint),
        *(("缺少数据", words) for words in report.missing),
        *((f"表 {place}", f"{title}。{note}") for place, (title, note) in enumerate(sheets, 1)),
    ]
    for row, (title, said) in enumerate(lines, 2):
        page.write_string(row, 0, title, name)
        page.write_string(row, 1, cut(said), text)


def _sheet(book: Any, name: str, columns: Sequence[str], rows: Sequence[Row]) -> None:  # noqa: ANN401
    page = book.add_worksheet(name)
    heading = book.add_format(
        {"bold": True, "num_format": TEXT, "bottom": 1, "bg_color": "#eaf1fa", "text_wrap": True, "valign": "top"}
    )
    text = book.add_format({"num_format": TEXT, "valign": "top"})
    numbers = {places: book.add_format({"num_format": _format(places), "valign": "top"}) for places in range(4)}
    widths = [wide(column) + 2 for column in columns]
    for place, column in enumerate(columns):
        page.write_string(0, place, cut(column), heading)
    for number, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            shown = _write(page, number, place, cell, text, numbers)
            widths[place] = max(widths[place], shown + 2)
    for place, width in enumerate(widths):
        page.set_column(place, place, min(max(width, _NARROWEST), _WIDEST))
    page.freeze_panes(1, 1)
    if rows:
        page.autofilter(0, 0, len(rows), len(columns) - 1)


def _write(page: Any, row: int, place: int, cell: Cell | float | None, text: Any, numbers: dict[int, Any]) -> int:  # noqa: ANN401
    """Write a cell; returns how wide it is. A number that there is none of leaves it empty."""
    if isinstance(cell, Figure):
        if cell.value is not None:
            page.write_number(row, place, cell.value, numbers[min(cell.decimals, 3)])
        return len(cell.number)
    if isinstance(cell, int | float):
        page.write_number(row, place, cell, numbers[0 if float(cell).is_integer() else 2])
        return len(f"{cell:,.2f}")
    if cell is not None:
        said = cut(cell.text if isinstance(cell, Name) else cell)
        page.write_string(row, place, said, text)
        return wide(said)
    return 0


def _format(places: int) -> str:
    return "#,##0" + (f".{'0' * places}" if places else "")
