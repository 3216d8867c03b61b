"""What readings of days, weeks and months have in common: which places are asked, whether their sources delivered.

A table covers such a reading when a delivery of it reaches beyond the end of the window less 24 hours. Source: the
indicators 2026.1, "What holds for all".
"""

from __future__ import annotations

import numpy as np
import polars as pl

from metrics.coverage import CLOSED_SLACK
from metrics.hours import numbers
from metrics.spells import Ints, micros
from metrics.view import View


def evenings(instants: pl.DataFrame) -> pl.DataFrame:
    """Evenings on which any hall was open, once each, for places that are no halls: at, date, start, end."""
    return instants.select("at", "date", "start", "end").unique().sort("at")


def everywhere(instants: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Every place at every instant: the columns of both."""
    return places.join(instants, how="cross")


def at_halls(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Every hall at every instant: hall_id and the instants' columns."""
    return everywhere(instants, view.halls.to_frame("hall_id"))


def at_found(found: pl.DataFrame, instants: pl.DataFrame, place: str) -> pl.DataFrame:
    """Places of which rows are known in the window, at each instant: the place and the instants' columns.

    Args:
        found: place, start (the window in which a row lies), since (microseconds, when it was first known).
        instants: at, start, end.
        place: the place column.
    """
    first = found.drop_nulls(place).group_by(place, "start").agg(pl.col("since").min())
    return (
        first.join(instants, on="start")
        .filter(pl.col("since") < pl.col("at").to_physical())
        .drop("since")
        .sort(place, "at")
    )


def covered_anywhere(view: View, asked: pl.DataFrame, *tables: str) -> pl.Series:
    """Whether any hall's tables reach to the end of the window (departments, items): `covered`."""
    at, needed = _edges(asked)
    return pl.Series("covered", view.coverage.anywhere(tables, at, needed), dtype=pl.Boolean)


def covered_counties(view: View, asked: pl.DataFrame, *tables: str) -> pl.Series:
    """Whether the tables of any hall of the county reach to the end of the window: `covered`."""
    halls = view.records["halls"].select("county", "hall_id")
    at, needed = _edges(asked)
    covered = np.zeros(asked.height, dtype=np.bool_)
    known = asked["county"].unique().sort()
    place = numbers(asked["county"], known)
    for number, county in enumerate(known):
        mine = place == number
        names = halls.filter(pl.col("county") == county)["hall_id"].to_list()
        covered[mine] = view.coverage.anywhere(tables, at[mine], needed[mine], names) if names else False
    return pl.Series("covered", covered, dtype=pl.Boolean)


def _edges(asked: pl.DataFrame) -> tuple[Ints, Ints]:
    return micros(asked["at"]), micros(asked["end"]) - CLOSED_SLACK
