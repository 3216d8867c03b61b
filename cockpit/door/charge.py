"""Who is in charge of an incident (预警处置): who may handle it, and whom it concerns among all that one may see."""

from __future__ import annotations

from alerts.catalogue import catalogue
from alerts.incidents import Incident, Place
from alerts.ladder import Rung, rungs_of
from cockpit.door.roles import Right, Role
from cockpit.door.scope import viewer_of_account
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.records.people import AccountRecord

#: Causes of incidents that say that data or devices are at fault: those that who looks after data can mend.
DATA_CAUSES = frozenset(one.cause for one in catalogue().values() if one.group == "data")
NOT_YOURS = "这个事件不在您负责的范围内，或者并不存在，没有改动；请从预警处置页面上列出的事件中选择。"
NOT_YOUR_KIND = "这类事件由大厅处置，数据管理员只处置数据和设备的事件，没有改动；请转告该大厅的值班长。"


def handles(viewer: Viewer, place: Place, cause: str) -> bool:
    """Whether the viewer may acknowledge, assign, note, silence and close incidents of this place and cause."""
    return viewer.may(Right.HANDLE) and viewer.sees_place(place) and _of_kind(viewer, cause)


def must_handle(viewer: Viewer, incident: Incident | None) -> Incident:
    """Go on only if the viewer may handle this incident.

    Raises:
        Refused: the role may not, it lies outside the scope, or there is none; the last two are said alike.
    """
    viewer.must(Right.HANDLE)
    if incident is None or not viewer.sees_place(incident.key[0]):
        raise Refused(NOT_YOURS)
    if not _of_kind(viewer, incident.key[1]):
        raise Refused(NOT_YOUR_KIND)
    return incident


def is_in_charge(folder: DataFolder, account: AccountRecord, incident: Incident) -> bool:
    """Whether an account may be given an incident: it can sign in, and handles incidents of this place and cause."""
    return not account.disabled and handles(viewer_of_account(folder, account), *incident.key)


def rung_of(incident: Incident, indicator: str) -> Rung:
    """Who was told of an incident last; who will be told first where nobody has been told yet."""
    opener = catalogue().get(indicator)
    if opener is None:
        return "data"
    rungs = rungs_of(opener.owner, fast=opener.cadence == "RT")
    return rungs[min(max(incident.rung, 0), len(rungs) - 1)]


def concerns(viewer: Viewer, incident: Incident, indicator: str) -> bool:
    """Whether an incident is the viewer's own: assigned to the person, of the person's hall, or told to the role."""
    place, cause = incident.key
    if not viewer.sees_place(place):
        return False
    if incident.assigned_to == viewer.name:
        return True
    if viewer.role is Role.DATA:
        return cause in DATA_CAUSES
    if viewer.role in (Role.MANAGER, Role.DUTY) and viewer.scope is not None and not viewer.counties:
        return True
    return rung_of(incident, indicator) in _told(viewer)


def _told(viewer: Viewer) -> frozenset[Rung]:
    """The rungs of the ladder on which the viewer stands."""
    if viewer.role is Role.LEADER:
        return frozenset({"city"})
    if viewer.role is Role.DUTY:
        return frozenset({"duty"})
    if viewer.role is Role.MANAGER:
        return frozenset({"city", "liaison"}) if viewer.sees_city else frozenset({"county"})
    return frozenset()


def _of_kind(viewer: Viewer, cause: str) -> bool:
    return viewer.role is not Role.DATA or cause in DATA_CAUSES
