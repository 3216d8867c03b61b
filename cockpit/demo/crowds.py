"""Everybody who takes a ticket in a hall, and those whom incidents bring or keep away."""

from dataclasses import dataclass

import numpy as np

from cockpit.demo.almanac import DAY, MINUTE, Almanac, date_of
from cockpit.demo.catalogue import GROUPS, columns
from cockpit.demo.counters import Counters, item_weights, plan_counters
from cockpit.demo.demand import NORMALS, UNIFORMS, Arrivals, U, between, hall_arrivals, profile
from cockpit.demo.draws import Floats, Ints, Stream, pick, stream
from cockpit.demo.incidents import Active, Incident
from cockpit.demo.places import Hall
from cockpit.demo.submissions import Office, stuck_visitors

_PATIENCE_MEDIAN, _PATIENCE_SPREAD = 48 * MINUTE, 0.5


@dataclass(frozen=True)
class Comers:
    """People by time of their ticket, with what they come for."""

    take: Ints
    item: Ints
    uniforms: Floats
    normals: Floats


def comers(hall: Hall, offices: list[Office], almanac: Almanac, days: range, seed: int, active: Active) -> Comers:
    """Draw everybody who takes a ticket in the hall on these days.

    Args:
        hall: the hall.
        offices: where those submit online who come here when their submission is stuck.
        almanac: the city's days.
        days: the days.
        seed: which city.
        active: the incidents of these days, in all places.
    """
    ordinary = hall_arrivals(hall, almanac, days, seed)
    weights = item_weights(hall)
    parts = [_kept(hall, ordinary, pick(weights, ordinary.uniforms[:, U.ITEM]), active)]
    for incident in active.kind("crowd", "tide"):
        if incident.hall == hall.index and incident.onset // DAY in days:
            parts.append(_extra(hall, almanac, incident, seed))
    if active.kind("online_fault"):
        stuck = [_stuck(hall, offices, almanac, day, seed, active) for day in days]
        parts += [part for part in stuck if len(part.take)]
    take = np.concatenate([part.take for part in parts])
    order = np.argsort(take, kind="stable")
    return Comers(
        take=take[order],
        item=np.concatenate([part.item for part in parts])[order],
        uniforms=np.concatenate([part.uniforms for part in parts])[order],
        normals=np.concatenate([part.normals for part in parts])[order],
    )


def _kept(hall: Hall, people: Arrivals, item: Ints, active: Active) -> Comers:
    """Leave out those who stay away because their matter has moved elsewhere (窗口闲置)."""
    stays = np.ones(len(item), dtype=np.bool_)
    for incident in active.kind("idle_section"):
        if incident.hall == hall.index:
            mine = np.isin(columns().group[item], plan_counters(hall).sections[incident.section].groups)
            during = (people.take >= incident.onset) & (people.take < incident.end)
            stays &= ~(mine & during & (people.uniforms[:, U.STAY] > incident.size))
    return Comers(people.take[stays], item[stays], people.uniforms[stays], people.normals[stays])


def _extra(hall: Hall, almanac: Almanac, incident: Incident, seed: int) -> Comers:
    """Draw a crowd: so many times as many people come, to the whole hall or to one section."""
    rng = stream(seed, Stream.EXTRA, incident.number)
    weights = item_weights(hall)
    if incident.kind == "tide":
        weights = weights * np.isin(columns().group, plan_counters(hall).sections[incident.section].groups)
    expected = between(hall, almanac, incident.onset, incident.end) * float(weights.sum() / item_weights(hall).sum())
    count = int(rng.poisson(expected * (incident.size - 1)))
    chance = rng.random((count, UNIFORMS))
    day = incident.onset // DAY
    weekday = date_of(day).weekday()
    edges, shares = profile(weekday, hall.sessions(almanac.types[day], weekday))
    span = np.interp([incident.onset - day * DAY, incident.end - day * DAY], edges, shares)
    moments = np.interp(span[0] + chance[:, U.MOMENT] * (span[1] - span[0]), shares, edges)
    take = day * DAY + np.sort(moments.astype(np.int64))
    return Comers(take, pick(weights, chance[:, U.ITEM]), chance, rng.standard_normal((count, NORMALS)))


def _stuck(hall: Hall, offices: list[Office], almanac: Almanac, day: int, seed: int, active: Active) -> Comers:
    """Let those come whose online submission is stuck."""
    sessions = hall.sessions(almanac.types[day], date_of(day).weekday())
    people = stuck_visitors(offices, almanac, day, seed, active) if sessions else []
    rng = stream(seed, Stream.EXTRA, 1_000_000 + hall.index, day)
    chance = rng.random((len(people), UNIFORMS))
    normals = rng.standard_normal((len(people), NORMALS))
    edges, shares = profile(date_of(day).weekday(), sessions) if sessions else (np.zeros(1), np.zeros(1))
    chance[:, U.KNOWN], chance[:, U.TEST], chance[:, U.TRANSFER] = 0.0, 1.0, 1.0
    chance[:, U.PERSON] = [person for _, person in people]
    take = day * DAY + np.interp(chance[:, U.MOMENT], shares, edges).astype(np.int64)
    return Comers(take, np.array([item for item, _ in people], dtype=np.int64), chance, normals)


@dataclass(frozen=True)
class Wishes:
    """What a section's calling needs to know of each person."""

    section: Ints
    rank: Ints
    queue: Ints


def wishes(hall: Hall, item: Ints, chance: Floats) -> Wishes:
    """Choose each person's section and queue: a few have priority, some an appointment."""
    counters = plan_counters(hall)
    section = _section_of(counters)[columns().group[item]]
    queue = np.zeros(len(item), dtype=np.int64)
    rank = np.zeros(len(item), dtype=np.int64)
    for part in counters.sections:
        mine = np.flatnonzero(section == part.number)
        offered = counters.queues_of(part.number)
        chosen = pick(np.array([entry.share for entry in offered]), chance[mine])
        queue[mine] = np.array([entry.index for entry in offered])[chosen]
        rank[mine] = chosen
    return Wishes(section, rank, queue)


def _section_of(counters: Counters) -> Ints:
    """Return the section that serves each group; -1 where the hall does not offer it."""
    found = np.full(len(GROUPS), -1, dtype=np.int64)
    for section in counters.sections:
        found[list(section.groups)] = section.number
    return found


def patience(chance: Floats, normal: Floats, cancelled: float, void: float) -> Ints:
    """Draw how long each person waits at most (seconds); cancelled and void tickets leave at once."""
    longest = _PATIENCE_MEDIAN * np.exp(_PATIENCE_SPREAD * normal)
    longest = np.where(chance < cancelled, 20 + 500 * chance / cancelled, longest)
    at_once = (chance >= cancelled) & (chance < cancelled + void)
    return np.where(at_once, 5 + 40 * (chance - cancelled) / void, longest).astype(np.int64)
