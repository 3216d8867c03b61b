"""大厅: the read model of one hall on one day: now, the course of the day, queues, windows, people, devices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.board.hall_loading import HallRecords, load
from cockpit.board.hall_numbers import Standing, day_numbers, now_numbers
from cockpit.board.hall_tables import device_sheet, queue_sheet, staff_sheet
from cockpit.board.quantity import Quantity
from cockpit.board.sheet import Sheet
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.watch.freshness import moment
from metrics.halls import now as at_instant
from metrics.halls import same_time, so_far, usual
from metrics.hours import rt_instants
from metrics.seats import seats

#: open: in its opening hours now; pause: between two sessions; early, late: before, after them; past: an earlier day;
#: shut: the hall is shut that day; unknown: nobody said when it is open.
Phase = Literal["open", "pause", "early", "late", "past", "shut", "unknown"]
LEVELS = {"city": "市级大厅", "county": "县级大厅", "town": "镇街大厅", "village": "村社大厅", "park": "园区大厅"}
#: Length of a slot of the course.
SLOT_MINUTES = 15
#: A reading of the moment needs what was delivered up to so long before.
FRESH = dt.timedelta(minutes=60)


@dataclass(frozen=True)
class HallPage:
    """One hall on one day.

    Attributes:
        hall_id: the hall.
        name: its short name.
        county: its county.
        level: what kind of hall it is, in Chinese.
        day: the day shown.
        at: everything before this instant is known.
        phase: what is going on.
        hours: its opening hours that day, in Chinese; "" = unknown or shut.
        reaches: 数据截至: how far its tickets (else its windows) reach; None = 无数据.
        figures: the large numbers: of the moment while it is open, else of the day.
        today: the day so far, beside the numbers of the moment; empty where `figures` say it.
        course: minute, arrived, waiting (null after the instant), and of each usual, low, high.
        usual_days: how many past days the course is compared with; 0 = none.
        queues: every queue.
        seats: every window, as `metrics.seats.seats`, with name, item and ticket_no; state also opened, no_data.
        staff: people, missing ones first.
        devices: devices, those that are off first.
    """

    hall_id: str
    name: str
    county: str
    level: str
    day: dt.date
    at: dt.datetime
    phase: Phase
    hours: str
    reaches: dt.datetime | None
    figures: tuple[Quantity, ...]
    today: tuple[Quantity, ...]
    course: pl.DataFrame
    usual_days: int
    queues: Sheet
    seats: pl.DataFrame
    staff: Sheet
    devices: Sheet

    @property
    def live(self) -> bool:
        """Whether the day shown is still running."""
        return self.phase in {"open", "pause", "early"}

    def stale_minutes(self) -> float | None:
        """For how many minutes nothing has come while the hall is open; None where that does not matter."""
        if self.phase != "open":
            return None
        return None if self.reaches is None else max(0.0, (self.at - self.reaches) / dt.timedelta(minutes=1))


def hall_choices(folder: DataFolder, viewer: Viewer) -> dict[str, str]:
    """The halls this viewer may see, by level and number: hall_id to short name, with the number where two share it."""
    halls = viewer.within(folder.lake.snapshot().scan("halls")).select("hall_id", "short_name", "level").collect()
    order = list(LEVELS)
    rows = sorted(halls.iter_rows(), key=lambda row: (order.index(row[2]), row[0]))
    names = halls["short_name"].to_list()
    return {hall_id: name if names.count(name) == 1 else f"{name}（{hall_id}）" for hall_id, name, _ in rows}


def local(folder: DataFolder, now: dt.datetime) -> dt.datetime:
    """An instant in the city's zone."""
    return now.astimezone(ZoneInfo(folder.lake.timezone))


def last_day(folder: DataFolder, now: dt.datetime) -> dt.date | None:
    """The last day that has data; None where there is none."""
    shown = moment(folder, folder.lake.snapshot(), now)
    return shown.day if shown else None


def hall_page(folder: DataFolder, viewer: Viewer, hall_id: str, day: dt.date | None, now: dt.datetime) -> HallPage:
    """Put the page of one hall together.

    Args:
        folder: data folder of the city.
        viewer: who looks.
        hall_id: the hall.
        day: the day; None = the last one that has data.
        now: the present instant.

    Raises:
        Refused: the hall is outside the viewer's scope, or does not exist; both are told alike.
        StorageError: the data cannot be read.
    """
    records = hall_records(folder, viewer, hall_id, day, now)
    zone = ZoneInfo(records.view.records.timezone)
    at = min(now.astimezone(zone), records.end)
    phase = _phase(records, at, now.astimezone(zone))
    known = standing_of(records, at, phase)
    figures = now_numbers(known) if phase == "open" else () if phase == "shut" else day_numbers(known)
    hall = records.hall
    return HallPage(
        hall_id=records.hall_id,
        name=hall["short_name"],
        county=hall["county"],
        level=LEVELS[hall["level"]],
        day=records.day,
        at=at,
        phase=phase,
        hours=_hours(records),
        reaches=reaches(records, at),
        figures=figures,
        today=day_numbers(known) if phase == "open" else (),
        course=_course(records, at),
        usual_days=min(len(records.days), 8) if len(records.days) >= 4 else 0,
        queues=queue_sheet(records, at),
        seats=_seats(records, at),
        staff=staff_sheet(records, at),
        devices=device_sheet(records, at),
    )


def hall_records(
    folder: DataFolder, viewer: Viewer, hall_id: str, day: dt.date | None, now: dt.datetime
) -> HallRecords:
    """The records of a hall that the viewer may see.

    Raises:
        Refused: the hall is outside the viewer's scope, or does not exist; both are told alike.
    """
    viewer.must_see(hall_id)
    snapshot = folder.lake.snapshot()
    if day is None:
        shown = moment(folder, snapshot, now)
        day = shown.day if shown else now.astimezone(ZoneInfo(snapshot.timezone)).date()
    records = load(folder, snapshot, hall_id, day, now)
    if records is None:
        raise Refused("这不在您负责的范围内，或者并不存在；请从页面上列出的大厅中选择。")
    return records


def reaches(records: HallRecords, at: dt.datetime) -> dt.datetime | None:
    """How far the hall's own data of that day reach, at most to the instant; None = nothing came."""
    found = records.reaches.get("tickets") or records.reaches.get("window_sessions")
    return None if found is None else min(found, at)


def standing_of(records: HallRecords, at: dt.datetime, phase: Phase) -> Standing:
    """The hall's counts at the instant and over the day so far, and what is usual for both."""
    hall, shape = [records.hall_id], pl.Datetime("us", records.view.records.timezone)
    open_at = records.view.sessions.filter(pl.col("date") == records.day, pl.col("open_at") < at)["open_at"].max()
    since = max(at - dt.timedelta(hours=1), open_at) if isinstance(open_at, dt.datetime) else at
    asked = pl.DataFrame(
        {"row": [0], "hall_id": hall, "at": [at], "date": [records.day], "since": [since], "start": [records.start]},
        schema_overrides={"row": pl.Int64, "at": shape, "since": shape, "start": shape},
    )
    moment_now = usual_now = None
    if phase == "open":
        moment_now = at_instant(records.view, asked).row(0, named=True)
        usual_now = at_instant(
            records.past, same_time(asked.drop("start"), records.past.sessions, records.first), usual=True
        )
    clock = at - records.start
    ends = [dt.datetime.combine(day, dt.time(), at.tzinfo) + clock for day in records.days[:8]]
    starts = [dt.datetime.combine(day, dt.time(), at.tzinfo) for day in records.days[:8]]
    past = pl.DataFrame(
        {"hall_id": hall * len(ends), "start": starts, "at": ends},
        schema={"hall_id": pl.String, "start": shape, "at": shape},
    )
    return Standing(
        records=records,
        at=at,
        now=moment_now,
        usual_now=usual_now,
        day=so_far(records.view, asked).row(0, named=True),
        usual_day=so_far(records.past, past),
        fresh=_fresh(records, at),
    )


def _fresh(records: HallRecords, at: dt.datetime) -> Mapping[str, bool]:
    """Whether each table reaches so near the instant that what it says of the moment may be believed."""
    return {table: reach > at - FRESH for table, reach in records.reaches.items()}


def _phase(records: HallRecords, at: dt.datetime, now: dt.datetime) -> Phase:
    days = records.view.records["calendar"].filter(pl.col("date") == records.day)
    hours = records.view.sessions.filter(pl.col("date") == records.day)
    if days.is_empty():
        return "past" if now >= records.end else "unknown"
    if hours.is_empty():
        return "shut"
    if now >= records.end:
        return "past"
    if at <= hours["open_at"].min():  # type: ignore[operator]
        return "early"
    if at > hours["close_at"].max():  # type: ignore[operator]
        return "late"
    inside = hours.filter(pl.col("open_at") < at, pl.col("close_at") >= at)
    return "pause" if inside.is_empty() else "open"


def _hours(records: HallRecords) -> str:
    hours = records.view.sessions.filter(pl.col("date") == records.day).sort("open_at")
    return "、".join(f"{a:%H:%M}–{b:%H:%M}" for a, b in hours.select("open_at", "close_at").iter_rows())


def _course(records: HallRecords, at: dt.datetime) -> pl.DataFrame:
    """The course of the day in quarters of an hour, each told by its beginning, with what is usual for it."""
    hours = records.view.sessions.filter(pl.col("date") == records.day)
    instants = rt_instants(hours, records.start, records.end).filter(pl.col("at").dt.minute() % SLOT_MINUTES == 0)
    since = pl.max_horizontal(pl.col("at") - pl.duration(hours=1), "open_at")
    asked = (
        instants.select("hall_id", "at", "date", since.alias("since"))
        .with_row_index("row")
        .with_columns(pl.col("row").cast(pl.Int64))
    )
    today = at_instant(records.view, asked).select("row", "at", "arrived", "waiting")
    past = at_instant(records.past, same_time(asked, records.past.sessions, records.first))
    usually = usual(past.select("row", "arrived", "waiting"))
    happened = (pl.col("at") <= at) & pl.lit("tickets" in records.reaches)
    return (
        today.with_columns(pl.when(happened).then(pl.col(name)).alias(name) for name in ("arrived", "waiting"))
        .join(usually, on="row", how="left", suffix="_usual", maintain_order="left")
        .with_columns(
            (pl.col("at").dt.hour().cast(pl.Int64) * 60 + pl.col("at").dt.minute() - SLOT_MINUTES).alias("minute")
        )
        .drop("row", "at")
    )


def _seats(records: HallRecords, at: dt.datetime) -> pl.DataFrame:
    """The windows as seats, named; `no_data` where nothing was delivered of the windows' spells."""
    tables = records.view.records
    found = seats(records.view, records.start, at)
    delivered = pl.lit("window_sessions" in records.reaches)
    over = pl.lit(at >= records.end)
    opened = pl.when(pl.col("open") > 0).then(pl.lit("opened")).when(pl.col("planned_minutes") > 0).then(
        pl.lit("missing")
    ).otherwise(pl.lit("shut"))  # fmt: skip
    state = (
        pl.when(~delivered).then(pl.lit("no_data")).when(over).then(opened).otherwise(pl.col("state").cast(pl.String))
    )
    tickets = tables["tickets"].select("ticket_id", "ticket_no", "item_code")
    return (
        found.with_columns(state.alias("state"))
        .join(tables["windows"].select("window_id", "name"), on="window_id", how="left", maintain_order="left")
        .join(tickets, on="ticket_id", how="left", maintain_order="left")
        .join(records.items, on="item_code", how="left", maintain_order="left")
    )
