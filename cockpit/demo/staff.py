"""Who works where: staff (人员), rosters (排班), window plans (开窗计划) and how the day at each window goes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil, exp

from cockpit.demo.almanac import DAY, HOUR, MINUTE
from cockpit.demo.catalogue import GROUPS
from cockpit.demo.counters import Window, plan_counters
from cockpit.demo.draws import Stream, stream
from cockpit.demo.places import Hall, Session
from cockpit.demo.service import Post, Presence, Spell

_ABSENT, _COVERED, _LATE = 0.007, 0.6, 0.02
_NOON = (12 * HOUR, 13 * HOUR)
_TIDES = ((9 * HOUR + 30 * MINUTE, 11 * HOUR + 30 * MINUTE), (14 * HOUR, 16 * HOUR))
_SATURDAY_SHARE = 0.4
_BREAK_EVERY = 100 * MINUTE
_SPEED_SPREAD = 0.10


@dataclass(frozen=True)
class Person:
    """One member of a hall's staff."""

    index: int
    staff_id: str
    role: str
    dept_code: str | None
    speed: float
    """How long this person takes, against the mean."""


@dataclass(frozen=True)
class Team:
    """A hall's staff by what they do."""

    everyone: tuple[Person, ...]
    clerks: dict[int, tuple[Person, ...]]
    """The clerks of each service group, as many as it has ordinary windows."""
    spares: tuple[Person, ...]
    guides: tuple[Person, ...]
    officers: tuple[Person, ...]


@dataclass
class Duty:
    """One rostered spell of one person (seconds), and when they came and left; None = stayed away."""

    person: Person
    window: Window | None
    start: int
    end: int
    came: int | None = None
    left: int | None = None


@dataclass
class Shift:
    """One day of one hall: posts by service group, planned windows (window, start, end, person), duties."""

    posts: dict[int, list[Post]] = field(default_factory=dict)
    plan: list[tuple[int, int, int, int]] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)

    def stay_for(self, presences: list[Presence]) -> None:
        """Let nobody clock out before their window closed, nor clock in again before they clocked out."""
        spells: dict[int, list[Duty]] = {}
        for duty in self.duties:
            if duty.came is not None:
                spells.setdefault(duty.person.index, []).append(duty)
        for presence in presences:
            mine = [duty for duty in spells[presence.staff] if duty.start <= presence.begin]
            mine[-1].left = max(mine[-1].left or 0, presence.end + MINUTE)
        for mine in spells.values():
            for before, after in zip(mine, mine[1:], strict=False):
                after.came = max(after.came or 0, (before.left or 0) + MINUTE)


@lru_cache(maxsize=1024)
def plan_team(hall: Hall, seed: int) -> Team:
    """Staff a hall: a clerk per ordinary window, spares for tides and gaps, guides, duty officers."""
    counters = plan_counters(hall)
    speeds = stream(seed, Stream.STAFF, hall.index).standard_normal(4 * len(counters.windows) + 40)
    people: list[Person] = []

    def hire(role: str, dept_code: str | None = None) -> Person:
        number = len(people)
        speed = exp(_SPEED_SPREAD * float(speeds[number]))
        people.append(Person(number, f"{hall.hall_id}-S{number + 1:03d}", role, dept_code, speed))
        return people[-1]

    clerks = {
        number: tuple(hire("clerk", group.dept) for window in counters.windows_of(number) if not window.tidal)
        for number, group in enumerate(GROUPS)
    }
    regular = sum(len(team) for team in clerks.values())
    tidal = len(counters.windows) - regular
    spares = tuple(hire("clerk") for _ in range(tidal + max(1, regular // 8)))
    guides = tuple(hire("guide") for _ in range(max(1, round(hall.daily / 250))))
    officers = tuple(hire("duty_officer") for _ in range(3 if hall.daily > 250 else 2))
    return Team(tuple(people), clerks, spares, guides, officers)


def plan_day(hall: Hall, day: int, sessions: tuple[Session, ...], seed: int) -> Shift:
    """Plan one open day of a hall and draw who comes late, stays away or takes a break.

    A single short session is a Saturday morning: fewer windows, no tidal ones.
    """
    counters, team = plan_counters(hall), plan_team(hall, seed)
    chance = iter(stream(seed, Stream.SHIFTS, hall.index, day).random(50 * len(team.everyone)).tolist())
    short = sessions[-1][1] <= _NOON[1]
    base, week = day * DAY, (day + 3) // 7
    spares = [team.spares[(number + day) % len(team.spares)] for number in range(len(team.spares))]
    shift = Shift()
    tides = iter(spares)
    on_tide = {window.index: next(tides) for window in counters.windows if window.tidal}
    cover = list(tides)
    for window in counters.windows:
        mates = team.clerks[window.group]
        open_places = max(1, ceil(_SATURDAY_SHARE * len(mates))) if short else len(mates)
        if short and (window.tidal or window.place >= open_places):
            continue
        person = on_tide[window.index] if window.tidal else mates[(window.place + week) % len(mates)]
        spells = [(base + start, base + end) for start, end in _planned(window, len(mates), sessions)]
        shift.plan += [(window.index, start, end, person.index) for start, end in spells]
        at_post, delay = person, 0
        if not window.tidal:
            absent, delay = _morning(chance)
            shift.duties += _duties(person, window, spells, absent, delay, chance)
            if absent:
                if not cover or next(chance) > _COVERED:
                    continue
                at_post = cover.pop()
        opened = _opened(spells, delay, base + sessions[-1][1], chance)
        shift.posts.setdefault(window.group, []).append(Post(window.index, at_post.index, at_post.speed, opened))
    whole = [(base + start, base + end) for start, end in sessions]
    for person in spares:
        shift.duties += _duties(person, None, whole, False, 0, chance)
    for person in (*team.guides, team.officers[day % len(team.officers)]):
        absent, delay = _morning(chance)
        shift.duties += _duties(person, None, whole, absent, delay, chance)
    return shift


def _planned(window: Window, mates: int, sessions: tuple[Session, ...]) -> list[Session]:
    """Return when a window is meant to be open that day; over noon every other window of a group stays open."""
    if window.tidal:
        return list(_TIDES)
    opens, closes = sessions[0]
    if opens < _NOON[0] and closes > _NOON[1] and mates > 1 and window.place % 2:
        return [(opens, _NOON[0]), (_NOON[1], closes)]
    return list(sessions)


def _morning(chance: Iterator[float]) -> tuple[bool, int]:
    """Draw whether somebody stays away, and how late (seconds) they or their replacement begin."""
    fate, length = next(chance), next(chance)
    if fate < _ABSENT:
        return True, int((15 + 25 * length) * MINUTE)
    return False, int((4 + 21 * length) * MINUTE) if fate < _ABSENT + _LATE else 0


def _duties(
    person: Person, window: Window | None, spells: list[Session], absent: bool, delay: int, chance: Iterator[float]
) -> list[Duty]:
    """Roster a person for the spells and draw when they clock in and out."""
    duties = [Duty(person, window, start, end) for start, end in spells]
    for number, duty in enumerate(duties):
        early, late = -int((2 + 10 * next(chance)) * MINUTE), int((1 + 11 * next(chance)) * MINUTE)
        if not absent:
            duty.came = duty.start + (delay if delay and number == 0 else early)
            duty.left = duty.end + late
    return duties


def _opened(spells: list[Session], delay: int, closing: int, chance: Iterator[float]) -> list[Spell]:
    """Return when a window really calls people: its plan less lateness and short breaks (暂停)."""
    opened: list[Spell] = []
    for number, (start, end) in enumerate(spells):
        begin = start + (delay if number == 0 else 0) + int(60 * next(chance))
        breaks = (end - start) // _BREAK_EVERY
        part = (end - start) / (breaks + 1)
        for rest in range(breaks):
            stop = start + int(part * (rest + 0.5 + next(chance)))
            length = int((3 + 8 * next(chance)) * MINUTE)
            if stop - begin > 10 * MINUTE and end - stop > 20 * MINUTE:
                opened.append(Spell(begin, stop, length))
                begin = stop + length
        opened.append(Spell(begin, end, 0, end == closing))
    return opened
