"""Visitors of a hall while they come, wait, are called, are served or give up: spells of the kernel, made of tickets.

Each function gives rows of `View.visits` and one spell for each of them, at the hall or at the queue as the reading
needs it. A spell holds while an evaluation at t counts the row; a void ticket or a slip counts until its end, because
nobody could know it before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from metrics.hours import numbers
from metrics.recent import RECENT, recent_until
from metrics.spells import NEVER, Ints, Spells, first_after, micros, pairs
from metrics.tickets import PROMISED_WAIT
from metrics.view import View


@dataclass(frozen=True)
class Group:
    """Tickets that count for a while.

    Attributes:
        rows: their rows of `View.visits`.
        hall: number of the hall of each.
        queue: number of its queue.
        start: instant after which it counts.
        end: last instant at which it counts.
    """

    rows: pl.DataFrame
    hall: Ints
    queue: Ints
    start: Ints
    end: Ints

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
    kept = ~view.visits["transfer"].to_numpy()
    group = _group(view, kept)
    take = group.rows["take"].to_numpy()
    return _for_a_while(view, group, take, RECENT)


def called(view: View, width: int = RECENT) -> Group:
    """Calls, each counting for an hour or as long as said; a no-show is a call."""
    group = _group(view, view.visits["call"].to_numpy() < NEVER)
    return _for_a_while(view, group, group.rows["call"].to_numpy(), width)


def waiting(view: View) -> Group:
    """People while they wait; one for each row of `visits`."""
    visits = view.visits
    return Group(visits, view.visit_halls, view.visit_queues, visits["take"].to_numpy(), visits["leaves"].to_numpy())


def waiting_too_long(view: View) -> Group:
    """People while they still wait although the promised 25 minutes, net of breaks, are over."""
    group = waiting(view)
    promised = view.clock.reach(group.hall, group.start, PROMISED_WAIT)
    kept = promised < group.end
    return Group(group.rows.filter(pl.Series(kept)), *(a[kept] for a in (group.hall, group.queue, promised, group.end)))


def in_service(view: View) -> Group:
    """People while they are called up or served.

    A service that nobody closed ends at the window's next call, else at the day's last closing. As of t a service that
    is closed later is not closed either, so that every service ends there at the latest. Whatever becomes of the next
    ticket, void ones included: the window has moved on.
    """
    group = _group(view, view.visits["begun"].to_numpy() < NEVER)
    rows, begun = group.rows, group.rows["begun"].to_numpy()
    window = numbers(rows["window_id"], rows["window_id"].drop_nulls().unique().sort())
    at_window = window >= 0
    following = np.where(at_window, first_after(window[at_window], begun[at_window], window, begun), NEVER)
    end = np.minimum(np.minimum(rows["end"].to_numpy(), following), np.maximum(rows["over"].to_numpy(), begun))
    return Group(rows, group.hall, group.queue, begun, end)


def given_up(view: View) -> Group:
    """People who left without having been served (abandoned), each counting for an hour after they left."""
    group = _group(view, view.visits["gone"].to_numpy() < NEVER)
    return _for_a_while(view, group, group.rows["gone"].to_numpy(), RECENT)


def left_late(view: View) -> Group:
    """People who gave up or gave their ticket back uncalled after more than 25 minutes, each counting for an hour."""
    visits = view.visits
    left = (visits["gone"].to_numpy() < NEVER) | (visits["status"] == "cancelled").to_numpy()
    late = visits["waited"].to_numpy() > PROMISED_WAIT
    kept = left & late & (visits["begun"].to_numpy() == NEVER) & (visits["known_until"].to_numpy() == NEVER)
    group = _group(view, kept & ((visits["gone"].to_numpy() < NEVER) | (visits["end"].to_numpy() < NEVER)))
    left_at = np.minimum(group.rows["gone"].to_numpy(), group.rows["end"].to_numpy())
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
            "key": group.rows["ticket_id"].gather(which),
            "waited": view.clock.between(hall, group.start[which], at[question]),
        }
    )


def _group(view: View, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Group:
    """Some rows of `visits`; start and end are still to be set."""
    rows = view.visits.filter(pl.Series(kept))
    nothing = np.empty(0, dtype=np.int64)
    return Group(rows, view.visit_halls[kept], view.visit_queues[kept], nothing, nothing)


def _for_a_while(view: View, group: Group, moment: Ints, width: int) -> Group:
    """What happened at these moments counts as long as the window holds it, and as the ticket is taken for one."""
    until = np.minimum(recent_until(view, group.hall, moment, width), group.rows["known_until"].to_numpy())
    return Group(group.rows, group.hall, group.queue, moment, until)
