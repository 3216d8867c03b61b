"""Numbers and sentences of a report that can be traced: each number tells how it is counted again.

A sentence is put together of words, names and figures; its words hold no digits, so that no number gets into a report
that nobody can trace.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass

#: What is written where there is no number.
NONE = "—"
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
