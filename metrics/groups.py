"""Rows with the same key added up: keys are whole numbers, so that one sort and one pass do for all columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metrics.spells import Ints


@dataclass(frozen=True)
class Groups:
    """Rows put together by their keys.

    Attributes:
        keys: the different keys, in order.
        order: rows in order of their keys; None where they are so from the start.
        starts: where each key's rows begin in that order.
        rows: how many rows there are.
    """

    keys: Ints
    order: Ints | None
    starts: Ints
    rows: int

    @classmethod
    def of(cls, keys: Ints) -> Groups:
        """Put rows together."""
        order = None if bool(np.all(keys[:-1] <= keys[1:])) else np.argsort(keys)
        ordered = keys if order is None else keys[order]
        fresh = np.ones(len(ordered), dtype=np.bool_)
        np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
        starts = np.flatnonzero(fresh)
        return cls(ordered[starts], order, starts, len(keys))

    def count(self) -> Ints:
        """How many rows each key has."""
        return np.diff(self.starts, append=self.rows)

    def sum(self, values: npt.NDArray[np.int64] | npt.NDArray[np.bool_]) -> Ints:
        """Sum of a column over the rows of each key."""
        if not self.rows:
            return np.zeros(0, dtype=np.int64)
        ordered = values if self.order is None else values[self.order]
        return np.add.reduceat(ordered.astype(np.int64, copy=False), self.starts)

    def total(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The same of a column of decimals."""
        if not self.rows:
            return np.zeros(0)
        found: npt.NDArray[np.float64] = np.add.reduceat(
            values if self.order is None else values[self.order], self.starts
        )
        return found

    def any(self, values: Ints) -> Ints:
        """Value of a column that all rows of a key have in common."""
        return values[self.starts] if self.order is None else values[self.order[self.starts]]


def flagged(keys: Ints, marks: npt.NDArray[np.unsignedinteger], width: int) -> tuple[Ints, list[Ints]]:
    """How many rows of each key carry each mark: the different keys, in order, and one column for each mark.

    Key and marks are one number where they fit; so rows that are alike are counted before anything is added up, and
    only numbers are sorted, not rows.

    Args:
        keys: of the rows, 0 or more.
        marks: of the rows, as the bits of a number.
        width: how many bits there are.
    """
    if not len(keys) or int(keys.max()).bit_length() + width >= 63:
        groups = Groups.of(keys)
        return groups.keys, [groups.sum((marks >> marks.dtype.type(bit) & 1).astype(np.int64)) for bit in range(width)]
    codes = keys << width
    codes |= marks
    codes.sort()
    alike = Groups.of(codes)
    rows, groups = alike.count(), Groups.of(alike.keys >> width)
    return groups.keys, [groups.sum(rows * (alike.keys >> bit & 1)) for bit in range(width)]


def distinct(values: Ints) -> Ints:
    """The different ones, in order: sorting whole numbers is several times as fast as NumPy's own way, which hashes."""
    ordered = np.sort(values)
    fresh = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
    return ordered[fresh]


def packed(columns: Sequence[tuple[Ints, int]]) -> Ints:
    """Several columns as one key, in their order.

    Args:
        columns: whole numbers from 0, and below what each column's stay.

    Raises:
        OverflowError: there are more combinations than numbers; take fewer rows at once.
    """
    combinations = 1
    for _, size in columns:
        combinations *= size
    if combinations >= 1 << 63:
        raise OverflowError(f"{combinations} combinations of keys: take fewer rows at once")
    keys = columns[0][0].astype(np.int64)
    for values, size in columns[1:]:
        keys *= size
        keys += values
    return keys


def unpacked(keys: Ints, sizes: Sequence[int]) -> list[Ints]:
    """The columns that were packed; `sizes` are those of all columns but the first."""
    columns = []
    for size in reversed(sizes):
        keys, rest = np.divmod(keys, size)
        columns.append(rest)
    return [keys, *reversed(columns)]
