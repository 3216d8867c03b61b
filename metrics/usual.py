"""What is usual, for one instant or for a year of instants at once: the medians of `metrics.baseline`.

A replay asks for the baseline of every place at every 5 minutes of a year. Looked up one by one that is sixteen past
windows for each of millions of instants. But they are the same windows again and again: so each is added up once, in a
table of clock times and days for every place, and the past days of an instant are cells of that table. Few instants
are looked up one by one; both ways give the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from metrics.baseline import LEAST, STEPS, WANTED, past_days
from metrics.groups import Groups, distinct
from metrics.hours import local_micros, numbers
from metrics.lookback import Floats, Lookback, Worth
from metrics.spells import DAY, MINUTE, Flags, Ints

#: Fewer instants than these are looked up one by one.
MANY = 100_000
_SLOT = 5 * MINUTE
#: Places and instants worked on at once, so that what is at hand stays near the processor.
_PLACES, _ROWS = 8, 1 << 14


def usual_values(before: Lookback, worth: Worth, asked: pl.DataFrame, width: int) -> tuple[Floats, Ints]:
    """The median of a quantity over the same clock window of past days, for many places and instants.

    Args:
        before: what happened on past days, at the places' numbers, and the columns to add up.
        worth: what the sums over a window are worth, and whether it counts.
        asked: place (number), hall_id, date, at (end of the window, within a session), open_at (of that session).
        width: length of the window, microseconds.

    Returns:
        For each row asked the median (nan where fewer than 4 days count), and how many days count (at most 8).
    """
    one_by_one = np.ones(asked.height, dtype=np.bool_)
    value, days = np.full(asked.height, np.nan), np.zeros(asked.height, dtype=np.int64)
    if asked.height >= MANY and not width % _SLOT:
        value, days, one_by_one = _Table(before, worth, width).look_up(asked)
    rows = np.flatnonzero(one_by_one)
    if len(rows):
        value[rows], days[rows] = _medians(before.windows(asked[rows], worth, width))
    return value, days


@dataclass(frozen=True)
class _Hours:
    """The opening hours of halls by clock: slots of 5 minutes, numbered from midnight by their end."""

    opened: npt.NDArray[np.int16]
    """hall × day × slot: the slot at whose end the session began that holds the slot; -1 where the hall is shut."""
    odd: Flags
    """Halls with sessions that overlap, share 5 minutes or run over midnight."""
    varied: Flags
    """Halls whose sessions do not always begin at the same clock time."""

    @classmethod
    def of(cls, hall: Ints, halls: int, day: Ints, days: int, opening: Ints, closing: Ints) -> _Hours:
        """Lay sessions out.

        Args:
            hall: number of the hall of each session, ordered by hall and time.
            halls: how many.
            day: number of its day.
            days: how many.
            opening: microseconds from that day's midnight.
            closing: likewise.
        """
        begin, end = opening // _SLOT, closing // _SLOT
        opened = np.full((halls, days, DAY // _SLOT + 1), -1, dtype=np.int16)
        odd = np.zeros(halls, dtype=np.bool_)
        odd[hall[(opening < 0) | (closing > DAY)]] = True
        together = (hall[1:] == hall[:-1]) & (day[1:] == day[:-1])
        odd[hall[1:][together & (begin[1:] < -(-closing[:-1] // _SLOT))]] = True
        kept = ~odd[hall]
        hall, day, begin, end = hall[kept], day[kept], begin[kept], end[kept]
        which = np.repeat(np.arange(len(hall)), end - begin)
        slot = np.arange(len(which)) - np.repeat(np.cumsum(end - begin) - (end - begin), end - begin) + begin[which] + 1
        opened[hall[which], day[which], slot] = begin[which]
        lowest = np.where(opened < 0, np.int16(DAY // _SLOT), opened).min(axis=1, initial=DAY // _SLOT)
        varied = ((opened >= 0) & (opened != lowest[:, None, :])).any(axis=(1, 2))
        return cls(opened, odd, varied)


class _Table:
    """Past windows of places, by clock time and day."""

    def __init__(self, before: Lookback, worth: Worth, width: int) -> None:
        facts, place = before.facts, before.place
        sessions = before.sessions.sort("hall_id", "open_at")
        self._sessions, self._first, self._worth, self._width = sessions, before.first, worth, width // _SLOT
        self._halls = sessions["hall_id"].unique().sort()
        hall, date = numbers(sessions["hall_id"], self._halls), _days(sessions["date"])
        self._day = int(date.min(initial=date[0]))
        self._days = int(date.max(initial=date[0])) - self._day + 1
        midnight = date * DAY
        opening, closing = local_micros(sessions["open_at"]) - midnight, local_micros(sessions["close_at"]) - midnight
        self._hours = _Hours.of(hall, len(self._halls), date - self._day, self._days, opening, closing)
        used = (self._hours.opened >= 0).any(axis=(0, 1))
        slots = np.flatnonzero(used)
        self._low, self._high = (int(slots[0]) - 1, int(slots[-1])) if len(slots) else (0, 0)
        kept = (place >= 0) & facts["session"].is_not_null().to_numpy()
        moment = local_micros(facts["at"]) - 1
        day = moment // DAY - self._day
        slot = moment % DAY // _SLOT + 1
        kept &= (day >= 0) & (day < self._days) & (slot > self._low) & (slot <= self._high)
        order = np.flatnonzero(kept)
        order = order[np.argsort(place[order], kind="stable")]
        self._place, self._cell = place[order], day[order] * (self._high - self._low + 1) + slot[order] - self._low
        self._columns = [facts[name].to_numpy()[order] for name in before.columns]

    def look_up(self, asked: pl.DataFrame) -> tuple[Floats, Ints, Flags]:
        """Median, days that count, and whether the table cannot tell, for each row asked."""
        hall, date = numbers(asked["hall_id"], self._halls), _days(asked["date"])
        since_midnight = local_micros(asked["at"]) - date * DAY
        slot, place = since_midnight // _SLOT, asked["place"].to_numpy()
        day = date - self._day
        told = (since_midnight % _SLOT == 0) & (slot > self._low) & (slot <= self._high) & (hall >= 0)
        told &= (day >= 0) & (day < self._days)
        told[told] = ~self._hours.odd[hall[told]] & (self._hours.opened[hall[told], day[told], slot[told]] >= 0)
        value, days = np.full(len(slot), np.nan), np.zeros(len(slot), dtype=np.int64)
        past = self._past(distinct(hall[told] * self._days + day[told]))
        rows = np.flatnonzero(told)
        rows = rows[np.argsort(place[rows], kind="stable")]
        slots = distinct(slot[rows])
        column = np.searchsorted(slots, slot)
        groups = Groups.of(place[rows])
        places, begins = groups.keys, groups.starts
        of_place = hall[rows[begins]]
        begins = np.append(begins, len(rows))
        for low in range(0, len(places), _PLACES):
            high = min(low + _PLACES, len(places))
            cells = self._cells(places[low:high], of_place[low:high], slots)
            for begin in range(begins[low], begins[high], _ROWS):
                some = rows[begin : min(begin + _ROWS, begins[high])]
                number = np.searchsorted(places[low:high], place[some])
                looked = past[hall[some], day[some]]
                # The day after the last one is empty: where there is no past day, nothing counts.
                base = (number * len(slots) + column[some]) * (self._days + 1)
                found = cells.reshape(-1)[base[:, None] + looked]
                told[some] = ~self._cut_otherwise(hall[some], day[some], slot[some], looked, found)
                value[some], days[some] = _medians(found)
        value[~told], days[~told] = np.nan, 0
        return value, days, ~told

    def _cells(self, places: Ints, halls: Ints, slots: Ints) -> Floats:
        """Place × slot × day: what the window that ends there is worth; nan where it does not count."""
        length = self._high - self._low + 1
        begin, end = np.searchsorted(self._place, [places[0], places[-1] + 1])
        number = np.searchsorted(places, self._place[begin:end])
        wanted = places[np.minimum(number, len(places) - 1)] == self._place[begin:end]
        cell = number[wanted] * (self._days * length) + self._cell[begin:end][wanted]
        opened = self._hours.opened[halls][:, :, slots]
        until = np.broadcast_to(slots - self._low, opened.shape)
        since = np.maximum(np.maximum(opened, slots - self._width) - self._low, 0)
        sums = []
        for values in self._columns:
            counted = np.bincount(cell, values[begin:end][wanted], len(places) * self._days * length)
            running = counted.reshape(len(places), self._days, length).cumsum(axis=2)
            of_window = np.take_along_axis(running, until, 2) - np.take_along_axis(running, since, 2)
            sums.append(of_window.astype(np.int64))
        worth, counts = self._worth(sums)
        cells = np.full((len(places), len(slots), self._days + 1), np.nan)
        cells[:, :, :-1] = np.where(counts & (opened >= 0), worth, np.nan).transpose(0, 2, 1)
        return cells

    def _past(self, asked: Ints) -> Ints:
        """The days to look back to: hall × day × step, the nearest first; where there is none the day after the last.

        Args:
            asked: days of halls that are asked for, hall × days + day.
        """
        past = np.full((len(self._halls), self._days, STEPS), self._days, dtype=np.int64)
        hall, day = np.divmod(asked, self._days)
        days = pl.DataFrame({"date": day + self._day}).select(
            self._halls.gather(pl.Series(hall)).alias("hall_id"), pl.col("date").cast(pl.Date)
        )
        found = past_days(self._sessions, self._first, days)
        hall, day = numbers(found["hall_id"], self._halls), _days(found["date"]) - self._day
        past[hall, day, found["step"].to_numpy() - 1] = _days(found["past"]) - self._day
        return past

    def _cut_otherwise(self, hall: Ints, day: Ints, slot: Ints, looked: Ints, found: Floats) -> Flags:
        """Where a window is cut by today's opening but not by that of a past day: the table has another window."""
        cut = np.zeros(len(hall), dtype=np.bool_)
        rows = np.flatnonzero(self._hours.varied[hall])
        opened = self._hours.opened
        now = opened[hall[rows], day[rows], slot[rows]]
        days = np.minimum(looked[rows], self._days - 1)
        then = opened[hall[rows][:, None], days, slot[rows][:, None]]
        longer = (then < now[:, None]) & ~np.isnan(found[rows]) & (slot[rows] - now < self._width)[:, None]
        cut[rows] = longer.any(axis=1)
        return cut


def _medians(found: Floats) -> tuple[Floats, Ints]:
    """Median of the first 8 that count (are not nan) in each row, and how many there are."""
    counts = ~np.isnan(found)
    rank = np.cumsum(counts, axis=1, dtype=np.int8)
    days = np.minimum(rank[:, -1], WANTED).astype(np.int64)
    ordered = np.sort(np.where(rank <= WANTED, found, np.nan), axis=1)
    row = np.arange(len(found))
    upper, lower = ordered[row, days // 2], ordered[row, np.maximum(days - 1, 0) // 2]
    return np.where(days >= LEAST, (lower + upper) / 2, np.nan), days


def _days(dates: pl.Series) -> Ints:
    return dates.to_physical().cast(pl.Int64).to_numpy()
