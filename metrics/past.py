"""What is known of closed days without counting their records again: additive facts, kept from day to day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Past:
    """Facts of closed days.

    Attributes:
        facts: kind of facts (as in `metrics.facts.kinds`) → its rows for the days that are looked back to.
        first_days: hall_id, first_day: the day of each hall's first ticket.
    """

    facts: Mapping[str, pl.DataFrame]
    first_days: pl.DataFrame
