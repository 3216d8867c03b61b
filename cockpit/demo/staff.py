"""Who works where: staff (人员), rosters (排班), window plans (开窗计划) and how the day at each window goes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import exp

from cockpit.demo.almanac import DAY, MINUTE, Almanac, date_of
from cockpit.demo.counters import Window, openings, plan_counters
from cockpit.demo.demand import expected_level
from cockpit.demo.draws import Stream, stream
from cockpit.demo.incidents import Active, Incident
from cockpit.demo.places import Hall, Session
from cockpit.demo.service import Post, Presence, Spell

_ABSENT, _LATE = 0.0035, 0.014
_COVERED_AFTER, _COVERED_WITHIN = 60, 240
_BREAK_EVERY = 110 * MINUTE
_SPEED_SPREAD = 0.06
_LEVEL_STEPS = 20
"""Days are planned by their expected level rounded to this part of an ordinary day."""


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
    clerks: tuple[tuple[Person, ...], ...]
    """The clerks of each section, as many as it has windows."""
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
    rostered: bool = True
    """Unset for the second half of a spell that somebody broke off."""


@dataclass
class Shift:
    """One day of one hall: posts by section, planned windows (window, start, end, person), duties."""

    posts: dict[int, list[Post]] = field(default_factory=dict)
    plan: list[tuple[int, int, int, int]] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)

    def stay_for(self, presences: list[Presence]) -> None:
        """Let nobody clock out before their window closed, nor clock in again before they clocked out."""
        spells: dict[int, list[Duty]] = {}
        for duty in self.duties:
            if duty.came is not None:
                spells.setdefault(duty.person.index, []).append(duty)
        for mine in spells.values():
            mine.sort(key=lambda duty: duty.came or 0)
        for presence in presences:
            mine = [duty for duty in spells[presence.staff] if (duty.came or 0) <= presence.begin]
            mine[-1].left = max(mine[-1].left or 0, presence.end + MINUTE)
        for mine in spells.values():
            for before, after in zip(mine, mine[1:], strict=False):
                if (after.came or 0) <= (before.left or 0):
                    after.came = (before.left or 0) + MINUTE
                    after.left = max(after.left or 0, after.came + MINUTE)


@lru_cache(maxsize=256)
def plan_team(hall: Hall, seed: int) -> Team:
    """Staff a hall: a clerk per window, spares for gaps, guides, duty officers."""
    counters = plan_counters(hall)
    speeds = stream(seed, Stream.STAFF, hall.index).standard_normal(2 * len(counters.windows) + 60)
    people: list[Person] = []

    def hire(role: str, dept_code: str | None = None) -> Person:
        number = len(people)
        speed = exp(_SPEED_SPREAD * float(speeds[number]))
        people.append(Person(number, f"{hall.hall_id}-S{number + 1:03d}", role, dept_code, speed))
        return people[-1]

    clerks = tuple(
        tuple(hire("clerk", section.dept) for _ in counters.windows_of(section.number)) for section in counters.sections
    )
    spares = tuple(hire("clerk") for _ in range(max(1, round(len(counters.windows) / 8))))
    guides = tuple(hire("guide") for _ in range(max(1, round(hall.daily / 250))))
    officers = tuple(hire("duty_officer") for _ in range(3 if hall.daily > 250 else 2))
    return Team(tuple(people), clerks, spares, guides, officers)


def planned_windows(hall: Hall, almanac: Almanac, day: int, seed: int) -> list[tuple[Window, Person, list[Session]]]:
    """Return which windows are meant to be open that day, with whom and when (seconds since 1970)."""
    weekday = date_of(day).weekday()
    kind = almanac.types[day]
    if not hall.sessions(kind, weekday):
        return []
    level = max(1, round(expected_level(almanac, day) * _LEVEL_STEPS)) / _LEVEL_STEPS
    counters, team = plan_counters(hall), plan_team(hall, seed)
    week = (day + 3) // 7
    found = []
    for section in counters.sections:
        windows, mates = counters.windows_of(section.number), team.clerks[section.number]
        plans = openings(hall, section, level, "work" if kind == "makeup" else kind, weekday)
        for window, spells in zip(windows, plans, strict=False):
            person = mates[(window.place + week) % len(mates)]
            found.append((window, person, [(day * DAY + start, day * DAY + end) for start, end in spells]))
    return found


def plan_sizes(hall: Hall, almanac: Almanac, day: int, seed: int) -> tuple[int, int]:
    """Return how many rows a day's window plan and roster have."""
    windows = sum(len(spells) for _, _, spells in planned_windows(hall, almanac, day, seed))
    team = plan_team(hall, seed)
    sessions = len(hall.sessions(almanac.types[day], date_of(day).weekday()))
    return windows, windows + sessions * (len(team.spares) + len(team.guides) + 1)


def plan_day(hall: Hall, almanac: Almanac, day: int, seed: int) -> Shift:
    """Return one day's window plan and roster, without what really happens."""
    team, shift = plan_team(hall, seed), Shift()
    for window, person, spells in planned_windows(hall, almanac, day, seed):
        shift.plan += [(window.index, start, end, person.index) for start, end in spells]
        shift.duties += [Duty(person, window, start, end) for start, end in spells]
    sessions = hall.sessions(almanac.types[day], date_of(day).weekday())
    whole = [(day * DAY + start, day * DAY + end) for start, end in sessions]
    for person in (*team.spares, *team.guides, team.officers[day % len(team.officers)]):
        shift.duties += [Duty(person, None, start, end) for start, end in whole]
    return shift


def run_day(hall: Hall, almanac: Almanac, day: int, seed: int, active: Active) -> Shift:
    """Draw who comes late, stays away or takes a break that day; `active` are the day's incidents in this hall.

    In the ordinary way a colleague sits down at a window within some minutes when its clerk is not there.
    """
    shift = plan_day(hall, almanac, day, seed)
    team, counters = plan_team(hall, seed), plan_counters(hall)
    chance = iter(stream(seed, Stream.SHIFTS, hall.index, day).random(60 * len(team.everyone)).tolist())
    closing = day * DAY + hall.sessions(almanac.types[day], date_of(day).weekday())[-1][1]
    cover = [team.spares[(number + day) % len(team.spares)] for number in range(len(team.spares))]
    by_place: dict[tuple[int, int], list[Duty]] = {}
    for duty in shift.duties:
        by_place.setdefault((duty.window.index if duty.window else -1, duty.person.index), []).append(duty)
    lent: dict[int, Person] = {}
    for (place, _), duties in by_place.items():
        absent, delay = (False, 0) if duties[0].person in team.spares else _morning(chance)
        _attend(duties, absent, delay, chance)
        if place < 0:
            continue
        window, person, waits = counters.windows[place], duties[0].person, 0
        if absent or delay:
            waits = int(_COVERED_AFTER + (_COVERED_WITHIN - _COVERED_AFTER) * next(chance))
            if cover:
                person = cover.pop()
                lent[window.index] = person
            else:
                waits = delay
        if absent and window.index not in lent:
            continue
        spells = _opened([(duty.start, duty.end) for duty in duties], min(waits, delay or waits), closing, chance)
        shift.posts.setdefault(window.section, []).append(
            Post(window.index, person.index, person.speed, spells, window.ranks)
        )
    for incident in active.kind("clerks_away", "late_opening", "empty_post"):
        _leave(shift, incident, [team.everyone[person.index].index for person in lent.values()])
    for incident in active.kind("new_clerk"):
        _slow(shift, incident)
    return shift


def _morning(chance: Iterator[float]) -> tuple[bool, int]:
    """Draw whether somebody stays away, and how late (seconds) they begin."""
    fate, length = next(chance), next(chance)
    if fate < _ABSENT:
        return True, 0
    return False, int((4 + 17 * length) * MINUTE) if fate < _ABSENT + _LATE else 0


def _attend(duties: Sequence[Duty], absent: bool, delay: int, chance: Iterator[float]) -> None:
    """Note when a person clocks in and out."""
    for number, duty in enumerate(duties):
        early, late = -int((2 + 10 * next(chance)) * MINUTE), int((1 + 11 * next(chance)) * MINUTE)
        if not absent:
            duty.came = duty.start + (delay if delay and number == 0 else early)
            duty.left = duty.end + late


def _opened(spells: list[Session], delay: int, closing: int, chance: Iterator[float]) -> list[Spell]:
    """Return when a window really calls people: its plan less lateness and short breaks (暂停)."""
    opened: list[Spell] = []
    for number, (start, end) in enumerate(spells):
        begin = start + (delay if number == 0 else 0) + int(50 * next(chance))
        breaks = (end - start) // _BREAK_EVERY
        part = (end - start) / (breaks + 1)
        for rest in range(breaks):
            stop = start + int(part * (rest + 0.5 + next(chance)))
            length = int((3 + 6 * next(chance)) * MINUTE)
            if stop - begin > 10 * MINUTE and end - stop > 20 * MINUTE:
                opened.append(Spell(begin, stop, length))
                begin = stop + length
        opened.append(Spell(begin, end, 0, end == closing))
    return opened


def _leave(shift: Shift, incident: Incident, lent: list[int]) -> None:
    """Empty the windows of an incident for its time; clocks say so unless only the post is left (空岗)."""
    for posts in shift.posts.values():
        for place, post in enumerate(posts):
            if post.window in incident.windows:
                spells = [part for spell in post.spells for part in _without(spell, incident.onset, incident.end)]
                posts[place] = Post(post.window, post.staff, post.speed, spells, post.ranks)
    if incident.kind == "empty_post":
        return
    gone = []
    for duty in shift.duties:
        if duty.window is None or duty.window.index not in incident.windows or duty.person.index in lent:
            continue
        if duty.came is None or duty.left is None or duty.left <= incident.onset or duty.came >= incident.end:
            continue
        back = Duty(duty.person, duty.window, duty.start, duty.end, incident.end, duty.left, rostered=False)
        if duty.came < incident.onset - MINUTE and incident.kind != "late_opening":
            duty.left = incident.onset
            if back.left is not None and back.left > incident.end + MINUTE:
                gone.append(back)
        elif duty.left > incident.end:
            duty.came = incident.end
        else:
            duty.came = duty.left = None
    shift.duties += gone


def _without(spell: Spell, start: int, end: int) -> list[Spell]:
    """Cut a span out of a spell."""
    if spell.finish <= start or spell.begin >= end:
        return [spell]
    parts = []
    if start - spell.begin > MINUTE:
        parts.append(Spell(spell.begin, start))
    if spell.finish - end > MINUTE:
        parts.append(Spell(end, spell.finish, spell.pause, spell.overtime))
    return parts


def _slow(shift: Shift, incident: Incident) -> None:
    """Seat somebody who has yet to learn the work at some windows."""
    for posts in shift.posts.values():
        for place, post in enumerate(posts):
            if post.window in incident.windows:
                posts[place] = Post(post.window, post.staff, post.speed * incident.size, post.spells, post.ranks)
