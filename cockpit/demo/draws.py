"""Chance, made repeatable: every place and day has its own stream, so more days or halls change no other."""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Stream(IntEnum):
    """What a stream of random numbers is for."""

    CITY_DAY = 1
    DEMAND = 2
    SHIFTS = 3
    STAFF = 4
    ONLINE = 5
    PLATFORM = 6
    DEVICES = 7
    COUNTS = 8
    COMPLAINTS = 9
    CHECKS = 10
    INCIDENTS = 11
    EXTRA = 12
    DELIVERIES = 13
    CHARACTER = 14
    SNAPSHOTS = 15
    QUIET = 16
    REVIEWS = 17


def stream(seed: int, purpose: Stream, *path: int) -> np.random.Generator:
    """Return the random stream of one purpose and place; the same arguments give the same numbers."""
    return np.random.default_rng([seed, int(purpose), *path])


def pick(weights: Floats, uniform: Floats) -> Ints:
    """Turn uniform numbers into choices by weight: the index chosen for each number."""
    edges = np.cumsum(weights) / weights.sum()
    chosen = np.searchsorted(edges, uniform, side="right")
    return np.minimum(chosen, len(weights) - 1).astype(np.int64)
