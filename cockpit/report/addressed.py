"""To whom a report goes by itself: everybody whose pages show reports and who looks after exactly this place."""

from __future__ import annotations

from cockpit.lake.folder import DataFolder
from cockpit.report.model import Scope
from cockpit.watch.channels import channels

#: Roles to which reports are sent.
ROLES = frozenset({"leader", "manager"})


def addressed(folder: DataFolder, scope: Scope) -> list[tuple[str, str]]:
    """Account and channel of each message that tells of a report; account is "" for the group behind a channel.

    A channel with {contact} in its address reaches the accounts bound to this very place that have a contact; any other
    reaches its group, which gets the city's report alone.

    Raises:
        StorageError: the file of the channels cannot be read, or the state database.
    """
    ways = [name for name in folder.settings.report.ways if name in channels(folder.path)]
    if not ways:
        return []
    known = channels(folder.path)
    people = [
        account.name
        for account in folder.people.accounts()
        if not account.disabled
        and account.role in ROLES
        and account.contact
        and account.bound_to == scope.kind
        and (scope.kind == "city" or scope.key in account.places)
    ]
    found = []
    for name in ways:
        if known[name].personal:
            found += [(person, name) for person in people]
        elif scope.kind == "city":
            found.append(("", name))
    return found
