"""A table as a workbook (XLSX) to take along: real numbers and dates, and a first sheet that says what it is.

Text stays text: a cell that begins with = + - @, a tab or a line break is written as a string in a text cell, so that
no spreadsheet program computes it, neither on opening nor when somebody edits the cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import polars as pl
import xlsxwriter

from cockpit.board.quantity import LEVEL_WORDS
from cockpit.board.sheet import NUMBERS, Field, Kind, Sheet
from cockpit.plain import SIGN, UNSEEN
from cockpit.spreadsheet import ABOUT, CUT, MAX_TEXT, TEXT, cut, sheet_names, wide

#: What a spreadsheet program can hold: rows of a sheet without its heading.
MAX_ROWS = 1_048_575
#: Widths in characters; a Chinese one counts as two. The content is looked at in the first rows only.
NARROWEST, WIDEST, LOOKED_AT = 8, 60, 500
FORMATS: dict[Kind, str | int] = {
    "text": TEXT,
    "level": TEXT,
    "count": "#,##0",
    "decimal": "#,##0.0",
    "percent": "0.00",
    "minutes": "#,##0.0",
    "date": "yyyy-mm-dd",
    "time": "yyyy-mm-dd hh:mm",
}


@dataclass(frozen=True)
class About:
    """What the first sheet says.

    Attributes:
        title: what the workbook holds.
        scope: of which city, county or halls.
        period: of which time.
        as_of: how far the data reach; None = 无数据.
        version: edition of the definitions in use.
        made_at: when it was made.
        made_by: for whom; "" = not said.
        notes: what else a reader must know, a line each.
    """

    title: str
    scope: str
    period: str
    as_of: datetime | None
    version: str
    made_at: datetime
    made_by: str = ""
    notes: Sequence[str] = ()


def workbook(sheets: Sequence[Sheet], about: About) -> bytes:
    """The workbook as the bytes of an XLSX file: 说明 first, then each table on a sheet of its own.

    Args:
        sheets: the tables; times must be in the city's zone.
        about: what the first sheet says.
    """
    held = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(held, options)
    book.set_properties({"title": about.title, "created": about.made_at.replace(tzinfo=None)})
    names = sheet_names([sheet.title for sheet in sheets])
    _about(book, about, dict(zip(names, sheets, strict=True)))
    for name, sheet in zip(names, sheets, strict=True):
        _table(book, name, sheet)
    book.close()
    return held.getvalue()


def _about(book: Any, about: About, sheets: dict[str, Sheet]) -> None:  # noqa: ANN401 (xlsxwriter has no types)
    page = book.add_worksheet(ABOUT)
    page.hide_gridlines(2)
    bold = book.add_format({"bold": True, "font_size": 14, "num_format": TEXT})
    name = book.add_format({"font_color": "#55636f", "num_format": TEXT, "valign": "top"})
    text = book.add_format({"num_format": TEXT, "text_wrap": True, "valign": "top"})
    page.set_column(0, 0, 14)
    page.set_column(1, 1, 90)
    page.write_string(0, 0, cut(about.title), bold)
    lines = [
        ("范围", about.scope),
        ("时段", about.period),
        ("数据截至", "无数据" if about.as_of is None else f"{about.as_of:%Y-%m-%d %H:%M}"),
        ("定义版本", about.version),
        ("生成时间", f"{about.made_at:%Y-%m-%d %H:%M}"),
        *([("生成人", about.made_by)] if about.made_by else []),
        *(("说明", note) for note in about.notes),
    ]
    for place, (sheet_name, sheet) in enumerate(sheets.items(), 1):
        rows = sheet.frame.height
        shortened = f"，只含前 {MAX_ROWS:,} 行" if rows > MAX_ROWS else ""
        lines.append((f"表 {place}", f"{sheet_name}：{rows:,} 行{shortened}。{sheet.note}"))
    for row, (title, said) in enumerate(lines, 2):
        page.write_string(row, 0, title, name)
        page.write_string(row, 1, cut(said), text)


def _table(book: Any, name: str, sheet: Sheet) -> None:  # noqa: ANN401 (xlsxwriter has no types)
    page = book.add_worksheet(name)
    frame = sheet.frame.head(MAX_ROWS).select(_written(sheet.frame, field) for field in sheet.fields)
    for place, field in enumerate(sheet.fields):
        right = field.kind in NUMBERS
        heading = book.add_format(
            {"bold": True, "num_format": TEXT, "bottom": 1, "bg_color": "#eaf1fa", "text_wrap": True, "valign": "top"}
            | ({"align": "right"} if right else {})
        )
        cells = book.add_format({"num_format": FORMATS[field.kind], "valign": "top"})
        values = frame.to_series(place)
        page.set_column(place, place, _width(field, values), cells)
        page.write_string(0, place, field.title, heading)
        _cells(page, place, values, cells)
    page.freeze_panes(1, 1 if sheet.fields and sheet.fields[0].role == "title" else 0)
    if frame.height and sheet.fields:
        page.autofilter(0, 0, frame.height, len(sheet.fields) - 1)


def _cells(page: Any, place: int, values: pl.Series, cells: Any) -> None:  # noqa: ANN401 (xlsxwriter has no types)
    """Write one column; a missing value leaves its cell empty."""
    write = page.write_string if values.dtype == pl.String else page.write_datetime
    if values.dtype.is_numeric():
        write = page.write_number
    for row, value in enumerate(values.to_list(), 1):
        if value is not None:
            write(row, place, value, cells)


def _written(frame: pl.DataFrame, field: Field) -> pl.Expr:
    """A column as it goes into its cells: text cut to what fits, times without their zone, no NaN and no infinity."""
    column, dtype = pl.col(field.name), frame.schema[field.name]
    if field.kind == "level":
        words = {str(level): word for level, word in LEVEL_WORDS.items()}
        return column.cast(pl.String).replace(words).alias(field.name)
    if isinstance(dtype, pl.Datetime) and field.kind in {"time", "date"}:
        plain = column.dt.replace_time_zone(None)
        return plain.dt.date() if field.kind == "date" else plain
    if field.kind in NUMBERS and dtype.is_numeric():
        exact = column.cast(pl.Float64) if dtype.is_float() or dtype.is_decimal() else column
        return pl.when(exact.is_finite()).then(exact) if dtype.is_float() else exact
    if isinstance(dtype, pl.Date) and field.kind == "date":
        return column
    text = _text(column, dtype).str.replace_all(UNSEEN, SIGN)
    long = text.str.len_chars() > MAX_TEXT
    return pl.when(long).then(text.str.slice(0, MAX_TEXT - len(CUT)) + CUT).otherwise(text).alias(field.name)


def _text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.Boolean):
        return pl.when(column).then(pl.lit("是")).when(~column).then(pl.lit("否"))
    if isinstance(dtype, pl.List):
        return column.cast(pl.List(pl.String)).list.join("、")
    return column.cast(pl.String)


def _width(field: Field, values: pl.Series) -> float:
    title = wide(field.title) + 4
    shown = values.head(LOOKED_AT)
    if values.dtype == pl.String:
        widest = max((wide(text) for text in shown.drop_nulls().to_list()), default=0)
    else:
        widest = {"date": 10, "time": 16}.get(field.kind, 12)
    return float(min(max(NARROWEST, title, widest + 2), WIDEST))
