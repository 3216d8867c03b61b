"""What is counted of queue tickets: waiting, being called, being served, going away unserved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from metrics.asof import as_of
from metrics.hours import breaks_of, sessions_of
from metrics.rates.counts import Counts, counted
from metrics.rates.records import Grid, RateRecords, matched
from metrics.standard.records import TICKET_ENDED, TICKET_LIVE

#: A ticket given back sooner than this after it was taken was a slip of the finger, no visitor.
SLIP = timedelta(seconds=120)
#: Nobody is to wait longer (服务标准).
SLA_MINUTES = 25
MINUTE_US = 60_000_000
_Ints = npt.NDArray[np.int64]
_COLUMNS = ("hall_id", "take_time", "call_time", "start_time", "end_time", "status", "project_no", "is_test")
_STATUS = pl.Enum(TICKET_LIVE + TICKET_ENDED)
#: No time at all: below every instant, and still far enough from the least number to be subtracted from.
_NONE = np.iinfo(np.int64).min // 2

_LONG = pl.col("wait") > SLA_MINUTES * MINUTE_US
WAITED = {
    "calls": pl.col("call"),
    "calls_in_time": pl.col("call") & ~_LONG,
    "calls_and_lost": pl.col("call") | (_LONG & ~pl.col("call")),
    "called_or_abandoned": pl.col("call") | pl.col("abandoned"),
    "abandoned_or_no_show": pl.col("abandoned") | pl.col("missed"),
}


@dataclass(frozen=True, eq=False)
class TicketCounts:
    """Counts of tickets.

    Attributes:
        counts: of waits, calls, services.
        waits: the wait of every call: period, seat, wait in microseconds; quantiles do not add up, so every place
            looks at them anew.
    """

    counts: list[Counts]
    waits: pl.DataFrame


def count_tickets(cases: pl.DataFrame, records: RateRecords, grid: Grid) -> TicketCounts:
    """Counts of calls and waits by the time of the call, of losses by theirs, of services by their end.

    Args:
        cases: as `placed_cases` gives them; a ticket that names one of them is evaluated as that case.
        records: tickets and opening hours.
        grid: periods and seats.
    """
    rows = records.tickets.select(_COLUMNS)
    known = rows if grid.t is None else as_of("tickets", rows, grid.t)
    slip = (pl.col("status") == "cancelled") & (pl.col("end_time") - pl.col("take_time") <= SLIP)
    real = known.filter(~pl.col("is_test"), pl.col("status") != "void", ~slip.fill_null(value=False))
    tickets = (
        real.select(
            *("take_time", "call_time", "start_time", "end_time"),
            pl.col("status").cast(_STATUS),
            pl.when(pl.col("status") == "done").then("project_no"),
            pl.col("hall_id").cast(grid.hall_codes, strict=False).to_physical().cast(pl.Int64).alias("seat"),
        )
        .collect()
        .rechunk()
    )
    if tickets["seat"].null_count():
        tickets = tickets.filter(pl.col("seat").is_not_null())
    waited = _waited(tickets, records, grid)
    calls = waited.filter("call").select("key", "period", "seat", "wait")
    sums = calls.group_by("key").agg((pl.col("wait").sum() / MINUTE_US).alias("wait_minutes"))
    return TicketCounts([counted(waited, WAITED), Counts.of(sums), *_served(tickets, cases, grid)], calls.drop("key"))


def _served(tickets: pl.DataFrame, cases: pl.DataFrame, grid: Grid) -> list[Counts]:
    """Tickets that were done, those of them without a case of their own, and how long services took."""
    over = pl.col("status").is_in(pl.Series(["done", "returned"], dtype=_STATUS).implode())
    times = ("start_time", "call_time", "end_time")
    ended = grid.keyed(tickets.select("seat", "status", "project_no", *times).filter(over), "end_time")
    done = pl.col("status") == "done"
    handle = (pl.col("end_time") - pl.coalesce("start_time", "call_time")).dt.total_microseconds()
    named, _ = matched(ended["project_no"], cases["project_no"])
    without = ended.select(done).to_series().scatter(named, False)  # noqa: FBT003
    rows = ended.select("key", done=done, handle=handle, without=without)
    services = rows.filter(pl.col("handle") > 0).group_by("key")
    timed = services.agg(
        pl.len().cast(pl.Int64).alias("handled"), (pl.col("handle").sum() / MINUTE_US).alias("handle_minutes")
    )
    done_counts = {"tickets_done": pl.col("done"), "tickets_without_case": pl.col("without")}
    return [counted(rows, done_counts), Counts.of(timed)]


def _waited(tickets: pl.DataFrame, records: RateRecords, grid: Grid) -> pl.DataFrame:
    """Every end of a wait: key, period, seat, wait (microseconds, net of breaks), call, abandoned, missed.

    A wait ends with the call; without one when the visitor gives up, at the latest at the day's last closing: whoever
    was not called by then counts as abandoned. Somebody who still waits at t, on t's day, has waited so far. A ticket
    that was called and is said to be abandoned was called in vain: it counts as a no-show, once.
    """
    take, call, start, end = (_us(tickets[name]) for name in ("take_time", "call_time", "start_time", "end_time"))
    hours = _Hours(tickets["seat"], records.work.day_of(tickets["take_time"]), records, grid)
    closing = np.maximum(hours.closing, take)
    called = call != _NONE
    unserved = ~called & (start == _NONE)
    left = (end != _NONE) & (end <= closing)
    status = tickets["status"]
    gone = unserved & left & _is(status, "abandoned")
    given_back = unserved & left & _is(status, "cancelled")
    stayed = unserved & ~left & _is(status, "abandoned", "cancelled", "waiting")
    until = np.where(called, call, np.where(gone | given_back, end, closing))
    waiting = np.zeros(take.size, dtype=np.bool_)
    if grid.t is not None:
        now = int(_us(pl.Series([grid.t]))[0])
        # The hall has not closed yet at t: still waiting, counted in the period that t is in or ends.
        waiting = stayed & (until >= now)
        until = np.where(waiting, now, until)
        stayed &= ~waiting
    counts = called | gone | stayed | given_back | waiting
    found = pl.DataFrame(
        {
            "period": grid.period_of(pl.Series(until - waiting)),
            "seat": tickets["seat"],
            "wait": until - take - hours.in_breaks(take, until),
            "call": called,
            "abandoned": gone | stayed,
            "missed": called & _is(status, "no_show", "abandoned"),
        }
    )
    key = grid.key(pl.col("period"), pl.col("seat"), pl.lit(0))
    return found.filter(counts, pl.col("period").is_not_null()).with_columns(key)


class _Hours:
    """When the hall of each ticket closes for good and for its breaks, on the day the ticket was taken.

    Attributes:
        closing: the last closing; where the calendar has none, the last microsecond of the day, which still belongs to
            it, so that nobody waits over night.
    """

    def __init__(self, seats: pl.Series, days: pl.Series, records: RateRecords, grid: Grid) -> None:
        """Look up each ticket's hall and day."""
        self._seats = seats.to_numpy().astype(np.int64)
        self._days = days.to_physical().to_numpy().astype(np.int64)
        self._grid = grid
        sessions = sessions_of(records.calendar.collect())
        self.closing = self._of_each(sessions, "last_close")
        unknown = self.closing == _NONE
        if unknown.any():
            self.closing[unknown] = _us(records.work.end_of(days.filter(pl.Series(unknown)))) - 1
        self._breaks = [
            (self._of_each(part, "start_at"), self._of_each(part, "end_at"))
            for part in breaks_of(sessions).partition_by("number")
        ]

    def in_breaks(self, begin: _Ints, end: _Ints) -> _Ints:
        """How many microseconds of each spell lie in breaks of its day."""
        found = np.zeros_like(begin)
        for opens, closes in self._breaks:
            found += np.maximum(np.minimum(end, closes) - np.maximum(begin, opens), 0)
        return found

    def _of_each(self, calendar: pl.DataFrame, column: str) -> _Ints:
        """A column of the calendar for each ticket: by a table of all halls and days, which no join can match."""
        if not self._days.size:
            return self._days
        first, width = self._days.min(), np.ptp(self._days) + 1
        table = np.full(self._grid.halls.height * width, _NONE)
        seats = self._grid.hall_seat(calendar["hall_id"])
        days = calendar["date"].to_physical().cast(pl.Int64) - first
        known = seats.is_not_null() & days.is_between(0, int(width) - 1)
        table[seats.filter(known).to_numpy() * width + days.filter(known).to_numpy()] = _us(
            calendar[column].filter(known)
        )
        found: _Ints = table[self._seats * width + self._days - first]
        return found


def _us(times: pl.Series) -> _Ints:
    """Instants as microseconds; null as the least number there is."""
    found: _Ints = times.dt.cast_time_unit("us").to_physical().fill_null(_NONE).to_numpy()
    return found


def _is(status: pl.Series, *wanted: str) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = status.is_in(pl.Series(wanted, dtype=_STATUS)).to_numpy()
    return found
