"""What a ticket means: a visitor who comes, waits, is called, served or leaves, with the halls' hours counted in.

A ticket stands for a visitor unless it is a test, void, or was given back within 120 seconds. As of an instant t a void
ticket or one given back counts until its end, because nobody could know it before.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from metrics.hours import Clock, Days, numbers
from metrics.instants import start_zone
from metrics.spells import MINUTE, NEVER, Ints, micros

#: Given back sooner than this after it was taken, a ticket was a slip of the finger.
SLIP = 2 * MINUTE
#: A wait longer than this is taken in with a mark: people look at it, baselines leave it out.
SUSPECT_WAIT = 180 * MINUTE
#: Waiting longer than this is too long: the promise that halls make.
PROMISED_WAIT = 25 * MINUTE


def visits(tickets: pl.DataFrame, sessions: pl.DataFrame) -> pl.DataFrame:
    """Tickets with what follows from their times and the hall's hours; tests left out.

    Args:
        tickets: table `tickets` of the standard; columns that only name things may be missing.
        sessions: as `metrics.hours.sessions_of` gives them.

    Returns:
        The tickets' own ticket_id, hall_id, queue_id, item_code, window_id, staff_id, status, project_no,
        applicant_hash; and, instants in microseconds with NEVER for what never happened:
        date (day of taking), take, call, start, end;
        known_until: the last instant at which it counts as a visitor (NEVER unless void or a slip);
        begun: when somebody at a window took it up: its call, or its start where a source tells no calls;
        leaves: when it stops waiting (called, started, ended, or the day's last closing);
        over: the last closing of the day on which it was taken up (that day's midnight where the hall was shut): a
        service that nobody closed goes on no longer (NEVER where it was not taken up);
        wait: microseconds from taking to the call, net of breaks (null without a call);
        waited: microseconds from taking to `leaves`, net of breaks;
        gone: when it counts as abandoned: its end where the status says so, else the day's last closing where it was
        never called, never started and never ended (NEVER otherwise);
        handle: microseconds of service of done and returned tickets above 0 (null otherwise);
        suspect (waited more than 180 minutes for the call: counted, but left out of baselines);
        transfer (taken at the moment of a transfer), last_close (of the day; NEVER where the hall was shut).
        Rows are in order of take, ties by ticket_id.
    """
    frame = _in_order(tickets.filter(~pl.col("is_test")))
    take, call, start, end = (micros(frame[name]) for name in ("take_time", "call_time", "start_time", "end_time"))
    begun = np.minimum(call, start)
    halls = frame["hall_id"].unique().sort()
    clock, hall = Clock(sessions, halls), numbers(frame["hall_id"], halls)
    days = Days(start_zone(sessions), take, begun)
    of = numbers(sessions["hall_id"], halls)
    closing = days.table(of, len(halls), sessions["date"], micros(sessions["last_close"]))
    day, begun_day = days.of(take), days.of(begun)
    close = closing[hall, day]
    status = frame["status"]
    ended = end < NEVER
    void = (status == "void").to_numpy() & ended
    slip = (status == "cancelled").to_numpy() & ended & (end - take <= SLIP)
    # Nobody waits into the next day, not even where a ticket was taken although the hall was shut.
    last = np.where(close < NEVER, close, days.starts[day + 1])
    # Who takes a ticket after the last closing and is never called is gone at once.
    leaves = np.minimum(np.minimum(begun, end), np.maximum(last, take))
    never_called = (begun == NEVER) & ~ended
    given_up = (status == "abandoned").to_numpy() & ended
    gone = np.where(given_up, end, np.where(never_called, np.maximum(close, take), NEVER))
    handled = np.where(start < NEVER, start, call)
    begun_close = closing[hall, begun_day]
    over = np.where(begun_close < NEVER, begun_close, days.starts[begun_day + 1])
    called = call < NEVER
    wait = clock.between(hall, take, np.where(called, np.minimum(call, _far(take)), take))
    # Nearly everybody leaves the queue by the call.
    others = np.flatnonzero(leaves != call)
    waited = wait.copy()
    waited[others] = clock.between(hall[others], take[others], np.minimum(leaves, _far(take))[others])
    served = status.is_in(["done", "returned"]).to_numpy() & ended & (handled < NEVER) & (end > handled)
    return frame.select(
        *(name for name in _OWN if name in frame.columns),
        pl.Series("date", day + days.first).cast(pl.Date),
        pl.Series("take", take),
        pl.Series("call", call),
        pl.Series("start", start),
        pl.Series("end", end),
        pl.Series("known_until", np.where(void | slip, end, NEVER)),
        pl.Series("begun", begun),
        pl.Series("leaves", leaves),
        pl.Series("over", np.where(begun < NEVER, over, NEVER)),
        _some("wait", wait, called),
        pl.Series("waited", waited),
        pl.Series("gone", gone),
        _some("handle", np.where(served, end - np.minimum(handled, end), 0), served),
        pl.Series("suspect", called & (call - take > SUSPECT_WAIT)),
        pl.col("transferred_from").is_not_null().alias("transfer"),
        pl.Series("last_close", close),
    )


_OWN = (
    "ticket_id",
    "hall_id",
    "queue_id",
    "item_code",
    "window_id",
    "staff_id",
    "status",
    "project_no",
    "applicant_hash",
)


def _in_order(tickets: pl.DataFrame) -> pl.DataFrame:
    """Tickets in order of taking, ties by number; as they come from the records they mostly are."""
    gaps = np.diff(micros(tickets["take_time"]))
    if "ticket_id" not in tickets.columns:
        return tickets if bool(np.all(gaps >= 0)) else tickets.sort("take_time", maintain_order=True)
    ties = np.flatnonzero(gaps == 0)
    names = tickets["ticket_id"]
    sorted_already = bool(np.all(gaps >= 0)) and bool((names.gather(ties) <= names.gather(ties + 1)).all())
    return tickets if sorted_already else tickets.sort("take_time", "ticket_id")


def _far(take: Ints) -> Ints:
    """So long after its taking no ticket lives; keeps what never ends from running over the clock."""
    return take + 40 * 24 * 60 * MINUTE


def _some(name: str, values: Ints, known: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> pl.Series:
    """A column that is empty where a value is not known."""
    return pl.select(pl.when(pl.Series(known)).then(pl.Series(values)).alias(name)).to_series()
