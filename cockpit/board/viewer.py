"""Who looks at a page, and how much of the city that person may see; every read model asks for it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Viewer:
    """A person or a screen that looks at the pages.

    Attributes:
        name: account name.
        scope: the halls this viewer may see; None = the whole city.
    """

    name: str
    scope: frozenset[str] | None

    @classmethod
    def local(cls) -> Viewer:
        """Whoever sits at the machine itself; sees the whole city."""
        return cls(name="本机", scope=None)

    @property
    def sees_city(self) -> bool:
        """Whether this viewer sees the whole city, rows without a hall included."""
        return self.scope is None

    def within(self, rows: pl.LazyFrame, column: str = "hall_id") -> pl.LazyFrame:
        """Only the rows of halls that this viewer may see."""
        return rows if self.scope is None else rows.filter(pl.col(column).is_in(sorted(self.scope)))
