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


def hashed(seed: int, purpose: Stream, *numbers: Ints) -> Floats:
    """Return a number between 0 and 1 for each row of numbers; the same rows give the same ones, in any order."""
    with np.errstate(over="ignore"):
        state = np.full(np.broadcast(*numbers).shape, seed * 1_000_003 + int(purpose), dtype=np.uint64)
        for values in numbers:
            state = _mixed(state ^ (np.asarray(values).astype(np.uint64) + _GOLDEN))
        scaled: Floats = (_mixed(state) >> np.uint64(11)).astype(np.float64) / float(1 << 53)
    return scaled


_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _mixed(state: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Stir the bits (the splitmix64 step)."""
    state = state + _GOLDEN
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    stirred: npt.NDArray[np.uint64] = state ^ (state >> np.uint64(31))
    return stirred
