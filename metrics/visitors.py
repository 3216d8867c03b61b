"""Visitors of a hall while they come, wait, are called, are served or give up: spells of the kernel, made of tickets.

Each function gives rows of `View.visits` and one spell for each of them, at the hall or at the queue as the reading
needs it. A spell holds while an evaluation at t counts the row; a void ticket or a slip counts until its end, because
nobody could know it before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from metrics.recent import RECENT, recent_until
from metrics.spells import NEVER, Flags, Ints, Spells, first_after, micros, pairs
from metrics.tickets import PROMISED_WAIT
from metrics.view import View


@dataclass(frozen=True)
class Group:
    """Tickets that count for a while.

    Attributes:
        visits: all tickets.
        kept: rows of those that count.
        hall: number of the hall of each.
        queue: number of its queue.
        start: instant after which it counts.
        end: last instant at which it counts.
    """

    visits: pl.DataFrame
    kept: Ints
    hall: Ints
    queue: Ints
    start: Ints
    end: Ints

    @property
    def rows(self) -> pl.DataFrame:
        """Their rows, whole; for listing."""
        return self.visits[self.kept]

    def column(self, name: str) -> Ints:
        """A column of whole numbers; 0 where it is empty."""
        values = self.visits[name]
        numbers: Ints = (values.fill_null(0) if values.null_count() else values).to_numpy()[self.kept]
        return numbers

    def only(self, which: Ints | Flags) -> Group:
        """Some of them."""
        parts = (self.kept, self.hall, self.queue, self.start, self.end)
        return Group(self.visits, *(values[which] for values in parts))

    def until(self, start: Ints, end: Ints) -> Group:
        """The same tickets, counting for another while."""
        return replace(self, start=start, end=end)

    @property
    def at_halls(self) -> Spells:
        """The spells by hall."""
        return Spells.of(self.hall, self.start, self.end)

    @property
    def at_queues(self) -> Spells:
        """The spells by queue."""
        return Spells.of(self.queue, self.start, self.end)


def coming(view: View) -> Group:
    """People who come by themselves (no transfers), each counting for an hour after taking a ticket."""
    group = _group(view, ~view.visits["transfer"].to_numpy())
    return _for_a_while(view, group, group.column("take"), RECENT)


def called(view: View, width: int = RECENT) -> Group:
    """Calls, each counting for an hour or as long as said; a no-show is a call."""

    def found() -> Group:
        group = _group(view, view.visits["call"].to_numpy() < NEVER)
        return _for_a_while(view, group, group.column("call"), width)

    return view.at_hand.once(f"called {width}", (), found)


def waiting(view: View) -> Group:
    """People while they wait; one for each row of `visits`."""
    visits, every = view.visits, np.arange(view.visits.height)
    take, leaves = visits["take"].to_numpy(), visits["leaves"].to_numpy()
    return Group(visits, every, view.visit_halls, view.visit_queues, take, leaves)


def waiting_too_long(view: View) -> Group:
    """People while they still wait although the promised 25 minutes, net of breaks, are over."""
    group = waiting(view)
    # Nobody has waited too long sooner than that; of the few who wait so long it is looked at closely.
    group = group.only(group.end - group.start > PROMISED_WAIT)
    promised = view.clock.reach(group.hall, group.start, PROMISED_WAIT)
    return group.until(promised, group.end).only(promised < group.end)


def in_service(view: View) -> Group:
    """People while they are called up or served.

    A service that nobody closed ends at the window's next call, else at the day's last closing. As of t a service that
    is closed later is not closed either, so that every service ends there at the latest. Whatever becomes of the next
    ticket, void ones included: the window has moved on.
    """
    group = _group(view, view.visits["begun"].to_numpy() < NEVER)
    begun, window = group.column("begun"), view.visit_windows[group.kept]
    at_window = window >= 0
    following = np.where(at_window, first_after(window[at_window], begun[at_window], window, begun), NEVER)
    end = np.minimum(np.minimum(group.column("end"), following), np.maximum(group.column("over"), begun))
    return group.until(begun, end)


def given_up(view: View) -> Group:
    """People who left without having been served (abandoned), each counting for an hour after they left."""
    group = _group(view, view.visits["gone"].to_numpy() < NEVER)
    return _for_a_while(view, group, group.column("gone"), RECENT)


def left_late(view: View) -> Group:
    """People who gave up or gave their ticket back uncalled after more than 25 minutes, each counting for an hour."""
    visits = view.visits
    left = (visits["gone"].to_numpy() < NEVER) | (visits["status"] == "cancelled").to_numpy()
    late = visits["waited"].to_numpy() > PROMISED_WAIT
    kept = left & late & (visits["begun"].to_numpy() == NEVER) & (visits["known_until"].to_numpy() == NEVER)
    group = _group(view, kept & ((visits["gone"].to_numpy() < NEVER) | (visits["end"].to_numpy() < NEVER)))
    left_at = np.minimum(group.column("gone"), group.column("end"))
    return _for_a_while(view, group, left_at, RECENT)


def waiting_at(view: View, asked: pl.DataFrame) -> pl.DataFrame:
    """Who waits at each instant of a queue and how long already.

    Args:
        view: the records.
        asked: row, hall_id, queue (its number), at.

    Returns:
        row, key (the ticket), waited (microseconds, net of breaks).
    """
    group, at = waiting(view), micros(asked["at"])
    which, question = pairs(group.at_queues, asked["queue"].to_numpy(), at)
    hall = view.hall_numbers(asked["hall_id"])[question]
    return pl.DataFrame(
        {
            "row": asked["row"].gather(question),
            "key": group.visits["ticket_id"].gather(group.kept[which]),
            "waited": view.clock.between(hall, group.start[which], at[question]),
        }
    )


def _group(view: View, kept: Flags) -> Group:
    """Some rows of `visits`; start and end are still to be set."""
    rows, nothing = np.flatnonzero(kept), np.empty(0, dtype=np.int64)
    return Group(view.visits, rows, view.visit_halls[rows], view.visit_queues[rows], nothing, nothing)


def _for_a_while(view: View, group: Group, moment: Ints, width: int) -> Group:
    """What happened at these moments counts as long as the window holds it, and as the ticket is taken for one."""
    until = np.minimum(recent_until(view, group.hall, moment, width), group.column("known_until"))
    return group.until(moment, until)
