"""The people who come (申请人): invented numbers, of which only hashes leave this module."""

import hashlib
from functools import lru_cache

import numpy as np
import polars as pl

from cockpit.demo.draws import Flags, Floats
from cockpit.demo.frames import kept

_PEOPLE_PER_COUNTY = 20_000


@lru_cache(maxsize=16)
def _hashes(seed: int, county: int) -> pl.Series:
    return pl.Series(
        [
            hashlib.sha256(f"demo-person-{seed}-{county}-{number}".encode()).hexdigest()
            for number in range(_PEOPLE_PER_COUNTY)
        ],
        dtype=pl.String,
    )


def applicants(seed: int, county: int, uniform: Floats, known: Flags) -> pl.Series:
    """Choose a person of the county for each uniform number; empty where the person is not known."""
    return kept(_hashes(seed, county).gather(pl.Series((uniform * _PEOPLE_PER_COUNTY).astype(np.int64))), known)
