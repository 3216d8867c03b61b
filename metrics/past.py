"""Facts of closed days, added up, and what was made of tables that hardly change: kept from moment to moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import polars as pl

Found = TypeVar("Found")


@dataclass(frozen=True)
class Kept:
    """What was found once and holds as long as what it was found in: frames that nobody changes."""

    _found: dict[str, tuple[tuple[pl.Series | pl.DataFrame, ...], Any]] = field(default_factory=dict)

    def once(self, name: str, given: tuple[pl.Series | pl.DataFrame, ...], find: Callable[[], Found]) -> Found:
        """What was found before under this name, if it was found in the same frames; else it is found and kept.

        Args:
            name: of what is looked for.
            given: the frames beside those of its owner on which it depends; equal ones do, the same ones are quicker.
            find: finds it.
        """
        known = self._found.get(name)
        if known is None or not all(new is old or new.equals(old) for new, old in zip(given, known[0], strict=True)):  # type: ignore[arg-type]
            known = (given, find())
            self._found[name] = known
        found: Found = known[1]
        return found


@dataclass(frozen=True)
class Past:
    """Facts of closed days.

    Attributes:
        facts: kind of facts (as in `metrics.facts.kinds`) → its rows for the days that are looked back to.
        first_days: hall_id, first_day: the day of each hall's first ticket.
        sessions: opening hours of the days looked back to and of those of the records, as
            `metrics.hours.sessions_of`; None: the records' own calendar tells all of them.
        kept: what was made of these facts, and of tables that hardly change, for the next moment.
    """

    facts: Mapping[str, pl.DataFrame]
    first_days: pl.DataFrame
    sessions: pl.DataFrame | None = None
    kept: Kept = field(default_factory=Kept, compare=False, repr=False)
