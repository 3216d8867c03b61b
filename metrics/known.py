"""Time of which it is known only later that it counts: between two customers, before an end that is reported late.

An evaluation at t may count a while only if what makes it count happened before t. Most whiles *run*: known from their
first moment on and are cut off at t. Some are known only once they are over: that the half minute between two
customers belonged to work is known when the second one is called. And some cease to count: a ticket that turns out void
was no customer. So a while carries the instants at which it counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from metrics.groups import distinct
from metrics.spells import NEVER, Ints, Spells, pairs, time_between

Flags = npt.NDArray[np.bool_]

#: Known from the first moment on.
ALWAYS = -NEVER


@dataclass(frozen=True)
class Known:
    """Whiles [start, end) of places; an evaluation at t counts the part before t where since < t ≤ until.

    Attributes:
        place: number of the place.
        start: first instant.
        end: instant at which it is over.
        since: counts at instants after this one. At most `start` (it runs) or at least `end` (known when it is over).
        until: last instant at which it counts; NEVER = it stays. Only a while that runs may cease to count.
        row: row of the record that it comes from.
    """

    place: Ints
    start: Ints
    end: Ints
    since: Ints
    until: Ints
    row: Ints

    @classmethod
    def of(
        cls, place: Ints, start: Ints, end: Ints, row: Ints, *, since: Ints | None = None, until: Ints | None = None
    ) -> Known:
        """Whiles, empty ones left out; they run and stay unless it is said otherwise."""
        full = end > start
        return cls(
            place[full],
            start[full],
            end[full],
            np.full(full.sum(), ALWAYS) if since is None else since[full],
            np.full(full.sum(), NEVER) if until is None else until[full],
            row[full],
        )

    def __len__(self) -> int:
        """How many there are."""
        return len(self.place)

    def only(self, which: Ints | Flags) -> Known:
        """Some of them."""
        return Known(*(getattr(self, name)[which] for name in _FIELDS))

    def moved(self, place: Ints) -> Known:
        """The same whiles under other places (one for each while); those under a negative place fall away."""
        return replace(self, place=place).only(place >= 0)

    @property
    def running(self) -> Spells:
        """Those that run and stay, as spells: which places are in such a while at an instant."""
        run = self.only((self.since <= self.start) & (self.until == NEVER))
        return Spells(run.place, run.start, run.end)

    def time(self, place: Ints, since: Ints, until: Ints, at: Ints) -> Ints:
        """Microseconds of a place's whiles in [since, until), as known at an instant, for each question."""
        near = self._near(since, at)
        stays = near.until == NEVER
        kept = near.only(stays)
        micro = time_between(Spells(kept.place, kept.start, kept.end), place, since, np.minimum(until, at))
        # What is not known yet was counted too much; what ceases to count has to be added where it still counts.
        early = kept.only(kept.since > kept.start)
        wrong = Spells.of(early.place, early.start, _seen(early.since, early.end, since, at))
        _add(micro, early, *pairs(wrong, place, at), since, until, at, sign=-1)
        passing = near.only(~stays)
        there = Spells.of(passing.place, passing.start, _seen(passing.until, passing.end, since, at))
        _add(micro, passing, *pairs(there, place, at), since, until, at, sign=1)
        return micro

    def _near(self, since: Ints, at: Ints) -> Known:
        """Those that may reach into a span from `since` to `at`; mostly few do."""
        if not len(at):
            return self.only(np.zeros(0, dtype=np.int64))
        return self.only(np.flatnonzero((self.start < at.max()) & (self.end > since.min())))

    def shares(self, place: Ints, since: Ints, until: Ints, at: Ints) -> tuple[Ints, Ints, Ints]:
        """What each while adds to the answers of `time`: number of the while, of the question, microseconds."""
        first = np.where(self.since <= self.start, self.start, self.since)
        there = Spells.of(self.place, first, _seen(self.until, self.end, since, at))
        which, question = pairs(there, place, at)
        micro = _overlap(self, which, question, since, until, at)
        some = micro > 0
        return which[some], question[some], micro[some]


_FIELDS = ("place", "start", "end", "since", "until", "row")


def joined(parts: list[Known]) -> Known:
    """All whiles of several lists."""
    return Known(*(np.concatenate([getattr(part, name) for part in parts]) for name in _FIELDS))


def merged(spells: Spells, gap: int = 0) -> Spells:
    """Spells of each place joined where they overlap or touch, or lie less than `gap` apart; in order."""
    filled = spells.end > spells.start
    place, start, end = spells.place, spells.start, spells.end
    if not filled.all():
        place, start, end = place[filled], start[filled], end[filled]
    if not len(place):
        return Spells(place, start, end)
    # One line of instants for all places, so that the greatest end so far never reaches into the next place.
    low, length = _extent(start, end)
    line = place * length + (start - low)
    if not bool(np.all(line[:-1] <= line[1:])):
        order = np.argsort(line)
        place, start, end, line = place[order], start[order], end[order], line[order]
    reach = np.maximum.accumulate(place * length + np.minimum(end - low, length - 1))
    apart = line[1:] - reach[:-1]
    fresh = np.concatenate([[True], (place[1:] != place[:-1]) | ((apart >= gap) if gap else (apart > 0))])
    first = np.flatnonzero(fresh)
    return Spells(place[first], start[first], np.maximum.reduceat(end, first))


def union(pieces: Known) -> Known:
    """The whiles of each place with nothing counted twice at any instant; a moment belongs to what made it count first.

    Where several whiles cover a moment it counts as soon as one of them is known. A moment covered by one that ceases
    to count and by one that is known later may count, cease to count and count again: it is then in two rows.
    """
    if not len(pieces):
        return pieces
    low, length = _extent(pieces.start, pieces.end)
    first, last = pieces.place * length + (pieces.start - low), pieces.place * length + (pieces.end - low)
    edges = distinct(np.concatenate([first, last]))
    begin = np.searchsorted(edges, first)
    counts = np.searchsorted(edges, last) - begin
    piece = np.repeat(np.arange(len(pieces)), counts)
    slot = np.repeat(begin - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    crowded = np.bincount(slot, minlength=len(edges))[slot] > 1
    piece, slot = _settle(pieces, piece, slot, crowded)
    found = pieces.only(piece)
    offset = found.place * length - low
    found = replace(found, start=edges[slot] - offset, end=edges[slot + 1] - offset)
    return _again(found, slot)


def _settle(pieces: Known, piece: Ints, slot: Ints, crowded: Flags) -> tuple[Ints, Ints]:
    """For each moment the piece that stays and is known first, and the one that ceases to count last."""
    alone, shared = (piece[~crowded], slot[~crowded]), (piece[crowded], slot[crowded])
    stays = pieces.until[shared[0]] == NEVER
    since = np.where(pieces.since[shared[0]] <= pieces.start[shared[0]], ALWAYS, pieces.since[shared[0]])
    staying = _first(shared[0][stays], shared[1][stays], since[stays])
    passing = _first(shared[0][~stays], shared[1][~stays], -pieces.until[shared[0][~stays]])
    return (
        np.concatenate([alone[0], staying[0], passing[0]]),
        np.concatenate([alone[1], staying[1], passing[1]]),
    )


def _first(piece: Ints, slot: Ints, rank: Ints) -> tuple[Ints, Ints]:
    """The piece of the lowest rank of each slot (ties: the first)."""
    order = np.lexsort((piece, rank, slot))
    piece, slot = piece[order], slot[order]
    fresh = np.concatenate([[True], slot[1:] != slot[:-1]]) if len(slot) else np.zeros(0, dtype=np.bool_)
    return piece[fresh], slot[fresh]


def _again(found: Known, slot: Ints) -> Known:
    """Let what ceases to count do so at the latest when the moment is known for good."""
    order = np.argsort(slot, kind="stable")
    found, slot = found.only(order), slot[order]
    pair = np.flatnonzero(slot[1:] == slot[:-1])
    if not len(pair):
        return found
    # Of two rows of one moment exactly one ceases to count.
    passing = np.where(found.until[pair] < NEVER, pair, pair + 1)
    staying = np.where(found.until[pair] < NEVER, pair + 1, pair)
    known = np.where(found.since[staying] <= found.start[staying], ALWAYS, found.since[staying])
    until = found.until.copy()
    until[passing] = np.minimum(until[passing], known)
    adds = np.ones(len(found), dtype=np.bool_)
    adds[passing] = until[passing] > found.start[passing]
    return replace(found, until=until).only(adds)


def crossing(whiles: Known, others: Known) -> Known:
    """Moments of the whiles that also lie in one of the others, known when both are; rows are those of the whiles.

    Args:
        whiles: of any places.
        others: no two of one place overlap.
    """
    if not len(whiles) or not len(others):
        return whiles.only(np.zeros(0, dtype=np.int64))
    low, length = _extent(np.concatenate([whiles.start, others.start]), np.concatenate([whiles.end, others.end]))
    starts = others.place * length + (others.start - low)
    if not bool(np.all(starts[:-1] <= starts[1:])):
        order = np.argsort(starts, kind="stable")
        others, starts = others.only(order), starts[order]
    ends = others.place * length + (others.end - low)
    begin = np.searchsorted(ends, whiles.place * length + (whiles.start - low), side="right")
    counts = np.searchsorted(starts, whiles.place * length + (whiles.end - low), side="left") - begin
    counts = np.maximum(counts, 0)
    one = np.repeat(np.arange(len(whiles)), counts)
    other = np.repeat(begin - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    return Known.of(
        whiles.place[one],
        np.maximum(whiles.start[one], others.start[other]),
        np.minimum(whiles.end[one], others.end[other]),
        whiles.row[one],
        since=np.maximum(whiles.since[one], others.since[other]),
        until=np.minimum(whiles.until[one], others.until[other]),
    )


def _extent(start: Ints, end: Ints) -> tuple[int, int]:
    """First instant and length of a line that holds all of them."""
    low = int(start.min())
    return low, int(end[end < NEVER].max(initial=low)) - low + 2


def _seen(last: Ints, end: Ints, since: Ints, at: Ints) -> Ints:
    """The last instant at which a while can matter: later questions look back no further than the longest does."""
    longest = int((at - since).max(initial=0))
    found: Ints = np.minimum(last, np.minimum(end, NEVER - longest) + longest)
    return found


def _overlap(whiles: Known, which: Ints, question: Ints, since: Ints, until: Ints, at: Ints) -> Ints:
    last = np.minimum(np.minimum(until, at)[question], whiles.end[which])
    found: Ints = np.maximum(last - np.maximum(whiles.start[which], since[question]), 0)
    return found


def _add(
    micro: Ints, whiles: Known, which: Ints, question: Ints, since: Ints, until: Ints, at: Ints, *, sign: int
) -> None:
    np.add.at(micro, question, sign * _overlap(whiles, which, question, since, until, at))
