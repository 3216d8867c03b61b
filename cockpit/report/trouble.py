"""A report that fails its check is an incident of its own (月报未通过自检), closed when a right one has been made."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from alerts.definition import ORANGE
from alerts.incidents import Closing, Event, Incident, Kind, Place, incident_id
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import AlertLog, IncidentRecord
from cockpit.records.reports import ReportRecord
from cockpit.watch.system_alerts import REPORT


def settle(folder: DataFolder, record: ReportRecord, now: dt.datetime) -> None:
    """Open an incident for a report that must not go out; close it when its next edition is right.

    Raises:
        StorageError: the state database refused.
    """
    place: Place = ((REPORT.place, f"{record.period} {record.scope_name}"),)
    with AlertLog(folder.records.database).writing() as book:
        open_ = next((one for one in book.open_incidents() if one.incident.key == (place, REPORT.cause)), None)
        if record.faults and open_ is None:
            key = place, REPORT.cause
            incident = Incident(incident_id(key, now), key, now, {(REPORT.indicator, place): ORANGE}, ORANGE)
            detail = {"value": len(record.faults), "said": record.faults[0]}
            book.save_all([IncidentRecord(incident, REPORT.indicator)])
            book.add_events(
                [Event(now, incident.id, Kind.OPENED, ORANGE, alert=(REPORT.indicator, place), detail=detail)]
            )
        elif not record.faults and open_ is not None:
            calm = dict.fromkeys(open_.incident.alerts, 0)
            closed = replace(open_.incident, alerts=calm, closed_at=now, closing=Closing.RECOVERED)
            detail = {"closing": Closing.RECOVERED.value}
            book.save_all([IncidentRecord(closed, open_.indicator)])
            book.add_events(
                [
                    Event(now, closed.id, Kind.CLEARED, 0),
                    Event(now, closed.id, Kind.CLOSED, 0, detail=detail),
                ]
            )
