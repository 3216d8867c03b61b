"""What happened at a queue in each 5 minutes of a day (队列事实): additive, so that hours, days and halls are sums.

Facts are kept for closed days; whatever looks back at the past (what is usual, how long handling takes, months) adds
them up instead of counting tickets again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from metrics.facts.kinds import FactKind
from metrics.groups import Groups, distinct, packed, unpacked
from metrics.hours import local_micros, numbers, sessions_of
from metrics.records import Records
from metrics.spells import HOUR, MINUTE, NEVER, Ints, latest_before, micros
from metrics.tickets import visits as visits_of

#: Length of one interval.
STEP = 5 * MINUTE
COUNTS = ("taken", "own", "own_usual", "calls", "wait", "calls_usual", "wait_usual", "handled", "handle")

_NEEDED = ("hall_id", "queue_id", "date", "take", "call", "end", "wait", "handle", "suspect", "transfer")

Flags = npt.NDArray[np.bool_]
#: What is added up (None: rows are counted), and of which rows it is not.
_Count = tuple[Ints | None, Flags]


def queue_facts(visits: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    """Count what happened at each queue in each 5 minutes of opening hours; void tickets and slips count nowhere.

    Args:
        visits: as `metrics.tickets.visits`.
        sessions: as `metrics.hours.sessions_of`.

    Returns:
        hall_id, queue_id, date (of taking), at (end of the interval: on the 5-minute grid, or its session's closing
        where that comes first; the interval is half-open and cut to its session), session (null outside opening
        hours), and whole numbers: taken (tickets), own (without transfers), own_usual (own, without suspect waits),
        calls, wait (their waits, microseconds net of breaks), calls_usual, wait_usual (without suspect waits), handled
        (services that ended here), handle (their length, microseconds). Intervals in which nothing happened have no
        row. In order of queue, at, session, hall, date.
    """
    kept = visits.lazy().filter(pl.col("known_until") == NEVER).select(_NEEDED).collect()
    queues, halls = kept["queue_id"].unique().sort(), kept["hall_id"].unique().sort()
    queue = numbers(kept["queue_id"], queues)
    # Queue by queue the search for sessions goes forward through them, which is several times as fast.
    order = np.argsort(queue.astype(np.min_scalar_type(len(queues))), kind="stable")
    queue, hall = queue[order], numbers(kept["hall_id"], halls)[order]

    def column(name: str) -> Ints:
        """A column of the visits as whole numbers in that order."""
        values = kept[name].to_physical().cast(pl.Int64)
        return (values.fill_null(0) if values.null_count() else values).to_numpy()[order]

    date, call, wait, handle = column("date"), column("call"), column("wait"), column("handle")
    transfer, suspect = column("transfer") > 0, column("suspect") > 0
    every, none = np.ones(len(queue), dtype=np.bool_), np.zeros(len(queue), dtype=np.bool_)
    kinds: list[tuple[Ints, Flags, dict[str, _Count]]] = [
        (
            column("take"),
            every,
            {"taken": (None, none), "own": (None, transfer), "own_usual": (None, transfer | suspect)},
        ),
        (
            call,
            call < NEVER,
            {
                **{"calls": (None, none), "wait": (wait, none)},
                **{"calls_usual": (None, suspect), "wait_usual": (wait, suspect)},
            },
        ),
        (column("end"), handle > 0, {"handled": (None, none), "handle": (handle, none)}),
    ]
    opened = _Opened(sessions, halls)
    days, steps = _Span.of([date]), _Span.of([moment[which] // STEP for moment, which, _ in kinds])
    sizes = (len(queues), len(halls), days.size, steps.size, opened.size)
    spot = packed([(queue, sizes[0]), (hall, sizes[1]), (date - days.first, sizes[2])])
    groups, ends = [], []
    for moment, which, _ in kinds:
        session, end = opened.at(hall[which], moment[which])
        step = moment[which] // STEP - steps.first
        key = packed([(spot[which], math.prod(sizes[:3])), (step, sizes[3]), (session, sizes[4])])
        groups.append((Groups.of(key), key))
        ends.append(groups[-1][0].any(end))
    keys = distinct(np.concatenate([group.keys for group, _ in groups]))
    columns = {name: np.zeros(len(keys), dtype=np.int64) for name in ("at", *COUNTS)}
    for (group, key), end, (_, which, counts) in zip(groups, ends, kinds, strict=True):
        row = np.searchsorted(keys, group.keys)
        columns["at"][row] = end
        for name, (values, without) in counts.items():
            columns[name][row] = group.count() if values is None else group.sum(values[which])
            # Few rows are left out: they are taken off again.
            out = np.flatnonzero(without & which)
            if len(out):
                spots = np.searchsorted(keys, key[np.flatnonzero(without[which])])
                np.subtract.at(columns[name], spots, 1 if values is None else values[out])
    at = columns.pop("at")
    queue, hall, date, _, session = unpacked(keys, sizes[1:])
    frame = pl.DataFrame(
        {
            "hall_id": halls.gather(pl.Series(hall)),
            "queue_id": queues.gather(pl.Series(queue)),
            "date": pl.Series(date + days.first).cast(pl.Date),
            "at": pl.Series(at).cast(pl.Datetime("us", "UTC")).cast(sessions.schema["open_at"]),
            "session": opened.sessions(session),
            **columns,
        }
    )
    # A call on another day than that of the taking, and what comes after a closing, lie out of order.
    before = (at[1:] < at[:-1]) | ((at[1:] == at[:-1]) & ((hall[1:] != hall[:-1]) | (date[1:] != date[:-1])))
    mixed = bool(np.any(before & (queue[1:] == queue[:-1])))
    return frame.sort("queue_id", "at", "session", "hall_id", "date") if mixed else frame


def queue_sums(facts: pl.DataFrame, every: Literal["1h", "1d"]) -> pl.DataFrame:
    """Hours or days of queues, summed from what happened in their 5 minutes.

    Args:
        facts: as `queue_facts`; for days the sums of hours do too.
        every: hours, which run from full hour to full hour, or days (of taking).

    Returns:
        hall_id, queue_id, date, hour (its beginning; for hours only), and the counts of `queue_facts`, in order of
        queue, day, hour.
    """
    queues, halls = facts["queue_id"].unique().sort(), facts["hall_id"].unique().sort()
    date = facts["date"].to_physical().cast(pl.Int64).to_numpy()
    days = _Span.of([date])
    parts = [
        (numbers(facts["queue_id"], queues), len(queues)),
        (numbers(facts["hall_id"], halls), len(halls)),
        (date - days.first, days.size),
    ]
    if every == "1h":
        # What ends at the full hour belongs to the hour before.
        clock = local_micros(facts["at"]) - 1
        hours = _Span.of([clock // HOUR])
        parts.append((clock // HOUR - hours.first, hours.size))
    groups = Groups.of(packed(parts))
    queue, hall, date = (groups.any(values) for values, _ in parts[:3])
    found = {
        "hall_id": halls.gather(pl.Series(hall)),
        "queue_id": queues.gather(pl.Series(queue)),
        "date": pl.Series(date + days.first).cast(pl.Date),
    }
    if every == "1h":
        begin = pl.Series(groups.any(micros(facts["at"]) - 1 - clock % HOUR))
        found["hour"] = begin.cast(pl.Datetime("us", "UTC")).cast(facts.schema["at"])
    return pl.DataFrame({**found, **{name: groups.sum(facts[name].to_numpy()) for name in COUNTS}})


@dataclass(frozen=True)
class _Span:
    """From where to where whole numbers go."""

    first: int
    size: int

    @classmethod
    def of(cls, columns: list[Ints]) -> _Span:
        """The span of some columns."""
        known = [(int(values.min()), int(values.max())) for values in columns if len(values)]
        first = min((low for low, _ in known), default=0)
        return cls(first, max((high for _, high in known), default=0) - first + 1)


class _Opened:
    """The sessions of halls, for asking in which one something happened."""

    def __init__(self, sessions: pl.DataFrame, halls: pl.Series) -> None:
        self._numbers = sessions["session"].cast(pl.Int64)
        self._dtype = sessions.schema["session"]
        self._hall = numbers(sessions["hall_id"], halls)
        self._opening, self._closing = micros(sessions["open_at"]), micros(sessions["close_at"])
        self._span = _Span.of([self._numbers.to_numpy()])
        self.size = self._span.size + 1

    def at(self, hall: Ints, moment: Ints) -> tuple[Ints, Ints]:
        """In which session each moment lies (open_at ≤ moment < close_at), and when its 5 minutes end.

        Returns:
            Numbers for `sessions` (0 outside opening hours); ends, at most the session's closing.
        """
        end = (moment // STEP + 1) * STEP
        if not len(self._closing):
            return np.zeros(len(moment), dtype=np.int64), end
        row = latest_before(self._hall, self._opening, hall, moment + 1)
        close = self._closing[row]
        inside = (row >= 0) & (moment < close)
        number = self._numbers.to_numpy()[row] - self._span.first + 1
        return np.where(inside, number, 0), np.where(inside, np.minimum(end, close), end)

    def sessions(self, found: Ints) -> pl.Series:
        """The sessions' own numbers; null outside opening hours."""
        own = pl.Series("session", found + (self._span.first - 1))
        return own.set(pl.Series(found == 0), None).cast(self._dtype)


def _of_records(records: Records) -> pl.DataFrame:
    sessions = sessions_of(records["calendar"])
    return queue_facts(visits_of(records["tickets"], sessions), sessions)


KINDS = (FactKind("queues", "2026.1", ("tickets",), ("calendar",), (), _of_records),)
