"""Signing in and out, and who a cookie belongs to.

Whoever tries passwords is slowed down: after `FREE` wrong ones in a row each further try must wait twice as long as the
one before, and after `LOCKED` ones nothing is looked at for `LOCK`. It is counted per name and address, and with higher
limits per name and per address alone, so that neither many names from one place nor one name from many places gets far,
and a stranger cannot easily lock a person out who signs in from elsewhere. Names that do not exist are treated alike.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from cockpit import clock
from cockpit.door import accounts, passwords
from cockpit.door.scope import viewer_of_account, viewer_of_wall
from cockpit.door.viewer import Viewer
from cockpit.door.walls import digest
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.records.people import AccountRecord, AuditLine, line
from cockpit.records.sessions import Failures

FREE = 3
LOCK = dt.timedelta(minutes=15)
#: Failures in a row that lock: by name and address, by name, by address.
LOCKED = (10, 50, 100)
LONGEST_WAIT = dt.timedelta(minutes=1)
WALL_DAYS = 400
#: How often at most the use of a session is written down.
TOUCH = dt.timedelta(minutes=1)
#: So many people at most are told of in the audit as slowed within that time.
_MANY = 200
_slowed: dict[str, dt.datetime] = {}
_WRONG = "账号或密码不对，或账号已停用；请重新输入，忘记密码请联系系统管理员。"

_BAD_TOKEN = "这个大屏令牌无效或已被收回；请系统管理员重新签发。"


@dataclass(frozen=True)
class SignedIn:
    """Who a valid cookie belongs to.

    Attributes:
        viewer: the person or screen.
        session: the session as it is kept, for ending or keeping it.
        must_change: whether the person must choose a password before anything else.
        expires_at: when the session ends whatever happens.
    """

    viewer: Viewer
    session: str
    must_change: bool
    expires_at: dt.datetime


def sign_in(folder: DataFolder, name: str, password: str, address: str) -> str:
    """Sign a person in by name and password.

    Args:
        folder: data folder.
        name: account name.
        password: what was typed.
        address: where from.

    Returns:
        The value of the session's cookie.

    Raises:
        Refused: wrong, disabled, or too many tries; said alike whether there is such an account or not.
    """
    name = name.strip()[:60]
    account = folder.people.account(name) if accounts.nameable(name) else None
    # Into the field of the name people sometimes type their password: what is no account's name is not written down.
    told = name if account else "（未知账号）"
    keys = _claimed(folder, name, address, told)
    right = passwords.matches(account.password_hash if account else None, password)
    if account is None or account.disabled or not right:
        folder.people.write_down(line(told, "sign_in.refused", told, address))
        raise Refused(_WRONG)
    folder.sessions.forgive(keys[:2], take_back=keys[2])
    if account.password_hash and passwords.outdated(account.password_hash):
        folder.people.keep_hash(account.account_id, passwords.hashed(password))
    return begin(folder, account, address, "密码")


def change_password(folder: DataFolder, who: SignedIn, old: str, new: str, address: str) -> None:
    """A person chooses a password; wrong old ones are slowed down as at the sign-in.

    Raises:
        Refused: the old one is wrong, tried too often, or the new one is not good enough.
    """
    name = who.viewer.name
    accounts.check_new(name, old, new)
    keys = _claimed(folder, name, address, name)
    accounts.change_own_password(folder, name, old, new, keep_session=who.session)
    folder.sessions.forgive(keys[:2], take_back=keys[2])


def begin(folder: DataFolder, account: AccountRecord, address: str, how: str) -> str:
    """Open a session for a person who has proved who they are; returns the value of its cookie."""
    told = line(account.name, "sign_in", account.name, f"{how} · {address}")
    hours = dt.timedelta(hours=folder.settings.door.session_hours)
    whose = {"account_id": account.account_id, "address": address[:60]}
    return _opened(folder, whose, hours, told, account.password_at)


def begin_wall(folder: DataFolder, token: str, address: str) -> str:
    """Open a session for a wall screen by its token; returns the value of its cookie.

    Raises:
        Refused: the token is not known or was revoked, or too many wrong ones came from there.
    """
    from_there = _key("", address)
    if _claim(folder, {from_there: LOCKED[2]}) > 0:
        raise Refused(_BAD_TOKEN)
    wall = folder.people.wall_of_token(digest(token))
    if wall is None:
        folder.people.write_down(line("大屏", "wall.refused", address))
        raise Refused(_BAD_TOKEN)
    folder.sessions.forgive((), take_back=from_there)
    told = line(f"大屏 {wall.name}", "sign_in", wall.name, f"令牌 · {address}")
    days = dt.timedelta(days=WALL_DAYS)
    return _opened(folder, {"wall_id": wall.wall_id, "address": address[:60]}, days, told)


def signed_in(folder: DataFolder, cookie: str | None, *, used: bool) -> SignedIn | None:
    """Who this cookie belongs to; None where the session is unknown, over, idle for too long, or its account disabled.

    Args:
        folder: data folder.
        cookie: the cookie's value.
        used: whether a person is doing something, not a page renewing itself.
    """
    if not cookie or len(cookie) > 200:
        return None
    found = folder.sessions.session(digest(cookie))
    now = clock.now()
    if found is None or found.expires_at <= now:
        return None
    if found.wall is not None:
        _touch(folder, found.token_hash, found.seen_at, now)
        viewer = viewer_of_wall(folder, found.wall)
        return None if found.wall.revoked_at else SignedIn(viewer, found.token_hash, False, found.expires_at)
    account = found.account
    idle = dt.timedelta(minutes=folder.settings.door.idle_minutes)
    if account is None or account.disabled or found.seen_at + idle <= now:
        return None
    if used:
        _touch(folder, found.token_hash, found.seen_at, now)
    return SignedIn(viewer_of_account(folder, account), found.token_hash, account.must_change, found.expires_at)


def sign_out(folder: DataFolder, who: SignedIn) -> None:
    """End this session."""
    folder.sessions.end_session(who.session, line(who.viewer.name, "sign_out", who.viewer.name))


def _opened(
    folder: DataFolder,
    whose: dict[str, object],
    lasts: dt.timedelta,
    told: AuditLine,
    password_at: dt.datetime | None = None,
) -> str:
    cookie = secrets.token_urlsafe(32)
    values = {"token_hash": digest(cookie), **whose, "created_at": told.at, "seen_at": told.at}
    if not folder.sessions.open_session(values | {"expires_at": told.at + lasts}, told, password_at=password_at):
        raise Refused(_WRONG)  # changed or disabled while the password was being looked at
    return cookie


def _claimed(folder: DataFolder, name: str, address: str, told: str) -> list[str]:
    """Claim a try at a password; returns what it is counted under: name and address, name, address."""
    keys = [_key(name, address), _key(name, ""), _key("", address)]
    wait = _claim(folder, dict(zip(keys, LOCKED, strict=True)))
    if wait > 0:
        _tell_slowed(folder, keys[0], told, address)
        raise Refused(f"输错次数过多，请等{_spoken(wait)}再试；忘记密码请联系系统管理员重设。")
    return keys


def _claim(folder: DataFolder, limits: dict[str, int]) -> float:
    """Count a try, or say how many seconds it must wait."""
    now = clock.now()

    def wait(failed: Mapping[str, Failures]) -> float:
        return max(0.0, *(_wait(failed[key], limit, now) for key, limit in limits.items()))

    return folder.sessions.claim_try(list(limits), now, now - LOCK, wait)


def _tell_slowed(folder: DataFolder, key: str, told: str, address: str) -> None:
    """Write down that somebody is being slowed, once in a while: whoever knocks must not fill the audit."""
    now = clock.now()
    for old in [known for known, at in _slowed.items() if not now - TOUCH < at <= now]:
        _slowed.pop(old, None)
    if key not in _slowed and len(_slowed) < _MANY:
        _slowed[key] = now
        folder.people.write_down(line(told, "sign_in.slowed", told, address))


def _touch(folder: DataFolder, token_hash: str, seen_at: dt.datetime, now: dt.datetime) -> None:
    if now - seen_at >= TOUCH:
        folder.sessions.touch_session(token_hash, now)


def _key(name: str, address: str) -> str:
    """What failures are counted under; names that people mistype may be passwords, so they are hashed."""
    return hashlib.sha256(f"{name.lower()}\0{_place(address)}".encode()).hexdigest()


def _place(address: str) -> str:
    """Where an address is: whoever has one IPv6 address has the whole network of 64 bits to change it in."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((int(parsed), 64), strict=False))
    return str(parsed)


def _wait(failed: Failures, limit: int, now: dt.datetime) -> float:
    """Seconds still to wait after so many failures in a row."""
    failures, last = failed
    if failures >= limit:
        pause = LOCK
    elif limit == LOCKED[0] and failures > FREE:
        pause = min(dt.timedelta(seconds=2 ** (failures - FREE)), LONGEST_WAIT)
    else:
        return 0.0
    return (last + pause - now).total_seconds()


def _spoken(seconds: float) -> str:
    whole = int(-(-seconds // 1))
    return f" {whole} 秒" if whole < 120 else f" {-(-whole // 60)} 分钟"
