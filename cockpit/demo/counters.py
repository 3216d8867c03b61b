"""The hall's service sections, queues (队列), windows (窗口), and how many windows each half hour is meant to have."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cockpit.demo.almanac import HOUR, MINUTE
from cockpit.demo.catalogue import GROUPS, columns
from cockpit.demo.demand import profile
from cockpit.demo.draws import Floats
from cockpit.demo.places import Hall, Session

NOON = (12 * HOUR, 13 * HOUR)
AROUND_A_TICKET = 38
"""Seconds of a window's time that each ticket takes beside the service: the walk there, the pause after."""
_SHARES: dict[str, tuple[float, ...]] = {
    "city": (0.25, 0.29, 0.17, 0.15, 0.06, 0.08),
    "county": (0.27, 0.33, 0.18, 0.15, 0.07, 0.0),
    "town": (0.42, 0.58, 0.0, 0.0, 0.0, 0.0),
    "park": (0.0, 0.0, 0.0, 0.72, 0.28, 0.0),
    "village": (0.45, 0.55, 0.0, 0.0, 0.0, 0.0),
}
"""Share of a hall's tickets by its level, in the order of GROUPS."""
_OWN_SECTION = 38.0
"""Tickets a day from which a group has windows of its own; below, all share one section (无差别综合受理)."""
_FULLEST = (0.60, 0.68, 0.72, 0.74, 0.755, 0.765, 0.775, 0.78, 0.785, 0.79, 0.795)
"""How full so many windows may be planned to be in their busiest hour."""
_BIN = 30 * MINUTE
_BUSIEST_DAY = 1.5
_PRIORITY, _APPOINTMENT = 0.035, 0.10
_APPOINTMENT_GROUPS = ("realestate", "business")
_LARGE, _SPECIAL_WINDOWS, _FOR_SPECIAL = 90.0, 2, 1.14
"""From so many tickets a day a section has a special queue, at its first windows, and so much more room for it."""


@dataclass(frozen=True)
class Queue:
    """One queue of a hall; a window calls the queues it serves in the order of their `rank`."""

    index: int
    queue_id: str
    name: str
    queue_type: str
    section: int
    rank: int
    letter: str
    share: float
    """Share of the section's people who take this queue."""


@dataclass(frozen=True)
class Window:
    """One window; a tidal window (潮汐窗口) is opened at busy hours only."""

    index: int
    window_id: str
    name: str
    section: int
    place: int
    """Which of its section's windows it is, from 0; the first ones are open all day."""
    tidal: bool
    ranks: tuple[int, ...]
    """Which of the section's queues it serves, the ones called first in front."""


@dataclass(frozen=True)
class Section:
    """Windows that serve the same people: a service group as the hall's people see it."""

    number: int
    name: str
    letter: str
    dept: str
    groups: tuple[int, ...]
    share: float
    """Share of the hall's tickets."""
    seconds: float
    """A window's mean time per ticket."""


@dataclass(frozen=True)
class Counters:
    """All sections, queues and windows of one hall."""

    sections: tuple[Section, ...]
    queues: tuple[Queue, ...]
    windows: tuple[Window, ...]

    def windows_of(self, section: int) -> tuple[Window, ...]:
        """Return the windows of a section."""
        return tuple(window for window in self.windows if window.section == section)

    def queues_of(self, section: int) -> tuple[Queue, ...]:
        """Return the queues of a section by rank."""
        return tuple(queue for queue in self.queues if queue.section == section)


def group_shares(hall: Hall) -> tuple[float, ...]:
    """Return each group's share of the hall's tickets."""
    return _SHARES[hall.level]


@lru_cache(maxsize=256)
def item_weights(hall: Hall) -> Floats:
    """Return each item's share of a hall's tickets."""
    catalogue = columns()
    weights: Floats = catalogue.at_window * np.array(group_shares(hall))[catalogue.group]
    return weights


@lru_cache(maxsize=256)
def plan_counters(hall: Hall) -> Counters:
    """Fit out a hall: sections and queues by its size, windows by the busiest half hour of its busiest days."""
    sections = _sections(hall)
    queues: list[Queue] = []
    windows: list[Window] = []
    for section in sections:
        most = max(wanted(hall, section, _BUSIEST_DAY))
        base = regular(hall, section, 1.0)
        classes = _classes(hall, section)
        for rank, (mark, label, kind, share) in enumerate(classes):
            letter = section.letter + mark if mark != "N" else section.letter
            queue_id = f"{hall.hall_id}-Q{section.letter}{mark}"
            name = f"{section.name}·{label}"
            queues.append(Queue(len(queues), queue_id, name, kind, section.number, rank, letter, share))
        for place in range(most):
            index = len(windows)
            windows.append(
                Window(
                    index,
                    f"{hall.hall_id}-W{index + 1:02d}",
                    f"{section.name}{place + 1}号窗口",
                    section.number,
                    place,
                    place >= base,
                    _served(place, len(classes)),
                )
            )
    return Counters(sections, tuple(queues), tuple(windows))


def _sections(hall: Hall) -> tuple[Section, ...]:
    shares = group_shares(hall)
    offered = [number for number, share in enumerate(shares) if share]
    together = hall.level not in ("city", "county") and min(shares[n] for n in offered) * hall.daily < _OWN_SECTION
    parts = [tuple(offered)] if together else [(number,) for number in offered]
    catalogue = columns()
    weights = item_weights(hall)
    found = []
    for number, groups in enumerate(parts):
        mine = np.isin(catalogue.group, groups)
        share = float(weights[mine].sum())
        seconds = float((weights * catalogue.minutes)[mine].sum()) / share * MINUTE + AROUND_A_TICKET
        first = GROUPS[groups[0]]
        name = "无差别综合受理" if len(groups) > 1 else first.name
        found.append(Section(number, name, first.letter, first.dept, groups, share, seconds))
    return tuple(found)


def _classes(hall: Hall, section: Section) -> list[tuple[str, str, str, float]]:
    """Return the queues of a section: large ones have one for priority or for appointments."""
    found: list[tuple[str, str, str, float]] = []
    keys = [GROUPS[group].key for group in section.groups]
    if hall.level in ("city", "county") and section.share * hall.daily >= _LARGE:
        if "livelihood" in keys:
            found.append(("P", "优先", "priority", _PRIORITY))
        if keys[0] in _APPOINTMENT_GROUPS:
            found.append(("Y", "预约", "appointment", _APPOINTMENT))
    kind = "health" if keys == ["health"] else "normal"
    found.append(("N", "普通", kind, 1 - sum(entry[3] for entry in found)))
    return found


def _served(place: int, classes: int) -> tuple[int, ...]:
    """Return the queues a window serves: the first two the special queue too, the others the ordinary one only."""
    return tuple(range(classes)) if place < _SPECIAL_WINDOWS else (classes - 1,)


@lru_cache(maxsize=8192)
def wanted(hall: Hall, section: Section, level: float, day_type: str = "work", weekday: int = 1) -> tuple[int, ...]:
    """Return how many windows each half hour of the day is meant to have, on a day that is expected so busy.

    Half hours between sessions have none. A window more is planned wherever the last one would be too full.
    """
    sessions = hall.sessions(day_type, weekday)
    edges, shares = profile(weekday, sessions)
    first, last = sessions[0][0], sessions[-1][1]
    bins = np.arange(first, last, _BIN)
    # The load of a half hour is that of the busier of the hours it belongs to.
    per_second = hall.daily * level * section.share * section.seconds
    if len(_classes(hall, section)) > 1:
        per_second *= _FOR_SPECIAL
    came = np.interp(np.arange(first - _BIN, last + 2 * _BIN, _BIN), edges, shares)
    half = np.diff(came)
    around = np.maximum(half[:-2] + half[1:-1], half[1:-1] + half[2:]) / 2
    load = np.maximum(around, 0.8 * half[1:-1])[: len(bins)] * per_second / _BIN
    return tuple(
        _enough(float(value)) if any(opens <= start < closes for opens, closes in sessions) else 0
        for start, value in zip(bins.tolist(), load.tolist(), strict=True)
    )


def _enough(load: float) -> int:
    count = 1
    while load > count * _FULLEST[min(count, len(_FULLEST)) - 1]:
        count += 1
    return count


@lru_cache(maxsize=8192)
def regular(hall: Hall, section: Section, level: float, day_type: str = "work", weekday: int = 1) -> int:
    """Return how many windows are open all day: enough for all but the busy hours."""
    counts = [count for count in wanted(hall, section, level, day_type, weekday) if count]
    return sorted(counts)[len(counts) * 2 // 5]


@lru_cache(maxsize=32768)
def openings(
    hall: Hall, section: Section, level: float, day_type: str, weekday: int
) -> tuple[tuple[Session, ...], ...]:
    """Return when each of a section's windows is meant to be open that day (seconds of the day)."""
    sessions = hall.sessions(day_type, weekday)
    counts = wanted(hall, section, level, day_type, weekday)
    base = regular(hall, section, level, day_type, weekday)
    first = sessions[0][0]
    found = []
    for place in range(max(counts)):
        if place < base:
            found.append(_all_day(sessions, place, base, counts, first))
            continue
        spells: list[Session] = []
        for opens, closes in sessions:
            start = None
            for clock in range(opens, closes, _BIN):
                needed = counts[(clock - first) // _BIN] > place
                if needed and start is None:
                    start = clock
                if start is not None and (not needed or clock + _BIN >= closes):
                    end = closes if needed else clock
                    spells.append((start, end))
                    start = None
        found.append(_whole_hours(spells, sessions))
    return tuple(found)


def _all_day(
    sessions: tuple[Session, ...], place: int, base: int, counts: tuple[int, ...], first: int
) -> tuple[Session, ...]:
    """Open all day; where the hall does not shut at noon, the windows not needed then rest for an hour."""
    opens, closes = sessions[0]
    if len(sessions) == 1 and opens < NOON[0] and closes > NOON[1]:
        needed = max(counts[(clock - first) // _BIN] for clock in range(NOON[0], NOON[1], _BIN))
        if place >= max(needed, 1):
            return (opens, NOON[0]), (NOON[1], closes)
    return sessions


def _whole_hours(spells: list[Session], sessions: tuple[Session, ...]) -> tuple[Session, ...]:
    """Join spells less than an hour apart and make short ones an hour and a half long."""
    joined: list[Session] = []
    for start, end in spells:
        home = next(session for session in sessions if session[0] <= start < session[1])
        if joined and start - joined[-1][1] < HOUR and home[0] <= joined[-1][0]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    found = []
    for start, end in joined:
        home = next(session for session in sessions if session[0] <= start < session[1])
        lacking = max(0, 90 * MINUTE - (end - start))
        start = max(home[0], start - lacking // 2)
        found.append((start, min(home[1], max(end, start + 90 * MINUTE))))
    if any(before[1] > after[0] for before, after in zip(found, found[1:], strict=False)):
        return ((found[0][0], found[-1][1]),) if len(sessions) == 1 else tuple(joined)
    return tuple(found)


def handling_location(minutes: Floats, sigma: Floats) -> Floats:
    """Return the medians (seconds) of log-normal handling times with these means."""
    return minutes * 60 * np.exp(-(sigma**2) / 2)


def busiest_share(hall: Hall, section: Section) -> float:
    """Return how many people of a section come in the busiest hour of an ordinary Tuesday."""
    edges, shares = profile(1, hall.sessions("work", 1))
    by_then = np.interp(edges + HOUR, edges, shares)
    return float((by_then - shares).max()) * hall.daily * section.share
