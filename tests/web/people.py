"""People who are signed in, for the tests of pages: real accounts and real sessions, made as the product makes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

from argon2 import PasswordHasher

from cockpit import clock
from cockpit.door import accounts, keys, passwords, signin, walls
from cockpit.door.accounts import Binding
from cockpit.door.roles import Role
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.records.people import line
from cockpit.settings import Settings
from cockpit.web.gate import COOKIE

#: Real hashes that cost next to nothing; whoever signs in with one gets it renewed.
CHEAP = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
PASSWORD = "correct horse battery"
#: Where the tests' people come from; no real address, so that nobody is slowed down for them.
FROM = "192.0.2.1"


@contextmanager
def at_time(now: datetime | None) -> Iterator[None]:
    """With the product's one clock at this instant; with the real one for None."""
    if now is None:
        yield
        return
    with mock.patch.object(clock, "now", lambda: now.astimezone(UTC)):
        yield


@contextmanager
def opened(data_dir: Path, url: str = "") -> Iterator[DataFolder]:
    """The data folder, made where it does not exist yet."""
    records: dict[str, Any] = {"records": {"url": url}} if url else {}
    folder = open_folder(Settings(data_dir=data_dir, **records), create=True)
    try:
        yield folder
    finally:
        folder.close()


def account_in(folder: DataFolder, name: str, role: Role = Role.LEADER, binding: Binding | None = None) -> str:
    """An account whose password has been changed as its owner does; returns its name. One that is there is kept."""
    if folder.people.account(name) is None:
        with mock.patch.object(passwords, "_hasher", CHEAP):
            accounts.add(folder, name, role, binding or Binding(), by="测试", password=PASSWORD)
        made = accounts.known(folder, name)
        folder.people.change_account(made.account_id, {"must_change": False}, line(name, "password.change", name))
    return name


def session_in(folder: DataFolder, name: str) -> str:
    """A session of this account; returns its cookie's value."""
    account = folder.people.account(name)
    assert account is not None
    return signin.begin(folder, account, FROM, "测试")


def cookie_for(
    data_dir: Path,
    role: Role = Role.LEADER,
    binding: Binding | None = None,
    *,
    name: str = "",
    now: datetime | None = None,
    url: str = "",
) -> str:
    """The session's cookie of a person of this role, who is given an account where there is none yet.

    Args:
        data_dir: data folder.
        role: what the person is here for.
        binding: the part of the city the person sees; the whole of it where not given.
        name: account name; that of the role where not given.
        now: when the session begins, for servers whose clock is at another time.
        url: state database, where it is not the folder's own.
    """
    with at_time(now), opened(data_dir, url) as folder:
        return session_in(folder, account_in(folder, name or f"{role}.person", role, binding))


def wall_cookie_for(data_dir: Path, binding: Binding | None = None, *, name: str = "东墙", now: datetime | None) -> str:
    """The session's cookie of a wall screen, whose token is issued here."""
    with at_time(now), opened(data_dir) as folder:
        return signin.begin_wall(folder, walls.issue(folder, name, binding or Binding(), by="测试"), FROM)


def for_browser(url: str, cookie: str) -> Any:  # noqa: ANN401 (the driver's own type)
    """The cookie as Playwright takes it."""
    return {"name": COOKIE, "value": cookie, "url": url, "httpOnly": True, "sameSite": "Lax"}


def audit_of(folder: DataFolder) -> list[tuple[str, str, str]]:
    """Who, action, subject of every line of the audit, the latest first."""
    return [(line.who, line.action, line.subject) for _, line in folder.people.audit(10_000)]


def first_password(data_dir: Path) -> str:
    """The first administrator's one-time password."""
    with opened(data_dir) as folder:
        path = keys.first_admin(folder)
        assert path is not None
        return path.read_text(encoding="ascii").strip()
