"""How far a daily mean has drifted from what it used to be: an exponentially weighted mean of standardised days (EWMA).

Day by day and for all series at once: what a day is compared with depends on which days before it stood out, so days
follow each other; series do not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metrics.spells import Ints

Floats = npt.NDArray[np.float64]

#: Weight of the newest day; spread of the weighted mean of days that only vary by chance, in standard deviations.
WEIGHT = 0.2
SPREAD = math.sqrt(WEIGHT / (2 - WEIGHT))
#: Days compared with, and so many open days lie between them and the day that is judged.
COMPARED, DISTANCE = 20, 10
#: A day whose value reached this (orange) is no example of what is usual.
STOOD_OUT = 4.0
#: Means that vary less than this do not vary: what is left is rounding.
NO_SPREAD = 1e-9


@dataclass(frozen=True)
class Drift:
    """What each day is compared with and how far the series had drifted; arrays, one entry for each day.

    Attributes:
        mean: mean of the 20 days it is compared with.
        deviation: their sample standard deviation.
        judged: whether there are 20 of them that vary; else mean and deviation mean nothing.
        before: the weighted mean E of the judged days before (0 at first).
        after: E with this day.
    """

    mean: Floats
    deviation: Floats
    judged: npt.NDArray[np.bool_]
    before: Floats
    after: Floats


def drift(series: Ints, index: Ints, level: Floats) -> Drift:
    """Follow each series from day to day.

    Args:
        series: number of the series of each day, from 0, in order.
        index: number of the day among the days that count as distance, in order within a series.
        level: what is watched, the mean of the day.
    """
    days = len(series)
    none = np.zeros(days, dtype=np.bool_)
    found = Drift(np.zeros(days), np.zeros(days), none, np.zeros(days), np.zeros(days))
    if not days:
        return found
    first = np.flatnonzero(np.concatenate([[True], series[1:] != series[:-1]]))
    lengths = np.diff(np.concatenate([first, [days]]))
    # Days that are examples of what is usual, in order; how many there are, and how many lie far enough back.
    usual = np.zeros((len(first), int(lengths.max())), dtype=np.int64)
    count, far = np.zeros(len(first), dtype=np.int64), np.zeros(len(first), dtype=np.int64)
    state = np.zeros(len(first))
    for step in range(int(lengths.max())):
        on = np.flatnonzero(lengths > step)
        row = first[on] + step
        far[on] = _far_enough(usual, count, far, on, index, index[row] - DISTANCE)
        window = usual[on[:, None], np.maximum(far[on][:, None] - COMPARED + np.arange(COMPARED), 0)]
        compared = level[window]
        mean, deviation = compared.mean(axis=1), compared.std(axis=1, ddof=1)
        judged = (far[on] >= COMPARED) & (deviation > NO_SPREAD)
        z = np.where(judged, (level[row] - mean) / np.where(judged, deviation, 1), 0)
        found.mean[row], found.deviation[row], found.judged[row] = mean, deviation, judged
        found.before[row] = state[on]
        state[on] = np.where(judged, WEIGHT * z + (1 - WEIGHT) * state[on], state[on])
        found.after[row] = state[on]
        usual[on, count[on]] = row
        count[on] += ~(judged & (state[on] / SPREAD >= STOOD_OUT))
    return found


def _far_enough(usual: Ints, count: Ints, far: Ints, on: Ints, index: Ints, last: Ints) -> Ints:
    """How many of the usual days of each series lie at or before a day."""
    found = far[on]
    while True:
        there = found < count[on]
        row = usual[on, np.minimum(found, usual.shape[1] - 1)]
        more = there & (index[row] <= last)
        if not more.any():
            return found
        found = found + more
