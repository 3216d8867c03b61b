"""Counts that add up: rows put together by period, seat and subject, then added up for halls or for subjects."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
import polars as pl

from metrics.groups import distinct, flagged
from metrics.spells import Ints

Column = npt.NDArray[np.int64] | npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Counts:
    """What was counted of some rows.

    Attributes:
        keys: period, seat and subject as one number (`Grid.key`), each once.
        columns: name of each count → a number for each key.
    """

    keys: Ints
    columns: dict[str, Column]

    @classmethod
    def of(cls, sums: pl.DataFrame) -> Counts:
        """Counts that a frame holds beside its column `key`."""
        rest = [name for name in sums.columns if name != "key"]
        return cls(sums["key"].to_numpy(), {name: sums[name].to_numpy() for name in rest})


def marks(counts: dict[str, pl.Expr]) -> pl.Expr:
    """Which counts a row enters, as the bits of a number; unknown (null) does not hold.

    Evaluated while rows are read, so that the texts it looks at need not be kept.
    """
    bits = [expr.fill_null(value=False).cast(pl.UInt16) * (1 << bit) for bit, expr in enumerate(counts.values())]
    return reduce(operator.or_, bits).alias("marks")


def marked(rows: pl.DataFrame, counts: dict[str, pl.Expr]) -> Counts:
    """How many rows of each key enter each count.

    Args:
        rows: key, marks.
        counts: those that were marked.
    """
    keys, sums = flagged(rows["key"].to_numpy(), rows["marks"].to_numpy(), len(counts))
    return Counts(keys, dict(zip(counts, sums, strict=True)))


def counted(rows: pl.DataFrame, counts: dict[str, pl.Expr]) -> Counts:
    """How many rows of each key hold what each count asks for; unknown (null) does not hold."""
    return marked(rows.select("key", marks(counts)), counts)


def added(parts: Sequence[Counts], coarser: Callable[[Ints], Ints]) -> Counts:
    """Several counts added up by a coarser key; 0 where nothing was counted.

    Args:
        parts: no two with a column of one name.
        coarser: the coarser key of each key.
    """
    owners = [coarser(part.keys) for part in parts]
    keys = distinct(np.concatenate([distinct(owner) for owner in owners]))
    columns: dict[str, Column] = {}
    for part, owner in zip(parts, owners, strict=True):
        row = np.searchsorted(keys, owner)
        for name, values in part.columns.items():
            # Counts stay far below 2⁵³, so that their sums are whole numbers here too.
            total = np.bincount(row, values, len(keys))
            columns[name] = total if values.dtype.kind == "f" else total.astype(np.int64)
    return Counts(keys, columns)
