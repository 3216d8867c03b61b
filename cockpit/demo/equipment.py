"""Devices (设备) of a hall and when they were online; people counted at its doors (客流)."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl

from cockpit.demo.almanac import DAY, HOUR, MINUTE, Almanac, date_of
from cockpit.demo.counters import plan_counters
from cockpit.demo.draws import Stream, stream
from cockpit.demo.frames import AT_HALL, repeated
from cockpit.demo.places import Hall
from cockpit.demo.tickets import Tickets

_FAILURES_A_DAY = {"ticket": 0.010, "call": 0.006, "review": 0.016, "kiosk": 0.018, "camera": 0.006}
_COUNT_EVERY = 5 * MINUTE
_AFTER_CLOSING = 40 * MINUTE
_COMPANIONS, _WALK_IN, _WALK_OUT = 1.25, 2 * MINUTE, 3 * MINUTE
COUNTER_SOURCE = "door"


@dataclass(frozen=True)
class Device:
    """One device of a hall."""

    device_id: str
    kind: str
    key: bool


@lru_cache(maxsize=1024)
def plan_devices(hall: Hall) -> tuple[Device, ...]:
    """Equip a hall: ticket machines by its size, a caller, a review pad per window, kiosks, cameras."""
    devices = [
        Device(f"{hall.hall_id}-QH{number + 1}", "ticket", number == 0)
        for number in range(max(1, round(hall.daily / 300)))
    ]
    devices.append(Device(f"{hall.hall_id}-JH1", "call", True))
    devices += [Device(f"{window.window_id}-PJ", "review", False) for window in plan_counters(hall).windows]
    devices += [
        Device(f"{hall.hall_id}-ZZ{number + 1}", "kiosk", False) for number in range(max(1, round(hall.daily / 150)))
    ]
    devices += [
        Device(f"{hall.hall_id}-SX{number + 1}", "camera", False) for number in range(2 if hall.star >= 4 else 1)
    ]
    return tuple(devices)


def device_states(hall: Hall, almanac: Almanac, seed: int) -> pl.DataFrame:
    """Return when each device was online: from the first day on, less its failures of some minutes to hours."""
    devices = plan_devices(hall)
    chance_a_day = np.array([_FAILURES_A_DAY[device.kind] for device in devices])
    changes: list[list[int]] = [[almanac.days.start * DAY] for _ in devices]
    for day in almanac.days:
        rng = stream(seed, Stream.DEVICES, hall.index, day)
        luck, normal = rng.random((len(devices), 2)), rng.standard_normal(len(devices))
        for place in np.flatnonzero(luck[:, 0] < chance_a_day).tolist():
            begin = day * DAY + 8 * HOUR + int(luck[place, 1] * 9 * HOUR)
            length = int(min(40 * MINUTE * np.exp(0.8 * normal[place]), 4.0 * HOUR))
            changes[place] += [begin, begin + max(length, 6 * MINUTE)]
    rows = [
        (device.device_id, start, end, number % 2 == 0)
        for device, instants in zip(devices, changes, strict=True)
        for number, (start, end) in enumerate(zip(instants, [*instants[1:], -1], strict=True))
    ]
    frame = pl.DataFrame(rows, schema=["device_id", "from_at", "to_at", "online"], orient="row")
    return frame.with_columns(repeated(hall.hall_id, len(rows)).alias(AT_HALL))


def headcounts(hall: Hall, tickets: Tickets, almanac: Almanac, seed: int) -> pl.DataFrame:
    """Count people at the doors every five minutes: those with tickets and the ones who came along."""
    grids, noises = [], [np.empty(0)]
    for day in almanac.days:
        sessions = hall.sessions(almanac.types[day], date_of(day).weekday())
        if sessions:
            clock = np.arange(sessions[0][0], sessions[-1][1] + _AFTER_CLOSING, _COUNT_EVERY, dtype=np.int64)
            grids.append(day * DAY + clock)
            noises.append(stream(seed, Stream.COUNTS, hall.index, day).normal(1.0, 0.02, len(clock)))
    grid = np.concatenate([*grids, np.empty(0, dtype=np.int64)])
    mine = np.flatnonzero(tickets.origin < 0)
    entered = np.sort(tickets.take[mine] - _WALK_IN)
    last = tickets.end.copy()
    onward = np.flatnonzero(tickets.origin >= 0)
    last[tickets.origin[onward]] = tickets.end[onward]
    left = np.sort(last[mine] + _WALK_OUT)
    came = np.searchsorted(entered, grid)
    first_of_day = np.concatenate([[True], grid[1:] // DAY != grid[:-1] // DAY]) if len(grid) else np.empty(0, bool)
    before = np.where(first_of_day, np.searchsorted(entered, grid // DAY * DAY), np.concatenate([[0], came])[:-1])
    present = np.rint((came - np.searchsorted(left, grid)) * _COMPANIONS * np.concatenate(noises))
    return pl.DataFrame(
        {
            AT_HALL: repeated(hall.hall_id, len(grid)),
            "hall_id": repeated(hall.hall_id, len(grid)),
            "source": repeated(COUNTER_SOURCE, len(grid)),
            "at": grid,
            "entered": np.rint((came - before) * _COMPANIONS).astype(np.int64),
            "present": np.maximum(present, 0).astype(np.int64),
        }
    )
