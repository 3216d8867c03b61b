"""What a rate is: one frozen record that says what it means, what is divided by what, and for which places."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Place = Literal["city", "county", "hall", "department", "item", "theme"]
#: Letters of the places in the table of rates.
PLACES: dict[str, Place] = {
    "c": "city",
    "k": "county",
    "h": "hall",
    "d": "department",
    "i": "item",
    "t": "theme",
}
#: The columns that name a place of each kind; answers have all of them, null where they do not apply.
PLACE_COLUMNS: dict[Place, tuple[str, ...]] = {
    "city": (),
    "county": ("county",),
    "hall": ("hall_id", "county"),
    "department": ("dept_code",),
    "item": ("item_code",),
    "theme": ("theme",),
}


@dataclass(frozen=True)
class Rate:
    """One rate of one version; a stored or printed figure names both.

    Attributes:
        id: name in files and answers.
        name: Chinese name.
        unit: unit of the value.
        meaning: what the number means to a hall manager, in Chinese.
        above: what is counted above the line, in Chinese.
        below: what is counted below it, in Chinese.
        places: places for which it is told.
        numerator: the count above the line; None where a value has no numerator (a quantile).
        denominator: the count below the line.
        version: version of the definition.
        places_shown: decimal places in which it is shown; values are never rounded before they are compared.
        scale: what the quotient is multiplied by.
        value: the column with the value itself, for values that are no quotient.
        shown_if: a count that must be above 0 for the rate to be told at all.
    """

    id: str
    name: str
    unit: str
    meaning: str
    above: str
    below: str
    places: frozenset[Place]
    numerator: str | None
    denominator: str
    version: str
    places_shown: int = 1
    scale: float = 100.0
    value: str | None = None
    shown_if: str | None = None


class UnknownRate(ValueError):
    """A rate or a version of the definitions that does not exist.

    Attributes:
        asked: what was asked for.
        suggestion: the nearest there is, if any is near.
    """

    def __init__(self, asked: str, known: Iterable[str]) -> None:
        """Look for the nearest."""
        near = difflib.get_close_matches(asked, list(known), n=1)
        self.asked, self.suggestion = asked, near[0] if near else None
        super().__init__(f"no such rate or version: {asked}" + (f", did you mean {near[0]}" if near else ""))


def places_of(letters: str) -> frozenset[Place]:
    """Places by their letters in the table of rates, such as `c k h`."""
    return frozenset(PLACES[letter] for letter in letters.split())
