"""The one table of all pages, as HTML; on a phone every row becomes a card.

Whatever comes from the data is escaped here, once.

`shown` draws a `Sheet`, the same that a workbook holds, so that what is on the screen and what is downloaded agree.
`table` draws rows of cells that a page has put together by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from cockpit.board.quantity import Level
from cockpit.board.sheet import NUMBERS, Field, Sheet
from cockpit.web import marks, words
from cockpit.web.escaped import escape
from cockpit.web.words import NO_DATA, number

#: How many rows a page draws; the whole is in the workbook.
ROWS = 50
#: Texts of at most so many letters (a Chinese sign is as wide as two) are not broken into lines on a desk's screen.
SHORT = 12
NO_ROWS = "没有符合条件的记录。"

Kind = Literal["text", "number", "title", "wide", "broad"]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        title: heading.
        kind: number = right-aligned; title = names the row; wide = takes much of the width, on a phone all of
            it; broad = only on a phone, so that it stays in one line there.
    """

    title: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Cell:
    """One cell: its text, and how it is said.

    Attributes:
        text: what it says.
        tone: none = 无数据 or not applicable; strong = worth a look; refusal = something was refused.
        note: a small sign that refers to a note below the table.
        pairs: names and values instead of a text, for the content of a refused row.
        level: a level instead of a text.
        href: an address of this product that the text leads to; "" = none.
    """

    text: str
    tone: Literal["", "none", "strong", "refusal"] = ""
    note: str = ""
    pairs: Sequence[tuple[str, str]] = ()
    level: Level | None = None
    href: str = ""


_CLASSES = {"text": "", "number": "num", "title": "ck-title", "wide": "ck-wide", "broad": "ck-broad"}


def count(value: float | None, *, note: str = "", strong: bool = False) -> Cell:
    """A number as a cell; None says 无数据, never 0."""
    if value is None:
        return Cell(NO_DATA, tone="none")
    return Cell(number(value), tone="strong" if strong and value else "", note=note)


def table(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> str:
    """A table; on a phone every row becomes a block in which each cell carries its column's name."""
    head = "".join(f'<th scope="col" class="{_CLASSES[c.kind]}">{escape(c.title)}</th>' for c in columns)
    body = "".join(f"<tr>{''.join(map(_cell, columns, row))}</tr>" for row in rows)
    return f'<table class="ck-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def shown(sheet: Sheet, *, rows: int = ROWS, link: str | None = None, leads: Sequence[str] = ()) -> str:
    """A sheet as a table: at most so many rows, how many there are, and where the whole can be had.

    Args:
        sheet: what to show, sorted.
        rows: how many rows are drawn.
        link: address of the whole as a workbook; None = there is none.
        leads: for each row the address that its first cell leads to; "" = none.
    """
    if sheet.frame.is_empty():
        return f'<p class="ck-none-yet">{NO_ROWS}</p>'
    columns = [Column(field.title, _kind(field)) for field in sheet.fields]
    drawn = sheet.frame.select(field.name for field in sheet.fields).head(rows)
    cells = [[_written(field, value) for field, value in zip(sheet.fields, row, strict=True)] for row in drawn.rows()]
    for row, href in zip(cells, leads, strict=False):
        row[0] = replace(row[0], href=href)
    total = sheet.frame.height
    said = f"共 {number(total)} 行" + (f"，显示前 {number(rows)} 行" if total > rows else "")
    foot = f"<span>{said}</span>{download('下载全部（XLSX）', link) if link else ''}"
    return f'{table(columns, cells)}<p class="ck-foot">{foot}</p>'


def download(label: str, url: str) -> str:
    """A link that looks like a button and saves a file; the address must be one of this product's own.

    Raises:
        ValueError: the address leads elsewhere.
    """
    return f'<a class="ck-button" href="{escape(own(url))}" download>{escape(label)}</a>'


def own(url: str) -> str:
    """An address of this product, as it stands.

    Raises:
        ValueError: it leads elsewhere.
    """
    if not url.startswith("/") or url.startswith(("//", "/\\")):
        raise ValueError(f"not an address of this product: {url}")
    return url


def _kind(field: Field) -> Kind:
    if field.role:
        return field.role
    # A date with its time takes a line of its own on a phone.
    return "number" if field.kind in NUMBERS else "broad" if field.kind == "time" else "text"


def _written(field: Field, value: Any) -> Cell:  # noqa: ANN401 (a cell of any column)
    """One value of a frame as a cell, by the kind of its column."""
    if value is None or (isinstance(value, float) and not words.known(value)):
        return Cell(NO_DATA, tone="none")
    if field.kind == "level":
        return Cell("", level=Level(value))
    if field.kind in NUMBERS and isinstance(value, int | float):
        return Cell(_number(field, value))
    if isinstance(value, datetime):
        return Cell(f"{value:%Y-%m-%d}" if field.kind == "date" else f"{value:%Y-%m-%d %H:%M}")
    if isinstance(value, date):
        return Cell(f"{value:%Y-%m-%d}")
    if isinstance(value, bool):
        return Cell("是" if value else "否")
    if isinstance(value, list):
        return Cell("、".join(map(str, value)))
    return Cell(str(value))


def _number(field: Field, value: float) -> str:
    if field.kind == "percent":
        return words.percent(value, field.target)
    if field.kind == "minutes":
        return words.minutes(value)
    return number(value, 1 if field.kind == "decimal" else 0)


def _cell(column: Column, cell: Cell) -> str:
    short = "ck-short" if column.kind != "number" and 0 < _wide(cell.text) <= SHORT else ""
    classes = " ".join(filter(None, (_CLASSES[column.kind], f"ck-{cell.tone}" if cell.tone else "", short)))
    if cell.level is not None:
        content = marks.level(cell.level, cell.text)
    elif cell.pairs:
        content = "".join(f"<span><b>{escape(name)}</b>{escape(value)}</span>" for name, value in cell.pairs)
        content = f'<div class="ck-cells">{content}</div>'
    else:
        content = escape(cell.text) + (f"<sup>{escape(cell.note)}</sup>" if cell.note else "")
        content = f'<a href="{escape(own(cell.href))}" target="_self">{content}</a>' if cell.href else content
        content = f"<span>{content}</span>"
    return f'<td class="{classes}" data-label="{escape(column.title)}">{content}</td>'


def _wide(text: str) -> int:
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)
