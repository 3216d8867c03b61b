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

from metrics.hours import numbers
from metrics.known import Known, crossing, joined, merged, union
from metrics.spells import MINUTE, NEVER, Ints, Spells, micros

#: So long a window counts as open though it pauses.
SHORT_PAUSE = 15 * MINUTE
#: So long the change from one customer to the next counts as work while somebody waits.
CHANGE = 30 * 1_000_000
#: The product of 1/k for so many queues stays a whole number: the least common multiple of 1 … 16.
SHARES = 720_720


@dataclass(frozen=True)
class Windows:
    """The windows of a city under small numbers, and their time.

    Attributes:
        table: table `windows` of the standard.
        plan: table `window_plan`.
        spells: table `window_sessions`.
        sessions: opening hours, as `metrics.hours.sessions_of`.
        visits: tickets, as `metrics.tickets.visits`.
    """

    table: pl.DataFrame
    plan: pl.DataFrame
    spells: pl.DataFrame
    sessions: pl.DataFrame
    visits: pl.DataFrame

    @cached_property
    def each(self) -> pl.DataFrame:
        """All windows in order; a window's row is its number.

        Returns:
            window_id, hall_id, service_group, is_tidal, queue_ids (each once, in order), group (number in `groups`),
            company (number in `companies`: windows that serve the same queues), share (what it counts for each of its
            queues: SHARES ÷ their number; 0 without a queue).
        """
        count = pl.col("queue_ids").list.len()
        return (
            self.table.select(
                "window_id", "hall_id", "service_group", "is_tidal", pl.col("queue_ids").list.unique().list.sort()
            )
            .sort("window_id")
            .with_columns(
                (pl.struct("hall_id", "service_group").rank("dense").cast(pl.Int64) - 1).alias("group"),
                (pl.col("queue_ids").list.join("\n").rank("dense").cast(pl.Int64) - 1).alias("company"),
                pl.when(count > 0).then(pl.lit(SHARES) // count).otherwise(0).cast(pl.Int64).alias("share"),
            )
        )

    @cached_property
    def groups(self) -> pl.DataFrame:
        """Service groups (服务组) of the halls: group (number), hall_id, service_group."""
        return self.each.select("group", "hall_id", "service_group").unique().sort("group")

    @cached_property
    def companies(self) -> pl.DataFrame:
        """Which queues are served together: company (number), queue_id; a row for each queue."""
        served = self.each.select("company", "queue_ids").unique("company").sort("company")
        return served.explode("queue_ids").rename({"queue_ids": "queue_id"}).drop_nulls("queue_id")

    @cached_property
    def of_queues(self) -> pl.DataFrame:
        """Which windows serve which queue: window (number), queue_id, share."""
        served = self.each.with_row_index("window").select(pl.col("window").cast(pl.Int64), "queue_ids", "share")
        return served.explode("queue_ids").rename({"queue_ids": "queue_id"}).drop_nulls("queue_id").sort("window")

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
        return numbers(window_ids, self.each["window_id"])

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
        frame = self._with_closing(
            self.spells.select("window_id", "session_id", "state", pl.col("start_at").alias("moment"), "end_at")
            .with_row_index("row")
            .with_columns(pl.col("row").cast(pl.Int64), pl.Series("window", self.numbers(self.spells["window_id"])))
            .filter(pl.col("window") >= 0)
            .sort("window", "moment", "session_id")
        )
        following = pl.col("moment").shift(-1).over("window")
        start, end, then = (micros(series) for series in frame.select("moment", "end_at", following.alias("then")))
        paused = (frame["state"] == "pause").to_numpy()
        limit = np.minimum(then, np.where(paused, start + SHORT_PAUSE, NEVER))
        end = np.where(frame["same_day"].to_numpy(), end, NEVER)
        closing = np.maximum(frame["closing"].to_numpy(), start)
        window, row = frame["window"].to_numpy(), frame["row"].to_numpy()
        until = np.minimum(np.minimum(end, limit), closing)
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
        services = self._services
        start, end, then = (services[name].to_numpy() for name in ("call", "end", "then"))
        window, row = services["window"].to_numpy(), services["row"].to_numpy()
        until = np.minimum(np.minimum(then, end), np.maximum(services["closing"].to_numpy(), start))
        counted = services["known_until"].to_numpy()
        running = Known.of(window, start, until, row, since=np.full(len(row), -NEVER), until=counted)
        # It went on after the next call or after the closing: known when its end is.
        whole = (counted == NEVER) & (end < NEVER)
        late = Known.of(window, until, np.where(whole, end, until), row, since=end)
        return crossing(union(joined([running, late, self._changes(whole)])), self.open)

    def _changes(self, whole: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Known:
        """From the end of a service towards the next call of the day, at most 30 seconds, while somebody waits."""
        done = self._services.filter(pl.Series(whole))
        window, end = done["window"].to_numpy(), done["end"].to_numpy()
        call = done["change"].to_numpy()
        gap = Known.of(
            window, end, np.where(call < NEVER, np.minimum(call, end + CHANGE), end), done["row"].to_numpy(), since=call
        )
        company = self.each["company"].to_numpy()
        waiting = self.awaited()
        row = np.arange(len(waiting))
        somebody = Known.of(waiting.place, waiting.start, waiting.end, row)
        numbered = Known(company[gap.place], gap.start, gap.end, gap.since, gap.until, np.arange(len(gap)))
        found = crossing(numbered, somebody)
        return Known(gap.place[found.row], found.start, found.end, found.since, found.until, gap.row[found.row])

    @cached_property
    def _services(self) -> pl.DataFrame:
        """Every call to a window: row (of `visits`), window, call, end (NEVER unless on the same day), known_until.

        And closing (the last of the day, the call where the hall was shut), then (the next later call there), change
        (the first call there at or after the end; one on a later day is known too late to count for the day). Where a
        source tells no calls, the start of the service is the call.
        """
        zone = self.sessions.schema["open_at"]
        frame = (
            self.visits.with_row_index("row")
            .with_columns(pl.col("row").cast(pl.Int64), pl.Series("window", self.numbers(self.visits["window_id"])))
            .with_columns(pl.min_horizontal("call", "start").alias("call"))
            .filter(pl.col("call") < NEVER, pl.col("window") >= 0)
            .select("row", "window", "window_id", "date", "call", "end", "known_until")
            .sort("window", "call", "row")
        )

        def at(name: str) -> pl.Expr:
            """An instant as a time of the city; what never comes is empty."""
            some = pl.when(pl.col(name) < NEVER).then(pl.col(name))
            return some.cast(pl.Datetime("us", "UTC")).cast(zone)

        frame = frame.with_columns(at("call").alias("moment"), at("end").alias("end_at"))
        frame = self._with_closing(frame.filter(pl.col("moment").dt.date() == pl.col("date")))
        call, window = frame["call"].to_numpy(), frame["window"].to_numpy()
        end = np.where(frame["same_day"].to_numpy(), frame["end"].to_numpy(), NEVER)
        then, change = _next(window, call, call + 1), _next(window, call, end)
        return frame.with_columns(pl.Series("end", end), pl.Series("then", then), pl.Series("change", change))

    def _with_closing(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add to rows with window_id, moment and end_at: closing, same_day.

        Closing is the day's last, or the moment itself where the hall was shut; same_day: it ended on the same day.
        """
        halls = self.each.select("window_id", "hall_id")
        days = self.sessions.select("hall_id", pl.col("date").alias("day"), "last_close").unique()
        day = pl.col("moment").dt.date()
        return (
            frame.join(halls, on="window_id", how="left", maintain_order="left")
            .with_columns(day.alias("day"))
            .join(days, on=["hall_id", "day"], how="left", maintain_order="left")
            .with_columns(
                pl.coalesce("last_close", "moment").to_physical().alias("closing"),
                (pl.col("end_at").dt.date() == day).fill_null(value=False).alias("same_day"),
            )
        )

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
        rows = (
            self.visits.select("queue_id")
            .with_row_index("row")
            .join(served, on="queue_id", how="inner", maintain_order="left")
        )
        row = rows["row"].cast(pl.Int64).to_numpy()
        waiting = self.waiting
        return merged(Spells(rows["company"].to_numpy(), waiting.start[row], waiting.end[row]), gap)


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
