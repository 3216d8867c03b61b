"""What one column of the data standard is: its type, its Chinese title, its mark and what it refers to.

The constructors below are the only way a table of the standard declares a column, so that every column carries the
same facts: the mark (event, plan, attribute), the key, the reference and the codes it allows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

import dataframely as dy
import polars as pl

Mark = Literal["event", "plan", "attribute"]

#: Times outside this span are no times of a service hall: they come from a mistyped or a default year.
EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
LATEST = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)

#: No identifier, code or name of a hall is longer; a longer one is a shifted column or a broken quote.
TEXT_LIMIT = 400
FREE_TEXT_LIMIT = 20_000


def text(
    title: str,
    *,
    key: bool = False,
    null: bool = False,
    ref: str | None = None,
    codes: Sequence[str] | None = None,
    personal: bool = False,
    free: bool = False,
    pattern: str | None = None,
    default: str | None = None,
) -> dy.String:
    """Declare a text column: an identifier, a code, a name or free text.

    Args:
        title: Chinese title.
        key: part of the table's key.
        null: may be empty.
        ref: table whose rows must contain this identifier.
        codes: the only values allowed.
        personal: a place where sources tend to put a person's id or phone number; the gate looks into it.
        free: free text of people; digits that look like an id or a phone number are masked before storage.
        pattern: regular expression that a value must match.
        default: value where the source does not deliver the column.
    """
    allowed = list(codes) if codes else None
    return dy.String(
        nullable=null,
        max_length=FREE_TEXT_LIMIT if free else TEXT_LIMIT,
        regex=pattern,
        check=(lambda value: value.is_in(allowed)) if allowed else None,
        description=title,
        metadata=_facts("attribute", key, ref=ref, codes=allowed, personal=personal, free=free, default=default),
    )


def number(
    title: str, *, null: bool = False, low: int | None = None, high: int | None = None, key: bool = False
) -> dy.Int64:
    """Declare a whole number; `low` and `high` are the bounds still allowed."""
    return dy.Int64(nullable=null, min=low, max=high, description=title, metadata=_facts("attribute", key))


def decimal(title: str, *, null: bool = False, low: float | None = None) -> dy.Float64:
    """Declare a decimal number that is finite and not below `low`."""
    return dy.Float64(nullable=null, min=low, description=title, metadata=_facts("attribute", key=False))


def flag(title: str, *, null: bool = False, default: bool | None = None) -> dy.Bool:
    """Declare a yes/no column; `default` stands where the source does not deliver the column."""
    return dy.Bool(nullable=null, description=title, metadata=_facts("attribute", key=False, default=default))


def day(title: str, *, key: bool = False, null: bool = False, mark: Mark = "attribute") -> dy.Date:
    """Declare a calendar day in the city's time."""
    return dy.Date(
        nullable=null,
        min=EARLIEST.date(),
        max=LATEST.date(),
        description=title,
        metadata=_facts(mark, key),
    )


def event(title: str, *, null: bool = False, key: bool = False) -> dy.Datetime:
    """Declare the time at which something happened; at an instant t, times at or after t have not happened yet."""
    return _instant(title, "event", null=null, key=key)


def plan(title: str, *, null: bool = False, key: bool = False, of_day: str | None = None) -> dy.Datetime:
    """Declare a time set in advance (due, roster, opening); it is known from the start.

    Args:
        title: Chinese title.
        null: may be empty.
        key: part of the table's key.
        of_day: column with the day to which a bare time of day such as 08:30 belongs.
    """
    return _instant(title, "plan", null=null, key=key, of_day=of_day)


def moment(title: str) -> dy.Datetime:
    """Declare a time that is neither an event nor a plan: a bound of what the data covers."""
    return _instant(title, "attribute", null=False, key=False)


def texts(title: str) -> dy.List:
    """Declare a list of identifiers; in CSV a JSON array."""
    return dy.List(dy.String(), nullable=False, description=title, metadata=_facts("attribute", key=False))


def ordered(*columns: str) -> dict[str, Any]:
    """Rules for times that follow each other: every pair of the columns, in this order, empty ones left out.

    Returns:
        Rules by name, to be put into the namespace of a table.
    """
    rules = {}
    for place, first in enumerate(columns):
        for second in columns[place + 1 :]:
            rules[f"order__{first}__{second}"] = _not_after(first, second)
    return rules


def needs(column: str, *, when: str, among: Sequence[str]) -> dict[str, Any]:
    """Rule: where `when` has one of the codes `among`, `column` must be filled (an ended ticket has its end)."""
    return {f"needs__{column}": _filled_when(column, when, list(among))}


def forbids(column: str, *, when: str, among: Sequence[str]) -> dict[str, Any]:
    """Rule: where `when` has one of the codes `among`, `column` must be empty (who still waits has no end)."""
    return {f"forbids__{column}": _empty_when(column, when, list(among))}


def _facts(mark: Mark, key: bool, **more: object) -> dict[str, Any]:
    return {"mark": mark, "key": key, **more}


def _instant(title: str, mark: Mark, *, null: bool, key: bool, of_day: str | None = None) -> dy.Datetime:
    return dy.Datetime(
        nullable=null,
        min=EARLIEST,
        max_exclusive=LATEST,
        time_zone="UTC",
        time_unit="us",
        description=title,
        metadata=_facts(mark, key, of_day=of_day),
    )


def _not_after(first: str, second: str) -> Any:  # noqa: ANN401 (dataframely's rule factory is private)
    return dy.rule()(lambda cls: pl.col(first) <= pl.col(second))


def _filled_when(column: str, when: str, among: list[str]) -> Any:  # noqa: ANN401
    return dy.rule()(lambda cls: ~pl.col(when).is_in(among) | pl.col(column).is_not_null())


def _empty_when(column: str, when: str, among: list[str]) -> Any:  # noqa: ANN401
    return dy.rule()(lambda cls: ~pl.col(when).is_in(among) | pl.col(column).is_null())
