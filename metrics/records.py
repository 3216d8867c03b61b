"""The records of a city that a computation is given: tables of the data standard, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import polars as pl

from metrics.standard import TABLES


@dataclass(frozen=True)
class Records:
    """What the halls have delivered, as far as a computation needs it; plain frames, so that it can be sent anywhere.

    Attributes:
        tables: table of the standard → its rows, with the standard's columns; a table that is missing has no rows.
        timezone: the city's zone, in which all times of the tables are.
    """

    tables: Mapping[str, pl.DataFrame]
    timezone: str

    def __getitem__(self, name: str) -> pl.DataFrame:
        """Rows of a table; a table without rows has its columns all the same."""
        found = self.tables.get(name)
        return found if found is not None else empty(name, self.timezone)


@cache
def empty(name: str, timezone: str) -> pl.DataFrame:
    """A table of the standard without rows, times in the city's zone."""
    shape = {column.name: column.dtype for column in TABLES[name].columns}
    zoned = {
        column: pl.Datetime("us", timezone) if isinstance(dtype, pl.Datetime) else dtype
        for column, dtype in shape.items()
    }
    return pl.DataFrame(schema=zoned)
