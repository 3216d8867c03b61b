"""What the indicators 2026.1 say of levels, in plain Python for one place: it looks back over all readings each time.

No Polars, no numpy, nothing of `alerts`: written from the text, so that a wrong turn there is not taken here too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.alerts.published import Published

#: One reading of one place, by its columns; None: the place has no line at that instant.
Reading = Mapping[str, Any] | None


@dataclass(frozen=True)
class Judged:
    """A reading that may be judged: the level it meets, and the levels from which it counts as recovered."""

    met: int
    past: frozenset[int]
    source: str | None


def also(of: Published, reading: Mapping[str, Any], level: int) -> bool:
    """What a level also needs."""
    if of.number == 1:  # taken ≥ B + 3·√B
        return bool(reading["numerator"] >= reading["denominator"] + 3 * math.sqrt(reading["denominator"]))
    if of.number == 3:  # a difference ≥ 3 min, and a mean wait now of ≥ 10 / 15 / 25 min
        longer = reading["numerator"] - reading["baseline"] >= 3
        return bool(longer and reading["numerator"] >= {1: 10, 2: 15, 3: 25}[level])
    if of.number == 9:  # yellow > 1, orange and red > 2 waiting per open window
        waiting = reading["waiting_per_window"]
        return waiting is not None and bool(waiting > (1 if level == 1 else 2))
    if of.number == 10 and level > 1:  # orange and red ≥ 3 waiting per open window
        waiting = reading["waiting_per_window"]
        return waiting is not None and bool(waiting >= 3)
    if of.number in (15, 31):  # 3 such cases; 3 complaints this week
        return bool(reading["numerator"] >= 3)
    if of.number == 32:  # 2 persons missing at t
        return bool(reading["missing"] >= 2)
    if of.number == 34:  # 1 / 2 / 3 persons
        return bool(reading["numerator"] >= level)
    return True


def meets(of: Published, reading: Mapping[str, Any], level: int, thresholds: Sequence[float]) -> bool:
    """Whether a reading meets a level by itself."""
    value, threshold = reading["value"], thresholds[level - 1]
    if of.number == 38 and reading["denominator"] < 5:
        off, devices = reading["numerator"], reading["denominator"]
        key_off, half, whole = reading["key_off"] > 0, off * 2 >= devices, off == devices
        return bool((key_off, off > 0 and half, off > 0 and whole)[level - 1])
    if value is None:  # no window open: 7 red if anyone waits, 10 red
        return of.number == 10 or of.number == 7 and bool(reading["numerator"] > 0)
    if of.number == 26 and level <= 2 and reading["at_one_window"] >= 2:
        return True
    if of.direction == "down":
        return bool(value < threshold) and also(of, reading, level)
    return bool(value > threshold if of.number == 3 else value >= threshold) and also(of, reading, level)


def judge(of: Published, reading: Mapping[str, Any]) -> Judged:
    """What a reading says by itself; thresholds of its own (`yellow` …) go before those published."""
    names = zip(("yellow", "orange", "red"), of.levels, strict=True)
    thresholds = [reading.get(name, default) for name, default in names]
    recovery = reading.get("recovery", of.recovery)
    met = max((level for level in (1, 2, 3) if meets(of, reading, level, thresholds)), default=0)
    past = set()
    for level in range(met + 1, 4):  # met means that level or above
        if of.number == 38 and reading["denominator"] < 5:
            back = True  # the level's own condition does not hold
        elif reading["value"] is None:
            back = False
        else:
            back = reading["value"] <= recovery if of.direction == "up" else reading["value"] >= recovery
            back = back or not also(of, reading, level)
        if back:
            past.add(level)
    return Judged(met, frozenset(past), reading.get("people_from"))


@dataclass(frozen=True)
class Turn:
    """What holds after an instant."""

    before: int
    level: int
    reason: str
    flapping: bool
    judged: Judged | None


def fold(of: Published, readings: Sequence[Reading]) -> list[Turn]:
    """Levels of one place after each of its instants: of one day for RT, of all instants otherwise."""
    calm, red, keep = of.hold
    turns: list[Turn] = []
    judged: list[Judged | None] = []
    kinds: list[str] = []
    for reading in readings:
        kind = ("no_data" if of.cadence == "RT" else "insufficient") if reading is None else str(reading["reading"])
        if reading is not None and reading.get("held"):
            kind = "held"
        kinds.append(kind)
        judged.append(judge(of, reading) if reading and kind == "value" else None)
        level = turns[-1].level if turns else 0
        wanted, reason = _wanted(of, judged, level, calm, red, keep)
        if judged[-1] is None:  # neither insufficient nor no_data changes a level …
            wanted, reason = level, ""
            last = kinds[-math.ceil(60 / of.minutes) :]
            # … but for an hour of the first.
            if level and len(last) * of.minutes >= 60 and set(last) == {"insufficient"}:
                wanted, reason = 0, "样本不足"
        elif of.number == 2 and _source_changed(judged, of.minutes):
            wanted, reason = level, ""
        changes = [turn.level != turn.before for turn in turns[-20:]] + [wanted != level]
        turns.append(Turn(level, wanted, reason if wanted != level else "", sum(changes) > 6, judged[-1]))
    return turns


def _wanted(
    of: Published, judged: Sequence[Judged | None], level: int, calm: int, red: int, keep: int
) -> tuple[int, str]:
    # What came before 15 minutes without a value does not count any more.
    recent: list[Judged] = []
    dark = 0
    for one in judged:
        dark = 0 if one else dark + of.minutes
        if one:
            recent.append(one)
        if dark >= 15:
            recent = []

    def lasts(number: int, holds: Sequence[bool]) -> bool:
        return len(holds) >= number and all(holds[-number:])

    entered = 0
    for asked, number in ((1, calm), (2, calm), (3, red)):
        if lasts(number, [one.met >= asked for one in recent]):
            entered = asked
    if entered > level:
        return entered, "达到阈值"
    # A level that has been recovered from long enough gives way to the highest below it that has not.
    over = {asked for asked in (1, 2, 3) if lasts(keep, [asked in one.past for one in recent])}
    if level not in over:
        return level, ""
    lower = max((asked for asked in range(1, level) if asked not in over), default=0)
    return max(lower, entered), "已恢复"


def _source_changed(judged: Sequence[Judged | None], minutes: int) -> bool:
    """Whether the last 15 minutes saw a value read from another source than the value before it."""
    before = None
    last_change = -math.inf
    for number, one in enumerate(judged):
        if one is not None:
            if before is not None and one.source != before:
                last_change = number
            before = one.source
    return (len(judged) - 1 - last_change) * minutes < 15
