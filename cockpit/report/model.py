"""What a report says: numbers, sentences, tables and charts, with nothing drawn yet.

Whatever is printed comes from a `Figure`, and each figure tells how it is counted again. A sentence is put together of
words and figures; its words hold no digits, so that no number gets into a report that nobody can trace.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from metrics.periods import Period

#: What is written where there is no number.
NONE = "—"
TITLE = "政务服务大厅运营分析月报"
_DIGIT = re.compile(r"[0-9０-９]")
#: Names that hold digits and are no numbers, as they are written.
NAMES_WITH_DIGITS = ("12345", "一网通办 2.0")


class NotTraceable(ValueError):
    """Words of a sentence or a heading hold a number that no figure stands for."""


@dataclass(frozen=True)
class Figure:
    """A number as it is printed, and how it is counted again.

    Attributes:
        key: what it is, of when and where; the same number has the same key in every report: name@period@place.
        name: Chinese name.
        value: the number; None where there is nothing to count (无数据).
        unit: Chinese unit or "%"; written behind the number.
        decimals: places behind the point.
        numerator: what is counted above the line, for rates.
        denominator: what is counted below it; the sample.
        version: version of the definition.
        source: the query that gives it again, in the words of the command line.
        small: so few cases that the number says little; marked where it is printed.
        signed: written with its sign, for differences.
    """

    key: str
    name: str
    value: float | None
    unit: str = ""
    decimals: int = 0
    numerator: float | None = None
    denominator: float | None = None
    version: str = ""
    source: str = ""
    small: bool = False
    signed: bool = False

    @property
    def number(self) -> str:
        """The number without its unit, with thousands set off; `NONE` where there is none."""
        if self.value is None:
            return NONE
        text = f"{self.value:{'+' if self.signed else ''},.{self.decimals}f}"
        # A change that rounds to nought has no direction.
        return text.lstrip("+-") if not text.strip("+-0.,") else text.replace("-", "−")

    @property
    def shown(self) -> str:
        """The number with its unit, as sentences print it."""
        if self.value is None:
            return "无数据"
        return f"{self.number}{self.unit}" if self.unit == "%" or not self.unit else f"{self.number} {self.unit}"


@dataclass(frozen=True)
class Name:
    """A name of the data (a hall, an item, a department), or words of a definition, which may hold digits."""

    text: str

    @property
    def shown(self) -> str:
        """The name as it is printed."""
        return self.text


@dataclass(frozen=True)
class Sentence:
    """A statement of the report.

    Attributes:
        words: the sentence with a {name} where a number stands.
        parts: name → the number, or the name out of the data, that stands there.
        rule: name of the rule that made the sentence.
        because: figures that the rule looked at and that are not printed (the usual spread, a sample).
    """

    words: str
    parts: Mapping[str, Figure | Name]
    rule: str
    because: tuple[Figure, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a sentence whose numbers do not all come from figures.

        Raises:
            NotTraceable: the words hold a digit, name a figure that is not there, or leave one out.
        """
        fields = {name for _, name, _, _ in string.Formatter().parse(self.words) if name is not None}
        if fields != set(self.parts):
            raise NotTraceable(f"{self.rule}: {self.words!r} names {sorted(fields)}, given {sorted(self.parts)}")
        no_digits("".join(text for text, *_ in string.Formatter().parse(self.words)), self.rule)

    @property
    def text(self) -> str:
        """The sentence as it is printed."""
        return self.words.format(**{name: part.shown for name, part in self.parts.items()})

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The numbers that it prints."""
        return tuple(part for part in self.parts.values() if isinstance(part, Figure))


def no_digits(words: str, where: str) -> None:
    """Refuse words that hold a number.

    Raises:
        NotTraceable: they do.
    """
    for name in NAMES_WITH_DIGITS:
        words = words.replace(name, "")
    if _DIGIT.search(words):
        raise NotTraceable(f"{where}: {words!r} holds a number that is no figure")


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
    """

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    wide: bool = False


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
