"""What the machine remembers of an indicator, as it is kept between two evaluations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from alerts.definition import Definition
from alerts.machine import State
from alerts.steps import Standing


def as_body(standing: Standing, day: dt.date) -> dict[str, Any]:
    """A standing as columns of plain values.

    Args:
        standing: what is remembered.
        day: the city's day of the evaluation; levels of the moment do not outlive it.
    """
    state = {name: values.tolist() for name, values in vars(standing.state).items()}
    return {"day": day.isoformat(), "places": standing.places.to_dict(as_series=False), "state": state}


def from_body(body: Mapping[str, Any], definition: Definition) -> tuple[Standing, dt.date]:
    """The standing and its day; what was kept by another version of the machine is taken as far as it goes."""
    shape = dict.fromkeys(definition.grain, pl.String)
    places = pl.DataFrame(body["places"], schema=shape)
    fresh = State.fresh(places.height)
    kept = {
        name: np.asarray(body["state"].get(name, old.tolist()), dtype=np.int64).reshape(old.shape)
        for name, old in vars(fresh).items()
    }
    return Standing(places, State(**kept)), dt.date.fromisoformat(body["day"])
