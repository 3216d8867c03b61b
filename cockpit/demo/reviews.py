"""Reviews (好差评) of services and cases: most people say nothing and get the default, few are discontented."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import polars as pl

from cockpit.demo.almanac import DAY, HOUR, MINUTE, Almanac
from cockpit.demo.draws import Flags, Floats, Ints
from cockpit.demo.incidents import Active
from cockpit.demo.mending import mending

_ACTIVE = np.array([0.41, 0.25, 0.06])
_DEFAULT = np.array([0.45, 0.42, 0.30])
_PUSHED = np.array([0.05, 0.05, 0.04])
"""Shares of services that are reviewed actively; of the others, by default and after a text message (by kind)."""
_LEVELS = ((0.930, 5), (0.985, 4), (0.99985, 3), (0.99995, 2), (1.0, 1))
"""Share of active reviews up to each level; bad ones are rare."""
_HASTY, _LATER = 0.0015, 0.85
_DEFAULT_AFTER_ONLINE = 5 * DAY
_TEXTS = {
    5: ("办事很快，服务热情。", "工作人员讲解清楚。", "一次就办好了，点赞。"),
    4: ("总体满意，等候略久。", "流程清楚。"),
    3: ("等候时间偏长。", "指引可以再明确一些。"),
    2: ("材料要求前后说法不一致。", "窗口开得少，排队太久。"),
    1: ("跑了两趟还没办成，态度也不耐烦。", "叫号后窗口无人。"),
}


class Kind(IntEnum):
    """What is reviewed: a service at a window, a case of a hall, a case of a county's online office."""

    WINDOW = 0
    HALL_CASE = 1
    CENTRAL_CASE = 2


class R(IntEnum):
    """Which uniform number of a review decides what."""

    WHETHER = 0
    ORIGIN = 1
    LEVEL = 2
    DELAY = 3
    MENDING = 4


@dataclass(frozen=True)
class Services:
    """What may be reviewed: where it was, when it ended, what decides the review."""

    kind: Ints
    hall: Ints
    """Number of the hall; -1 = none."""
    window: Ints
    """Number of the window among all windows; -1 = none."""
    end: Ints
    chance: Floats

    def rows(self, chosen: Ints) -> "Services":
        """Return some of them."""
        return Services(**{name: values[chosen] for name, values in vars(self).items()})


@dataclass(frozen=True)
class Reviews:
    """Reviews and which services they are of; `frame` lacks the columns that name the service."""

    service: Ints
    frame: pl.DataFrame
    device: Ints
    """Window whose review pad was used; -1 = another way."""


def review(services: Services, first_window: Ints, almanac: Almanac, active: Active) -> Reviews:
    """Draw the reviews of these services.

    Args:
        services: what may be reviewed.
        first_window: number (among all windows) of each hall's first window.
        almanac: the city's days.
        active: incidents that change what people say, how often, or what is done about it.
    """
    spoken, faked = _spoken(services, first_window, active)
    silent_luck = services.chance[:, R.WHETHER]
    pushed_share = _PUSHED[services.kind]
    pushed = ~spoken & (silent_luck < pushed_share)
    default = ~spoken & ~pushed & (silent_luck < pushed_share + _DEFAULT[services.kind])
    chosen = np.flatnonzero((spoken | pushed | default) & (services.end >= 0))
    mine, spoken, faked, pushed = services.rows(chosen), spoken[chosen], faked[chosen], pushed[chosen]
    chance = mine.chance
    level = np.full(len(chosen), 5, dtype=np.int64)
    edges = np.array([edge for edge, _ in _LEVELS])
    values = np.array([value for _, value in _LEVELS], dtype=np.int64)
    level[spoken] = values[np.searchsorted(edges, chance[spoken, R.LEVEL], side="right")]
    level = _spoilt(mine, level, spoken & ~faked, first_window, active)
    level[faked] = 5
    assess = _assess_time(mine, spoken, faked, pushed)
    at_window = mine.kind == Kind.WINDOW
    remote = ~at_window | pushed | (spoken & ~faked & (chance[:, R.DELAY] > _LATER))
    away = np.where(at_window, "qr", np.where((chance[:, R.DELAY] * 31) % 1 < 0.7, "mobile", "pc"))
    bad = level <= 2
    origin = np.where(spoken, "active", np.where(pushed, "system_push", "default"))
    frame = pl.DataFrame(
        {
            "level": level,
            "origin": pl.Series(origin, dtype=pl.String),
            "channel": pl.Series(np.where(pushed, "sms", np.where(remote, away, "device")), dtype=pl.String),
            "assess_time": assess,
            "named": np.where(bad, (chance[:, R.MENDING] * 13) % 1 < 0.7, chance[:, R.MENDING] < 0.4),
            "text": _texts(level, spoken & ~faked, chance),
        }
    )
    frame = frame.with_columns(mending(level, spoken, mine.hall, assess, chance[:, R.MENDING], almanac, active))
    return Reviews(chosen, frame, np.where(remote, -1, mine.window))


def _during(services: Services, start: int, end: int) -> Flags:
    return (services.end >= start) & (services.end < end)


def _at(services: Services, hall: int, windows: tuple[int, ...], first_window: Ints) -> Flags:
    return np.isin(services.window, [int(first_window[hall]) + window for window in windows])


def _spoken(services: Services, first_window: Ints, active: Active) -> tuple[Flags, Flags]:
    """Say which services are reviewed by the people themselves, and where a clerk presses praise instead of them."""
    spoken: Flags = services.chance[:, R.ORIGIN] < _ACTIVE[services.kind]
    faked = np.zeros(len(spoken), dtype=np.bool_)
    at_window = services.kind == Kind.WINDOW
    for incident in active.kind("review_silence"):
        hit = at_window & (services.hall == incident.hall) & _during(services, incident.onset, incident.end)
        spoken &= ~(hit & ((services.chance[:, R.MENDING] * 29) % 1 < incident.size))
    for incident in active.kind("faked_praise"):
        hit = at_window & _at(services, incident.hall, incident.windows, first_window)
        hit &= _during(services, incident.onset, incident.end)
        faked |= hit & ((services.chance[:, R.MENDING] * 37) % 1 < incident.size)
    return spoken | faked, faked


def _spoilt(services: Services, level: Ints, spoken: Flags, first_window: Ints, active: Active) -> Ints:
    """Let people say what they think of bad service."""
    for incident in active.kind("rude_clerk", "poor_service", "neglected_reviews"):
        hit = spoken & _during(services, incident.onset, incident.end)
        if incident.kind == "rude_clerk":
            hit &= _at(services, incident.hall, incident.windows, first_window)
        else:
            hit &= services.hall == incident.hall
        hit &= services.chance[:, R.LEVEL] > 1 - incident.size
        level = np.where(hit, np.where(services.chance[:, R.DELAY] < 0.4, 1, 2), level)
    return level


def _assess_time(services: Services, spoken: Flags, faked: Flags, pushed: Flags) -> Ints:
    """Return when the review is given: at the pad within a minute and a half, by phone later, by default after days."""
    delay = services.chance[:, R.DELAY]
    at_pad = np.where((delay * 53) % 1 < _HASTY, 2, 5 + 100 * delay)
    later = 20 * MINUTE + 20 * HOUR * (delay - _LATER)
    window = np.where(spoken, np.where(delay > _LATER, later, at_pad), MINUTE)
    online = np.where(spoken, 2 * MINUTE + 2 * DAY * delay**3, _DEFAULT_AFTER_ONLINE + 10 * MINUTE * delay)
    wait = np.where(services.kind == Kind.WINDOW, window, online)
    wait = np.where(pushed, HOUR + 3 * HOUR * delay, wait)
    wait = np.where(faked, 1 + 2 * delay, wait)
    return services.end + wait.astype(np.int64)


def _texts(level: Ints, spoken: Flags, chance: Floats) -> pl.Series:
    """Let one active review in six say something, and every bad one."""
    texts = np.full(len(level), -1, dtype=np.int64)
    says = np.flatnonzero(spoken & ((level <= 2) | (chance[:, R.MENDING] < 0.16)))
    names: list[str] = []
    for value, choices in _TEXTS.items():
        mine = says[level[says] == value]
        texts[mine] = len(names) + (chance[mine, R.DELAY] * 997).astype(np.int64) % len(choices)
        names += choices
    found = pl.Series(names).gather(pl.Series(np.maximum(texts, 0)))
    return pl.select(pl.when(pl.Series(texts >= 0)).then(found)).to_series()
