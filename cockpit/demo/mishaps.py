"""When and where things go wrong in the demo city.

Incidents are drawn by spans of forty days, so that neither the first nor the last day of a city changes its history.
"""

from collections.abc import Sequence
from functools import lru_cache

from cockpit.demo.almanac import DAY, HOUR, MINUTE, date_of
from cockpit.demo.attendance import CHECK_EVERY
from cockpit.demo.draws import Stream, stream
from cockpit.demo.incidents import STRENGTHS, Active, Incident
from cockpit.demo.kinds import KINDS, Kind
from cockpit.demo.places import Hall
from cockpit.demo.placing import PLACES, Rng, Town

SPAN = 40
_WHOLE_CITY, _ALL_COUNTIES, _SMALL_CITY = 82, 9, 0.5
_LONGEST = 60
"""No incident lasts longer than so many days."""
_MORNING, _AFTERNOON = (
    (9 * HOUR + 15 * MINUTE, 10 * HOUR + 15 * MINUTE),
    (13 * HOUR + 45 * MINUTE, 14 * HOUR + 15 * MINUTE),
)
_EVERYWHERE = ("dept", "item")


class Mishaps(Town):
    """The incidents of a city, whatever days are asked for."""

    def during(self, days: range) -> Active:
        """Return the incidents that touch these days."""
        spans = range((days.start - _LONGEST) // SPAN, days.stop // SPAN + 1)
        drawn = [incident for span in spans for incident in _drawn(self, span)]
        return Active.of(i for i in drawn if i.touches(days.start * DAY, days.stop * DAY))


@lru_cache(maxsize=256)
def _drawn(city: Town, span: int) -> tuple[Incident, ...]:
    """Draw the incidents that begin in one span of forty days."""
    taken: set[tuple[int, int]] = set()
    found = []
    workdays = [day for day in range(span * SPAN, (span + 1) * SPAN) if city.almanac.is_workday(day)]
    mondays = [day for day in workdays if date_of(day).weekday() == 0] or workdays
    for number, kind in enumerate(KINDS):
        rate = kind.often
        if kind.place == "county":
            rate *= len(city.counties) / _ALL_COUNTIES
        elif kind.place not in _EVERYWHERE:
            rate = max(rate * len(city.halls) / _WHOLE_CITY, _SMALL_CITY)
        rng = stream(city.seed, Stream.INCIDENTS, number, span)
        phase = (number * 0.618) % 1
        days = mondays if kind.key == "complaints_wave" else workdays
        for turn in range(int(span * rate + phase), int((span + 1) * rate + phase)):
            strength = STRENGTHS[(turn + number) % 3]
            incident = _one(city, kind, strength, number * 10_000 + turn, days, rng, taken)
            if incident is not None:
                found.append(incident)
    return tuple(found)


def _one(
    city: Town, kind: Kind, strength: str, number: int, days: Sequence[int], rng: Rng, taken: set[tuple[int, int]]
) -> Incident | None:
    """Draw one incident; none if the city has no place for it."""
    level = STRENGTHS.index(strength)
    size, length = float(kind.sizes[level]), float(kind.lengths[level]) * float(rng.uniform(0.9, 1.1))
    for _ in range(12):
        if not days:
            return None
        day = int(days[int(rng.integers(len(days)))])
        place = PLACES[kind.place](city, kind, size, day, rng)
        if place is None:
            return None
        hall = int(place.get("hall", -1))  # type: ignore[call-overload]
        if kind.within_a_day and (hall, day) in taken:
            continue
        if kind.within_a_day:
            taken.add((hall, day))
            onset, end = _clock(city, kind, city.halls[hall], day, length, rng)
        elif kind.place == "check":
            due = day + (1 - day) % CHECK_EVERY
            onset, end = due * DAY + 12 * HOUR, (due + CHECK_EVERY) * DAY
        else:
            onset, end = day * DAY + 8 * HOUR, (day + round(length)) * DAY + 18 * HOUR
        if kind.key == "neglected_reviews":
            size = _share_of_bad(city.halls[hall], size, length)
        return Incident(number, kind.key, strength, onset, end, size, **place)  # type: ignore[arg-type]
    return None


def _clock(city: Town, kind: Kind, hall: Hall, day: int, minutes: float, rng: Rng) -> tuple[int, int]:
    """Choose an incident's hours: at a busy time of the day, or from the opening on."""
    sessions = hall.sessions(city.almanac.types[day], date_of(day).weekday())
    if kind.key == "late_opening":
        onset = sessions[0][0]
    else:
        early, late = _MORNING if rng.random() < 0.6 else _AFTERNOON
        onset = int(rng.uniform(early, late))
    end = min(onset + int(minutes * MINUTE), sessions[-1][1] - 10 * MINUTE)
    return day * DAY + onset, day * DAY + end


def _share_of_bad(hall: Hall, reviews: float, days: float) -> float:
    """Return the share of active reviews that makes about so many bad ones while the incident lasts."""
    return reviews / max(hall.daily * 0.4 * days * 5 / 7 * 0.5, reviews * 2)
