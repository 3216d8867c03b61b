"""The parts pages are drawn with: figures, tables, notices. Whatever comes from the data is escaped here, once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

import streamlit as st

from cockpit.web.words import NO_DATA, number


@dataclass(frozen=True)
class Figure:
    """One large number.

    Attributes:
        title: what it is.
        value: the number; None = 无数据.
        sub: a short line below it.
    """

    title: str
    value: int | None
    sub: str = ""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        title: heading.
        kind: number = right-aligned; title = names the row; wide = takes the whole width on a phone.
    """

    title: str
    kind: Literal["text", "number", "title", "wide"] = "text"


@dataclass(frozen=True)
class Cell:
    """One cell: its text, and how it is said.

    Attributes:
        text: what it says.
        tone: none = 无数据 or not applicable; strong = worth a look; refusal = something was refused.
        note: a small sign that refers to a note below the table.
        pairs: names and values instead of a text, for the content of a refused row.
    """

    text: str
    tone: Literal["", "none", "strong", "refusal"] = ""
    note: str = ""
    pairs: Sequence[tuple[str, str]] = ()


_CLASSES = {"text": "", "number": "num", "title": "ck-title", "wide": "ck-wide"}


def count(value: int | None, *, note: str = "", strong: bool = False) -> Cell:
    """A number as a cell; None says 无数据, never 0."""
    if value is None:
        return Cell(NO_DATA, tone="none")
    return Cell(number(value), tone="strong" if strong and value else "", note=note)


def header(title: str, over: str, mark: str, tone: Literal["live", "old"], said: Iterable[str]) -> None:
    """The head of a page: its title, the city above it, and in a few short sayings how old the data are."""
    sayings = "".join(f"<span>{escape(saying)}</span>" for saying in said)
    st.html(
        f'<header class="ck-head"><div><p class="ck-over">{escape(over)}</p><h1>{escape(title)}</h1></div>'
        f'<p class="ck-asof"><span class="ck-mark {tone}">{escape(mark)}</span>{sayings}</p></header>'
    )


def notice(sentence: str, tone: Literal["info", "warn", "fail"], commands: Iterable[str] = ()) -> None:
    """A sentence to people that stands out; below it commands to copy, where there are any."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in sentence.splitlines())
    code = "".join(f"<code>{escape(command)}</code>" for command in commands)
    role = "alert" if tone == "fail" else "status"
    st.html(f'<div class="ck-notice {tone}" role="{role}">{lines}{code}</div>')


def figures(shown: Iterable[Figure]) -> None:
    """Large numbers in a row."""
    st.html(f'<dl class="ck-figures">{"".join(map(_figure, shown))}</dl>')


def panel(title: str, body: str, note: str = "") -> None:
    """A panel with a heading, a note and a body made by `table` or `foldable`."""
    st.html(f'<section class="ck-panel"><h2>{escape(title)}</h2>{_note(note)}{body}</section>')


def table(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> str:
    """A table; on a phone every row becomes a block in which each cell carries its column's name."""
    head = "".join(f'<th scope="col" class="{_CLASSES[c.kind]}">{escape(c.title)}</th>' for c in columns)
    body = "".join(f"<tr>{''.join(map(_cell, columns, row))}</tr>" for row in rows)
    return f'<table class="ck-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def foldable(summary: str, amount: str, body: str) -> str:
    """A line that opens to show what is behind it."""
    return (
        f'<details><summary>{escape(summary)} <span class="ck-count">{escape(amount)}</span></summary>{body}</details>'
    )


def _note(note: str) -> str:
    return f'<p class="ck-note">{escape(note)}</p>' if note else ""


def _figure(figure: Figure) -> str:
    value = number(figure.value) if figure.value is not None else NO_DATA
    kind = "ck-value" if figure.value is not None else "ck-value none"
    return (
        f'<div><dt>{escape(figure.title)}</dt><dd class="{kind}">{value}</dd>'
        f'<dd class="ck-sub">{escape(figure.sub)}</dd></div>'
    )


def _cell(column: Column, cell: Cell) -> str:
    classes = " ".join(filter(None, (_CLASSES[column.kind], f"ck-{cell.tone}" if cell.tone else "")))
    if cell.pairs:
        content = "".join(f"<span><b>{escape(name)}</b>{escape(value)}</span>" for name, value in cell.pairs)
        content = f'<div class="ck-cells">{content}</div>'
    else:
        content = escape(cell.text) + (f"<sup>{escape(cell.note)}</sup>" if cell.note else "")
        content = f"<span>{content}</span>"
    return f'<td class="{classes}" data-label="{escape(column.title)}">{content}</td>'
