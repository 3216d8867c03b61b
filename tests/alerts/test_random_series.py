"""Fifty random series of each indicator: replay, live evaluation and a plain fold give the same changes of level."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest

from alerts.catalogue import catalogue
from alerts.course import course
from alerts.definition import Definition
from alerts.levels import judged
from alerts.lines import asked_of
from alerts.machine import REASONS, Reason
from alerts.steps import Standing, advanced, ended
from tests.alerts.naive import fold
from tests.alerts.published import Published, published
from tests.alerts.storyline import AT, ZONE, frame, read, written

#: So many places, in so many halls where these have several.
PLACES, HALLS = 50, 5
DAY = dt.timedelta(days=1)
#: Place, instant, before, level, reason, flapping, and the sample of the reading, which is its number here.
Line = tuple[tuple[str, ...], dt.datetime, int, int, str, bool, int | None]


@dataclass
class City:
    """Random readings of one indicator: which halls are read when, when they close, and what is read."""

    instants: list[tuple[str, dt.datetime]]
    closings: list[tuple[str, dt.datetime]]
    lines: list[tuple[dict[str, str], dt.datetime, dict[str, Any]]]
    places: list[dict[str, str]]


def city(of: Published, dice: random.Random) -> City:
    columns = of.grain.split()
    halls = [f"H{number}" for number in range(PLACES // 2 if columns == ["hall_id"] else HALLS)]
    instants, closings = [], []
    begin = dt.datetime(2026, 10, 12, 9, tzinfo=ZONE)
    for hall in halls:
        if of.cadence == "RT":
            # Halls open and close at times of their own; one is shut on the second day.
            for day in range(3):
                if (hall, day) == ("H1", 1):
                    continue
                start = begin + day * DAY + dt.timedelta(minutes=5 * dice.randrange(1, 4))
                count = dice.randrange(15, 26) * of.minutes // 5
                instants += [(hall, start + number * dt.timedelta(minutes=5)) for number in range(count)]
                closings.append((hall, instants[-1][1] + dt.timedelta(minutes=dice.choice([0, 0, 2]))))
        else:
            every = DAY * (7 if of.cadence == "W" else 1)
            # In the evening of a day on which a hall was shut it is not read; weeks and months are read for all.
            shut = 0.1 if of.cadence == "D" else 0
            instants += [(hall, begin + number * every) for number in range(45) if dice.random() >= shut]
    places, lines = [], []
    for number in range(len(halls) if columns == ["hall_id"] else PLACES):
        place = {name: f"{name}{number}" for name in columns}
        if "hall_id" in place:
            place["hall_id"] = halls[number % len(halls)]
        places.append(place)
        hall = place.get("hall_id")
        mine = sorted(
            {at for where, at in instants if hall in (None, where)}
            if of.cadence in ("RT", "D")
            else {at for _, at in instants}
        )
        asked = [at for at in mine if of.minutes != 30 or at.minute % 30 == 0]
        for at, reading in zip(asked, series(of, dice), strict=False):
            if reading is not None:
                lines.append((place, at, reading | {"sample": len(lines)}))
    return City(instants, closings, lines, places)


def series(of: Published, dice: random.Random) -> Iterator[dict[str, Any] | None]:
    """Readings in spells of some length, so that levels come, stay and go."""
    yellow, orange, red = of.levels
    worse = 1 if of.direction == "up" else -1
    edges = {
        "calm": [of.recovery, of.recovery - 1000 * worse],
        "between": [(of.recovery + yellow) / 2, yellow - 1e-9 * worse],
        "yellow": [yellow, yellow + 1e-9 * worse, (yellow + orange) / 2],
        "orange": [orange, orange + 1e-9 * worse, (orange + red) / 2],
        "red": [red, red + 1e-9 * worse, red + 1000 * worse],
    }
    source = "headcounts"
    while True:
        spell = dice.choice([*edges, *edges, "few", "dark", "held", "absent", "any"])
        length = dice.choice([1, 1, 2, 3, 4, 5]) if spell != "few" else dice.choice([1, 2, 12, 13])
        for _ in range(length):
            if spell == "absent":
                yield None
            elif spell in ("few", "dark"):
                yield {"reading": "insufficient" if spell == "few" else "no_data", "value": None}
            else:
                among = edges.get(spell) or dice.choice(list(edges.values()))
                source = dice.choice([source] * 8 + ["headcounts", "tickets"])
                reading = {"reading": "value"} | beside(of, dice.choice(among), dice, source)
                if spell == "held":  # bad data forbid to judge, whatever is read
                    reading |= {"reading": dice.choice(["value", "insufficient"]), "held": True}
                yield reading


def beside(of: Published, value: float, dice: random.Random, source: str) -> dict[str, Any]:
    """A value and what a level also looks at."""
    often = dice.random() < 0.85
    if of.number == 1:
        usual = dice.choice([16, 100, 400])
        return {"value": value, "denominator": usual, "numerator": usual + (3 if often else 2.9) * usual**0.5}
    if of.number == 2:
        return {"value": value, "people_from": source}
    if of.number == 3:
        return {
            "value": value,
            "numerator": 30 if often else dice.choice([9, 10, 14, 15, 25]),
            "baseline": dice.choice([7, 12]),
        }
    if of.number in (7, 10) and dice.random() < 0.1:
        return {"value": None, "numerator": dice.choice([0, 3])}
    if of.number in (9, 10):
        return {"value": value, "waiting_per_window": 5 if often else dice.choice([None, 1, 1.5, 2, 2.5, 3])}
    if of.number in (15, 31, 34):
        return {"value": value, "numerator": 5 if often else dice.choice([0, 1, 2, 3])}
    if of.number == 26:
        return {"value": value, "at_one_window": 0 if often else dice.choice([1, 2])}
    if of.number == 32:
        return {"value": value, "missing": 4 if often else dice.choice([0, 1, 2])}
    if of.number == 38:
        off = dice.choice([0, 1, 2, 4])
        return {
            "value": value,
            "denominator": dice.choice([4, 5]),
            "numerator": off,
            "key_off": min(off, dice.choice([0, 1])),
        }
    return {"value": value, "numerator": 1, "denominator": 2}


def by_replay(definition: Definition, of: City) -> list[Line]:
    ready = judged(frame(definition, of.lines), definition)
    instants = pl.DataFrame(of.instants, schema={"hall_id": pl.String, "at": AT}, orient="row")
    closings = pl.DataFrame(of.closings, schema={"hall_id": pl.String, "last_close": AT}, orient="row")
    closings = closings.with_columns(pl.col("last_close").dt.date().alias("date"))
    if definition.cadence in ("W", "M"):
        instants = instants.select("at").unique(maintain_order=True)
    return told(course(ready, definition, asked_of(definition, instants), closings), ready, definition)


def by_live(definition: Definition, of: City) -> list[Line]:
    kept, found = written(Standing.nothing(definition)), []
    whole = judged(frame(definition, of.lines), definition)
    parts = {at: part for (at,), part in whole.partition_by("at", as_dict=True).items()}
    halls: dict[dt.datetime, list[str]] = {}
    for hall, at in of.instants:
        halls.setdefault(at, []).append(hall)
    closing: dict[dt.datetime, list[str]] = {}
    for hall, at in of.closings:
        closing.setdefault(at, []).append(hall)
    for at in sorted({*halls, *closing}):
        standing = read(kept, definition)
        here = pl.DataFrame(
            {"hall_id": halls.get(at, []), "at": [at] * len(halls.get(at, []))}, schema={"hall_id": pl.String, "at": AT}
        )
        asked = asked_of(definition, here.select("at") if definition.cadence in ("W", "M") else here)
        if asked.height:
            ready = parts.get(at, whole.clear())
            standing, changes = advanced(standing, ready, definition, asked)
            found += told(changes, ready, definition)
        if at in closing:
            over = pl.DataFrame(
                {"hall_id": closing[at], "at": [at] * len(closing[at])}, schema={"hall_id": pl.String, "at": AT}
            )
            standing, changes = ended(standing, over)
            found += told(changes, whole, definition)
        kept = written(standing)
    return found


def told(changes: pl.DataFrame, ready: pl.DataFrame, definition: Definition) -> list[Line]:
    numbers = ready["sample"].to_list()
    return [
        (
            tuple(row[name] for name in definition.grain), row["at"], row["before"], row["level"],
            REASONS[Reason(row["reason"])], row["flapping"], None if row["row"] is None else numbers[row["row"]],
        )
        for row in changes.iter_rows(named=True)
    ]  # fmt: skip


def by_hand(of: Published, made: City) -> list[Line]:
    found: list[Line] = []
    for place in made.places:
        name, hall = tuple(place.values()), place.get("hall_id")
        readings = {at: reading for where, at, reading in made.lines if where is place}
        whole = of.cadence in ("W", "M") or hall is None
        asked = sorted({at for where, at in made.instants if whole or where == hall})
        asked = [at for at in asked if of.minutes != 30 or at.minute % 30 == 0]
        days = sorted({at.date() for at in asked}) if of.cadence == "RT" else [None]
        for day in days:
            part = [at for at in asked if day in (None, at.date())]
            turns = fold(of, [readings.get(at) for at in part])
            for at, turn in zip(part, turns, strict=True):
                if turn.level != turn.before:
                    sample = readings[at]["sample"] if at in readings else None
                    found.append((name, at, turn.before, turn.level, turn.reason, turn.flapping, sample))
            if day is not None and turns[-1].level:
                close = next(at for where, at in made.closings if where == hall and at.date() == day)
                found.append((name, close, turns[-1].level, 0, "闭厅", False, None))
    return found


def in_order(lines: list[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line[0], line[1], line[4] == "闭厅"))


@pytest.mark.parametrize("id_", catalogue())
def test_replay_live_and_plain_python_give_the_same_changes_of_fifty_series(id_: str) -> None:
    definition, of = catalogue()[id_], published(id_)
    levels, seen, seed = set[int](), 0, 0
    while seen < PLACES:
        made = city(of, random.Random(f"{id_} {seed}"))
        wanted = in_order(by_hand(of, made))
        assert in_order(by_replay(definition, made)) == wanted
        assert in_order(by_live(definition, made)) == wanted
        levels |= {line[3] for line in wanted}
        seen, seed = seen + len(made.places) * (3 if of.cadence == "RT" else 1), seed + 1
    assert levels == {0, 1, 2, 3}


def test_the_random_series_have_all_that_can_happen() -> None:
    lines = [
        line
        for id_ in ("wait_max_open", "bad_review_7d", "hall_occupancy")
        for line in by_hand(published(id_), city(published(id_), random.Random(1)))
    ]
    assert {line[4] for line in lines} == {"达到阈值", "已恢复", "样本不足", "闭厅"}
    assert {line[5] for line in lines} == {False, True}
    assert {line[6] is None for line in lines} == {False, True}


def test_two_readings_of_a_place_at_one_instant_are_refused() -> None:
    definition = catalogue()["wait_avg"]
    at, place = dt.datetime(2026, 10, 12, 10, tzinfo=ZONE), {"hall_id": "H1", "queue_id": "Q1"}
    ready = judged(frame(definition, [(place, at, {"reading": "value", "value": 50.0})] * 2), definition)
    asked = asked_of(definition, ready.select("hall_id", "at").unique())
    with pytest.raises(ValueError, match="wait_avg: a place has two readings"):
        advanced(Standing.nothing(definition), ready, definition, asked)
