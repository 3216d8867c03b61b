"""Signing in and out, and who a cookie belongs to.

Whoever tries passwords is slowed down: after `FREE` wrong ones in a row each further try must wait twice as long as the
one before, and after `LOCKED` ones nothing is looked at for `LOCK`. It is counted per name and address, and with higher
limits per name and per address alone, so that neither many names from one place nor one name from many places gets far,
and a stranger cannot easily lock a person out who signs in from elsewhere. Names that do not exist are treated alike.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from cockpit import clock
from cockpit.door import passwords
from cockpit.door.scope import viewer_of_account, viewer_of_wall
from cockpit.door.viewer import Viewer
from cockpit.door.walls import digest
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.records.people import AccountRecord, AuditLine, line

FREE = 3
LOCK = dt.timedelta(minutes=15)
#: Failures in a row that lock: by name and address, by name, by address.
LOCKED = (10, 50, 100)
LONGEST_WAIT = dt.timedelta(minutes=1)
WALL_DAYS = 400
#: How often at most the use of a session is written down.
TOUCH = dt.timedelta(minutes=1)
_WRONG = "账号或密码不对，或账号已停用；请重新输入，忘记密码请联系系统管理员。"


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
    now = clock.now()
    name = name.strip()[:60]
    account = folder.people.account(name)
    # Into the field of the name people sometimes type their password: what is no account's name is not written down.
    told = name if account else "（未知账号）"
    keys = [_key(name, address), _key(name, ""), _key("", address)]
    failed = folder.sessions.failures(keys, now - LOCK)
    waits = [_wait(failed[key], limit, now) for key, limit in zip(keys, LOCKED, strict=True) if key in failed]
    if (wait := max(waits, default=0)) > 0:
        folder.people.write_down(line(told, "sign_in.slowed", told, address))
        raise Refused(f"输错次数过多，请等{_spoken(wait)}再试；忘记密码请联系系统管理员重设。")
    right = passwords.matches(account.password_hash if account else None, password)
    if account is None or account.disabled or not right:
        folder.sessions.add_failure(keys, now - LOCK, line(told, "sign_in.refused", told, address))
        raise Refused(_WRONG)
    folder.sessions.forgive(keys[:2])
    if account.password_hash and passwords.outdated(account.password_hash):
        folder.people.keep_hash(account.account_id, passwords.hashed(password))
    return begin(folder, account, address, "密码")


def begin(folder: DataFolder, account: AccountRecord, address: str, how: str) -> str:
    """Open a session for a person who has proved who they are; returns the value of its cookie."""
    told = line(account.name, "sign_in", account.name, f"{how} · {address}")
    hours = dt.timedelta(hours=folder.settings.door.session_hours)
    return _opened(folder, {"account_id": account.account_id, "address": address[:60]}, hours, told.at, told)


def begin_wall(folder: DataFolder, token: str, address: str) -> str:
    """Open a session for a wall screen by its token; returns the value of its cookie.

    Raises:
        Refused: the token is not known or was revoked.
    """
    wall = folder.people.wall_of_token(digest(token))
    if wall is None:
        folder.people.write_down(line("大屏", "wall.refused", address))
        raise Refused("这个大屏令牌无效或已被收回；请系统管理员重新签发。")
    told = line(f"大屏 {wall.name}", "sign_in", wall.name, f"令牌 · {address}")
    days = dt.timedelta(days=WALL_DAYS)
    return _opened(folder, {"wall_id": wall.wall_id, "address": address[:60]}, days, told.at, told)


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


def _opened(folder: DataFolder, whose: dict[str, object], lasts: dt.timedelta, at: dt.datetime, told: AuditLine) -> str:
    cookie = secrets.token_urlsafe(32)
    times = {"created_at": at, "seen_at": at, "expires_at": at + lasts}
    folder.sessions.open_session({"token_hash": digest(cookie), **whose, **times}, told)
    return cookie


def _touch(folder: DataFolder, token_hash: str, seen_at: dt.datetime, now: dt.datetime) -> None:
    if now - seen_at >= TOUCH:
        folder.sessions.touch_session(token_hash, now)


def _key(name: str, address: str) -> str:
    """What failures are counted under; names that people mistype may be passwords, so they are hashed."""
    return hashlib.sha256(f"{name.lower()}\0{address}".encode()).hexdigest()


def _wait(failed: tuple[int, dt.datetime], limit: int, now: dt.datetime) -> float:
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
