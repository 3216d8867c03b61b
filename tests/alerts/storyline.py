"""Timelines as tests tell them: a day as a table of text, and three ways to go through it.

A line is `when | reading | level reason`. When is a clock time (or a span of them on the grid) of the day named last,
or a day. A reading is its columns (`value=15`), or `insufficient`, `no_data`, `absent` (no line at all), `held …` (bad
data forbid to judge it), `closing`. The reason stands only where the level changes; in a span, at its first instant.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from alerts.course import course
from alerts.definition import Definition
from alerts.levels import judged
from alerts.lines import asked_of
from alerts.machine import REASONS, Reason, State
from alerts.steps import Standing, advanced, ended
from metrics.reading import READING
from tests.alerts.naive import Reading, fold
from tests.alerts.published import Published

ZONE = ZoneInfo("Asia/Shanghai")
LEVELS = {"正常": 0, "黄": 1, "橙": 2, "红": 3}
AT: Any = pl.Datetime("us", "Asia/Shanghai")
_DUE = {"RT": dt.time(0), "D": dt.time(20), "W": dt.time(6), "M": dt.time(20)}
_EXTRAS: dict[str, Any] = {
    "waiting_per_window": pl.Float64, "key_off": pl.Int64, "missing": pl.Int64, "at_one_window": pl.Int64,
    "people_from": pl.String, "comparison": pl.String, "minutes": pl.Int64, "left_out": pl.Int64,
}  # fmt: skip
NUMBERS = ("numerator", "denominator", "value", "sample", "baseline")
#: What happened at an instant: before, level, reason.
Move = tuple[dt.datetime, int, int, str]


@dataclass(frozen=True)
class Step:
    """An instant of a timeline: what is read (None: no line) or that the hall closes, and what must hold then."""

    at: dt.datetime
    reading: Reading
    closing: bool
    level: int
    reason: str


def steps(told: str, of: Published) -> list[Step]:
    """The instants of a timeline."""
    found: list[Step] = []
    day: dt.date | None = None
    for line in told.strip().splitlines():
        text = line.split("#")[0].strip()
        if not text:
            continue
        when, *rest = (part.strip() for part in text.split("|"))
        if "-" in when and ":" not in when.split(" ")[0]:
            date, _, clock = when.partition(" ")
            day = dt.date.fromisoformat(date)
            when = clock or f"{_DUE[of.cadence]:%H:%M}"
        if not rest:
            continue
        assert day is not None, f"{line}: of which day?"
        reading, (level, *reason) = rest[0], rest[1].split()
        for number, at in enumerate(_instants(day, when, of.minutes)):
            why = reason[0] if reason and number == 0 else ""
            found.append(Step(at, _reading(reading), reading == "closing", LEVELS[level], why))
    for one, following in zip(found, found[1:], strict=False):
        assert following.at > one.at or following.closing, f"{following.at} comes after {one.at}"
    return found


def _instants(day: dt.date, when: str, minutes: int) -> Iterator[dt.datetime]:
    first, _, last = when.partition("–")
    at, until = (dt.datetime.combine(day, dt.time.fromisoformat(part), ZONE) for part in (first, last or first))
    while at <= until:
        yield at
        at += dt.timedelta(minutes=minutes)


def _reading(text: str) -> Reading:
    kind, *rest = text.split()
    if kind in ("absent", "closing"):
        return None
    if kind in ("insufficient", "no_data"):
        return {"reading": kind, "value": None} | _columns(rest)
    held = kind == "held"
    return {"reading": "value", "held": held, "value": None} | _columns(rest if held else [kind, *rest])


def _columns(parts: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in parts:
        name, _, value = part.partition("=")
        known: Any = None if value == "none" else value if _EXTRAS.get(name) == pl.String else float(value)
        found[name] = int(known) if known is not None and _EXTRAS.get(name) == pl.Int64 else known
    return found


def frame(
    definition: Definition, lines: Sequence[tuple[Mapping[str, str], dt.datetime, Mapping[str, Any]]]
) -> pl.DataFrame:
    """Readings as the quantity gives them, with `held`, from (place, instant, columns)."""
    shape: dict[str, Any] = dict.fromkeys(definition.grain, pl.String) | {"at": AT}
    shape |= dict.fromkeys(NUMBERS, pl.Float64) | {"reading": pl.String, "held": pl.Boolean}
    shape |= {name: _EXTRAS[name] for name in definition.quantity.extras}
    rows = [{"held": False} | dict(place) | {"at": at} | dict(columns) for place, at, columns in lines]
    strange = {name for row in rows for name in row} - shape.keys()
    assert not strange, f"{definition.id}: its readings have no {strange}"
    return pl.DataFrame(rows, schema=shape).with_columns(
        pl.col("reading").cast(READING), pl.col("sample").cast(pl.Int64)
    )


def written(standing: Standing) -> str:
    """What is remembered, as text that a database keeps."""
    state = {name: values.tolist() for name, values in vars(standing.state).items()}
    return json.dumps({"places": standing.places.to_dicts(), "state": state})


def read(text: str, definition: Definition) -> Standing:
    """What was remembered."""
    body = json.loads(text)
    shape = dict.fromkeys(definition.grain, pl.String)
    state = {name: np.array(values, dtype=np.int64) for name, values in body["state"].items()}
    state |= {name: state[name].reshape(-1, 3) for name in ("met", "past")}
    return Standing(pl.DataFrame(body["places"], schema=shape), State(**state))


def place_of(definition: Definition) -> dict[str, str]:
    """Some place of an indicator."""
    return {name: f"{name}-1" for name in definition.grain}


def as_course(told: Sequence[Step], definition: Definition) -> list[Move]:
    """A timeline gone through as replay goes."""
    place = place_of(definition)
    read_ = [step for step in told if not step.closing]
    ready = judged(frame(definition, [(place, step.at, step.reading) for step in read_ if step.reading]), definition)
    instants = pl.DataFrame(
        {"hall_id": place.get("hall_id", "H"), "at": [step.at for step in read_]}, schema_overrides={"at": AT}
    )
    closings = pl.DataFrame(
        [(place.get("hall_id", "H"), step.at.date(), step.at) for step in told if step.closing],
        schema={"hall_id": pl.String, "date": pl.Date, "last_close": AT}, orient="row",
    )  # fmt: skip
    return moves(course(ready, definition, asked_of(definition, instants), closings))


def as_live(told: Sequence[Step], definition: Definition) -> list[Move]:
    """A timeline gone through as live evaluation goes; what is remembered is written down and read each time."""
    place = place_of(definition)
    kept, found = written(Standing.nothing(definition)), []
    for step in told:
        standing = read(kept, definition)
        here = pl.DataFrame({"hall_id": place.get("hall_id", "H"), "at": [step.at]}, schema_overrides={"at": AT})
        if step.closing:
            standing, changes = ended(standing, here)
        else:
            lines = [(place, step.at, step.reading)] if step.reading else []
            ready = judged(frame(definition, lines), definition)
            standing, changes = advanced(standing, ready, definition, asked_of(definition, here))
        found += moves(changes)
        kept = written(standing)
    return found


def as_naive(told: Sequence[Step], of: Published) -> list[Move]:
    """A timeline gone through in plain Python."""
    found: list[Move] = []
    for part in days(told):
        read_ = [step for step in part if not step.closing]
        turns = fold(of, [step.reading for step in read_])
        found += [
            (step.at, turn.before, turn.level, turn.reason)
            for step, turn in zip(read_, turns, strict=True)
            if turn.level != turn.before
        ]
        if part[-1].closing and turns[-1].level:
            found.append((part[-1].at, turns[-1].level, 0, "闭厅"))
    return found


def days(told: Sequence[Step]) -> list[list[Step]]:
    """The parts of a timeline between which nothing is remembered: those that end with a closing."""
    parts: list[list[Step]] = [[]]
    for step in told:
        parts[-1].append(step)
        if step.closing:
            parts.append([])
    return [part for part in parts if part]


def moves(changes: pl.DataFrame) -> list[Move]:
    """Changes of level of one place."""
    return [
        (row["at"], row["before"], row["level"], REASONS[Reason(row["reason"])])
        for row in changes.iter_rows(named=True)
    ]
