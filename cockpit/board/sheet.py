"""A table as a page shows it and a workbook holds it: one frame, and what its columns are called and mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

Kind = Literal["text", "count", "decimal", "percent", "minutes", "date", "time", "level"]
#: Kinds that are numbers: right aligned, with tabular figures.
NUMBERS: frozenset[Kind] = frozenset({"count", "decimal", "percent", "minutes"})


@dataclass(frozen=True)
class Field:
    """One column.

    Attributes:
        name: of the column in the frame.
        title: its Chinese heading, with the unit where the cells do not show it.
        kind: how its cells are written. text; count = whole number; decimal = one decimal; percent = 0 to 100;
            minutes; date; time = a date and time of the city's zone; level = a `Level`.
        role: title = names the row (it heads the card on a phone); wide = takes much of the width, on a phone all of
            it; broad = all of it on a phone only.
        target: for percentages, the target they are held against when rounded.
    """

    name: str
    title: str
    kind: Kind = "text"
    role: Literal["", "title", "wide", "broad"] = ""
    target: float | None = None


@dataclass(frozen=True)
class Sheet:
    """A table: its heading, its rows in the order shown, and its columns.

    Attributes:
        title: heading, and the name of the sheet in a workbook.
        frame: the rows, whole and sorted; columns that no field names are not shown.
        fields: the columns in the order shown.
        note: what a reader must know to read it.
    """

    title: str
    frame: pl.DataFrame
    fields: Sequence[Field]
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse a field that the frame does not have.

        Raises:
            ValueError: a column is missing.
        """
        missing = [field.name for field in self.fields if field.name not in self.frame.columns]
        if missing:
            raise ValueError(f"the sheet {self.title} has no columns {missing}")
