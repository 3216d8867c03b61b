"""How many windows a queue needs (增开窗口建议): Erlang C, and what it takes to work off those who already wait.

A = λ·AHT is the load, the work that comes in per hour in hours. The number advised is the smallest c of windows with

- A < c, so that the queue does not grow without end;
- at least 80 % of those who come called within 25 minutes: 1 − P_wait·e^{−(c−A)·25/AHT} ≥ 80 %;
- A/c ≤ 0.85, so that people at the windows can breathe;
- c ≥ (waiting + λ·t)·AHT/t for t = 30 minutes, so that those who wait now are gone half an hour later.

Erlang C is the queue M/M/c: arrivals by chance at a steady rate, exponential service times, one queue, nobody leaves,
and the queue has settled. A hall differs, and it shows in the numbers (held by a simulation in the tests):

- **Service times** vary less than exponential ones (log-normal, coefficient of variation about 0.7): the real mean wait
  is about (1 + cv²)/2 of the one given, three quarters at 0.7; where they vary more, it is longer than given.
- **People leave.** At A ≥ c the formula knows no wait at all (it is endless); in the hall people give up and the wait
  stays finite. Below, too, it is shorter than given, as whoever leaves spares all those behind: at 5 windows, a load of
  84 % and a patience of 40 minutes on average it is less than half.
- **The rate changes** within the hour. Half an hour above the windows' capacity builds up a queue that the mean rate of
  the hour does not show: where four of five come in the first half of every hour, the wait is 1.6 times the one given
  (load 84 %). That is why the last condition counts those who wait now, and why the advice is renewed every 5 minutes.
- **A queue takes time to settle**, of the order of AHT ÷ (c·(1 − √(A/c))²): with 5 windows, services of 10 minutes and
  a load of 85 % more than five hours. From an empty hall in the morning the first hour's wait is far below the one
  given. Waits before and after are therefore those of a queue that has settled, not of the next ten minutes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

#: Minutes within which people shall be called, and how many of them.
CALLED_WITHIN, SERVED_SHARE = 25.0, 0.80
#: How much of a window's time may be work; minutes in which those who wait now shall be gone.
FULLEST, WORKED_OFF_IN = 0.85, 30.0
#: Rounding of the inputs must not cost a window.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Advice:
    """How many windows each queue needs; arrays, one entry for each queue.

    Attributes:
        load: A, the windows that would be busy all the time.
        windows: c, the smallest number of windows that is enough.
        wait_now: expected wait (minutes) with the windows open now; infinite where the queue grows without end.
        wait_then: expected wait with `windows`, or with all there are where they are fewer.
        beyond: the load is not below the number of all windows there are (超出产能): opening windows does not help.
    """

    load: Floats
    windows: Counts
    wait_now: Floats
    wait_then: Floats
    beyond: Flags


def waiting_share(load: npt.ArrayLike, windows: npt.ArrayLike) -> Floats:
    """How likely somebody who comes has to wait (Erlang C); 1 where the load is not below the windows.

    Args:
        load: A = λ·AHT, not negative; any size.
        windows: number of windows, at least 0.
    """
    a, c = np.broadcast_arrays(np.asarray(load, dtype=np.float64), np.asarray(windows, dtype=np.int64))
    _check(a, c)
    # Erlang B from window to window: every step stays between 0 and 1, whatever the load.
    blocked = np.ones(a.shape)
    found = np.ones(a.shape)
    for count in range(1, int(c.max(initial=0)) + 1):
        blocked = a * blocked / (count + a * blocked)
        found = np.where(c == count, _waiting(a, blocked, count), found)
    return np.where(a < c, found, 1.0)


def expected_wait(load: npt.ArrayLike, windows: npt.ArrayLike, handle: npt.ArrayLike) -> Floats:
    """Mean wait (minutes) of those who come, in a queue that has settled; infinite where it grows without end.

    Args:
        load: A = λ·AHT.
        windows: number of windows.
        handle: AHT, mean handling time (minutes).
    """
    a, c, aht = np.broadcast_arrays(*(np.asarray(values, dtype=np.float64) for values in (load, windows, handle)))
    free = c - a
    wait = waiting_share(a, c.astype(np.int64)) * aht / np.where(free > 0, free, 1)
    return np.where(free > 0, wait, np.where(a > 0, np.inf, 0.0))


def called_in_time(load: npt.ArrayLike, windows: npt.ArrayLike, handle: npt.ArrayLike) -> Floats:
    """Share of those who come that is called within 25 minutes; 0 where the queue grows without end."""
    a, c, aht = np.broadcast_arrays(*(np.asarray(values, dtype=np.float64) for values in (load, windows, handle)))
    return np.where(a < c, _in_time(waiting_share(a, c.astype(np.int64)), a, c, aht), 0.0)


def windows_needed(arrivals: npt.ArrayLike, handle: npt.ArrayLike, waiting: npt.ArrayLike) -> Counts:
    """The smallest number of windows that is enough; at least 1.

    Args:
        arrivals: λ, tickets taken per hour.
        handle: AHT, mean handling time (minutes), above 0.
        waiting: people who wait now.

    Raises:
        ValueError: an input is negative, not finite, or no time is needed for handling.
    """
    per_hour, aht, queue = np.broadcast_arrays(
        *(np.asarray(values, dtype=np.float64) for values in (arrivals, handle, waiting))
    )
    if not (np.isfinite(per_hour) & np.isfinite(aht) & np.isfinite(queue)).all():
        raise ValueError("arrivals, handling times and people waiting must be finite")
    if (per_hour < 0).any() or (queue < 0).any() or (aht <= 0).any():
        raise ValueError("arrivals and people waiting must not be negative, handling times must be above 0")
    load = per_hour / 60 * aht
    work = (queue + per_hour / 60 * WORKED_OFF_IN) * aht / WORKED_OFF_IN
    least = np.maximum(np.floor(load) + 1, np.maximum(_up(load / FULLEST), _up(work)))
    return _until_in_time(load, aht, np.maximum(least, 1).astype(np.int64))


def advise(
    arrivals: npt.ArrayLike,
    handle: npt.ArrayLike,
    waiting: npt.ArrayLike,
    open_now: npt.ArrayLike,
    there_are: npt.ArrayLike,
) -> Advice:
    """How many windows each queue needs now, and what the wait will be.

    Args:
        arrivals: λ, tickets taken per hour.
        handle: AHT, mean handling time (minutes), above 0.
        waiting: people who wait now.
        open_now: windows open for the queue now.
        there_are: all windows that could serve it.

    Raises:
        ValueError: an input is negative, not finite, or no time is needed for handling.
    """
    needed = windows_needed(arrivals, handle, waiting)
    aht = np.broadcast_to(np.asarray(handle, dtype=np.float64), needed.shape)
    load = np.broadcast_to(np.asarray(arrivals, dtype=np.float64), needed.shape) / 60 * aht
    now = np.broadcast_to(np.asarray(open_now, dtype=np.int64), needed.shape)
    most = np.broadcast_to(np.asarray(there_are, dtype=np.int64), needed.shape)
    return Advice(
        load=load,
        windows=needed,
        wait_now=expected_wait(load, now, aht),
        wait_then=expected_wait(load, np.minimum(needed, most), aht),
        beyond=load >= most,
    )


def _until_in_time(load: Floats, handle: Floats, least: Counts) -> Counts:
    """The smallest number of windows from `least` on with which enough people are called in time."""
    found, open_ = least.copy(), np.ones(load.shape, dtype=np.bool_)
    blocked, count = np.ones(load.shape), 0
    while open_.any():
        count += 1
        blocked = load * blocked / (count + load * blocked)
        share = _waiting(load, blocked, count)
        enough = (count >= least) & (_in_time(share, load, np.float64(count), handle) >= SERVED_SHARE - ROUNDING)
        found = np.where(open_ & enough, count, found)
        open_ &= ~enough
    return found


def _waiting(load: Floats, blocked: Floats, windows: int) -> Floats:
    """Erlang C from Erlang B; where the load is not below the windows it means nothing."""
    idle = windows - load * (1 - blocked)
    return windows * blocked / np.where(idle > 0, idle, 1)


def _in_time(share: Floats, load: Floats, windows: Floats | np.float64, handle: Floats) -> Floats:
    return 1 - share * np.exp(-np.maximum(windows - load, 0) * CALLED_WITHIN / handle)


def _up(values: Floats) -> Floats:
    """Rounded up to whole windows, but not for what is a rounding error."""
    return np.ceil(values - ROUNDING * np.maximum(values, 1))


def _check(load: Floats, windows: Counts) -> None:
    if not np.isfinite(load).all() or (load < 0).any() or (windows < 0).any():
        raise ValueError("load and windows must be finite and not negative")
