"""The hall's service groups, queues (队列) and windows (窗口): as many windows as the busiest hour needs."""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, exp, sqrt

import numpy as np

from cockpit.demo.catalogue import GROUPS, ITEMS, SHARES, Group
from cockpit.demo.demand import busiest_hour
from cockpit.demo.draws import Floats
from cockpit.demo.places import Hall

_CLASSES = (("P", "优先", "priority"), ("Y", "预约", "appointment"), ("N", "普通", "normal"))
_HEADROOM = -0.10


@dataclass(frozen=True)
class Queue:
    """One queue of a hall; of the queues of a group a window calls the lowest `rank` first."""

    index: int
    queue_id: str
    name: str
    queue_type: str
    group: int
    rank: int
    letter: str


@dataclass(frozen=True)
class Window:
    """One window; a tidal window (潮汐窗口) is opened at peak hours only."""

    index: int
    window_id: str
    name: str
    group: int
    place: int
    """Which of its group's windows it is, from 0."""
    tidal: bool


@dataclass(frozen=True)
class Counters:
    """All queues and windows of one hall."""

    queues: tuple[Queue, ...]
    windows: tuple[Window, ...]

    def windows_of(self, group: int) -> tuple[Window, ...]:
        """Return the windows of a service group."""
        return tuple(window for window in self.windows if window.group == group)

    def queues_of(self, group: int) -> tuple[Queue, ...]:
        """Return the queues of a service group, the ones called first in front."""
        return tuple(queue for queue in self.queues if queue.group == group)


def item_weights(level: str) -> Floats:
    """Return each item's share of a hall's tickets."""
    weights = np.array([item.at_window for item in ITEMS], dtype=np.float64)
    groups = np.array([item.group for item in ITEMS])
    for group, share in enumerate(SHARES[level]):
        mine = groups == group
        weights[mine] *= share / weights[mine].sum()
    return weights


@lru_cache(maxsize=1024)
def plan_counters(hall: Hall) -> Counters:
    """Fit out a hall: its groups by level, queues by group, windows by the load of its busiest hour."""
    queues: list[Queue] = []
    windows: list[Window] = []
    for number, group in enumerate(GROUPS):
        if SHARES[hall.level][number] == 0:
            continue
        for rank, (mark, label, kind) in enumerate(_classes(hall, group)):
            letter = group.letter if kind == "normal" else group.letter + mark
            kind = "health" if group.key == "health" else kind
            queue_id = f"{hall.hall_id}-Q{group.letter}{mark}"
            queues.append(Queue(len(queues), queue_id, f"{group.name}·{label}", kind, number, rank, letter))
        load = _load(hall, number)
        count = max(1, ceil(load * (1 + _HEADROOM) + 0.25 * sqrt(load)))
        tidal = 0 if count < 4 else max(1, count // 6)
        for place in range(count):
            index = len(windows)
            name = f"{group.name}{place + 1}号窗口"
            windows.append(
                Window(index, f"{hall.hall_id}-W{index + 1:02d}", name, number, place, place >= count - tidal)
            )
    return Counters(tuple(queues), tuple(windows))


def _classes(hall: Hall, group: Group) -> list[tuple[str, str, str]]:
    large = hall.level in ("city", "county")
    offered = {"priority": large and group.priority, "appointment": large and group.appointment, "normal": True}
    return [entry for entry in _CLASSES if offered[entry[2]]]


def _load(hall: Hall, group: int) -> float:
    """Return the windows that the group's busiest hour would keep busy without pause."""
    weights = item_weights(hall.level)
    minutes = np.array([item.minutes for item in ITEMS])
    mine = np.array([item.group == group for item in ITEMS])
    per_ticket = float((weights * minutes)[mine].sum()) + 0.75 * float(weights[mine].sum())
    return hall.daily * busiest_hour(hall) * per_ticket / 60


def handling_location(minutes: float, sigma: float) -> float:
    """Return the median (seconds) of a log-normal handling time with that mean."""
    return minutes * 60 * exp(-(sigma**2) / 2)
