"""Small signs inside text, cards and tables, as HTML: a level, a course in a few bars, a strip of hours.

All of them are plain elements coloured by theme.css, so they cost nothing, follow the look by themselves and may stand
in a cell of a table. Whatever comes from the data is escaped here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cockpit.board.quantity import Level
from cockpit.web import words
from cockpit.web.escaped import escape

#: How many shades a strip of hours has beyond empty.
SHADES = 5


def level(value: Level, word: str = "") -> str:
    """A level by its colour, its shape and its word.

    Args:
        value: which level.
        word: said instead of the level's own word, e.g. 黄色预警 2 条.
    """
    return f'<span class="ck-level {value.value}"><i class="ck-shape"></i>{escape(word or value.word)}</span>'


def spark(values: Sequence[float | None], said: str) -> str:
    """A course in a few bars, without axes: for a cell of a table or below a large number.

    Args:
        values: in order; None is a gap. The last bar is the strong one.
        said: what it shows, in one Chinese sentence, for those who cannot see it.
    """
    highest = max((value for value in values if words.known(value) and value is not None), default=0.0)
    bars = "".join(
        '<i class="gap"></i>'
        if value is None or not words.known(value)
        else f'<i style="height:{max(value, 0) / highest * 100 if highest > 0 else 0:.0f}%"></i>'
        for value in values
    )
    return f'<span class="ck-spark" role="img" aria-label="{escape(said)}">{bars}</span>'


def hours(values: Sequence[tuple[int, float | None]], unit: str, said: str) -> str:
    """A strip of the hours of a day, the darker the more; every hour says its number when pointed at.

    Args:
        values: hour of the day and its number; None = 无数据.
        unit: unit of the numbers.
        said: what it shows, in one Chinese sentence, for those who cannot see it.
    """
    highest = max((value for _, value in values if value is not None and words.known(value)), default=0.0)
    cells = []
    for hour, value in values:
        shade = "none"
        if value is not None and words.known(value):
            shade = f"s{0 if highest <= 0 or value <= 0 else min(SHADES, int(value / highest * SHADES - 1e-9) + 1)}"
        told = escape(f"{hour}:00–{hour + 1}:00 {words.amount(value, unit)}")
        cells.append(f'<span class="{shade}" title="{told}"><i></i><b>{hour}</b></span>')
    most = f"最深：{words.amount(highest, unit)}" if highest > 0 else ""
    return (
        f'<div class="ck-hours" role="img" aria-label="{escape(said)}">{"".join(cells)}</div>'
        f'<p class="ck-note">{escape(most)}</p>'
    )


def days(values: Sequence[tuple[date, int, int, int]], said: str) -> str:
    """Alerts of each day as a strip of bars in the colours of their levels; every day says its numbers when pointed at.

    Args:
        values: day, and how many alerts were yellow, orange, red at worst.
        said: what it shows, in one Chinese sentence, for those who cannot see it.
    """
    highest = max((sum(counts) for _, *counts in values), default=0)
    bars = []
    for day, *counts in values:
        parts = "".join(
            f'<i class="{one.value}" style="height:{count / highest * 100:.1f}%"></i>'
            for one, count in zip((Level.YELLOW, Level.ORANGE, Level.RED), counts, strict=True)
            if count
        )
        told = "、".join(f"{name} {count}" for name, count in zip("黄橙红", counts, strict=True) if count) or "没有报警"
        bars.append(f'<span title="{words.day(day)} {told}">{parts}</span>')
    return f'<div class="ck-days" role="img" aria-label="{escape(said)}">{"".join(bars)}</div>'
