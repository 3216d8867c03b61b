"""The demo city as a folder of files, one per table of the data standard, to be brought in like any real city's."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from cockpit.demo.almanac import DAY, Almanac, day_number
from cockpit.demo.attendance import health_checks, work_rows
from cockpit.demo.cases import Cases, Office, link, online_cases, pauses, steps, window_cases
from cockpit.demo.catalogue import ITEMS
from cockpit.demo.complaints import hall_complaints
from cockpit.demo.counters import plan_counters
from cockpit.demo.deliveries import deliveries
from cockpit.demo.demand import U
from cockpit.demo.draws import Ints, pick
from cockpit.demo.equipment import device_states, headcounts
from cockpit.demo.frames import AT_HALL, cut_table, named, numbered, repeated, to_standard
from cockpit.demo.people import applicants
from cockpit.demo.places import County, Hall, plan_counties, plan_halls
from cockpit.demo.registers import registers
from cockpit.demo.reviews import Service, at_windows, review
from cockpit.demo.staff import plan_team
from cockpit.demo.status import cases_as_known, reviews_as_known, tickets_as_known
from cockpit.demo.tickets import STATUSES, HallDays, run_hall

_CHANNELS = ("kiosk", "app", "wechat", "desk", "phone", "staff")
_CHANNEL_SHARES = np.array([0.62, 0.10, 0.14, 0.10, 0.02, 0.02])
_IDENTIFIED = 0.7

Tables = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class CitySummary:
    """What was written: rows per table, and the days the city tells about."""

    rows: dict[str, int]
    first_day: dt.date
    last_day: dt.date


def write_city(
    folder: Path,
    *,
    halls: int = 6,
    days: int = 60,
    until: dt.date,
    seed: int = 7,
    timezone: str = "Asia/Shanghai",
    now: dt.datetime | None = None,
) -> CitySummary:
    """Write an invented city's records; the same arguments give the same rows.

    Args:
        folder: where the files (Parquet, named after the standard's tables) go; made if it is not there.
        halls: number of halls, at least 3.
        days: number of days up to and including `until`.
        until: the last day.
        seed: which of the many possible cities.
        timezone: the city's zone.
        now: nothing that happens at or after this instant is told (plans are); default: the end of the last day.

    Raises:
        ValueError: the city cannot be made like this.
    """
    tables, almanac = build_city(halls=halls, days=days, until=until, seed=seed, timezone=timezone, now=now)
    folder.mkdir(parents=True, exist_ok=True)
    rows = {}
    for name, frame in tables.items():
        frame.write_parquet(folder / f"{name}.parquet")
        rows[name] = frame.height
    return CitySummary(rows, almanac.first, almanac.last)


def build_city(
    *, halls: int, days: int, until: dt.date, seed: int, timezone: str, now: dt.datetime | None
) -> tuple[Tables, Almanac]:
    """Return the tables that `write_city` writes, and the days they tell about."""
    if days < 1:
        raise ValueError(f"a city needs at least one day, not {days}")
    if seed < 0:
        raise ValueError(f"the seed must not be negative: {seed}")
    almanac = Almanac(until - dt.timedelta(days=days - 1), until)
    cut = _cut(almanac, timezone, now)
    places = plan_halls(halls)
    tables = registers(places, almanac, seed)
    counties = {county.name: county for county in plan_counties(halls)}
    parts: dict[str, list[pl.DataFrame]] = {}
    for hall in places:
        for name, frame in _hall_tables(hall, counties[hall.county], almanac, seed).items():
            parts.setdefault(name, []).append(frame)
    for county in counties.values():
        busy = sum(hall.daily for hall in places if hall.county == county.name)
        for name, frame in _office_tables(online_cases(Office(county, None, busy), almanac, seed), almanac).items():
            parts.setdefault(name, []).append(frame)
    tables |= {name: pl.concat(frames) for name, frames in parts.items()}
    known_from = almanac.days.start * DAY
    tables = {name: _as_known(name, frame, cut, known_from) for name, frame in tables.items()}
    tables["deliveries"] = cut_table("deliveries", deliveries(places, tables, almanac), cut, known_from)
    return {name: to_standard(name, frame, timezone) for name, frame in tables.items()}, almanac


def _cut(almanac: Almanac, timezone: str, now: dt.datetime | None) -> int:
    """Return the instant (local seconds) from which on nothing has happened yet."""
    end = (day_number(almanac.last) + 1) * DAY
    if now is None:
        return end
    if now.tzinfo is None:
        raise ValueError("`now` must carry its time zone")
    local = now.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
    seconds = -((dt.datetime(1970, 1, 1) - local) // dt.timedelta(seconds=1))  # noqa: DTZ001 (wall clock)
    if seconds <= almanac.days.start * DAY:
        raise ValueError("`now` lies before the city's first day")
    return min(seconds, end)


def _as_known(name: str, frame: pl.DataFrame, cut: int, known_from: int) -> pl.DataFrame:
    frame = cut_table(name, frame, cut, known_from)
    if name == "tickets":
        return tickets_as_known(frame, cut)
    if name == "cases":
        return cases_as_known(frame, cut)
    return reviews_as_known(frame) if name == "reviews" else frame


def _hall_tables(hall: Hall, county: County, almanac: Almanac, seed: int) -> Tables:
    """Return all that happened in one hall."""
    days = run_hall(hall, almanac, seed)
    office = Office(county, hall, hall.daily)
    windows = [window.window_id for window in plan_counters(hall).windows]
    at_window = window_cases(office, days.tickets, windows, almanac, seed)
    online = online_cases(office, almanac, seed)
    tickets = _ticket_rows(days, county, at_window, seed)
    cases = pl.concat([at_window.frame, online.frame])
    services = at_windows(days.tickets, tickets)
    return {
        "tickets": tickets,
        **work_rows(days, seed),
        "cases": cases,
        "case_pauses": pauses(cases),
        "case_steps": steps(cases),
        "reviews": pl.concat([review(services, almanac), review(_online_services(online), almanac)]),
        "complaints": hall_complaints(hall, almanac, seed),
        "device_states": device_states(hall, almanac, seed),
        "headcounts": headcounts(hall, days.tickets, almanac, seed),
        "health_checks": health_checks(hall, almanac, seed),
    }


def _office_tables(cases: Cases, almanac: Almanac) -> Tables:
    """Return what a county's online office took in."""
    return {
        "cases": cases.frame,
        "case_pauses": pauses(cases.frame),
        "case_steps": steps(cases.frame),
        "reviews": review(_online_services(cases), almanac),
    }


def _online_services(cases: Cases) -> Service:
    rows = cases.frame.select(
        AT_HALL,
        "hall_id",
        "project_no",
        *(pl.lit(None, dtype=pl.String).alias(column) for column in ("ticket_id", "window_id", "staff_id")),
    )
    return Service(rows, cases.course.finish, cases.review_chance, online=True)


def _ticket_rows(days: HallDays, county: County, cases: Cases, seed: int) -> pl.DataFrame:
    """Give the hall's tickets the standard's columns."""
    hall, tickets = days.hall, days.tickets
    counters = plan_counters(hall)
    ticket_id = numbered(hall.hall_id, tickets.day)
    project_no, opened = link(tickets, cases)
    chance = tickets.uniforms
    return pl.DataFrame(
        {
            AT_HALL: repeated(hall.hall_id, ticket_id.len()),
            "ticket_id": ticket_id,
            "hall_id": repeated(hall.hall_id, ticket_id.len()),
            "ticket_no": _ticket_numbers(tickets.day, tickets.queue, [queue.letter for queue in counters.queues]),
            "queue_id": named([queue.queue_id for queue in counters.queues], tickets.queue),
            "item_code": named([item.code for item in ITEMS], tickets.item),
            "channel": named(_CHANNELS, pick(_CHANNEL_SHARES, chance[:, U.CHANNEL])),
            "take_time": tickets.take,
            "call_time": tickets.call,
            "start_time": tickets.start,
            "end_time": tickets.end,
            "window_id": named([window.window_id for window in counters.windows], tickets.window),
            "staff_id": named([person.staff_id for person in plan_team(hall, seed).everyone], tickets.staff),
            "status": named(STATUSES, tickets.fate),
            "transferred_from": named(ticket_id.to_list(), tickets.origin),
            "project_no": project_no,
            "case_opened": opened,
            "applicant_hash": applicants(seed, county.index, chance[:, U.PERSON], chance[:, U.KNOWN] < _IDENTIFIED),
            "is_test": tickets.test,
        }
    )


def _ticket_numbers(day: Ints, queue: Ints, letters: Sequence[str]) -> pl.Series:
    """Number the tickets of each queue and day from A001 on."""
    frame = pl.DataFrame({"day": day, "queue": queue, "letter": named(letters, queue)})
    number = pl.int_range(1, pl.len() + 1).over("day", "queue").cast(pl.String).str.zfill(3)
    return frame.select(pl.concat_str("letter", number)).to_series()
