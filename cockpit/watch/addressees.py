"""Who is to be told: from a rung of the ladder and the place of an incident to the accounts of people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from alerts.incidents import Place
from cockpit.intake.privacy import load_hasher
from cockpit.lake.folder import DataFolder
from cockpit.records.people import AccountRecord

#: Rung of the ladder → the roles of its accounts.
ROLES: Mapping[str, frozenset[str]] = {
    "duty": frozenset({"duty"}),
    "manager": frozenset({"manager"}),
    "liaison": frozenset({"manager"}),
    "county": frozenset({"leader", "manager"}),
    "city": frozenset({"leader", "manager"}),
    "data": frozenset({"data"}),
    "admin": frozenset({"admin"}),
}
#: Rungs of those who look after exactly this much; departments are looked after by who manages the whole city's halls.
BOUND_TO: Mapping[str, str] = {"county": "county", "city": "city", "liaison": "city"}
#: From the narrowest binding to the widest: whoever looks after less is nearer to what happens.
BINDINGS = ("hall", "county", "city")
#: A duty that began longer ago than this is over, whatever its end says.
_LONGEST_DUTY = dt.timedelta(hours=24)


@dataclass(frozen=True)
class Where:
    """Where an incident is: empty where it is in no single hall or county."""

    hall: str = ""
    county: str = ""


class Addressees:
    """The people of a data folder as they are at an instant; what is not asked for is not loaded."""

    def __init__(self, folder: DataFolder, now: dt.datetime, accounts: Iterable[AccountRecord] | None = None) -> None:
        """Take the accounts that can be told.

        Args:
            folder: data folder.
            now: the instant, for the roster.
            accounts: the accounts; those of the folder where not given.
        """
        self._folder, self._now = folder, now
        self._snapshot = folder.lake.snapshot()
        known = folder.people.accounts() if accounts is None else accounts
        self._accounts = [account for account in known if not account.disabled]
        self._found: dict[tuple[str, Where], list[AccountRecord]] = {}

    def of(self, rung: str, where: Where) -> list[AccountRecord]:
        """The accounts of a rung for a place, by name; the narrowest binding that has any, the rostered of 值班长.

        Nobody where the city has no such account; then the next rung up is to be told.
        """
        if (rung, where) not in self._found:
            self._found[rung, where] = self._of(rung, where)
        return self._found[rung, where]

    def _of(self, rung: str, where: Where) -> list[AccountRecord]:
        able = [account for account in self._accounts if account.role in ROLES[rung] and _covers(account, where)]
        if rung in BOUND_TO:
            return [account for account in able if account.bound_to == BOUND_TO[rung]]
        if rung == "duty" and where.hall:
            on_duty = self._on_duty(where.hall, able)
            if on_duty:
                return on_duty
        narrowest = min((BINDINGS.index(account.bound_to) for account in able), default=0)
        return [account for account in able if account.bound_to == BINDINGS[narrowest]]

    def where(self, place: Place) -> Where:
        """The hall and county of an incident's place."""
        named = dict(place)
        hall = named.get("hall_id", "")
        return Where(hall, named.get("county") or (self._counties.get(hall, "") if hall else ""))

    def _on_duty(self, hall: str, accounts: Sequence[AccountRecord]) -> list[AccountRecord]:
        there = self._rostered.get(hall, frozenset())
        return [account for account in accounts if account.staff_id and self._known_as(account.staff_id) & there]

    def _known_as(self, staff_id: str) -> set[str]:
        """How the records may call a person: by the number itself, or by its hash where it was a personal one."""
        return {staff_id, self._hashed(staff_id)}

    @cached_property
    def _hashed(self) -> Callable[[str], str]:
        hasher = load_hasher(self._folder.path, create=False)
        return lambda text: str(hasher.hashed(pl.Series([text]))[0])

    @cached_property
    def _rostered(self) -> Mapping[str, frozenset[str]]:
        """Hall → staff_id of everybody who is to be on duty now."""
        begun = self._now - _LONGEST_DUTY
        now = (pl.col("start_at") <= self._now) & (pl.col("end_at") > self._now) & (pl.col("start_at") > begun)
        rows = self._snapshot.scan("roster", begun, self._now + dt.timedelta(seconds=1)).filter(now)
        found: dict[str, set[str]] = {}
        for hall, staff in rows.select("hall_id", "staff_id").collect().iter_rows():
            found.setdefault(hall, set()).add(staff)
        return {hall: frozenset(staff) for hall, staff in found.items()}

    @cached_property
    def _counties(self) -> Mapping[str, str]:
        return dict(self._snapshot.scan("halls").select("hall_id", "county").collect().iter_rows())


def _covers(account: AccountRecord, where: Where) -> bool:
    """Whether a place lies within what an account is bound to."""
    named = {"hall": where.hall, "county": where.county}
    return account.bound_to == "city" or (
        bool(named.get(account.bound_to)) and named[account.bound_to] in account.places
    )
