"""Reviews (好差评) of services and cases, and what is done about the bad ones."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import polars as pl

from cockpit.demo.almanac import DAY, HOUR, MINUTE, OFFICE_HOURS, Almanac
from cockpit.demo.demand import REVIEW_UNIFORMS, U
from cockpit.demo.draws import Flags, Floats, Ints
from cockpit.demo.frames import AT_HALL
from cockpit.demo.tickets import Fate, Tickets

_REVIEWED_AT_WINDOW, _REVIEWED_ONLINE = 0.42, 0.21
_ACTIVE_AT_WINDOW, _ACTIVE_ONLINE, _PUSHED = 0.46, 0.30, 0.04
_LEVELS = ((0.930, 5), (0.985, 4), (0.9991, 3), (0.9996, 2), (1.0, 1))
"""Share of active reviews up to each level; bad ones are rare."""
SERVICE_COLUMNS = (AT_HALL, "hall_id", "project_no", "ticket_id", "window_id", "staff_id")
_DEFAULT_AFTER_ONLINE = 5 * DAY
_TEXTS = {
    5: ("办事很快,服务热情。", "工作人员讲解清楚。", "一次就办好了,点赞。"),
    4: ("总体满意,等候略久。", "流程清楚。"),
    3: ("等候时间偏长。", "指引可以再明确一些。"),
    2: ("材料要求前后说法不一致。", "窗口开得少,排队太久。"),
    1: ("跑了两趟还没办成,态度也不耐烦。", "叫号后窗口无人。"),
}


class R(IntEnum):
    """Which uniform number of a review decides what."""

    WHETHER = 0
    ORIGIN = 1
    LEVEL = 2
    DELAY = 3
    MENDING = 4


@dataclass(frozen=True)
class Service:
    """Services that may be reviewed: where they were, when they ended, what decides the review."""

    rows: pl.DataFrame
    """SERVICE_COLUMNS of each."""
    end: Ints
    chance: Floats
    online: bool


def at_windows(tickets: Tickets, rows: pl.DataFrame) -> Service:
    """Take the finished services at a hall's windows; `rows` are its tickets in the same order."""
    places = np.flatnonzero((tickets.fate == Fate.DONE) & ~tickets.test)
    chance = tickets.uniforms[places, int(U.REVIEW) : int(U.REVIEW) + REVIEW_UNIFORMS]
    return Service(rows.select(SERVICE_COLUMNS)[places], tickets.end[places], chance, online=False)


def review(service: Service, almanac: Almanac) -> pl.DataFrame:
    """Draw the reviews of these services; many give none, most others leave the default (默认好评)."""
    share = _REVIEWED_ONLINE if service.online else _REVIEWED_AT_WINDOW
    chosen = np.flatnonzero((service.chance[:, R.WHETHER] < share) & (service.end >= 0))
    chance, end = service.chance[chosen], service.end[chosen]
    active_share = _ACTIVE_ONLINE if service.online else _ACTIVE_AT_WINDOW
    active = chance[:, R.ORIGIN] < active_share
    pushed = chance[:, R.ORIGIN] > 1 - _PUSHED
    level = np.full(len(chosen), 5, dtype=np.int64)
    edges = np.array([edge for edge, _ in _LEVELS])
    values = np.array([value for _, value in _LEVELS], dtype=np.int64)
    level[active] = values[np.searchsorted(edges, chance[active, R.LEVEL], side="right")]
    assess = _assess_time(service.online, active, pushed, end, chance)
    remote = service.online | pushed | (active & (chance[:, R.DELAY] > 0.85))
    frame = service.rows[chosen].with_columns(
        pl.Series("level", level),
        pl.Series("origin", np.where(active, "active", np.where(pushed, "system_push", "default")), dtype=pl.String),
        _channel(service.online, pushed, remote, chance),
        pl.Series("assess_time", assess),
        pl.Series("named", np.where(level <= 2, (chance[:, R.MENDING] * 13) % 1 < 0.7, chance[:, R.MENDING] < 0.4)),
        pl.Series("text", _texts(level, active, chance)),
        pl.Series("_remote", remote),
    )
    frame = frame.with_columns(
        pl.when(~pl.col("_remote")).then(pl.concat_str("window_id", pl.lit("-PJ"))).alias("device_id"),
        pl.concat_str(pl.coalesce("ticket_id", "project_no"), pl.lit("-P")).alias("review_id"),
    )
    return frame.with_columns(_mending(level, active, assess, chance, almanac)).drop("_remote")


def _assess_time(online: bool, active: Flags, pushed: Flags, end: Ints, chance: Floats) -> Ints:
    """Return when the review is given: at the pad within a minute and a half, by phone later, by default after days."""
    delay = chance[:, R.DELAY]
    if online:
        wait = np.where(active, 2 * MINUTE + 2 * DAY * delay**3, _DEFAULT_AFTER_ONLINE + 10 * MINUTE * delay)
    else:
        hasty = delay < 0.004
        at_pad = np.where(hasty, 2, 4 + 100 * delay)
        wait = np.where(active, np.where(delay > 0.85, 20 * MINUTE + 20 * HOUR * (delay - 0.85), at_pad), MINUTE)
    return end + np.where(pushed, HOUR + 3 * HOUR * delay, wait).astype(np.int64)


def _channel(online: bool, pushed: Flags, remote: Flags, chance: Floats) -> pl.Series:
    """Say by which way a review came."""
    by_net = np.where((chance[:, R.DELAY] * 31) % 1 < 0.7, "mobile", "pc")
    away = by_net if online else np.full(len(pushed), "qr")
    return pl.Series("channel", np.where(pushed, "sms", np.where(remote, away, "device")), dtype=pl.String)


def _texts(level: Ints, active: Flags, chance: Floats) -> pl.Series:
    """Let one active review in six say something, and every bad one."""
    texts: list[str | None] = [None] * len(level)
    for place in np.flatnonzero(active & ((level <= 2) | (chance[:, R.MENDING] < 0.16))).tolist():
        choice = _TEXTS[int(level[place])]
        texts[place] = choice[int(chance[place, R.DELAY] * 997) % len(choice)]
    return pl.Series(texts, dtype=pl.String)


def _mending(level: Ints, active: Flags, assess: Ints, chance: Floats, almanac: Almanac) -> list[pl.Series]:
    """Draw what follows a bad review: verified, called back, rectified; a few too late, a few found invalid."""
    bad = np.flatnonzero(active & (level <= 2))
    luck, other = chance[bad, R.MENDING], (chance[bad, R.MENDING] * 17) % 1
    at = almanac.to_work(assess[bad])
    verify = at + ((0.05 + 0.9 * luck + 2.2 * (other < 0.04)) * OFFICE_HOURS).astype(np.int64)
    valid = other < 0.92
    callback = verify + ((0.05 + 0.6 * other) * OFFICE_HOURS).astype(np.int64)
    rectify = verify + ((0.4 + 2.6 * other + 4.0 * (luck > 0.96)) * OFFICE_HOURS).astype(np.int64)
    day = np.searchsorted(almanac.workdays, assess[bad] // DAY, side="right") - 1
    due = (almanac.workdays[day + 5] + 1) * DAY
    stated = (luck * 7) % 1 < 0.6

    def times(name: str, values: Ints) -> pl.Series:
        column = np.full(len(level), -1, dtype=np.int64)
        column[bad] = values
        return pl.Series(name, column)

    def answers(name: str, values: Flags, given: Flags) -> pl.Series:
        column: list[bool | None] = [None] * len(level)
        for place, value, known in zip(bad.tolist(), values.tolist(), given.tolist(), strict=True):
            column[place] = value if known else None
        return pl.Series(name, column, dtype=pl.Boolean)

    everyone = np.ones(len(bad), dtype=np.bool_)
    return [
        times("verify_time", almanac.from_work(verify)),
        times("callback_time", np.where(valid & (other < 0.9), almanac.from_work(callback), -1)),
        times("rectify_time", np.where(valid, almanac.from_work(rectify), -1)),
        times("rectify_due", np.where(stated, due, -1)),
        answers("valid", valid, everyone),
        answers("callback_satisfied", other < 0.82, valid & (other < 0.88)),
    ]
