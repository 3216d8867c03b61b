"""The city's reference tables: halls, calendar, working days, departments, staff, items, queues, windows, devices."""

import datetime as dt
from collections.abc import Sequence

import polars as pl

from cockpit.demo.almanac import DAY, Almanac, date_of, day_number, is_known
from cockpit.demo.catalogue import item_rows
from cockpit.demo.counters import plan_counters
from cockpit.demo.departments import DEPARTMENTS
from cockpit.demo.equipment import plan_devices
from cockpit.demo.frames import AT_HALL, CENTRAL
from cockpit.demo.places import Hall
from cockpit.demo.staff import plan_team

CALENDAR_AHEAD = 60
"""For how many days after the last one opening hours are there already."""
WORKDAYS_AROUND = 150
"""For how many days before the first and after the last one it is told which are working days."""

Rows = list[dict[str, object]]


def registers(halls: Sequence[Hall], almanac: Almanac, seed: int) -> dict[str, pl.DataFrame]:
    """Return all reference tables; times are local seconds."""
    rows: dict[str, Rows] = {
        "halls": [_hall(hall) for hall in halls],
        "calendar": [row for hall in halls for row in _calendar(hall, almanac)],
        "workdays": _workdays(almanac),
        "departments": [{AT_HALL: CENTRAL, "dept_code": dept.code, "name": dept.name} for dept in DEPARTMENTS],
        "staff": [row for hall in halls for row in _staff(hall, seed)] + _liaisons(),
        "items": _items(),
        "queues": [row for hall in halls for row in _queues(hall)],
        "windows": [row for hall in halls for row in _windows(hall)],
        "devices": [row for hall in halls for row in _devices(hall)],
    }
    return {name: pl.DataFrame(table, infer_schema_length=None) for name, table in rows.items()}


def _hall(hall: Hall) -> dict[str, object]:
    return {
        AT_HALL: hall.hall_id,
        "hall_id": hall.hall_id,
        "name": hall.name,
        "short_name": hall.short_name,
        "region_code": hall.region_code,
        "county": hall.county,
        "level": hall.level,
        "star": hall.star,
        "capacity": hall.capacity,
        "grid_row": hall.row,
        "grid_col": hall.column,
    }


def _calendar(hall: Hall, almanac: Almanac) -> Rows:
    rows: Rows = []
    for day in range(almanac.days.start, almanac.days.stop + CALENDAR_AHEAD):
        date, kind = date_of(day), almanac.types[day]
        for number, (opens, closes) in enumerate(hall.sessions(kind, date.weekday()) or ((None, None),)):
            rows.append(
                {
                    AT_HALL: hall.hall_id,
                    "hall_id": hall.hall_id,
                    "date": date,
                    "session": number + 1,
                    "day_type": kind,
                    "open_at": None if opens is None else day * DAY + opens,
                    "close_at": None if closes is None else day * DAY + closes,
                    "bad_data": False,
                }
            )
    return rows


def _workdays(almanac: Almanac) -> Rows:
    return [
        {
            AT_HALL: CENTRAL,
            "date": date_of(day),
            "is_workday": almanac.is_workday(day),
            "provisional": not is_known(date_of(day)),
        }
        for day in range(almanac.days.start - WORKDAYS_AROUND, almanac.days.stop + WORKDAYS_AROUND)
    ]


def _staff(hall: Hall, seed: int) -> Rows:
    return [
        {
            AT_HALL: hall.hall_id,
            "staff_id": person.staff_id,
            "hall_id": hall.hall_id,
            "dept_code": person.dept_code,
            "role": person.role,
        }
        for person in plan_team(hall, seed).everyone
    ]


def _liaisons() -> Rows:
    return [
        {AT_HALL: CENTRAL, "staff_id": f"{dept.code}-L1", "hall_id": None, "dept_code": dept.code, "role": "liaison"}
        for dept in DEPARTMENTS
    ]


def _items() -> Rows:
    rows = item_rows()
    for row in rows:
        row[AT_HALL] = CENTRAL
        for column in ("valid_from", "valid_to"):
            value = row[column]
            row[column] = day_number(value) * DAY if isinstance(value, dt.date) else None
    return rows


def _queues(hall: Hall) -> Rows:
    return [
        {
            AT_HALL: hall.hall_id,
            "queue_id": queue.queue_id,
            "hall_id": hall.hall_id,
            "name": queue.name,
            "queue_type": queue.queue_type,
        }
        for queue in plan_counters(hall).queues
    ]


def _windows(hall: Hall) -> Rows:
    counters = plan_counters(hall)
    return [
        {
            AT_HALL: hall.hall_id,
            "window_id": window.window_id,
            "hall_id": hall.hall_id,
            "name": window.name,
            "service_group": counters.sections[window.section].name,
            "queue_ids": [q.queue_id for q in counters.queues_of(window.section) if q.rank in window.ranks],
            "is_tidal": window.tidal,
        }
        for window in counters.windows
    ]


def _devices(hall: Hall) -> Rows:
    return [
        {
            AT_HALL: hall.hall_id,
            "device_id": device.device_id,
            "hall_id": hall.hall_id,
            "kind": device.kind,
            "key_device": device.key,
            "valid_from": None,
            "valid_to": None,
        }
        for device in plan_devices(hall)
    ]
