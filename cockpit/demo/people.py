"""The people who come (申请人): invented numbers, of which only hashes leave this module."""

import hashlib
from functools import lru_cache

import numpy as np
import polars as pl

from cockpit.demo.draws import Flags, Floats, Ints
from cockpit.demo.frames import kept

_PEOPLE_PER_COUNTY = 30_000


@lru_cache(maxsize=16)
def _hashes(seed: int, county: int) -> pl.Series:
    return pl.Series(
        [
            hashlib.sha256(f"demo-person-{seed}-{county}-{number}".encode()).hexdigest()
            for number in range(_PEOPLE_PER_COUNTY)
        ],
        dtype=pl.String,
    )


@lru_cache(maxsize=4)
def _everyone(seed: int, counties: int) -> pl.Series:
    return pl.concat([_hashes(seed, county) for county in range(counties)])


def applicants(seed: int, county: Ints, counties: int, uniform: Floats, known: Flags) -> pl.Series:
    """Choose a person of the county for each uniform number; empty where the person is not known."""
    place = county * _PEOPLE_PER_COUNTY + (uniform * _PEOPLE_PER_COUNTY).astype(np.int64)
    return kept(_everyone(seed, counties).gather(pl.Series(place)), known)
