"""What a wall screen shows of early warning (大屏预警): open incidents, halls in need, what happened last.

No person is named, neither who took an incident on nor a citizen; the rung that was told is named by its duty.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from alerts.catalogue import catalogue
from alerts.definition import CAUSES, LEVELS, OWNERS, RED
from alerts.incidents import Alert, Incident, Kind, Place
from alerts.ladder import rungs_of
from cockpit.records.alert_log import IncidentRecord
from cockpit.records.alert_stream import StreamLine
from cockpit.watch.place_names import Names, short
from cockpit.watch.wall_numbers import Scope

#: What is worth a line of the strip, and how it is called there.
SHOWN = {
    Kind.OPENED: "开始报警",
    Kind.ROSE: "级别升高",
    Kind.ACKNOWLEDGED: "已签收",
    Kind.CLEARED: "已恢复",
    Kind.CLOSED: "已关闭",
}
#: What is wrong in halls right now. The rest is judged once a day, a week or a month and followed up for days by those
#: who are told in the morning (督办): a screen counts it, but it neither turns it red nor takes a line of its lists.
LIVE = frozenset(one.cause for one in catalogue().values() if one.cadence == "RT")
#: So many lines, incidents and halls are shown at most.
LINES, INCIDENTS, IN_NEED = 12, 40, 8


def incident_lines(
    records: Sequence[IncidentRecord], scope: Scope, names: Names, readings: Mapping[str, pl.DataFrame]
) -> list[dict[str, Any]]:
    """Incidents that fire now, the worst first, then the oldest.

    Args:
        records: the open incidents.
        scope: the part of the city.
        names: of places.
        readings: of the evaluation, for the number behind a red one.

    Returns:
        id, level, place, hall_id, county, title, what, more, since, state, state_since, told; for red ones reading,
        action, live (whether it is wrong right now, or followed up for days).
    """
    found = [
        _line(record, names, readings)
        for record in records
        if record.incident.level > 0 and scope.holds(*_where(record.incident, names))
    ]
    return sorted(found, key=lambda one: (-one["level"], one["since"], one["id"]))


def in_need(
    incidents: Sequence[Mapping[str, Any]], halls: Sequence[Mapping[str, Any]], most: int = IN_NEED
) -> list[dict[str, Any]]:
    """Halls that need help, the worst first: by level, by how many incidents, by how many people wait.

    Args:
        incidents: as `incident_lines`.
        halls: id, name, waiting, wait of each.
        most: so many at most.

    Returns:
        id, name, level, waiting, wait, why.
    """
    of_hall: dict[str, list[Mapping[str, Any]]] = {}
    for one in incidents:
        if one["hall_id"] is not None:
            of_hall.setdefault(one["hall_id"], []).append(one)
    rows = [
        {
            "id": hall["id"], "name": hall["name"], "county": hall["county"], "level": mine[0]["level"],
            "waiting": hall["waiting"], "wait": hall["wait"], "count": len(mine),
            "why": "、".join(dict.fromkeys(one["title"] for one in mine)),
        }
        for hall in halls
        if (mine := of_hall.get(hall["id"]))
    ]  # fmt: skip
    rows.sort(key=lambda row: (-row["level"], -row["count"], -(row["waiting"] or 0), row["id"]))
    return rows[:most]


def strip(lines: Sequence[StreamLine], scope: Scope, names: Names, zone: dt.tzinfo) -> list[dict[str, Any]]:
    """What happened last in a part of the city, the latest first: at, what, level, place, title."""
    mine = [line for line in lines if scope.holds(dict(line.place).get("hall_id"), names.county(line.place))]
    return [
        {
            "at": line.at.astimezone(zone).isoformat(), "what": SHOWN[line.kind], "kind": line.kind.value,
            "level": line.level, "place": _said(names, line.place), "title": CAUSES.get(line.cause, line.cause),
        }
        for line in mine[:LINES]
    ]  # fmt: skip


def _said(names: Names, place: Place) -> str:
    """A place in words, cut to what a wall has room for."""
    return names.said(place, as_=short, without="全市")


def _where(incident: Incident, names: Names) -> tuple[str | None, str | None]:
    place = incident.key[0]
    return dict(place).get("hall_id"), names.county(place) or None


def _line(record: IncidentRecord, names: Names, readings: Mapping[str, pl.DataFrame]) -> dict[str, Any]:
    incident = record.incident
    place, cause = incident.key
    hall, county = _where(incident, names)
    firing = sorted(
        (alert for alert, level in incident.alerts.items() if level > 0),
        key=lambda alert: (
            -incident.alerts[alert],
            incident.level >= RED and not _past(alert, readings),
            alert[0] != record.indicator,
            alert,
        ),
    )
    worst = catalogue().get(firing[0][0])
    line: dict[str, Any] = {
        "id": incident.id, "level": incident.level, "place": _said(names, place), "hall_id": hall, "county": county,
        "title": CAUSES.get(cause, cause), "what": worst.name if worst else firing[0][0], "more": len(firing) - 1,
        "since": incident.opened_at.isoformat(), "live": cause in LIVE,
    } | handled(record)  # fmt: skip
    if incident.level >= RED:
        line["reading"] = _reading(firing[0], incident.alerts[firing[0]], readings)
        line["action"] = worst.action if worst else None
    return line


def in_zone(line: Mapping[str, Any], zone: dt.tzinfo) -> dict[str, Any]:
    """A line with its instants on the city's clock."""
    times = [name for name in ("since", "state_since") if name in line]
    return {**line} | {name: dt.datetime.fromisoformat(line[name]).astimezone(zone).isoformat() for name in times}


def handled(record: IncidentRecord) -> dict[str, str | None]:
    """How far people have come with an incident: state, state_since, and which rung of the ladder was told last."""
    incident, opener = record.incident, catalogue().get(record.indicator)
    state, since = _state(incident)
    rungs = rungs_of(opener.owner if opener else "duty", fast=opener is None or opener.cadence == "RT")
    told = OWNERS[rungs[min(incident.rung, len(rungs) - 1)]] if incident.rung >= 0 else None
    return {"state": state, "state_since": since.isoformat(), "told": told}


def _state(incident: Incident) -> tuple[str, dt.datetime]:
    """How far people have come with it, and since when: 待签收, 处置中, 已转派 or 已关闭; nobody is named."""
    if incident.closed_at is not None:
        return "已关闭", incident.closed_at
    if incident.acknowledged_at is None:
        return "待签收", incident.told_at or incident.opened_at
    given = incident.assigned_to and incident.assigned_to != incident.by
    return ("已转派" if given else "处置中"), incident.acknowledged_at


def _row(alert: Alert, readings: Mapping[str, pl.DataFrame]) -> dict[str, Any] | None:
    """The reading of an alert's place; None where the evaluation did not read it or had nothing to read."""
    name, place = alert
    if name not in readings:
        return None
    rows = readings[name].filter(pl.col(column) == value for column, value in place).to_dicts()
    return rows[0] if rows and rows[0]["value"] is not None else None


def _past(alert: Alert, readings: Mapping[str, pl.DataFrame]) -> bool:
    """Whether the reading is still beyond red; a level outlasts it until recovery has held for a while."""
    row = _row(alert, readings)
    return row is not None and (row["met"] or 0) >= RED


def _reading(alert: Alert, level: int, readings: Mapping[str, pl.DataFrame]) -> dict[str, Any] | None:
    """The number that is red, against the threshold in force; None where the evaluation did not read it."""
    definition, row = catalogue().get(alert[0]), _row(alert, readings)
    if row is None or definition is None:
        return None
    edge = ("yellow", "orange", "red")[level - 1]
    return {
        "value": round(row["value"], 2), "unit": definition.unit, "name": definition.name,
        "threshold": row.get(edge, definition.thresholds.of(level)), "level": LEVELS[level],
        "direction": definition.direction, "past": (row["met"] or 0) >= level,
    }  # fmt: skip
