"""Counting at many instants at once: how many rows, people or minutes stand at each of them.

Every figure of today is made of rows that count for a while: a ticket counts among those taken in the last hour for an
hour, a person waiting until called, a window until it is shut. A *spell* is such a while: it holds at the instants t
with start < t ≤ end, because an evaluation at t knows what happened before t. One instant and a year of instants are
counted by the same code, so that a replay gives what a live evaluation gave.

Places are small numbers, instants microseconds; both are laid out on one line of integers, so that two binary searches
answer for all places and instants together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

#: An instant that never comes.
NEVER = 1 << 62
MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def micros(times: pl.Series) -> Ints:
    """Times as microseconds since 1970 (UTC); what is empty never comes."""
    instants = times.cast(pl.Int64)
    return (instants.fill_null(NEVER) if instants.null_count() else instants).to_numpy()


@dataclass(frozen=True)
class Spells:
    """Whiles in which something stands at a place: arrays of one length.

    Attributes:
        place: number of the place, from 0.
        start: instant (microseconds) after which it stands.
        end: last instant at which it stands; NEVER = for good. A spell with end ≤ start stands nowhere.
    """

    place: Ints
    start: Ints
    end: Ints

    @classmethod
    def of(cls, place: Ints, start: Ints, end: Ints) -> Spells:
        """Spells, those that stand nowhere turned into empty ones."""
        return cls(place, start, np.maximum(start, end))

    def __len__(self) -> int:
        """How many there are."""
        return len(self.place)

    def near(self, since: Ints, until: Ints) -> Ints:
        """Rows of those that may stand at, or reach into, some of the spans from `since` to `until`; mostly few do."""
        if not len(since):
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero((self.start < until.max()) & (self.end >= since.min()))

    def only(self, which: Ints | Flags) -> Spells:
        """Some of them."""
        return Spells(self.place[which], self.start[which], self.end[which])


def standing(spells: Spells, place: Ints, at: Ints) -> Ints:
    """How many spells stand at each place and instant."""
    line, spells = _Line(at), spells.only(spells.near(at, at))
    starts, ends = np.sort(line.keys(spells.place, spells.start)), np.sort(line.keys(spells.place, spells.end))
    asked = line.keys(place, at)
    return (np.searchsorted(starts, asked) - np.searchsorted(ends, asked)).astype(np.int64)


def standing_sum(spells: Spells, weights: Ints, place: Ints, at: Ints) -> Ints:
    """Sum of the weights (whole numbers, such as microseconds) of the spells that stand at each place and instant."""
    near = spells.near(at, at)
    line, spells, weights = _Line(at), spells.only(near), weights[near]
    asked = line.keys(place, at)
    total = np.zeros(len(asked), dtype=np.int64)
    for times, sign in ((spells.start, 1), (spells.end, -1)):
        keys = line.keys(spells.place, times)
        order = np.argsort(keys, kind="stable")
        sums = np.concatenate([[0], np.cumsum(weights[order])])
        total += sign * sums[np.searchsorted(keys[order], asked)]
    return total


def time_between(spells: Spells, place: Ints, since: Ints, until: Ints) -> Ints:
    """Microseconds of a place's spells that lie in [since, until), for each place asked; several at once all count."""
    line, spells = _Line(since, until), spells.only(spells.near(since, until))
    micro = np.zeros(len(place), dtype=np.int64)
    for times, sign in ((spells.start, 1), (spells.end, -1)):
        clipped = line.clip(times)
        keys = line.keys(spells.place, times)
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        # Sums may run over the end of the integers; the difference of two of them comes out right all the same.
        sums = np.concatenate([[0], np.cumsum(clipped[order])])
        for edge, way in ((until, 1), (since, -1)):
            before = np.searchsorted(keys, line.keys(place, edge))
            micro += sign * way * (before * line.clip(edge) - sums[before])
    return np.where(until > since, micro, 0).astype(np.int64)


def touching(spells: Spells, place: Ints, since: Ints, until: Ints) -> Flags:
    """Whether any of a place's spells reaches into [since, until), for each place asked."""
    line, spells = _Line(since, until), spells.only(spells.near(since, until))
    ends = line.keys(spells.place, spells.end)
    order = np.argsort(ends, kind="stable")
    starts = line.keys(spells.place, spells.start)[order]
    # Of the spells that end later than `since` the earliest beginning, in this place or in those after it.
    earliest = np.append(np.minimum.accumulate(starts[::-1])[::-1], _NUMBERS)
    found = np.searchsorted(ends[order], line.keys(place, since), side="right")
    touched: Flags = (earliest[found] < line.keys(place, until)) & (until > since)
    return touched


def sum_within(place: Ints, at: Ints, weights: Ints, asked_place: Ints, since: Ints, until: Ints) -> Ints:
    """Sum of the weights of a place's events in [since, until), for each span asked."""
    forever = Spells(place, at, np.full(len(at), NEVER))
    spans = len(since)
    sums = standing_sum(forever, weights, np.tile(asked_place, 2), np.concatenate([until, since]))
    return sums[:spans] - sums[spans:]


def pairs(spells: Spells, place: Ints, at: Ints) -> tuple[Ints, Ints]:
    """Which spells stand at which instants: row of the spell and number of the question, one pair for each.

    For what no sum can tell: a greatest value, the rows behind a number.
    """
    line, near = _Line(at), spells.near(at, at)
    spells = spells.only(near)
    asked = line.keys(place, at)
    order = np.argsort(asked, kind="stable")
    low = np.searchsorted(asked[order], line.keys(spells.place, spells.start), side="right")
    high = np.searchsorted(asked[order], line.keys(spells.place, spells.end), side="right")
    counts = np.maximum(high - low, 0)
    rows = np.repeat(near, counts)
    steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return rows.astype(np.int64), order[np.repeat(low, counts) + steps].astype(np.int64)


def within(place: Ints, at: Ints, asked_place: Ints, since: Ints, until: Ints) -> tuple[Ints, Ints]:
    """Which events of a place lie in which spans [since, until): row of the event and number of the span, in pairs."""
    line = _Line(since, until)
    keys = line.keys(place, at)
    order = np.argsort(keys, kind="stable")
    low = np.searchsorted(keys[order], line.keys(asked_place, since))
    high = np.searchsorted(keys[order], line.keys(asked_place, until))
    counts = np.maximum(high - low, 0)
    spans = np.repeat(np.arange(len(since)), counts)
    steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return order[np.repeat(low, counts) + steps].astype(np.int64), spans.astype(np.int64)


def latest_before(place: Ints, at: Ints, asked_place: Ints, asked_at: Ints) -> Ints:
    """Row of the last event of a place before each instant asked; -1 where there is none (ties: the later row)."""
    line = _Line(at, asked_at)
    keys = line.keys(place, at)
    order = np.argsort(keys, kind="stable")
    found = np.searchsorted(keys[order], line.keys(asked_place, asked_at)) - 1
    rows = order[np.maximum(found, 0)] if len(order) else np.zeros(len(found), dtype=np.int64)
    fits = found >= 0
    if len(order):
        fits &= place[rows] == asked_place
    return np.where(fits, rows, -1).astype(np.int64)


def first_after(place: Ints, at: Ints, asked_place: Ints, asked_at: Ints) -> Ints:
    """When the first event of a place after each instant asked happens; NEVER where there is none."""
    line = _Line(at, asked_at)
    order = np.argsort(line.keys(place, at), kind="stable")
    found = np.searchsorted(line.keys(place, at)[order], line.keys(asked_place, asked_at), side="right")
    if not len(order):
        return np.full(len(found), NEVER, dtype=np.int64)
    rows = order[np.minimum(found, len(order) - 1)]
    fits = (found < len(order)) & (place[rows] == asked_place)
    return np.where(fits, at[rows], NEVER).astype(np.int64)


class _Line:
    """Places and instants as one integer each, in order of place, then instant.

    The line is as long as the instants on it are apart; what lies before or after them is put at its ends, where
    nobody asks.
    """

    def __init__(self, *instants: Ints) -> None:
        known = [times[times < NEVER] for times in instants]
        self.low = min((int(times.min()) for times in known if len(times)), default=0) - 1
        self.length = max((int(times.max()) for times in known if len(times)), default=0) - self.low + 2

    def clip(self, times: Ints) -> Ints:
        """Instants counted from just before the first one; what lies outside is put at the ends."""
        # First cut, then counted: what never comes must not run over the end of the integers.
        return np.minimum(np.maximum(times, self.low), self.low + self.length - 1) - self.low

    def keys(self, place: Ints, times: Ints) -> Ints:
        """Numbers on the line.

        Raises:
            OverflowError: more places and time than there are numbers; ask for fewer at once.
        """
        if len(place) and (int(place.max()) + 2) * self.length > _NUMBERS:
            raise OverflowError(f"{int(place.max()) + 1} places over {self.length // DAY} days: ask for fewer at once")
        return place * self.length + self.clip(times)


_NUMBERS = (1 << 63) - 1
