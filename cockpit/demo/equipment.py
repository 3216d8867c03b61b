"""Devices (设备) of a hall and when they were online; people counted at its doors (客流)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl

from cockpit.demo.almanac import DAY, HOUR, MINUTE, Almanac, date_of
from cockpit.demo.counters import plan_counters
from cockpit.demo.draws import Ints, Stream, hashed, stream
from cockpit.demo.frames import named
from cockpit.demo.incidents import Active
from cockpit.demo.places import Hall
from cockpit.demo.tickets import Tickets

_FAILURES_A_DAY = {"ticket": 0.010, "call": 0.006, "review": 0.012, "kiosk": 0.015, "camera": 0.006}
_SHORT, _LONG_SHARE = (6 * MINUTE, 13 * MINUTE), 0.05
COUNT_EVERY = 5 * MINUTE
_AFTER_CLOSING = 40 * MINUTE
_COMPANIONS, _WALK_IN, _WALK_OUT = 1.25, 2 * MINUTE, 3 * MINUTE
COUNTER_SOURCE = "door"


@dataclass(frozen=True)
class Device:
    """One device of a hall."""

    device_id: str
    kind: str
    key: bool


@lru_cache(maxsize=256)
def plan_devices(hall: Hall) -> tuple[Device, ...]:
    """Equip a hall: ticket machines by its size, a caller, a review pad per window, kiosks, cameras."""
    devices = [
        Device(f"{hall.hall_id}-QH{number + 1}", "ticket", number == 0)
        for number in range(max(1, round(hall.daily / 250)))
    ]
    devices.append(Device(f"{hall.hall_id}-JH1", "call", True))
    devices += [Device(f"{window.window_id}-PJ", "review", False) for window in plan_counters(hall).windows]
    devices += [
        Device(f"{hall.hall_id}-ZZ{number + 1}", "kiosk", False) for number in range(max(2, round(hall.daily / 150)))
    ]
    devices += [
        Device(f"{hall.hall_id}-SX{number + 1}", "camera", False) for number in range(2 if hall.star >= 4 else 1)
    ]
    return tuple(devices)


@dataclass(frozen=True)
class Outages:
    """When devices were offline, in order of hall, device and time."""

    hall: Ints
    device: Ints
    begin: Ints
    end: Ints


def outages(halls: Sequence[Hall], days: range, seed: int, active: Active) -> Outages:
    """Draw when devices fail: ordinarily for some minutes, seldom for an hour."""
    spans: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for hall in halls:
        devices = plan_devices(hall)
        chance_a_day = np.array([_FAILURES_A_DAY[device.kind] for device in devices])
        for day in days:
            luck = stream(seed, Stream.DEVICES, hall.index, day).random((len(devices), 4))
            for place in np.flatnonzero(luck[:, 0] < chance_a_day).tolist():
                begin = day * DAY + 8 * HOUR + int(luck[place, 1] * 9 * HOUR)
                length = _SHORT[0] + luck[place, 2] * (_SHORT[1] - _SHORT[0])
                if luck[place, 3] < _LONG_SHARE:
                    length = (20 + 40 * luck[place, 2]) * MINUTE
                spans.setdefault((hall.index, place), []).append((begin, begin + int(length)))
    for incident in active.kind("devices_down"):
        if incident.onset // DAY in days:
            for place in incident.devices:
                spans.setdefault((incident.hall, place), []).append((incident.onset, incident.end))
    rows = [(*place, begin, end) for place in sorted(spans) for begin, end in _apart(spans[place])]
    found = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return Outages(found[:, 0], found[:, 1], found[:, 2], found[:, 3])


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans that overlap or almost touch."""
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1] + MINUTE:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def device_states(halls: Sequence[Hall], failed: Outages, first: int) -> pl.DataFrame:
    """Return when each device was online: from the instant `first` on, less its failures."""
    counts = [len(plan_devices(hall)) for hall in halls]
    offset = np.cumsum([0, *counts])
    names = [device.device_id for hall in halls for device in plan_devices(hall)]
    owner = np.repeat(np.arange(len(halls)), counts)
    number = offset[failed.hall] + failed.device
    everything = np.arange(len(names))
    device = np.concatenate([everything, number, number])
    start = np.concatenate([np.full(len(names), first, dtype=np.int64), failed.begin, failed.end])
    online = np.concatenate([np.ones(len(names)), np.zeros(len(number)), np.ones(len(number))]) > 0
    order = np.lexsort((start, device))
    device, start, online = device[order], start[order], online[order]
    until = np.append(np.where(device[1:] == device[:-1], start[1:], -1), -1)
    return pl.DataFrame(
        {
            "device_id": named(names, device),
            "from_at": start,
            "to_at": until,
            "online": online,
            "office": owner[device],
        }
    )


def headcounts(hall: Hall, tickets: Tickets, almanac: Almanac, days: range, seed: int) -> pl.DataFrame:
    """Count people at the doors every five minutes: those with tickets and the ones who came along."""
    grids = [np.empty(0, dtype=np.int64)]
    for day in days:
        sessions = hall.sessions(almanac.types[day], date_of(day).weekday())
        if sessions:
            clock = np.arange(sessions[0][0], sessions[-1][1] + _AFTER_CLOSING, COUNT_EVERY, dtype=np.int64)
            grids.append(day * DAY + clock)
    grid = np.concatenate(grids)
    noise = 0.96 + 0.08 * hashed(seed, Stream.COUNTS, np.full(len(grid), hall.index), grid)
    mine = np.flatnonzero(tickets.origin < 0)
    entered = np.sort(tickets.take[mine] - _WALK_IN)
    last = tickets.end.copy()
    onward = np.flatnonzero(tickets.origin >= 0)
    last[tickets.origin[onward]] = tickets.end[onward]
    left = np.sort(last[mine] + _WALK_OUT)
    came = np.searchsorted(entered, grid)
    first_of_day = np.concatenate([[True], grid[1:] // DAY != grid[:-1] // DAY]) if len(grid) else np.empty(0, bool)
    before = np.where(first_of_day, np.searchsorted(entered, grid // DAY * DAY), np.concatenate([[0], came])[:-1])
    present = np.rint((came - np.searchsorted(left, grid)) * _COMPANIONS * noise)
    return pl.DataFrame(
        {
            "hall_id": pl.Series([hall.hall_id], dtype=pl.String).new_from_index(0, len(grid)),
            "source": pl.Series([COUNTER_SOURCE], dtype=pl.String).new_from_index(0, len(grid)),
            "at": grid,
            "entered": np.rint((came - before) * _COMPANIONS).astype(np.int64),
            "present": np.maximum(present, 0).astype(np.int64),
            "office": np.full(len(grid), hall.index, dtype=np.int64),
        }
    )
