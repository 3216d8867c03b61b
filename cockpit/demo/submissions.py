"""What is submitted without coming to a window (网上申请 and other ways), office by office and day by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from cockpit.demo.almanac import DAY, HOUR, Almanac
from cockpit.demo.catalogue import columns
from cockpit.demo.counters import group_shares
from cockpit.demo.demand import CASE_UNIFORMS, REVIEW_UNIFORMS, day_factor
from cockpit.demo.draws import Floats, Ints, Stream, pick, stream
from cockpit.demo.incidents import Active, Incident
from cockpit.demo.places import County, Hall

_HALL_PER_TICKET, _CENTRAL_PER_TICKET, _REST_DAY, _HOLIDAY = 0.195, 0.405, 0.20, 0.12
CHANNELS = ("pc", "app", "mini", "kiosk", "mail", "hotline", "social", "staff", "other", "window")
WINDOW, KIOSK, STAFF = 9, 3, 7
_CHANNEL_SHARES = np.array([0.25, 0.56, 0.175, 0.006, 0.001, 0.002, 0.001, 0.003, 0.002])
_BY_HOUR = np.array([1, 2, 5, 8, 9, 8, 5, 5, 8, 8, 7, 6, 4, 4, 5, 4, 2.5, 1.0])
_FIRST_HOUR = 6
_EXTRA = 6
"""Numbers of chance of a submission beside those of its case and review."""
_TRY_FIRST = 4
"""Within so many days after a submission that is stuck people come to a window."""


@dataclass(frozen=True)
class Office:
    """Where cases are taken in: a hall, or a county's online office (无大厅)."""

    county: County
    hall: Hall | None
    tickets_a_day: float

    @property
    def label(self) -> str:
        """What the numbers of its cases begin with."""
        return self.hall.hall_id if self.hall else self.county.code

    @property
    def stream(self) -> int:
        """The number of this office's random streams."""
        return self.hall.index if self.hall else 100_000 + self.county.index


@dataclass(frozen=True)
class Submissions:
    """Submissions of one office and day, in order of time (seconds)."""

    apply: Ints
    item: Ints
    channel: Ints
    person: Floats
    uniforms: Floats
    """The case's own numbers; see lifecycle.C."""
    review: Floats
    visit: Ints
    """Day on which a person whose submission is stuck comes to a window instead; -1 = does not."""


@lru_cache(maxsize=256)
def online_weights(hall: Hall | None) -> Floats:
    """Return each item's share of what is submitted online to a hall, or to a county's office."""
    catalogue = columns()
    shares = np.array(group_shares(hall) if hall else (0.25, 0.29, 0.17, 0.17, 0.12, 0.0))
    weights: Floats = catalogue.online * shares[catalogue.group]
    weights = weights / weights.sum()
    return weights


def offices_of(halls: Sequence[Hall], counties: Sequence[County]) -> list[Office]:
    """Return all offices that take cases in: the halls, then the counties' online offices."""
    by_name = {county.name: county for county in counties}
    found = [Office(by_name[hall.county], hall, hall.daily) for hall in halls]
    for county in counties:
        found.append(Office(county, None, sum(hall.daily for hall in halls if hall.county == county.name)))
    return found


def expected_online(office: Office) -> float:
    """Return how many submissions an office gets on an ordinary working day."""
    return office.tickets_a_day * (_HALL_PER_TICKET if office.hall else _CENTRAL_PER_TICKET)


def submissions(office: Office, almanac: Almanac, day: int, seed: int, active: Active) -> Submissions:
    """Draw what is submitted to an office on a day; people submit on every day of the week."""
    rng = stream(seed, Stream.ONLINE, office.stream, day)
    if almanac.is_workday(day):
        level = day_factor(seed, almanac, day)
    else:
        level = _HOLIDAY if almanac.types[day] == "holiday" else _REST_DAY
    count = int(rng.poisson(expected_online(office) * level))
    chance = rng.random((count, CASE_UNIFORMS + REVIEW_UNIFORMS + _EXTRA))
    chance = chance[np.argsort(chance[:, -1])]
    edges = np.arange(len(_BY_HOUR) + 1) * HOUR + _FIRST_HOUR * HOUR
    course = np.concatenate([[0.0], np.cumsum(_BY_HOUR) / _BY_HOUR.sum()])
    apply = day * DAY + np.interp(chance[:, -1], course, edges).astype(np.int64)
    item = pick(online_weights(office.hall), chance[:, -2])
    channel = pick(_CHANNEL_SHARES, chance[:, -3])
    kept = np.ones(count, dtype=np.bool_)
    for incident in active.kind("online_outage"):
        if incident.county != office.county.index or not incident.touches(day * DAY, (day + 1) * DAY):
            continue
        # Part of those who cannot get through is helped at a kiosk or by staff, the others give up.
        hit = (chance[:, -5] < incident.size) & (apply >= incident.onset) & (apply < incident.end) & (channel < KIOSK)
        channel = np.where(hit, np.where(chance[:, -6] < 0.5, KIOSK, STAFF), channel)
        kept &= ~(hit & (chance[:, -6] > 0.65))
    visit = _visits(office, almanac, day, apply, item, chance, active)
    return Submissions(
        apply=apply[kept],
        item=item[kept],
        channel=channel[kept],
        person=chance[kept, -4],
        uniforms=chance[kept, :CASE_UNIFORMS],
        review=chance[kept, CASE_UNIFORMS : CASE_UNIFORMS + REVIEW_UNIFORMS],
        visit=visit[kept],
    )


def _visits(
    office: Office, almanac: Almanac, day: int, apply: Ints, item: Ints, chance: Floats, active: Active
) -> Ints:
    """Send people whose online submission is stuck to a window on one of the next days."""
    visit = np.full(len(apply), -1, dtype=np.int64)
    if office.hall is not None and office.hall.states_only:
        return visit
    for incident in active.kind("online_fault"):
        if not incident.touches(day * DAY, (day + 1) * DAY):
            continue
        hit = (item == incident.item) & (chance[:, -5] < incident.size)
        hit &= (apply >= incident.onset) & (apply < incident.end)
        wish = apply // DAY + 1 + (chance[:, -6] * (_TRY_FIRST - 1)).astype(np.int64)
        visit = np.where(hit, almanac.on_or_after(wish), visit)
    return visit


def stuck_visitors(
    offices: list[Office], almanac: Almanac, day: int, seed: int, active: Active
) -> list[tuple[int, float]]:
    """Return who comes to a hall on a day because their online submission is stuck: item and person."""
    found: list[tuple[int, float]] = []
    for before in range(day - _LATEST_VISIT, day):
        start, end = before * DAY, (before + 1) * DAY
        happening = tuple(i for i in active.kind("online_fault", "online_outage") if i.touches(start, end))
        for office in offices:
            weights = online_weights(office.hall)
            if any(i.kind == "online_fault" and weights[i.item] > 0 for i in happening):
                drawn = _stuck_on(office, almanac, before, seed, happening)
                found += [(item, person) for visit, item, person in drawn if visit == day]
    return found


_LATEST_VISIT = 15


@lru_cache(maxsize=8192)
def _stuck_on(
    office: Office, almanac: Almanac, day: int, seed: int, happening: tuple[Incident, ...]
) -> tuple[tuple[int, int, float], ...]:
    """Return whose submission of a day is stuck: when they come to a window, item, person."""
    drawn = submissions(office, almanac, day, seed, Active.of(happening))
    stuck = np.flatnonzero(drawn.visit >= 0)
    return tuple(
        zip(drawn.visit[stuck].tolist(), drawn.item[stuck].tolist(), drawn.person[stuck].tolist(), strict=True)
    )
