"""The rates (各率): versioned definitions and the one engine that counts them for every place and period."""

from __future__ import annotations

from metrics.rates.definition import PLACE_COLUMNS, PLACES, Place, Rate, UnknownRate
from metrics.rates.editions import CURRENT, EDITIONS, rates_of
from metrics.rates.engine import Tally, compute_rates, tally
from metrics.rates.records import NEEDED, NO_HALL, NO_REGION, RateRecords

__all__ = [
    "CURRENT",
    "EDITIONS",
    "NEEDED",
    "NO_HALL",
    "NO_REGION",
    "PLACES",
    "PLACE_COLUMNS",
    "Place",
    "Rate",
    "RateRecords",
    "Tally",
    "UnknownRate",
    "compute_rates",
    "rates_of",
    "tally",
]
