"""What each role is for, which pages it opens and what it may do; whatever is not named here is refused."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a person or a screen is here for."""

    LEADER = "leader"
    MANAGER = "manager"
    DUTY = "duty"
    DATA = "data"
    AUDITOR = "auditor"
    ADMIN = "admin"
    WALL = "wall"


class Right(StrEnum):
    """What one may do beside looking at pages."""

    FOLLOW_UP = "follow_up"
    DOWNLOAD = "download"
    QUARANTINE = "quarantine"
    ACCOUNTS = "accounts"
    WALLS = "walls"
    AUDIT = "audit"
    THRESHOLDS = "thresholds"
    HANDLE = "handle"
    EVIDENCE = "evidence"
    REPORT_MISSED = "report_missed"
    LOOK_INTO_MISSED = "look_into_missed"
    REPORT_AGAIN = "report_again"


TITLES: Mapping[Role, str] = {
    Role.LEADER: "中心领导",
    Role.MANAGER: "大厅主任",
    Role.DUTY: "值班长",
    Role.DATA: "数据管理员",
    Role.AUDITOR: "审计员",
    Role.ADMIN: "系统管理员",
    Role.WALL: "大屏",
}

#: Roles that a person can have; a wall screen is no person.
PERSONAL = tuple(role for role in Role if role is not Role.WALL)

_WORK = frozenset({"overview", "alerts", "hall", "onenet", "reviews", "panorama", "findings", "indicators"})

#: Pages by the name of their file. The auditor and the admin see who did what, not what citizens did; so the auditor
#: reads what people did about warnings, without the rows behind them (`EVIDENCE`).
PAGES: Mapping[Role, frozenset[str]] = {
    Role.LEADER: _WORK | {"quality", "reports"},
    Role.MANAGER: _WORK | {"quality", "reports"},
    Role.DUTY: _WORK,
    Role.DATA: frozenset({"overview", "alerts", "findings", "indicators", "quality", "reports"}),
    Role.AUDITOR: frozenset({"overview", "alerts", "admin"}),
    Role.ADMIN: frozenset({"overview", "indicators", "quality", "admin"}),
    Role.WALL: frozenset(),
}

#: What whoever works with warnings may do: read the rows behind one, and report trouble that no warning saw.
_SEEING = frozenset({Right.DOWNLOAD, Right.EVIDENCE, Right.REPORT_MISSED})
#: Warnings are handled by who can do something about them: those of data by who looks after data, see `charge`.
_HANDLING = _SEEING | {Right.HANDLE}

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.LEADER: _SEEING,
    Role.MANAGER: _HANDLING | {Right.FOLLOW_UP, Right.THRESHOLDS, Right.LOOK_INTO_MISSED, Right.REPORT_AGAIN},
    Role.DUTY: _HANDLING | {Right.FOLLOW_UP},
    Role.DATA: _HANDLING | {Right.QUARANTINE, Right.THRESHOLDS, Right.LOOK_INTO_MISSED, Right.REPORT_AGAIN},
    Role.AUDITOR: frozenset({Right.DOWNLOAD, Right.AUDIT}),
    Role.ADMIN: frozenset({Right.ACCOUNTS, Right.WALLS, Right.AUDIT, Right.THRESHOLDS}),
    Role.WALL: frozenset(),
}
