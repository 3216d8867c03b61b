"""The people around an incident: how accounts are called, and who could take one on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from alerts.incidents import Incident
from cockpit.board.keeping import Keeper
from cockpit.door.charge import is_in_charge
from cockpit.door.roles import TITLES, Role
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.records.people import AccountRecord


def called(folder: DataFolder, now: datetime) -> Mapping[str, str]:
    """Account → how the pages call its person; the account itself where no name is known."""
    return _called.get(
        str(folder.path), now, lambda: {one.name: one.shown_name or one.name for one in folder.people.accounts()}
    )


def could_take(folder: DataFolder, viewer: Viewer, incident: Incident) -> dict[str, str]:
    """Accounts that the viewer may give an incident to, with name and role, the viewer first."""
    found = [one for one in folder.people.accounts() if is_in_charge(folder, one, incident)]
    found.sort(key=lambda one: (one.name != viewer.name, one.role, one.shown_name or one.name, one.name))
    return {one.name: _label(one, viewer) for one in found}


def _label(one: AccountRecord, viewer: Viewer) -> str:
    myself = "，我自己" if one.name == viewer.name else ""
    return f"{one.shown_name or one.name}（{TITLES[Role(one.role)]}{myself}）"


_called: Keeper[Mapping[str, str]] = Keeper(entries=4, minutes=1)
