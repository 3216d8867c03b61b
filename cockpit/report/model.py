"""What a report says: numbers, sentences, tables and charts, with nothing drawn yet.

Whatever is printed comes from a `Figure`, and each figure tells how it is counted again. A sentence is put together of
words and figures; its words hold no digits, so that no number gets into a report that nobody can trace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from cockpit.report.traceable import NONE, Figure, Name, NotTraceable, Sentence
from metrics.periods import Period

__all__ = [
    "NONE",
    "TITLE",
    "Block",
    "Cell",
    "Chapter",
    "Chart",
    "Figure",
    "Key",
    "Keys",
    "Name",
    "NotTraceable",
    "Paragraph",
    "Points",
    "Report",
    "Scope",
    "Section",
    "Sentence",
    "Series",
    "Table",
]

TITLE = "政务服务大厅运营分析月报"

Cell = Figure | Name | str


@dataclass(frozen=True)
class Paragraph:
    """Sentences that belong together."""

    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Points:
    """Matters one below the other, each of one or several sentences; `numbered` where their order matters."""

    items: tuple[tuple[Sentence, ...], ...]
    numbered: bool = True


@dataclass(frozen=True)
class Key:
    """One of the key figures of the summary.

    Attributes:
        figure: the number of the month.
        before: against the month before (环比); its value is None where nothing can be compared.
        year: against the same month a year before (同比); the same.
        target: what it is held against; None where there is no target.
        verdict: 达标, 未达标, or "" where there is no target; what is good is told by words, never by colour alone.
        trend: the last months up to this one, oldest first, for a small line beside the number.
    """

    figure: Figure
    before: Figure
    year: Figure
    target: Figure | None = None
    verdict: Literal["", "达标", "未达标"] = ""
    trend: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Keys:
    """The key figures (主要指标), one a row."""

    title: str
    rows: tuple[Key, ...]


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        key: tells it from the others of the report, in the data and as the workbook's sheet.
        title: caption.
        columns: headings, with the unit where all cells share one.
        rows: cells; a figure, a name of the data, or words.
        note: what a reader must know.
        wide: so many columns that it needs small letters.
        with_units: whether cells are written with their units, because those of one column differ.
    """

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    wide: bool = False
    with_units: bool = False


@dataclass(frozen=True)
class Series:
    """The numbers of a chart that are drawn alike.

    Attributes:
        name: Chinese name, written beside the line or in the key.
        values: one for each label; None where there is none.
        role: main = what the chart is about; before = the same of a year or month before; low, high = edges of the
            usual band; part = one of several parts of a whole.
    """

    name: str
    values: tuple[float | None, ...]
    role: Literal["main", "before", "low", "high", "part"] = "main"


@dataclass(frozen=True)
class Chart:
    """A chart: what it shows; how it is drawn is another matter.

    Attributes:
        key: tells it from the others of the report.
        kind: months = lines over months; days = a column for each day of the month; bars = a bar for each place,
            sorted as given; dumbbell = two numbers for each place (before, now); stack = parts of 100 % for each
            place; heat = a square for each row and time.
        title: caption.
        alt: what is to be seen, in words, for whoever does not see the chart.
        unit: of the numbers.
        labels: months, days, places or (heat) times of day.
        series: the numbers; for heat one for each row.
        target: a line to hold the numbers against.
        target_name: what stands beside that line.
        marks: label → a word beside it (a holiday, the hall itself among its peers).
        note: what a reader must know.
        decimals: places behind the point of numbers written beside marks.
    """

    key: str
    kind: Literal["months", "days", "bars", "dumbbell", "stack", "heat"]
    title: str
    alt: str
    unit: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    target: float | None = None
    target_name: str = ""
    marks: Mapping[str, str] | None = None
    note: str = ""
    decimals: int = 1

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value is not None for series in self.series for value in series.values)


Block = Paragraph | Points | Keys | Table | Chart


@dataclass(frozen=True)
class Section:
    """A part of a chapter; `title` may be empty where a chapter has one part only."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Chapter:
    """A chapter; `appendix` for what stands behind the report's own text."""

    title: str
    sections: tuple[Section, ...]
    appendix: bool = False


@dataclass(frozen=True)
class Scope:
    """What a report is about.

    Attributes:
        kind: city, county or hall.
        key: the county's name, the hall's id; empty for the city.
        name: what people call it.
        county: the hall's county.
    """

    kind: Literal["city", "county", "hall"] = "city"
    key: str = ""
    name: str = ""
    county: str = ""

    @property
    def place(self) -> str:
        """Its name in the keys of figures: city, county:名, hall:id."""
        return self.kind if self.kind == "city" else f"{self.kind}:{self.key}"


@dataclass(frozen=True)
class Report:
    """All that a report says.

    Attributes:
        city: name of the city.
        scope: what it is about.
        period: the month.
        reaches: how far the data reach (数据截至), as people write it.
        fingerprint: of the data; the same data have the same.
        version: version of the definitions.
        chapters: its text.
        missing: sources that had not delivered when it was made, a sentence each.
    """

    city: str
    scope: Scope
    period: Period
    reaches: str
    fingerprint: str
    version: str
    chapters: tuple[Chapter, ...]
    missing: tuple[str, ...] = ()

    def blocks(self) -> Iterator[Block]:
        """All blocks in the order printed."""
        for chapter in self.chapters:
            for section in chapter.sections:
                yield from section.blocks

    def sentences(self) -> Iterator[Sentence]:
        """All sentences in the order printed."""
        for block in self.blocks():
            if isinstance(block, Paragraph):
                yield from block.sentences
            elif isinstance(block, Points):
                for item in block.items:
                    yield from item

    def figures(self) -> dict[str, Figure]:
        """Every figure that is printed, by key.

        Raises:
            NotTraceable: two figures of one key differ, so that the report would contradict itself.
        """
        found: dict[str, Figure] = {}
        for figure in self._printed():
            known = found.setdefault(figure.key, figure)
            if known.value != figure.value or known.unit != figure.unit:
                raise NotTraceable(f"{figure.key}: {known.shown} and {figure.shown}")
        return found

    def _printed(self) -> Iterator[Figure]:
        for sentence in self.sentences():
            yield from sentence.figures
        for block in self.blocks():
            if isinstance(block, Keys):
                for row in block.rows:
                    yield from (row.figure, row.before, row.year, *([row.target] if row.target else []))
            elif isinstance(block, Table):
                yield from (cell for row in block.rows for cell in row if isinstance(cell, Figure))
