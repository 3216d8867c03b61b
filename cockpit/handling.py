"""What people do about incidents, and the register of trouble that no warning saw: the writes of 预警处置.

Each checks what the viewer may do and where, and goes into the incident, its history and the audit in one transaction.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import polars as pl

from alerts.catalogue import catalogue
from alerts.deeds import Deed, UnfitDeed, by_people, done
from alerts.incidents import CLOSINGS, SAID, Closing, Event, Incident, Kind
from cockpit import clock
from cockpit.door.audited import audited
from cockpit.door.charge import is_in_charge, must_handle
from cockpit.door.roles import Right
from cockpit.door.scope import known_halls
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.intake.privacy import masked_text
from cockpit.lake.folder import DataFolder
from cockpit.records.alert_log import IncidentRecord
from cockpit.records.messages import NewNotice, Post, PostBook
from cockpit.records.missed import Missed, MissedEvent, MissedStep
from cockpit.records.people import AuditLine, line
from cockpit.watch import handed_over

#: So long may what somebody writes be.
TEXT_LENGTH = 500
#: Nobody is kept silent for longer than this: what is forgotten would be lost.
LONGEST_SILENCE = dt.timedelta(days=30)
#: Trouble is reported of the last so many days.
_REPORTED_WITHIN = dt.timedelta(days=90)


@audited
def acknowledge(folder: DataFolder, viewer: Viewer, incident_id: str) -> Incident:
    """Take an incident on (签收); where somebody else has done so before, nothing changes and the answer names them.

    Raises:
        Refused: the viewer may not, or it is closed.
    """
    return _do(folder, viewer, _deed(viewer, incident_id, Kind.ACKNOWLEDGED))


@dataclass(frozen=True)
class Assigned:
    """An incident that was given to somebody.

    Attributes:
        incident: as it now is.
        told: whether that person gets a message: who gave it to somebody else; there is a channel and a contact.
    """

    incident: Incident
    told: bool


@audited
def assign(folder: DataFolder, viewer: Viewer, incident_id: str, whom: str, text: str = "", seen: int = -1) -> Assigned:
    """Give an incident to somebody who may handle it (转派) and is told of it; it counts as acknowledged.

    Args:
        folder: data folder.
        viewer: who does it.
        incident_id: the incident.
        whom: name of an account that is in charge of the place.
        text: what that person should know.
        seen: how many deeds of people the viewer had before the eyes; -1 = all of them.

    Raises:
        Refused: the viewer may not, the account is not in charge there, it is closed, or others were faster.
    """
    account = folder.people.account(whom)

    def in_charge(incident: Incident) -> None:
        if account is None or not is_in_charge(folder, account, incident):
            raise Refused("这个账号不负责这里的这类事件，或者已经停用，没有转派；请从页面上列出的人中选择。")

    notices: list[NewNotice] = []

    def tell(book: PostBook, record: IncidentRecord) -> None:
        if account is not None and whom != viewer.name:
            notices.extend(handed_over.notices_for(folder, account, record, deed.at))
            book.add_notices(notices)

    deed = replace(_deed(viewer, incident_id, Kind.ASSIGNED, text), whom=whom)
    incident = _do(folder, viewer, deed, seen, in_charge, tell)
    return Assigned(incident, account is not None and handed_over.arrive(folder, account, notices))


@audited
def note(folder: DataFolder, viewer: Viewer, incident_id: str, text: str) -> Incident:
    """Write down what was found or done about an incident (备注).

    Raises:
        Refused: the viewer may not, nothing is written, or it is closed.
    """
    return _do(folder, viewer, _deed(viewer, incident_id, Kind.NOTED, text))


@audited
def silence(
    folder: DataFolder, viewer: Viewer, incident_id: str, until: dt.datetime, why: str, seen: int = -1
) -> Incident:
    """Have nobody told of an incident until an instant (静默).

    Raises:
        Refused: the viewer may not, no reason is given, the end is past or too far away, or others were faster.
    """
    viewer.must(Right.HANDLE)
    if until - clock.now() > LONGEST_SILENCE:
        raise Refused(f"静默最长 {LONGEST_SILENCE.days} 天，没有静默；请把结束时间改近一些。")
    return _do(folder, viewer, replace(_deed(viewer, incident_id, Kind.SILENCED, why), until=until), seen)


@audited
def close(
    folder: DataFolder, viewer: Viewer, incident_id: str, closing: Closing, text: str = "", seen: int = -1
) -> Incident:
    """Close an incident with a reason (关闭), whether it still fires or not; what rises again opens a new one.

    Raises:
        Refused: the viewer may not, the reason is none that people give, it is closed, or others were faster.
    """
    return _do(folder, viewer, replace(_deed(viewer, incident_id, Kind.CLOSED, text), closing=closing), seen)


@audited
def report_missed(
    folder: DataFolder,
    viewer: Viewer,
    hall_id: str,
    begun: dt.datetime,
    ended: dt.datetime | None,
    what: str,
    reported_by: str = "",
) -> str:
    """Report trouble that no warning saw (漏报登记); returns the number of the report.

    Args:
        folder: data folder.
        viewer: who writes it down.
        hall_id: where it was.
        begun: when it began.
        ended: when it was over; None where it is not.
        what: what happened.
        reported_by: who told of it.

    Raises:
        Refused: the viewer may not or does not see the hall, nothing is written, or the times cannot be.
    """
    viewer.must(Right.REPORT_MISSED)
    viewer.must_see(hall_id)
    if hall_id not in set(known_halls(folder)["hall_id"]):
        raise Refused("没有这个大厅，没有登记；请从页面上列出的大厅中选择。")
    said, by, now = _said(what), _said(reported_by)[:100], clock.now()
    if not said:
        raise Refused("没有写发生了什么，没有登记；请写明看到的情况。")
    if not now - _REPORTED_WITHIN <= begun <= now or (ended is not None and not begun <= ended <= now):
        raise Refused("时间对不上，没有登记；开始要在最近 90 天以内，结束不能早于开始，也不能晚于现在。")
    missed_id = uuid.uuid4().hex[:12]
    written = line(viewer.name, "missed.reported", missed_id, said)
    event = MissedEvent(
        missed_id, MissedStep.REPORTED, written.at, viewer.name, hall_id, begun, ended, by, "", said
    )  # fmt: skip
    Missed(folder.records.database).add(event, written)
    return missed_id


@audited
def look_into_missed(
    folder: DataFolder, viewer: Viewer, missed_id: str, step: MissedStep, indicator: str, text: str, seen: int
) -> None:
    """Write down what was found about a report, or close it.

    Args:
        folder: data folder.
        viewer: who does it.
        missed_id: the report.
        step: looked into, or closed.
        indicator: the indicator that should have seen it; "" = none of them could.
        text: what was found, or what was done about it.
        seen: how many steps of the report the viewer had before the eyes.

    Raises:
        Refused: the viewer may not, there is no such report in the viewer's scope, it is closed, nothing is written, or
            others were faster.
    """
    viewer.must(Right.LOOK_INTO_MISSED)
    register = Missed(folder.records.database)
    steps = [one for one in register.all() if one.missed_id == missed_id]
    viewer.must_see(steps[0].hall_id if steps else "")
    said = _said(text)
    if not steps or step is MissedStep.REPORTED or steps[-1].step is MissedStep.CLOSED:
        raise Refused("这条登记已经关闭，没有改动；情况又出现请重新登记。")
    if indicator and indicator not in catalogue():
        raise Refused("没有这个指标，没有改动；请从页面上列出的指标中选择。")
    if not said:
        raise Refused("没有写查到了什么，没有改动；请写明情况。")
    written = line(viewer.name, f"missed.{step.value}", missed_id, said)
    event = MissedEvent(
        missed_id, step, written.at, viewer.name, steps[0].hall_id, None, None, "", indicator, said
    )  # fmt: skip
    if not register.add(event, written, after=seen):
        raise Refused("您打开以后别人又登记了一步，没有改动；请看过新的内容再决定。")


def _deed(viewer: Viewer, incident_id: str, kind: Kind, text: str = "") -> Deed:
    return Deed(clock.now(), incident_id, kind, viewer.name, _said(text))


def _do(
    folder: DataFolder,
    viewer: Viewer,
    deed: Deed,
    seen: int = -1,
    fits: Callable[[Incident], None] = lambda _: None,
    also: Callable[[PostBook, IncidentRecord], None] = lambda _book, _record: None,
) -> Incident:
    """One transaction: the incident as nobody else changes it meanwhile, the deed, its events and its audit line."""
    with Post(folder.records.database).writing() as book:
        record = book.incident(deed.incident)
        incident = must_handle(viewer, record.incident if record else None)
        deeds = by_people(book.history(deed.incident))
        if incident.closed_at is not None or (seen >= 0 and len(deeds) > seen):
            told = "；".join(_told(event, folder.zone) for event in deeds[max(seen, len(deeds) - 1) :])
            raise Refused(f"您打开以后，{told or '事件已自行恢复并关闭'}，这一步没有登记；请看过再决定。")
        fits(incident)
        try:
            after, events = done(incident, deed)
        except UnfitDeed as unfit:
            raise Refused(str(unfit)) from unfit
        if events and record is not None:
            reason = CLOSINGS[deed.closing] if deed.closing else ""
            until = f"{deed.until.astimezone(folder.zone):%Y-%m-%d %H:%M}" if deed.until else ""
            detail = "；".join(filter(None, (reason, deed.whom, until, deed.text)))
            book.save(after, record.indicator)
            book.add_events(events)
            book.add_line(AuditLine(deed.at, viewer.name, f"incident.{deed.kind.value}", deed.incident, detail))
            also(book, IncidentRecord(after, record.indicator))
    return after


def _told(event: Event, zone: ZoneInfo) -> str:
    """What somebody did, in a few words: 王芳 10:31 关闭（误报）."""
    closing, whom = event.detail.get("closing"), event.detail.get("whom")
    more = CLOSINGS[Closing(str(closing))] if closing else str(whom or "")
    return f"{event.who} 于 {event.at.astimezone(zone):%H:%M} {SAID[event.kind]}{f'（{more}）' if more else ''}"


def _said(text: str) -> str:
    """What somebody wrote, with ids and phone numbers masked: people write them where they should not.

    Raises:
        Refused: it is too long.
    """
    said = text.strip()
    if len(said) > TEXT_LENGTH:
        raise Refused(f"说明超过 {TEXT_LENGTH} 个字，没有登记；请写得短一些。")
    return str(pl.select(masked_text(pl.lit(said))).item()) if said else ""
