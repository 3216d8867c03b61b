"""A city of some halls without any business, its people, and alerts that come and go in it."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from alerts.catalogue import catalogue
from alerts.deeds import Deed, done
from alerts.incidents import Change, Incident, Kind, Place, changed
from alerts.machine import Reason
from cockpit.door import accounts
from cockpit.door.accounts import Binding
from cockpit.door.roles import Role
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.records.alert_log import AlertLog, IncidentRecord
from cockpit.settings import Settings

ZONE = ZoneInfo("Asia/Shanghai")
COUNTIES = ("云栖区", "月湖区")
#: Working days of the city: National Day and the Saturday worked instead.
HOLIDAYS = {dt.date(2026, 10, day) for day in range(1, 8)}
WORKED = {dt.date(2026, 10, 10)}


def clock(text: str) -> dt.datetime:
    """`10:00` of Monday, 12 October 2026, or `10-16 20:00`."""
    day, _, time = text.rpartition(" ")
    return dt.datetime.fromisoformat(f"2026-{day or '10-12'}T{time}").replace(tzinfo=ZONE)


def hall_place(number: int, **more: str) -> Place:
    return (("hall_id", f"H{number}"), *more.items())


def build(place: Path, *, halls: int = 3, records_url: str = "", names: Mapping[str, str] | None = None) -> DataFolder:
    """The city in its data folder: halls, queues, a department with an item, working days, a roster for hall 1."""
    files = place / "files"
    files.mkdir(parents=True)
    named = names or {}
    numbers = range(1, halls + 1)
    _write(
        files / "halls.csv",
        [
            {
                "hall_id": f"H{n}", "name": f"第{n}政务服务中心", "short_name": named.get(f"H{n}", f"第{n}大厅"),
                "region_code": f"33010{n % 2 + 1}000000", "county": COUNTIES[n % 2], "level": "county",
            }
            for n in numbers
        ],
    )  # fmt: skip
    _write(
        files / "queues.csv",
        [
            {"queue_id": f"Q{n}", "hall_id": f"H{n}", "name": named.get(f"Q{n}", "综合受理"), "queue_type": "normal"}
            for n in numbers
        ],
    )
    _write(files / "departments.csv", [{"dept_code": "D1", "name": "规划和自然资源局"}])
    days = [dt.date(2026, 9, 1) + dt.timedelta(days=n) for n in range(120)]
    worked = [day in WORKED or (day.weekday() < 5 and day not in HOLIDAYS) for day in days]
    rows = [
        {"date": day, "is_workday": str(is_).lower(), "provisional": "false"}
        for day, is_ in zip(days, worked, strict=True)
    ]
    _write(files / "workdays.csv", rows)
    _write(files / "staff.csv", [{"staff_id": f"S{n}", "hall_id": "H1", "role": "duty_officer"} for n in (1, 2)])
    _write(
        files / "roster.csv",
        [
            {"staff_id": f"S{n}", "start_at": f"2026-10-12T{a}", "end_at": f"2026-10-12T{b}", "hall_id": "H1",
             "role": "duty_officer"}
            for n, a, b in ((1, "08:30", "12:00"), (2, "12:00", "17:30"))
        ],
    )  # fmt: skip
    given: dict[str, Any] = {"records": {"url": records_url}} if records_url else {}
    folder = open_folder(Settings(data_dir=place / "data", **given), create=True)
    result = import_files(folder, load_profile("standard"), [files], by="test")
    assert not [table for table, counts in result.tables.items() if counts.quarantined], result.reasons
    return folder


def reopened(folder: DataFolder, **settings: Any) -> DataFolder:  # noqa: ANN401 (any section)
    """The same data folder under other settings."""
    url = folder.settings.records.url
    given: dict[str, Any] = {"records": {"url": url}} if url else {}
    return open_folder(Settings(data_dir=folder.path, **given, **settings))


def person(folder: DataFolder, name: str, role: Role, *halls: str, county: str = "", **more: str) -> str:
    """An account bound to halls, to a county, or to the city."""
    binding = Binding("county", (county,)) if county else Binding("hall", halls) if halls else Binding()
    accounts.add(folder, name, role, binding, by="test", **more)
    return name


def staffed(folder: DataFolder, halls: int) -> None:
    """A 值班长 and a 大厅主任 for each hall, a head of each county, a head of the city, data staff, an admin."""
    for n in range(1, halls + 1):
        person(folder, f"duty{n}", Role.DUTY, f"H{n}", contact=f"duty{n}@example.cn")
        person(folder, f"manager{n}", Role.MANAGER, f"H{n}", contact=f"manager{n}@example.cn")
    for n, county in enumerate(COUNTIES, start=1):
        if halls >= n:
            person(folder, f"county{n}", Role.LEADER, county=county, contact=f"county{n}@example.cn")
    person(folder, "mayor", Role.LEADER, contact="mayor@example.cn")
    person(folder, "data", Role.DATA, contact="data@example.cn")
    person(folder, "chief", Role.ADMIN, contact="chief@example.cn")


def alert(
    folder: DataFolder, at: dt.datetime, indicator: str, place: Place, before: int, level: int, **frozen: object
) -> Incident:
    """The level of an alert changes; its incident as it then is."""
    return alerts(folder, [(at, indicator, place, before, level, frozen)])[0]


def alerts(
    folder: DataFolder, moves: Iterable[tuple[dt.datetime, str, Place, int, int, Mapping[str, object]]]
) -> list[Incident]:
    """Levels of alerts change, in one transaction as an evaluation writes them."""
    found = []
    with AlertLog(folder.records.database).writing() as book:
        known = book.open_incidents()
        open_ = {one.incident.key: one.incident for one in known}
        by = {one.incident.id: one.indicator for one in known}
        events, touched = [], {}
        for at, indicator, place, before, level, frozen in moves:
            definition = catalogue()[indicator]
            kept = {"version": "1", "value": 27.25, "baseline": 11.0, "thresholds": vars(definition.thresholds)}
            reason = Reason.MET if level > before else Reason.RECOVERED
            change = Change(at, (indicator, place), before, level, reason, False, {**kept, **frozen})
            incident, more = changed(open_, change, definition)
            assert incident is not None
            by.setdefault(incident.id, indicator)
            open_[incident.key] = touched[incident.id] = incident
            book.add_changes([(change, incident.id)])
            events += more
            found.append(incident)
        book.save_all([IncidentRecord(one, by[one.id]) for one in touched.values()])
        book.add_events(events)
    return found


def deed(folder: DataFolder, at: dt.datetime, incident: str, kind: Kind, who: str = "li", **more: Any) -> Incident:  # noqa: ANN401
    """Somebody does something about an incident."""
    with AlertLog(folder.records.database).writing() as book:
        record = book.incident(incident)
        assert record is not None
        after, events = done(record.incident, Deed(at, incident, kind, who, **more))
        book.save(after, record.indicator)
        book.add_events(events)
    return after


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
