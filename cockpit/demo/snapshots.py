"""Queue snapshots (队列快照) of the halls whose queue machine tells states only."""

import numpy as np
import polars as pl

from cockpit.demo.almanac import DAY, MINUTE, Almanac, date_of
from cockpit.demo.counters import plan_counters
from cockpit.demo.frames import kept, named
from cockpit.demo.tickets import HallDays

_EVERY = 5 * MINUTE
_LAST_SERVICES = 10


def snapshots(run: HallDays, numbers: pl.Series, almanac: Almanac, days: range) -> pl.DataFrame:
    """Tell the state of each queue every five minutes of the opening hours.

    Args:
        run: what happened in the hall.
        numbers: the numbers on its tickets, in their order.
        almanac: the city's days.
        days: the days.
    """
    hall, tickets = run.hall, run.tickets
    grids = [np.empty(0, dtype=np.int64)]
    for day in days:
        for opens, closes in hall.sessions(almanac.types[day], date_of(day).weekday()):
            grids.append(day * DAY + np.arange(opens, closes + 1, _EVERY, dtype=np.int64))
    grid = np.concatenate(grids)
    windows = plan_counters(hall).windows
    opened = np.array([(p.begin, p.end, p.window) for p in run.presences if p.open], dtype=np.int64).reshape(-1, 3)
    parts = []
    for queue in plan_counters(hall).queues:
        serving = [w.index for w in windows if w.section == queue.section and queue.rank in w.ranks]
        mine = np.flatnonzero(tickets.queue == queue.index)
        gone = np.where(tickets.call[mine] >= 0, tickets.call[mine], tickets.end[mine])
        spells = opened[np.isin(opened[:, 2], serving)]
        called = mine[tickets.call[mine] >= 0]
        called = called[np.argsort(tickets.call[called], kind="stable")]
        calls = np.concatenate([[-1], tickets.call[called]])
        latest = np.searchsorted(calls, grid) - 1
        number = np.where(calls[latest] // DAY == grid // DAY, np.concatenate([[-1], called])[latest], -1)
        served = called[tickets.start[called] >= 0]
        served = served[np.argsort(tickets.end[served], kind="stable")]
        total = np.concatenate([[0], np.cumsum(tickets.end[served] - tickets.start[served])])
        upto = np.searchsorted(tickets.end[served], grid)
        since = np.maximum(upto - _LAST_SERVICES, np.searchsorted(tickets.end[served], grid // DAY * DAY))
        minutes = (total[upto] - total[since]) / np.maximum(upto - since, 1) / MINUTE
        parts.append(
            pl.DataFrame(
                {
                    "hall_id": pl.Series([hall.hall_id], dtype=pl.String).new_from_index(0, len(grid)),
                    "queue_id": pl.Series([queue.queue_id], dtype=pl.String).new_from_index(0, len(grid)),
                    "at": grid,
                    "waiting": np.searchsorted(tickets.take[mine], grid) - np.searchsorted(np.sort(gone), grid),
                    "open_windows": np.searchsorted(np.sort(spells[:, 0]), grid, side="right")
                    - np.searchsorted(np.sort(spells[:, 1]), grid, side="right"),
                    "current_no": named(numbers.to_list(), number),
                    "service_minutes": kept(pl.Series(np.round(minutes, 1)), upto > since),
                    "office": np.full(len(grid), hall.index, dtype=np.int64),
                }
            )
        )
    return pl.concat(parts)
