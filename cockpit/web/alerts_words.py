"""How 预警处置 says things: where an incident stands, how long, until when, the numbers of a reading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from alerts.definition import LEVELS, Definition
from alerts.ladder import Why
from cockpit.board.alert_shown import STATES, Shown, State
from cockpit.board.quantity import Level
from cockpit.web import filters, marks, words
from cockpit.web.escaped import escape

PAGE = "/alerts"
#: The incident that the address opens.
INCIDENT = "incident"
#: From so many minutes on times are told in hours and days.
_IN_HOURS = 120
SHOWN = (Level.NORMAL, Level.YELLOW, Level.ORANGE, Level.RED)


def address(incident_id: str) -> str:
    """The address of an incident."""
    return filters.address(PAGE, incident=incident_id)


def level(row: Shown) -> str:
    """Its level by colour, shape and word; what is well again or closed is said as such."""
    if row.closed_at is not None:
        return marks.level(SHOWN[row.worst], f"曾为{LEVELS[row.worst]}")
    if row.level == 0:
        return marks.level(Level.NORMAL, f"已恢复，曾为{LEVELS[row.worst]}")
    return marks.level(SHOWN[row.level], LEVELS[row.level])


def heading(row: Shown) -> str:
    """Where and what: 石桥 · 排队拥挤."""
    return f"{row.where} · {row.title}"


def since(row: Shown, now: datetime) -> str:
    """Since when, and for how long."""
    until = row.closed_at or now
    lasted = _long((until - row.opened_at).total_seconds() / 60)
    return f"{words.clock(row.opened_at, now.date())} 起，{'共' if row.closed_at else '已'}{lasted}"


def fires(row: Shown, most: int = 3) -> str:
    """What fires: the first few indicators by name."""
    named = "、".join(row.firing[:most])
    return named + (f" 等 {len(row.firing)} 项" if len(row.firing) > most else "")


def stands(row: Shown, people: Mapping[str, str], now: datetime) -> str:
    """Where it stands with people: 待签收，已通知值班长; 王芳 在办."""
    state = row.state(now)
    who = row.assigned_to or row.by
    on_it = people.get(who, who)
    if state is State.CLOSED:
        return STATES[state]
    if state is State.SILENCED and row.silenced_until is not None:
        return f"静默到 {words.clock(row.silenced_until, now.date())}" + (f"，{on_it} 在办" if on_it else "")
    if state is State.WORKING:
        return f"{on_it} 在办"
    return f"{STATES[state]}，由{row.rung}签收"


def due(row: Shown, now: datetime) -> tuple[str, bool]:
    """Until when what must happen, and whether that is over; "" where no clock runs."""
    if row.deadline is None or row.state(now) is State.SILENCED:
        return "", False
    left = (row.deadline.at - now).total_seconds() / 60
    what = "签收" if row.deadline.why is Why.NOT_ACKNOWLEDGED else "处置"
    at = words.clock(row.deadline.at, now.date())
    if left <= 0:
        return f"应在 {at} 前{what}，已超{_long(-left)}", True
    return f"{at} 前{what}，还剩{_long(left)}", False


def _long(minutes: float) -> str:
    """A length of time after a word: whole minutes up to two hours, then as everywhere."""
    if minutes < 1:
        return "不足 1 分钟"
    return f" {int(minutes)} 分钟" if minutes < _IN_HOURS else f" {words.minutes(minutes)}"


def number(value: float | None, definition: Definition) -> str:
    """A value of an indicator with its unit: 26.45 分钟, 1.7 倍, 93%, 3 条."""
    if value is None:
        return words.NO_DATA
    # Two decimals: what is just below a threshold should not read as if it had met it.
    digits = words.number(value, 2)
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return f"{digits}{'' if definition.unit == words.PERCENT else ' '}{definition.unit}"


def plain(value: float | None) -> str:
    """A numerator, a denominator, a sample: whole where it is whole."""
    if value is None or not words.known(value):
        return words.NO_DATA
    return words.number(value, 0 if float(value).is_integer() else 1)


def pairs(told: list[tuple[str, str]]) -> str:
    """Names and values one below the other."""
    body = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(said)}</dd></div>" for name, said in told if said)
    return f'<div class="ck-behind"><dl>{body}</dl></div>'
