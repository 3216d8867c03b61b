"""Devices (设备): how many of a hall's machines are off."""

from __future__ import annotations

import numpy as np
import polars as pl

from metrics.hours import numbers
from metrics.reading import Quantity, finished
from metrics.spells import NEVER, Ints, Spells, micros, pairs, standing
from metrics.view import View


def device_offline(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How many of the devices in use in a hall are off (设备离线率).

    Percent: devices in use not online at t ÷ devices in use at t (valid_from ≤ t < valid_to). A device is online while
    its latest state before t says so and has not ended; one without a state is not. Sample: the devices in use, at
    least one. Extras: `key_off`, key devices that are off; where fewer than 5 are in use a level goes by these and by
    numbers, not by the share. Source: the indicators 2026.1, 38.
    """
    hall, at = view.hall_numbers(instants["hall_id"]), micros(instants["at"])
    in_use, online, key = _in_use(view), _online(view), _keys(view)
    used = standing(in_use, hall, at)
    on, state = online
    off = used - standing(on, hall, at)
    key_used = standing(_only(in_use, key), hall, at)
    key_off = key_used - standing(_only(on, key[state]), hall, at)
    frame = instants.with_columns(
        pl.Series("numerator", off),
        pl.Series("denominator", used),
        pl.Series("sample", used),
        pl.lit(None, dtype=pl.Float64).alias("baseline"),
        pl.Series("key_off", key_off),
        view.covered_now(instants, "device_states"),
    )
    share = pl.col("numerator") / pl.col("denominator") * 100
    return finished(frame, ("hall_id",), enough=pl.col("denominator") > 0, value=share, extras=("key_off",))


def behind_device_offline(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """The devices in use; those that are off add to the numerator."""
    asked = instants.select("hall_id", "at").with_row_index("question")
    hall, at = view.hall_numbers(asked["hall_id"]), micros(asked["at"])
    on, device = _online(view)
    state, question = pairs(on, hall, at)
    lit = pl.DataFrame(
        {"question": question, "device": device[state]}, schema={"question": pl.UInt32, "device": pl.Int64}
    ).with_columns(pl.lit(1.0).alias("lit"))
    rows = _devices(view).select(
        pl.lit("devices").alias("table"),
        pl.col("device_id").alias("key"),
        pl.int_range(pl.len(), dtype=pl.Int64).alias("device"),
    )
    # Whether a device is off depends on both, the device and the instant: first all devices, then those that are on.
    used, asked_at = pairs(_in_use(view), hall, at)
    found = pl.concat([asked[asked_at], rows[used]], how="horizontal")
    return found.join(lit, on=["question", "device"], how="left", maintain_order="left").select(
        "hall_id",
        "at",
        "table",
        "key",
        (1.0 - pl.col("lit").fill_null(0.0)).alias("numerator"),
        pl.lit(1.0).alias("denominator"),
    )


def _devices(view: View) -> pl.DataFrame:
    """All devices in order; a device's row is its number."""
    devices = view.records["devices"]
    return view.kept.once("devices", (devices,), lambda: devices.sort("device_id"))


def _keys(view: View) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which devices are key devices."""
    return _devices(view)["key_device"].to_numpy()


def _in_use(view: View) -> Spells:
    """Devices while they are in use, by hall; a plan, known from the start: from valid_from on, until valid_to."""
    devices = _devices(view)

    def found() -> Spells:
        since = devices["valid_from"].to_physical().fill_null(-NEVER).to_numpy()
        return Spells.of(view.hall_numbers(devices["hall_id"]), since - 1, _until(devices))

    return view.kept.once("devices in use", (devices, view.halls), found)


def _until(devices: pl.DataFrame) -> Ints:
    """The last instant at which each device is in use."""
    until = micros(devices["valid_to"])
    return np.where(until < NEVER, until - 1, until)


def _online(view: View) -> tuple[Spells, Ints]:
    """Devices while they are online and in use, by hall; and the number of the device of each spell.

    A state lasts until its end, or until the next state of the device where nobody ended it.
    """
    devices = _devices(view)
    states = view.records["device_states"].sort("device_id", "from_at")
    following = states.select(pl.col("from_at").shift(-1).over("device_id")).to_series()
    end = np.minimum(micros(states["to_at"]), micros(following))
    device = numbers(states["device_id"], devices["device_id"])
    kept = states["online"].to_numpy() & (device >= 0)
    device, start, end = device[kept], micros(states["from_at"])[kept], end[kept]
    used = _in_use(view)
    spells = Spells.of(
        used.place[device], np.maximum(start, used.start[device]), np.minimum(end, used.end[device])
    )  # fmt: skip
    return spells, device


def _only(spells: Spells, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Spells:
    return Spells(spells.place[kept], spells.start[kept], spells.end[kept])


QUANTITIES = (
    Quantity(
        "device_offline",
        "RT",
        ("hall_id",),
        ("device_states",),
        "%",
        device_offline,
        behind_device_offline,
        ("key_off",),
    ),
)
