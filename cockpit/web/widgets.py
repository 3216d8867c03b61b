"""The parts pages are drawn with: heads, panels, states, links. Whatever comes from the data is escaped here, once.

Numbers are in `figures`, tables in `tables`, filters in `filters`, charts in `charts` and its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import streamlit as st

from cockpit.board.quantity import Level
from cockpit.board.sheet import Sheet
from cockpit.web import marks, tables, words
from cockpit.web.escaped import escape


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


def empty(sentence: str, commands: Iterable[str] = ()) -> None:
    """Nothing to show yet: what to do first, in a sentence that says so."""
    notice(sentence, "info", commands)


def failed(sentence: str) -> None:
    """It could not be read: the sentence of a `CockpitError`, which says what, where and what to do next."""
    notice(sentence, "fail")


def stale(minutes: float, expected: float, consequence: str = "画面上的数字可能已经不是现在的情况") -> None:
    """The data have stopped coming: for how long, what is usual, what that means and what to do.

    Args:
        minutes: how long ago the data end.
        expected: within how many minutes something new should come.
        consequence: what it means for what is shown.
    """
    silence = words.age(minutes).removesuffix("前")
    within = words.minutes(expected)
    notice(
        f"已有 {silence}没有新数据（应在 {within}以内），{consequence}；请检查导入是否在运行、来源系统是否正常。",
        "warn",
    )


def skeleton(height: int = 256, said: str = "正在读取数据") -> None:
    """Stands where something is being read, as high as that will be, so that nothing jumps; put it into `st.empty()`.

    Args:
        height: in pixels: a chart 256, a row of figures 136, a table 40 a row.
        said: read out to those who cannot see it.
    """
    st.html(f'<div class="ck-skeleton" role="status" aria-label="{escape(said)}" style="height:{height}px"></div>')


def panel(title: str, body: str, note: str = "") -> None:
    """A panel with a heading, a note and a body made by `tables`, `marks` or `foldable`."""
    st.html(f'<section class="ck-panel"><h2>{escape(title)}</h2>{_note(note)}{body}</section>')


def heading(title: str, note: str = "") -> None:
    """The heading of a panel that a page fills itself: call it first inside `st.container(key="panel-…")`."""
    st.html(f'<div class="ck-panel"><h2>{escape(title)}</h2>{_note(note)}</div>')


def sheet(shown: Sheet, *, rows: int = tables.ROWS, link: str | None = None, note: str = "") -> None:
    """A panel with one table of data.

    Args:
        shown: what to show, sorted.
        rows: how many rows are drawn.
        link: address of the whole as a workbook; None = there is none.
        note: below the heading; the sheet's own note where empty.
    """
    panel(shown.title, tables.shown(shown, rows=rows, link=link), note or shown.note)


def level(value: Level, word: str = "") -> None:
    """A level by its colour, its shape and its word."""
    st.html(marks.level(value, word))


def download_link(label: str, url: str) -> None:
    """A link that looks like a button and saves a file.

    Args:
        label: what it saves, e.g. 下载明细（XLSX）.
        url: an address of this product, behind its door.
    """
    st.html(f'<p class="ck-foot">{tables.download(label, url)}</p>')


def foldable(summary: str, amount: str, body: str) -> str:
    """A line that opens to show what is behind it."""
    return (
        f'<details><summary>{escape(summary)} <span class="ck-count">{escape(amount)}</span></summary>{body}</details>'
    )


def _note(note: str) -> str:
    return f'<p class="ck-note">{escape(note)}</p>' if note else ""
