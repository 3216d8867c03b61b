"""Rows of a chart that has a line for each place: up to ninety halls, in as many columns as fit on a page."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.report import fonts
from cockpit.report.drawing_canvas import SIZE, SMALL, WIDTH, Canvas
from cockpit.report.drawing_scale import LEADING, broken, write_name

#: So many rows stand in one column; with more of them the chart has two, then three.
ONE, TWO = 30, 100
#: Between two columns, in points; height of a row with a name of one line.
_BETWEEN, _PITCH, _TIGHT = 18.0, 14.0, 12.0
#: Names take at most this share of a column.
_SHARE = 0.36


@dataclass(frozen=True)
class Row:
    """Where a row stands.

    Attributes:
        place: its number among the labels.
        middle: height of its middle line.
        high: its height.
        name: its name, in lines.
    """

    place: int
    middle: float
    high: float
    name: list[str]


@dataclass(frozen=True)
class Column:
    """A column of rows.

    Attributes:
        rows: from top to bottom.
        left: where its names begin.
        start: where its drawing begins, right of the names.
        end: where its drawing ends.
        low: height of its lowest edge.
        top: height of its upper edge.
    """

    rows: tuple[Row, ...]
    left: float
    start: float
    end: float
    low: float
    top: float


@dataclass(frozen=True)
class Rows:
    """All columns of a chart, and the sheet they stand on."""

    columns: tuple[Column, ...]
    sheet: Canvas
    size: float

    def write(self, colours: dict[int, str], colour: str) -> None:
        """Write the names, flush right before the drawing."""
        for column in self.columns:
            for row in column.rows:
                at = (column.start - 5, row.middle)
                write_name(self.sheet, at, row.name, self.size, colours.get(row.place, colour))


def count(labels: int) -> int:
    """In how many columns so many rows stand."""
    return 1 if labels <= ONE else 2 if labels <= TWO else 3


def rows(labels: tuple[str, ...], above: float, below: float, after: float, pitch: float | None = None) -> Rows:
    """Places all rows.

    Args:
        labels: names of the rows.
        above: room above the rows, in points.
        below: room below them.
        after: room right of each column's drawing, for numbers.
        pitch: height of a row with a name of one line; the usual one where it is None.
    """
    columns = count(len(labels))
    size = SIZE if columns == 1 else SMALL
    usual = pitch or (_PITCH if columns == 1 else _TIGHT)
    wide = (WIDTH - _BETWEEN * (columns - 1)) / columns
    names = [broken(label, wide * _SHARE, size) for label in labels]
    room = max((fonts.width(line, size) for name in names for line in name), default=0.0) + 6
    highs = [max(usual, len(name) * size * LEADING + 4) for name in names]
    share = -(-len(labels) // columns)
    parts = [range(first, min(first + share, len(labels))) for first in range(0, len(labels), share or 1)]
    tall = max((sum(highs[place] for place in part) for part in parts), default=usual)
    sheet = Canvas(WIDTH, above + tall + below)
    placed = []
    for order, part in enumerate(parts):
        left = order * (wide + _BETWEEN)
        low, held = sheet.height - above, []
        for place in part:
            low -= highs[place]
            held.append(Row(place, low + highs[place] / 2, highs[place], names[place]))
        placed.append(Column(tuple(held), left, left + room, left + wide - after, low, sheet.height - above))
    return Rows(tuple(placed), sheet, size)
