"""One hall's counter from day to day: tickets (取号), what happened at the windows, who was on duty."""

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from cockpit.demo.almanac import DAY, MINUTE, Almanac, date_of
from cockpit.demo.catalogue import columns
from cockpit.demo.counters import handling_location, item_weights, plan_counters
from cockpit.demo.crowds import Comers, comers, patience, wishes
from cockpit.demo.demand import U
from cockpit.demo.draws import Flags, Floats, Ints, pick
from cockpit.demo.incidents import Active
from cockpit.demo.places import Hall, Session
from cockpit.demo.service import OVERTIME, Line, Presence, serve
from cockpit.demo.staff import Duty, run_day
from cockpit.demo.submissions import Office

_CANCELLED, _VOID = 0.010, 0.003
_NO_SHOW, _COMES_BACK, _UNNOTED, _UNCLOSED = 0.011, 0.45, 0.2, 0.0012
_TRANSFERRED, _RETURNED, _TEST = 0.035, 0.012, 0.0008
_LONGEST, _REACH = 75 * MINUTE, 100
_LAST_RETURN = 10 * MINUTE
"""Nobody is sent on, or comes back, in the last minutes before closing."""


class Fate(IntEnum):
    """How a ticket ends; the number is its place in STATUSES."""

    DONE = 0
    ABANDONED = 1
    NO_SHOW = 2
    RETURNED = 3
    VOID = 4
    CANCELLED = 5
    UNCLOSED = 6
    """Served, but nobody pressed the button: it stays 办理中."""
    UNNOTED = 7
    """Gone without being called, and nobody noted it: it stays 等候."""


STATUSES = ("done", "abandoned", "no_show", "returned", "void", "cancelled", "serving", "waiting")


@dataclass
class Tickets:
    """The tickets of one hall in order of time; -1 stands for nothing (not called, no transfer)."""

    take: Ints
    item: Ints
    queue: Ints
    section: Ints
    uniforms: Floats
    call: Ints
    start: Ints
    end: Ints
    """When the person left, also where the record has no end."""
    window: Ints
    staff: Ints
    fate: Ints
    origin: Ints
    """Which ticket (by place in these arrays) this one was transferred from."""
    test: Flags

    def rows(self, chosen: Flags | Ints) -> "Tickets":
        """Return some of the tickets; `origin` keeps its numbers."""
        return Tickets(**{name: values[chosen] for name, values in vars(self).items()})


@dataclass
class HallDays:
    """All that happened in one hall."""

    hall: Hall
    tickets: Tickets
    presences: list[Presence] = field(default_factory=list)
    plan: list[tuple[int, int, int, int]] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)


@dataclass
class _Counter:
    """What the simulation needs of each ticket; second tickets (at the end) have no time as yet."""

    rank: Ints
    patience: Ints
    walk: Ints
    work: Ints
    gap: Ints
    no_show: Floats
    second: Ints
    """Place of the ticket a person gets when sent on, or back after missing the call; else -1."""
    sent_on: Flags
    """Whether that is because they are sent on."""


def run_hall(hall: Hall, offices: list[Office], almanac: Almanac, days: range, seed: int, active: Active) -> HallDays:
    """Let the hall work through these days; `active` are the incidents of these days, in all places."""
    people = comers(hall, offices, almanac, days, seed, active)
    mine = active.in_hall(hall.index)
    tickets, counter = _draw(hall, people, mine)
    result = HallDays(hall, tickets)
    sections = plan_counters(hall).sections
    first = len(people.take)
    bounds = np.searchsorted(people.take, np.array([day * DAY for day in (*days, days.stop)]))
    for number, day in enumerate(days):
        sessions = hall.sessions(almanac.types[day], date_of(day).weekday())
        if not sessions:
            continue
        today = mine.during(day * DAY, (day + 1) * DAY)
        shift = run_day(hall, almanac, day, seed, today)
        members = np.arange(bounds[number], bounds[number + 1])
        second = counter.second[members]
        members = np.concatenate([members, second[second >= first]])
        section_of = tickets.section[members]
        presences: list[Presence] = []
        closing = day * DAY + sessions[-1][1]
        for section in sections:
            places = members[section_of == section.number]
            places = places[(tickets.take[places] >= 0) | ~counter.sent_on[_origin(tickets, places)]]
            # Tickets that there may yet be come last: of two in the same second the ordinary one is first.
            take = tickets.take[places]
            places = places[np.argsort(np.where(take < 0, closing, take), kind="stable")]
            line = _line(tickets, counter, places, sessions, day)
            line.faults = tuple((fault.onset, fault.end, fault.size) for fault in today.kind("call_fault"))
            presences += serve(line, shift.posts.get(section.number, []), closing - _LAST_RETURN)
            _note(tickets, counter, places, line, closing)
            _send_on(tickets, counter, places, closing)
        shift.stay_for(presences)
        result.presences += presences
        result.plan += shift.plan
        result.duties += shift.duties
    result.tickets = _in_order(tickets)
    return result


def _origin(tickets: Tickets, places: Ints) -> Ints:
    return np.maximum(tickets.origin[places], 0)


def _draw(hall: Hall, people: Comers, active: Active) -> tuple[Tickets, _Counter]:
    """Turn chance into what each person wants and how they behave."""
    catalogue = columns()
    chance, normal, item = people.uniforms, people.normals, people.item
    count = len(item)
    section = wishes(hall, item, chance[:, U.QUEUE]).section
    sections = plan_counters(hall).sections
    last = max((part.number for part in sections if 0 not in part.groups), default=-1)
    moved = (section == 0) & (last > 0) & (chance[:, U.TRANSFER] < _TRANSFERRED)
    back = ~moved & (chance[:, U.GAP] < _COMES_BACK)
    # Only those who might miss their call get a second place for coming back.
    back &= chance[:, U.NO_SHOW] < max([_NO_SHOW, *(fault.size for fault in active.kind("call_fault"))])
    seconds = np.flatnonzero(moved | back)
    source = np.concatenate([np.arange(count), seconds])
    chance, normal = chance[source], normal[source]
    item = item[source]
    sent = np.flatnonzero(moved[seconds]) + count
    weights = item_weights(hall) * ~np.isin(catalogue.group, sections[0].groups)
    if len(sent):
        item[sent] = pick(weights, chance[sent, U.TRANSFER] / _TRANSFERRED)
    wish = wishes(hall, item, chance[:, U.QUEUE])
    deviation = np.concatenate([normal[:count, 0], normal[count:, 2]])
    work = _work(item, deviation, people.take[source], wish.section, active)
    fate = np.full(len(item), Fate.DONE, dtype=np.int64)
    fate[chance[:, U.RETURN] < _RETURNED] = Fate.RETURNED
    work[fate == Fate.RETURNED] *= 0.5
    fate[(fate == Fate.DONE) & (chance[:, U.ENDING] < _UNCLOSED)] = Fate.UNCLOSED
    second = np.full(len(item), -1, dtype=np.int64)
    second[seconds] = count + np.arange(len(seconds))
    sent_on = np.zeros(len(item), dtype=np.bool_)
    sent_on[:count] = moved
    work[np.flatnonzero(sent_on)] = np.minimum(work[np.flatnonzero(sent_on)], 4 * MINUTE)
    nothing = np.full(len(item), -1, dtype=np.int64)
    origin = np.concatenate([nothing[:count], seconds])
    tickets = Tickets(
        take=np.concatenate([people.take, nothing[count:]]),
        item=item,
        queue=wish.queue,
        section=wish.section,
        uniforms=chance,
        call=nothing.copy(),
        start=nothing.copy(),
        end=nothing.copy(),
        window=nothing.copy(),
        staff=nothing.copy(),
        fate=fate,
        origin=origin,
        test=(chance[:, U.TEST] < _TEST) & (origin < 0),
    )
    leaving = chance[:, U.LEAVE].copy()
    leaving[count:] = 1.0
    no_show = chance[:, U.NO_SHOW].copy()
    no_show[count:] = 1.0
    counter = _Counter(
        rank=wish.rank,
        patience=patience(leaving, normal[:, 1], _CANCELLED, _VOID),
        walk=(6 + 24 * chance[:, U.WALK]).astype(np.int64),
        work=work.astype(np.int64),
        gap=(4 + 16 * chance[:, U.GAP]).astype(np.int64),
        no_show=no_show,
        second=second,
        sent_on=sent_on,
    )
    return tickets, counter


def _work(item: Ints, deviation: Floats, take: Ints, section: Ints, active: Active) -> Floats:
    """Draw how long each service takes (seconds)."""
    catalogue = columns()
    medians = handling_location(catalogue.minutes, catalogue.sigma)
    work: Floats = np.minimum(medians[item] * np.exp(catalogue.sigma[item] * deviation), _LONGEST)
    for incident in active.kind("system_slow"):
        during = (take >= incident.onset) & (take < incident.end)
        work = np.where(during & (section == incident.section), work * incident.size, work)
    return work


def _line(tickets: Tickets, counter: _Counter, places: Ints, sessions: tuple[Session, ...], day: int) -> Line:
    """Line up one section's people; patience does not run while the hall is shut for lunch."""
    take = tickets.take[places]
    leave = take + counter.patience[places]
    for (_, shut), (opens, _) in zip(sessions, sessions[1:], strict=False):
        over_noon = (take >= 0) & (take < day * DAY + opens) & (leave > day * DAY + shut)
        leave = np.where(over_noon, leave + opens - shut, leave)
    second = counter.second[places]
    back = np.flatnonzero((second >= 0) & ~counter.sent_on[places])
    local = {place: number for number, place in enumerate(places.tolist())}
    after = (4 * MINUTE + 11 * MINUTE * tickets.uniforms[places, U.DELAY]).astype(np.int64)
    return Line(
        take=take.tolist(),
        rank=counter.rank[places].tolist(),
        leave=leave.tolist(),
        walk=counter.walk[places].tolist(),
        work=counter.work[places].tolist(),
        gap=counter.gap[places].tolist(),
        no_show=counter.no_show[places].tolist(),
        again={place: (local[int(second[place])], int(after[place])) for place in back.tolist()},
        missing=_NO_SHOW,
        reach=_REACH,
    )


def _note(tickets: Tickets, counter: _Counter, places: Ints, line: Line, closing: int) -> None:
    """Write down what became of a line's people; who was never called leaves, at the latest soon after closing."""
    for name in ("take", "call", "start", "end", "window", "staff"):
        getattr(tickets, name)[places] = np.array(getattr(line, name), dtype=np.int64)
    called, there = tickets.call[places] >= 0, tickets.take[places] >= 0
    left = places[there & ~called]
    leave = np.array(line.leave, dtype=np.int64)[there & ~called]
    tickets.end[left] = np.minimum(leave, closing + OVERTIME + MINUTE)
    chance = np.where(tickets.origin[left] < 0, tickets.uniforms[left, U.LEAVE], 1.0)
    gone = np.where(tickets.uniforms[left, U.ENDING] < _UNNOTED, Fate.UNNOTED, Fate.ABANDONED)
    gone = np.where(chance < _CANCELLED, Fate.CANCELLED, gone)
    tickets.fate[left] = np.where((chance >= _CANCELLED) & (chance < _CANCELLED + _VOID), Fate.VOID, gone)
    tickets.fate[places[called & (tickets.start[places] < 0)]] = Fate.NO_SHOW


def _send_on(tickets: Tickets, counter: _Counter, places: Ints, closing: int) -> None:
    """Give those who were sent on to another section their new ticket, at the moment the first window lets them go."""
    moved = places[counter.sent_on[places] & (tickets.start[places] >= 0)]
    moved = moved[tickets.end[moved] < closing - _LAST_RETURN]
    tickets.take[counter.second[moved]] = tickets.end[moved]
    tickets.fate[moved] = Fate.RETURNED


def _in_order(tickets: Tickets) -> Tickets:
    """Drop second tickets that were never taken and put the rest in order of time."""
    taken = np.flatnonzero(tickets.take >= 0)
    order = taken[np.argsort(tickets.take[taken], kind="stable")]
    place = np.full(len(tickets.take), -1, dtype=np.int64)
    place[order] = np.arange(len(order))
    kept = tickets.rows(order)
    kept.origin = np.where(kept.origin >= 0, place[kept.origin], -1)
    return kept
