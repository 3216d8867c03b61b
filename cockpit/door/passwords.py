"""Passwords: what is good enough, how they are kept (argon2id), and one-time ones that the system makes."""

from __future__ import annotations

import secrets
import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cockpit.errors import Refused

SHORTEST, LONGEST = 10, 128
#: Different characters that a password must have at least.
VARIETY = 5
#: Runs that people put in the place of a password.
_COMMON = (
    "password",
    "passw0rd",
    "qwerty",
    "123456",
    "654321",
    "admin",
    "abcdef",
    "111111",
    "888888",
    "zwfw",
    "cockpit",
)
#: Letters and digits that nobody takes for one another when reading them from a paper.
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
_hasher = PasswordHasher()
#: A hash takes 64 MiB for some 50 ms: no more than two at a time, however many knock.
_few = threading.BoundedSemaphore(2)


def hashed(password: str) -> str:
    """The password as it is kept."""
    with _few:
        return _hasher.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether this is the password; where there is none it takes as long as where there is one."""
    with _few:
        try:
            return _hasher.verify(kept or _nobody(), password[:LONGEST]) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def outdated(kept: str) -> bool:
    """Whether it should be kept under today's stronger parameters."""
    return _hasher.check_needs_rehash(kept)


def checked(password: str, name: str) -> str:
    """A password that is good enough for this account.

    Raises:
        Refused: it is not, and why.
    """
    lowered = password.lower()
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused(f"密码要有 {SHORTEST} 至 {LONGEST} 个字符；请换一个，几个不相干的词连起来就很好。")
    if len(set(password)) < VARIETY:
        raise Refused("密码里重复的字符太多；请换一个，几个不相干的词连起来就很好。")
    if name.lower() in lowered:
        raise Refused("密码里不能有账号名；请换一个。")
    if any(common in lowered for common in _COMMON):
        raise Refused("密码里有太常见的一段（如 123456、password）；请换一个，几个不相干的词连起来就很好。")
    return password


def one_time() -> str:
    """A password that the system makes: four groups of four, easy to read aloud, over 79 bits."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4))


@cache
def _nobody() -> str:
    """The hash of a password that nobody knows."""
    return _hasher.hash(secrets.token_hex(16))
