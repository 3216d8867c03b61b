"""One hall's counter from day to day: tickets (取号), what happened at the windows, who was on duty."""

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from cockpit.demo.almanac import DAY, MINUTE, Almanac, date_of
from cockpit.demo.catalogue import GENERAL, GROUPS, ITEMS, SHARES
from cockpit.demo.counters import handling_location, item_weights, plan_counters
from cockpit.demo.demand import Arrivals, U, hall_arrivals
from cockpit.demo.draws import Flags, Floats, Ints, pick
from cockpit.demo.places import Hall, Session
from cockpit.demo.service import OVERTIME, Line, Presence, serve
from cockpit.demo.staff import Duty, plan_day

_PATIENCE_MEDIAN, _PATIENCE_SPREAD = 45 * MINUTE, 0.55
_CANCELLED, _VOID, _NO_SHOW = 0.010, 0.003, 0.022
_TRANSFERRED, _RETURNED, _TEST = 0.03, 0.012, 0.0008
_RECALLED = 0.06
PLANNED_AHEAD = 7
"""For how many days after the last one rosters and window plans are there already."""
_LONGEST = 90 * MINUTE


class Fate(IntEnum):
    """How a ticket ends; the number is its place in STATUSES."""

    DONE = 0
    ABANDONED = 1
    NO_SHOW = 2
    RETURNED = 3
    VOID = 4
    CANCELLED = 5


STATUSES = ("done", "abandoned", "no_show", "returned", "void", "cancelled")


@dataclass
class Tickets:
    """The tickets of one hall in order of time; -1 stands for nothing (not called, no transfer)."""

    day: Ints
    take: Ints
    item: Ints
    queue: Ints
    uniforms: Floats
    call: Ints
    start: Ints
    end: Ints
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
    """What the simulation needs of each ticket, transfers (at the end, without a time as yet) included."""

    take: Ints
    group: Ints
    rank: Ints
    patience: Ints
    walk: Ints
    work: Ints
    gap: Ints
    no_show: Flags
    transfer: Ints
    """Place of the ticket a person gets when sent on to another group, else -1."""


def run_hall(hall: Hall, almanac: Almanac, seed: int) -> HallDays:
    """Let the hall work through all its days."""
    arrivals = hall_arrivals(hall, almanac, seed)
    tickets, counter = _draw(hall, arrivals)
    result = HallDays(hall, tickets)
    groups = [number for number, share in enumerate(SHARES[hall.level]) if share]
    bounds = np.searchsorted(arrivals.day, np.array([*almanac.days, almanac.days.stop]))
    for number, day in enumerate(almanac.days):
        sessions = hall.sessions(almanac.types[day], date_of(day).weekday())
        if not sessions:
            continue
        shift = plan_day(hall, day, sessions, seed)
        members = np.arange(bounds[number], bounds[number + 1])
        sent_on: list[int] = []
        presences: list[Presence] = []
        for group in groups:
            extra = [place for place in sent_on if counter.group[place] == group]
            places = np.concatenate([members[counter.group[members] == group], np.array(extra, dtype=np.int64)])
            places = places[np.argsort(counter.take[places], kind="stable")]
            line = _line(counter, places, sessions, day)
            presences += serve(line, shift.posts.get(group, []))
            _note(tickets, counter, places, line, day * DAY + sessions[-1][1])
            if group == GENERAL:
                sent_on = _send_on(tickets, counter, places, day * DAY + sessions[-1][1])
        shift.stay_for(presences)
        result.presences += presences
        result.plan += shift.plan
        result.duties += shift.duties
    for day in range(almanac.days.stop, almanac.days.stop + PLANNED_AHEAD):
        sessions = hall.sessions(almanac.types[day], date_of(day).weekday())
        if sessions:
            shift = plan_day(hall, day, sessions, seed)
            result.plan += shift.plan
            result.duties += shift.duties
    result.tickets = _in_order(tickets)
    return result


def _draw(hall: Hall, arrivals: Arrivals) -> tuple[Tickets, _Counter]:
    """Turn chance into what each person wants and how they behave."""
    chance, normal = arrivals.uniforms, arrivals.normals
    item = pick(item_weights(hall.level), chance[:, U.ITEM])
    item_group = np.array([entry.group for entry in ITEMS], dtype=np.int64)
    count = len(item)
    others = np.array([share if number > GENERAL else 0.0 for number, share in enumerate(SHARES[hall.level])])
    moved = np.flatnonzero((item_group[item] == GENERAL) & (chance[:, U.TRANSFER] < _TRANSFERRED))
    weights = item_weights(hall.level) * (others[item_group] > 0)
    item = np.concatenate([item, pick(weights, chance[moved, U.TRANSFER] / _TRANSFERRED)])
    source = np.concatenate([np.arange(count), moved])
    chance, normal = chance[source], normal[source]
    medians = np.array([handling_location(entry.minutes, entry.sigma) for entry in ITEMS])
    sigmas = np.array([entry.sigma for entry in ITEMS])
    deviation = normal[:, 0].copy()
    deviation[count:] = normal[count:, 2]
    work = np.minimum(medians[item] * np.exp(sigmas[item] * deviation), _LONGEST)
    fate = np.full(len(item), Fate.DONE, dtype=np.int64)
    fate[chance[:, U.RETURN] < _RETURNED] = Fate.RETURNED
    work[fate == Fate.RETURNED] *= 0.5
    transfer = np.full(len(item), -1, dtype=np.int64)
    transfer[moved] = count + np.arange(len(moved))
    work[moved] = np.minimum(work[moved], 4 * MINUTE)
    queue, rank = _queues(hall, item_group[item], chance[:, U.QUEUE])
    origin = np.concatenate([np.full(count, -1, dtype=np.int64), moved])
    nothing = np.full(len(item), -1, dtype=np.int64)
    take = np.concatenate([arrivals.take, nothing[count:]])
    recalled = chance[:, U.WALK] < _RECALLED
    walk = np.where(recalled, 45 + 900 * chance[:, U.WALK], 8 + 40 * chance[:, U.WALK])
    tickets = Tickets(
        day=arrivals.day[source],
        take=take,
        item=item,
        queue=queue,
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
    counter = _Counter(
        take=tickets.take,
        group=item_group[item],
        rank=rank,
        patience=_patience(tickets, normal[:, 1]),
        walk=walk.astype(np.int64),
        work=work.astype(np.int64),
        gap=(5 + 20 * chance[:, U.GAP]).astype(np.int64),
        no_show=chance[:, U.NO_SHOW] < _NO_SHOW,
        transfer=transfer,
    )
    return tickets, counter


def _queues(hall: Hall, group: Ints, chance: Floats) -> tuple[Ints, Ints]:
    """Choose each person's queue in their group: a few have priority, some an appointment."""
    queue = np.zeros(len(group), dtype=np.int64)
    rank = np.zeros(len(group), dtype=np.int64)
    counters = plan_counters(hall)
    share = {"priority": 0.04, "appointment": 0.11}
    for number in range(len(GROUPS)):
        mine = group == number
        edge = np.zeros(int(mine.sum()))
        taken = np.zeros(len(edge), dtype=np.bool_)
        queue_of, rank_of = np.zeros(len(edge), dtype=np.int64), np.zeros(len(edge), dtype=np.int64)
        for entry in counters.queues_of(number):
            edge = edge + share.get(entry.queue_type, 1.0)
            hit = ~taken & (chance[mine] < edge)
            queue_of[hit], rank_of[hit] = entry.index, entry.rank
            taken |= hit
        queue[mine], rank[mine] = queue_of, rank_of
    return queue, rank


def _patience(tickets: Tickets, normal: Floats) -> Ints:
    """Draw how long each person waits at most (seconds); cancelled and void tickets leave at once."""
    chance = tickets.uniforms[:, U.LEAVE]
    patience = _PATIENCE_MEDIAN * np.exp(_PATIENCE_SPREAD * normal)
    patience = np.where(chance < _CANCELLED, 20 + 500 * chance / _CANCELLED, patience)
    void = (chance >= _CANCELLED) & (chance < _CANCELLED + _VOID)
    patience = np.where(void, 5 + 40 * (chance - _CANCELLED) / _VOID, patience)
    return patience.astype(np.int64)


def _line(counter: _Counter, places: Ints, sessions: tuple[Session, ...], day: int) -> Line:
    """Line up one group's people; patience does not run while the hall is shut for lunch."""
    take = counter.take[places]
    leave = take + counter.patience[places]
    for (_, shut), (opens, _) in zip(sessions, sessions[1:], strict=False):
        over_noon = (take < day * DAY + opens) & (leave > day * DAY + shut)
        leave = np.where(over_noon, leave + opens - shut, leave)
    return Line(
        take=take.tolist(),
        rank=counter.rank[places].tolist(),
        leave=leave.tolist(),
        walk=counter.walk[places].tolist(),
        work=counter.work[places].tolist(),
        gap=counter.gap[places].tolist(),
        no_show=counter.no_show[places].tolist(),
    )


def _note(tickets: Tickets, counter: _Counter, places: Ints, line: Line, closing: int) -> None:
    """Write down what became of a line's people; who was never called leaves, at the latest soon after closing."""
    for name in ("call", "start", "end", "window", "staff"):
        getattr(tickets, name)[places] = np.array(getattr(line, name), dtype=np.int64)
    uncalled = tickets.call[places] < 0
    left = places[uncalled]
    tickets.end[left] = np.minimum(np.array(line.leave, dtype=np.int64)[uncalled], closing + OVERTIME + MINUTE)
    chance = tickets.uniforms[left, U.LEAVE]
    gone = np.where(chance < _CANCELLED, Fate.CANCELLED, Fate.ABANDONED)
    tickets.fate[left] = np.where((chance >= _CANCELLED) & (chance < _CANCELLED + _VOID), Fate.VOID, gone)
    tickets.fate[places[(tickets.call[places] >= 0) & (tickets.start[places] < 0)]] = Fate.NO_SHOW


def _send_on(tickets: Tickets, counter: _Counter, places: Ints, closing: int) -> list[int]:
    """Give those who were sent on to another group their new ticket, at the moment the first window lets them go."""
    moved = places[(counter.transfer[places] >= 0) & (tickets.start[places] >= 0)]
    moved = moved[tickets.end[moved] < closing - 10 * MINUTE]
    new = counter.transfer[moved]
    tickets.take[new] = tickets.end[moved]
    tickets.fate[moved] = Fate.RETURNED
    return [int(place) for place in new]


def _in_order(tickets: Tickets) -> Tickets:
    """Drop transfers that did not take place and put the rest in order of time."""
    taken = np.flatnonzero(tickets.take >= 0)
    order = taken[np.argsort(tickets.take[taken], kind="stable")]
    place = np.full(len(tickets.take), -1, dtype=np.int64)
    place[order] = np.arange(len(order))
    kept = tickets.rows(order)
    kept.origin = np.where(kept.origin >= 0, place[kept.origin], -1)
    return kept
