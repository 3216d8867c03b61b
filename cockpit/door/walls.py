"""Wall screens: each opens with a token of its own, which an administrator issues and can revoke at any time."""

from __future__ import annotations

import hashlib
import secrets

from cockpit.door.accounts import Binding, described, plain
from cockpit.door.scope import checked_places
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.records.people import line


def issue(folder: DataFolder, name: str, binding: Binding, *, by: str) -> str:
    """Issue a token for one screen.

    Args:
        folder: data folder.
        name: which screen, such as 一楼大厅东侧.
        binding: the part of the city that the screen shows.
        by: who issues it, for the audit.

    Returns:
        The token; only its hash is kept.

    Raises:
        Refused: no name, a screen of this name has a valid token, or a place is not known.
    """
    name = plain(name, "大屏的名称", 60)
    if not name:
        raise Refused("请写明是哪一块屏（60 个字以内），例如 一楼大厅东侧。")
    if any(wall.name == name and wall.revoked_at is None for wall in folder.people.walls()):
        raise Refused(f"大屏 {name} 已有一个有效的令牌；请先收回它，或换一个名称。")
    places = checked_places(folder, binding.to, binding.places)
    token = secrets.token_urlsafe(32)
    told = line(by, "wall.issue", name, described(binding.to, places))
    values = {
        "name": name,
        "token_hash": digest(token),
        "bound_to": binding.to,
        "issued_by": by,
        "issued_at": told.at,
    }
    folder.people.add_wall(values, places, told)
    return token


def revoke(folder: DataFolder, name: str, *, by: str) -> None:
    """Revoke the valid token of a screen; the screen goes dark.

    Raises:
        Refused: no screen of this name has a valid token.
    """
    for wall in folder.people.walls():
        if wall.name == name and wall.revoked_at is None:
            folder.people.revoke_wall(wall.wall_id, line(by, "wall.revoke", name))
            return
    raise Refused(f"没有名为 {name} 的有效大屏令牌；请核对名称（用 wall-token list 查看）。")


def digest(token: str) -> str:
    """A token as it is kept; it has 256 random bits, so a plain hash gives nothing away."""
    return hashlib.sha256(token.encode()).hexdigest()
