"""The instants at which readings are due: every 5 minutes of opening, evenings, Monday mornings, months' evenings.

Every frame of instants has `at` and what the reading then looks at:

- RT: as `metrics.hours.rt_instants` (one row for each open hall);
- D: hall_id, at (20:00 of a day on which the hall was open), date, start, end (the calendar day, half-open);
- W: at (Monday 06:00), start, end (the ISO week before, half-open);
- M: at (20:00 of each day for the month to date; 06:00 on the 1st for the month before), start, end.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl

EVENING, MORNING = dt.time(20), dt.time(6)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def moment(at: dt.datetime, zone: str) -> pl.Expr:
    """An instant as it stands in expressions over columns of a zone.

    Polars takes a third of a millisecond to make a literal of a datetime that knows its zone; of a number almost none.
    """
    return pl.lit((at - _EPOCH) // dt.timedelta(microseconds=1)).cast(pl.Datetime("us", zone))


def daily(sessions: pl.DataFrame, start: dt.datetime, end: dt.datetime) -> pl.DataFrame:
    """Evenings from `start` to `end` (both included) for every hall that was open that day.

    Returns:
        hall_id, at, date, start, end, in order of hall and day.
    """
    days = sessions.select("hall_id", "date").unique().sort("hall_id", "date")
    zone = start_zone(sessions)
    midnight = pl.col("date").cast(pl.Datetime("us")).dt.replace_time_zone(zone)
    following = pl.col("date").dt.offset_by("1d").cast(pl.Datetime("us")).dt.replace_time_zone(zone)
    evening = (pl.col("date").cast(pl.Datetime("us")) + pl.duration(hours=EVENING.hour)).dt.replace_time_zone(zone)
    return days.select("hall_id", evening.alias("at"), "date", midnight.alias("start"), following.alias("end")).filter(
        _asked(zone, start, end)
    )


def weekly(zone: str, start: dt.datetime, end: dt.datetime) -> pl.DataFrame:
    """Monday mornings from `start` to `end` (both included): at, start, end (the ISO week before, half-open)."""
    days = [day for day in _days(zone, start, end) if day.weekday() == 0]
    rows = [
        (_at(day, MORNING, zone), _at(day - dt.timedelta(days=7), dt.time(), zone), _at(day, dt.time(), zone))
        for day in days
    ]
    return _frame(rows, zone, start, end)


def monthly(zone: str, start: dt.datetime, end: dt.datetime) -> pl.DataFrame:
    """Evenings (month to date) and the mornings of the 1st (the month before): at, start, end.

    On an evening the window ends with that day; what lies after `at` is not known and counts nowhere.
    """
    rows = []
    for day in _days(zone, start, end):
        if day.day == 1:
            before = (day - dt.timedelta(days=1)).replace(day=1)
            rows.append((_at(day, MORNING, zone), _at(before, dt.time(), zone), _at(day, dt.time(), zone)))
        following = day + dt.timedelta(days=1)
        rows.append(
            (_at(day, EVENING, zone), _at(day.replace(day=1), dt.time(), zone), _at(following, dt.time(), zone))
        )
    return _frame(rows, zone, start, end)


def start_zone(sessions: pl.DataFrame) -> str:
    """The zone of a frame's opening times."""
    shape = sessions.schema["open_at"]
    return shape.time_zone or "UTC" if isinstance(shape, pl.Datetime) else "UTC"


def _days(zone: str, start: dt.datetime, end: dt.datetime) -> list[dt.date]:
    first, last = start.astimezone(ZoneInfo(zone)).date(), end.astimezone(ZoneInfo(zone)).date()
    return [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]


def _at(day: dt.date, clock: dt.time, zone: str) -> dt.datetime:
    return dt.datetime.combine(day, clock, ZoneInfo(zone))


def _frame(
    rows: list[tuple[dt.datetime, dt.datetime, dt.datetime]], zone: str, start: dt.datetime, end: dt.datetime
) -> pl.DataFrame:
    shape = pl.Datetime("us", zone)
    return pl.DataFrame(rows, schema={"at": shape, "start": shape, "end": shape}, orient="row").filter(
        _asked(zone, start, end)
    )


def _asked(zone: str, start: dt.datetime, end: dt.datetime) -> pl.Expr:
    """Whether an instant is among those asked for, whatever zone these are told in."""
    return pl.col("at").is_between(start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone)))
