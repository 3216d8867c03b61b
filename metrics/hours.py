"""When halls are open: sessions of each day, breaks between them, and the instants at which a hall is judged."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from metrics.instants import moment, start_zone
from metrics.spells import DAY, NEVER, Ints, Spells, micros, sum_within, time_between, touching

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
#: Halls are judged every so many minutes while they are open.
RT_EVERY = dt.timedelta(minutes=5)
_GRID = RT_EVERY // dt.timedelta(minutes=1)


def sessions_of(calendar: pl.DataFrame) -> pl.DataFrame:
    """When a hall really serves people: one row for each session with times.

    Args:
        calendar: table `calendar` of the standard.

    Returns:
        hall_id, date, session, day_type, bad_data, open_at, close_at, first_open, last_close (of the day), in order of
        hall and time. Days on which a hall is shut have no row.
    """
    whole_day = ["hall_id", "date"]
    return (
        calendar.filter(pl.col("open_at").is_not_null(), pl.col("close_at") > pl.col("open_at"))
        .select(*whole_day, "session", "day_type", "bad_data", "open_at", "close_at")
        .sort("hall_id", "open_at")
        .with_columns(
            pl.col("open_at").min().over(whole_day).alias("first_open"),
            pl.col("close_at").max().over(whole_day).alias("last_close"),
        )
    )


def rt_instants(sessions: pl.DataFrame, start: dt.datetime, end: dt.datetime) -> pl.DataFrame:
    """The instants of a span at which halls are judged: on the 5-minute grid, open_at < t ≤ close_at of a session.

    Each hall and instant is there once, whatever sessions its calendar has.

    Args:
        sessions: as `sessions_of` gives them.
        start: first instant wanted.
        end: last instant wanted, included; with start = end it is one instant for all halls then open.

    Returns:
        hall_id, at, and the columns of the session (date, session, day_type, bad_data, open_at, close_at, first_open,
        last_close), in order of hall and instant.
    """
    zone = start_zone(sessions)
    start, end = start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone))
    near = sessions.filter(pl.col("open_at") < moment(end, zone), pl.col("close_at") >= moment(start, zone))
    first = pl.max_horizontal(pl.col("open_at").dt.truncate("5m") + RT_EVERY, moment(_grid_after(start), zone))
    last = pl.min_horizontal(pl.col("close_at").dt.truncate("5m"), moment(_grid_before(end), zone))
    # Where sessions overlap, the one that began first has the instants of both: a hall is judged once at each.
    taken = pl.col("to").cum_max().shift(1).over("hall_id") + RT_EVERY
    return (
        near.with_columns(first.alias("from"), last.alias("to"))
        .with_columns(pl.max_horizontal("from", taken))
        .filter(pl.col("from") <= pl.col("to"))
        .with_columns(pl.datetime_ranges("from", "to", RT_EVERY).alias("at"))
        .explode("at")
        .select("hall_id", "at", *(name for name in near.columns if name != "hall_id"))
    )


def _grid_before(at: dt.datetime) -> dt.datetime:
    """The last instant of the 5-minute grid that is not after `at`."""
    return at.replace(minute=at.minute - at.minute % _GRID, second=0, microsecond=0)


def _grid_after(at: dt.datetime) -> dt.datetime:
    """The first instant of the 5-minute grid that is not before `at`."""
    floor = _grid_before(at)
    return floor if floor == at else (floor.astimezone(dt.UTC) + RT_EVERY).astimezone(at.tzinfo)


def breaks_of(sessions: pl.DataFrame) -> pl.DataFrame:
    """Breaks between a day's sessions, above all lunch; their minutes count in no wait.

    Sessions that overlap or meet have no break between them.

    Args:
        sessions: as `sessions_of` gives them.

    Returns:
        hall_id, date, number (1, 2, …, within the day), start_at, end_at, in order of hall and time.
    """
    day = ["hall_id", "date"]
    return (
        sessions.select(
            *day,
            pl.col("close_at").cum_max().over(day).alias("start_at"),
            pl.col("open_at").shift(-1).over(day).alias("end_at"),
        )
        .filter(pl.col("end_at") > pl.col("start_at"))
        .select(*day, pl.int_range(1, pl.len() + 1).over(day).alias("number"), "start_at", "end_at")
    )


class Days:
    """The calendar days of a city as stretches of time, so that the day of many moments is found without a calendar."""

    def __init__(self, zone: str | None, *moments: Ints) -> None:
        """Prepare the days from that of the first to that of the last of all moments; NEVER is none."""
        known = [times[times < NEVER] for times in moments]
        low = min((int(times.min()) for times in known if len(times)), default=0)
        high = max((int(times.max()) for times in known if len(times)), default=low)
        clocks = ZoneInfo(zone or "UTC")
        first, last = ((_EPOCH + dt.timedelta(microseconds=edge)).astimezone(clocks).date() for edge in (low, high))
        self.first = (first - _EPOCH.date()).days
        """The first day, in days since 1970."""
        dates = [first + dt.timedelta(days=number) for number in range((last - first).days + 2)]
        # Where the clocks are put forward at midnight the day begins at that instant, where back with the earlier one.
        begins = [dt.datetime.combine(date, dt.time(), clocks) - _EPOCH for date in dates]
        self.starts = np.array([begin // dt.timedelta(microseconds=1) for begin in begins], dtype=np.int64)
        """When each day begins; the last entry is the end of the last day."""
        self.even = bool(np.all(np.diff(self.starts) == DAY))
        """Whether the clocks are never changed on these days; then days follow by division."""

    def __len__(self) -> int:
        """How many there are."""
        return len(self.starts) - 1

    def of(self, moments: Ints) -> Ints:
        """Number of the day of each moment, from 0; that of the last day for what never comes."""
        if self.even:
            found: Ints = (moments - self.starts[0]) // DAY
            return np.clip(found, -1, len(self) - 1, out=found)
        return np.minimum(np.searchsorted(self.starts, moments, side="right") - 1, len(self) - 1)

    def table(self, place: Ints, places: int, dates: pl.Series, values: Ints) -> Ints:
        """What is known of places' days, by place and number of the day; NEVER where nothing is."""
        found = np.full((places, len(self)), NEVER, dtype=np.int64)
        day = dates.to_physical().cast(pl.Int64).to_numpy() - self.first
        known = (place >= 0) & (day >= 0) & (day < len(self))
        found[place[known], day[known]] = values[known]
        return found


def local_micros(times: pl.Series) -> Ints:
    """Microseconds of the city's clocks; times must be known."""
    shape = times.dtype
    zone = shape.time_zone if isinstance(shape, pl.Datetime) else None
    moments = micros(times)
    days = Days(zone, moments)
    if days.even:
        # Much faster than asking for the zone's rules each time.
        return moments + (days.first * DAY - int(days.starts[0]))
    return times.dt.replace_time_zone(None).to_physical().to_numpy()


class Clock:
    """Time net of the breaks of a hall."""

    def __init__(self, sessions: pl.DataFrame, halls: pl.Series) -> None:
        """Prepare.

        Args:
            sessions: as `sessions_of` gives them.
            halls: hall_id of each hall, in the order of their numbers.
        """
        breaks = breaks_of(sessions)
        self._breaks = Spells(numbers(breaks["hall_id"], halls), micros(breaks["start_at"]), micros(breaks["end_at"]))

    def between(self, hall: Ints, since: Ints, until: Ints) -> Ints:
        """Microseconds from one instant to another, less those in which the hall was in a break; never below 0."""
        net: Ints = np.maximum(until - since, 0)
        # Few spans reach into a break; only for those is anything counted.
        cut = np.flatnonzero(touching(self._breaks, hall, since, until))
        net[cut] -= time_between(self._breaks, hall[cut], since[cut], until[cut])
        return net

    def reach(self, hall: Ints, since: Ints, length: int) -> Ints:
        """The last instant at which no more than a length of time, net of breaks, has passed since another."""
        breaks = self._breaks
        times = np.concatenate([breaks.start, since])
        begin = int(times.min()) if len(times) else 0

        def net(place: Ints, at: Ints) -> Ints:
            """Instants on a clock that stands still in the hall's breaks."""
            return at - time_between(breaks, place, np.full(len(at), begin), at)

        target = net(hall, since) + length
        # On that clock a break is one instant; all breaks up to the one wanted are put in again.
        stops, pauses = net(breaks.place, breaks.start), breaks.end - breaks.start
        earliest = np.full(len(target), min(int(stops.min(initial=begin)), begin))
        return target + sum_within(breaks.place, stops, pauses, hall, earliest, target + 1)


def numbers(names: pl.Series, order: pl.Series) -> Ints:
    """Number of each name in a list of names, each in it once; -1 where it is not among them."""
    names, order = (texts if texts.dtype == pl.String else texts.cast(pl.String) for texts in (names, order))
    if len(names) + len(order) <= _A_HANDFUL:
        listed = {name: number for number, name in enumerate(order.to_list()) if name is not None}
        return np.array([listed.get(name, -1) for name in names.to_list()], dtype=np.int64)
    if len(order) <= _FEW and not order.null_count():
        found = names.cast(pl.Enum(order), strict=False).to_physical()
    else:
        known = pl.DataFrame({"name": order}).with_row_index("number")
        found = pl.DataFrame({"name": names}).join(known, on="name", how="left", maintain_order="left")["number"]
    # Few names miss; looking for them costs more than finding the others.
    filled = found.cast(pl.Int64).fill_null(-1) if found.null_count() else found
    return filled.to_numpy().astype(np.int64, copy=False)


#: Up to so many names in all a dictionary numbers before Polars has begun.
_A_HANDFUL = 2_000
#: Up to so many names an enumeration numbers three times as fast as a join.
_FEW = 5_000
