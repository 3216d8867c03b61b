"""How wide the columns of a table are, and in what letters: numbers are never broken, names are where they must be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cockpit.report.drawing_canvas import WIDTH
from cockpit.report.fonts import printable, width
from cockpit.report.model import NONE, Cell, Figure, Keys, Name, Table

#: Sizes of letters tried from the first on until all fits; a wide table begins with smaller ones.
_SIZES, _WIDE_SIZES = (9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0), (8.0, 7.5, 7.0, 6.5, 6.0)
#: Room left and right of a cell, a heading's lines, and the narrowest column of words, in letters.
_GAP, _LINES, _NARROWEST = 4.0, 3, 5.0
#: Room of the small line beside a key figure.
_TREND = 57.0


@dataclass(frozen=True)
class Printed:
    """A cell as it is printed.

    Attributes:
        text: what stands in it.
        small: whether it is marked as resting on few cases.
        number: whether it is a number.
    """

    text: str
    small: bool = False
    number: bool = False


@dataclass(frozen=True)
class Grid:
    """A table as it is set.

    Attributes:
        columns: headings.
        rows: cells.
        widths: of the columns, in points, together as wide as the text.
        right: whether a column is flush right.
        size: of the letters, in points.
        gap: room left and right of a cell, in points.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Printed, ...], ...]
    widths: tuple[float, ...]
    right: tuple[bool, ...]
    size: float
    gap: float


def table_grid(table: Table) -> Grid:
    """The table as it is set; a figure is written with its unit where the heading does not tell it."""
    columns = tuple(printable(column) for column in table.columns)
    rows = tuple(
        tuple(_printed(cell, column, with_unit=table.with_units) for cell, column in zip(row, columns, strict=True))
        for row in table.rows
    )
    return _fitted(columns, rows, _WIDE_SIZES if table.wide else _SIZES)


def key_grid(keys: Keys) -> Grid:
    """The key figures as they are set: value, changes, target, whether it is met; a column without any is left out."""
    rows = []
    for key in keys.rows:
        target = Printed("") if key.target is None else Printed(key.target.shown, number=True)
        cells = [Printed(printable(key.figure.name)), _shown(key.figure), _shown(key.before), _shown(key.year)]
        rows.append((*cells, target, Printed(key.verdict)))
    columns = ("指标", "本月", "环比", "同比", "目标", "评价")
    kept = [n for n in range(len(columns)) if n < 4 or any(row[n].text for row in rows)]
    return _fitted(
        tuple(columns[n] for n in kept), tuple(tuple(row[n] for n in kept) for row in rows), _SIZES, "近期走势", _TREND
    )


def _shown(figure: Figure) -> Printed:
    return Printed(NONE if figure.value is None else printable(figure.shown), figure.small, number=True)


def _printed(cell: Cell, column: str, *, with_unit: bool) -> Printed:
    if isinstance(cell, Figure):
        told = cell.value is None or (bool(cell.unit) and cell.unit in column and not with_unit)
        return Printed(cell.number if told else printable(cell.shown), cell.small, number=True)
    return Printed(printable(cell.text if isinstance(cell, Name) else cell))


def _fitted(
    columns: Sequence[str],
    rows: Sequence[Sequence[Printed]],
    sizes: Sequence[float],
    last: str = "",
    extra: float = 0.0,
) -> Grid:
    """The grid in the largest letters with which it fits; `last` and `extra`: a column that is drawn, not written."""
    right = tuple(any(row[n].number for row in rows) for n in range(len(columns)))
    room = WIDTH - extra
    for size in sizes:
        least = [_least(columns[n], [row[n] for row in rows], right[n], size) for n in range(len(columns))]
        if sum(least) <= room:
            break
    shortage = room / sum(least)
    if shortage < 1:
        least = [one * shortage for one in least]
    whole = [_natural(columns[n], [row[n] for row in rows], size) for n in range(len(columns))]
    widths = _shared(least, [max(one, other) for one, other in zip(least, whole, strict=True)], room)
    if last:
        columns, widths, right = (*columns, last), [*widths, extra], (*right, False)
    return Grid(tuple(columns), tuple(tuple(row) for row in rows), tuple(widths), right, size, _GAP)


def _least(column: str, cells: Sequence[Printed], right: bool, size: float) -> float:
    """The narrowest a column may be: its numbers whole, its heading in a few lines, its words not too thin."""
    heading = width(column, size) / min(_LINES, max(len(column) // 2, 1)) + size
    content = max((_cell(cell, size) for cell in cells if right and cell.number), default=0.0)
    words = max((_cell(cell, size) for cell in cells if not cell.number), default=0.0)
    return max(heading, content, min(words, _NARROWEST * size)) + 2 * _GAP


def _natural(column: str, cells: Sequence[Printed], size: float) -> float:
    return max([width(column, size), *(_cell(cell, size) for cell in cells)]) + 2 * _GAP


def _cell(cell: Printed, size: float) -> float:
    return width(cell.text, size) + (size * 0.8 if cell.small else 0.0)


def _shared(least: list[float], wanted: list[float], room: float) -> list[float]:
    """Widths between least and wanted that fill the room; what is left over goes to all alike."""
    left = room - sum(least)
    if sum(wanted) <= room:
        spare = (room - sum(wanted)) / len(wanted)
        return [one + spare for one in wanted]
    need: Callable[[float], float] = lambda level: sum(  # noqa: E731
        min(max(one, level), most) for one, most in zip(least, wanted, strict=True)
    )
    low, high = 0.0, max(wanted)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if need(middle) <= room else (low, middle)
    assert left >= -1e-6
    return [min(max(one, low), most) for one, most in zip(least, wanted, strict=True)]
