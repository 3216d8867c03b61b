"""What windows (窗口) do: when they are planned, open and busy, for whom, and who waits for them.

A spell at a window belongs to the day on which it begins. An end that is reported for a later day is no end: somebody
forgot to sign off, and what the system made up the next morning is no work. Such a spell lasts as long as one without
an end: until t, at most until the day's last closing. A call on a later day than the ticket's is none, for the same
reason. So days do not depend on each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from metrics.hours import Days, numbers
from metrics.instants import start_zone
from metrics.known import Known, crossing, joined, merged, union
from metrics.spells import MINUTE, NEVER, Flags, Ints, Spells, micros
from metrics.window_table import WindowTable

#: So long a window counts as open though it pauses.
SHORT_PAUSE = 15 * MINUTE
#: So long the change from one customer to the next counts as work while somebody waits.
CHANGE = 30 * 1_000_000


@dataclass(frozen=True)
class Windows:
    """The windows of a city under small numbers, and their time.

    Attributes:
        table: which windows there are.
        plan: table `window_plan`.
        spells: table `window_sessions`.
        sessions: opening hours, as `metrics.hours.sessions_of`.
        visits: tickets, as `metrics.tickets.visits`.
    """

    table: WindowTable
    plan: pl.DataFrame
    spells: pl.DataFrame
    sessions: pl.DataFrame
    visits: pl.DataFrame

    @property
    def each(self) -> pl.DataFrame:
        """All windows in order, as `WindowTable.each`."""
        return self.table.each

    @property
    def groups(self) -> pl.DataFrame:
        """Service groups (服务组) of the halls, as `WindowTable.groups`."""
        return self.table.groups

    @property
    def companies(self) -> pl.DataFrame:
        """Which queues are served together, as `WindowTable.companies`."""
        return self.table.companies

    @property
    def of_queues(self) -> pl.DataFrame:
        """Which windows serve which queue, as `WindowTable.of_queues`."""
        return self.table.of_queues

    def at_queues(self, spells: Spells, queues: pl.Series) -> tuple[Spells, Ints, Ints]:
        """Spells of windows under the queues they serve.

        Args:
            spells: of windows, by number.
            queues: queue_id in the order of the queues' numbers.

        Returns:
            The spells by number of the queue; what the window counts for it (in parts of SHARES); which spell it was.
        """
        served = self.of_queues
        return _spread(spells, served["window"].to_numpy(), numbers(served["queue_id"], queues), served["share"])

    def numbers(self, window_ids: pl.Series) -> Ints:
        """Numbers of windows; -1 for one that is not known."""
        return self.table.numbers(window_ids)

    @cached_property
    def planned(self) -> Spells:
        """When each window is planned to be open, by number; plans that touch are one."""
        place = self.numbers(self.plan["window_id"])
        return merged(Spells(place, micros(self.plan["start_at"]), micros(self.plan["end_at"])))

    @cached_property
    def plan_rows(self) -> Known:
        """The same, each minute under the plan it comes from (row of `plan`)."""
        place, row = self.numbers(self.plan["window_id"]), np.arange(self.plan.height)
        return union(Known.of(place, micros(self.plan["start_at"]), micros(self.plan["end_at"]), row))

    @cached_property
    def open(self) -> Known:
        """When each window was open, by number; rows are those of `spells`.

        Open spells, and the first 15 minutes of each pause; one without an end lasts until t, at most until the day's
        last closing. The spells of a window do not overlap: one that is still without an end when the next begins
        ended then.
        """
        rows = (
            self.spells.select("session_id", "state", start=pl.Series(micros(self.spells["start_at"])))
            .with_columns(
                row=pl.int_range(pl.len()),
                window=pl.Series(self.numbers(self.spells["window_id"])),
                end=pl.Series(micros(self.spells["end_at"])),
            )
            .filter(pl.col("window") >= 0)
            .sort("window", "start", "session_id")
        )
        window, start, end, row = (rows[name].to_numpy() for name in ("window", "start", "end", "row"))
        then = np.full(len(start), NEVER)
        then[:-1] = np.where(window[1:] == window[:-1], start[1:], NEVER)
        limit = np.minimum(then, np.where((rows["state"] == "pause").to_numpy(), start + SHORT_PAUSE, NEVER))
        closing, same_day = self._closing(window, start, end)
        end = np.where(same_day, end, NEVER)
        until = np.minimum(np.minimum(end, limit), np.maximum(closing, start))
        running = Known.of(window, start, until, row)
        # Open beyond the closing: known when the end is.
        beyond = np.where(end < NEVER, np.minimum(end, limit), start)
        return joined([running, Known.of(window, until, beyond, row, since=end)])

    @cached_property
    def busy(self) -> Known:
        """When each window was busy while open, by number; rows are those of `visits`.

        The union of its tickets' spells from call to end, and up to 30 seconds before the next call while somebody
        waits in one of its queues, known when that call has come. A service without an end ends at the window's next
        call, whoever is called, at most at the day's last closing.
        """
        return crossing(union(self.worked), self.open)

    @cached_property
    def worked(self) -> Known:
        """Services and the times between two of them that count, open or not; they may overlap."""
        services = self._services
        start, end = services.call, services.end
        until = np.minimum(np.minimum(services.then, end), np.maximum(services.closing, start))
        always = np.full(len(start), -NEVER)
        running = Known.of(services.window, start, until, services.row, since=always, until=services.known_until)
        # It went on after the next call or after the closing: known when its end is.
        whole = (services.known_until == NEVER) & (end < NEVER)
        late = Known.of(services.window, until, np.where(whole, end, until), services.row, since=end)
        return joined([running, late, self._changes(whole)])

    def _changes(self, whole: Flags) -> Known:
        """From the end of a service towards the next call of the day, at most 30 seconds, while somebody waits."""
        services = self._services
        window, end, call, row = (
            values[whole] for values in (services.window, services.end, services.change, services.row)
        )
        gap = Known.of(window, end, np.where(call < NEVER, np.minimum(call, end + CHANGE), end), row, since=call)
        company = self.each["company"].to_numpy()
        waiting = self.awaited()
        somebody = Known.of(waiting.place, waiting.start, waiting.end, np.arange(len(waiting)))
        numbered = Known(company[gap.place], gap.start, gap.end, gap.since, gap.until, np.arange(len(gap)))
        found = crossing(numbered, somebody)
        return Known(gap.place[found.row], found.start, found.end, found.since, found.until, gap.row[found.row])

    @cached_property
    def _services(self) -> _Services:
        """Every call to a window on the day of taking, by window and call.

        Where a source tells no calls, the start of the service is the call.
        """
        visits = self.visits
        window, call, end = self.numbers(visits["window_id"]), visits["begun"].to_numpy(), visits["end"].to_numpy()
        days = Days(start_zone(self.sessions), visits["take"].to_numpy())
        date = visits["date"].to_physical().cast(pl.Int64).to_numpy() - days.first
        row = np.flatnonzero((window >= 0) & (call >= days.starts[date]) & (call < days.starts[date + 1]))
        low = int(call[row].min(initial=NEVER))
        span = int(call[row].max(initial=low)) - low + 1
        # Window by window calls are nearly in order already, which is what the second sort goes by.
        row = row[np.argsort(window[row].astype(np.uint16), kind="stable")] if len(self.each) < 1 << 16 else row
        row = row[np.argsort(window[row] * span + call[row] - low, kind="stable")]
        window, call, end = window[row], call[row], end[row]
        closing, same_day = self._closing(window, call, end)
        end = np.where(same_day, end, NEVER)
        then, change = _next(window, call, call + 1), _next(window, call, end)
        return _Services(row, window, call, end, then, change, closing, visits["known_until"].to_numpy()[row])

    def _closing(self, window: Ints, moment: Ints, end: Ints) -> tuple[Ints, Flags]:
        """The last closing of each moment's day at a window's hall, and whether an end lies on that day.

        Where the hall was shut the closing is the moment itself.
        """
        halls = self.table.halls
        days = Days(start_zone(self.sessions), moment)
        of = numbers(self.sessions["hall_id"], halls)
        table = days.table(of, len(halls), self.sessions["date"], micros(self.sessions["last_close"]))
        day = days.of(moment)
        closing = table[self.table.at_halls[window], day]
        same_day: Flags = (end >= days.starts[day]) & (end < days.starts[day + 1])
        return np.where(closing < NEVER, closing, moment), same_day

    @cached_property
    def waiting(self) -> Spells:
        """Everybody while waiting, as the hall saw it; one spell for each row of `visits`, by number of the row."""
        take, leaves = (self.visits[name].to_numpy() for name in ("take", "leaves"))
        return Spells.of(np.arange(len(take)), take, leaves)

    def awaited(self, gap: int = 0) -> Spells:
        """When somebody waits in one of the queues of each company of windows, as the hall saw it at that moment.

        Args:
            gap: times without anybody, shorter than this, do not count.
        """
        served = self.companies
        queues = served["queue_id"].unique().sort()
        queue = numbers(served["queue_id"], queues)
        order = np.argsort(queue, kind="stable")
        waiting = self.waiting
        # Few spells are left when those who wait together are one; only those are looked at for every company.
        own = merged(Spells(numbers(self.visits["queue_id"], queues), waiting.start, waiting.end))
        spells, _, _ = _spread(own, queue[order], served["company"].to_numpy()[order], served["company"])
        return merged(spells, gap)


@dataclass(frozen=True)
class _Services:
    """Every call to a window: arrays of one length, by window and call.

    Attributes:
        row: row of `visits`.
        window: number of the window.
        call: when.
        end: when it ended; NEVER unless on the same day.
        then: the next later call there.
        change: the first call there at or after the end; one on a later day is known too late to count for the day.
        closing: the day's last closing; the call where the hall was shut.
        known_until: as in `visits`.
    """

    row: Ints
    window: Ints
    call: Ints
    end: Ints
    then: Ints
    change: Ints
    closing: Ints
    known_until: Ints


def _spread(spells: Spells, owner: Ints, place: Ints, weight: pl.Series) -> tuple[Spells, Ints, Ints]:
    """Spells under every place of their owner: the spells, the places' weights, which spell each was.

    Args:
        spells: of owners.
        owner: of each place, in order.
        place: number of the place.
        weight: of the place.
    """
    first = np.searchsorted(owner, spells.place)
    counts = np.searchsorted(owner, spells.place, side="right") - first
    which = np.repeat(np.arange(len(spells)), counts)
    pair = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    return Spells(place[pair], spells.start[which], spells.end[which]), weight.to_numpy()[pair], which


def _next(window: Ints, call: Ints, since: Ints) -> Ints:
    """The first call of the same window at or after an instant; NEVER where there is none.

    Args:
        window: of each call, in order.
        call: when, in order within a window.
        since: the instant to look from, for each call.
    """
    if not len(call):
        return call
    low = int(call.min())
    length = int(call.max()) - low + 2
    keys = window * length + (call - low)
    found = np.searchsorted(keys, window * length + np.minimum(since - low, length - 1))
    there = np.minimum(found, len(call) - 1)
    fits = (found < len(call)) & (window[there] == window)
    return np.where(fits, call[there], NEVER)
