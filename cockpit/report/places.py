"""The counts of months added up for the city, every county and every hall, as reports look them up."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from cockpit.watch.months import Month
from metrics.periods import Period
from metrics.rates import NO_HALL, Cells, Place

KINDS: tuple[Place, ...] = ("city", "county", "hall")
#: Numerator, denominator, value.
Row = tuple[float | None, float | None, float | None]
#: Ranks of waits do not add up, and cost as much as all the rest: only what is compared is ranked.
RANKED = "wait_p90"


def rates_by_place(months: Sequence[Month]) -> dict[tuple[str, str, str], Row]:
    """Every rate of every month and place: rate, label, place → numerator, denominator, value."""
    columns = ("rate", "period", "hall_id", "county", "numerator", "denominator", "value")
    together = _together(months)
    waits = [month.rates for month in (*months[-2:], *months[:1])]
    found: dict[tuple[str, str, str], Row] = {}
    for kind in KINDS:
        for rate, label, hall, county, *row in together.rates(kind).select(columns).iter_rows():
            found[rate, label, place_of(kind, hall, county)] = (row[0], row[1], row[2])
        # Ranks of waits do not add up, and cost as much as all the rest: only what is compared is ranked.
        for of_month in waits:
            for rate, label, hall, county, *row in of_month.rates(kind, [RANKED]).select(columns).iter_rows():
                found[rate, label, place_of(kind, hall, county)] = (None, row[1], row[2])
    return found


def _together(months: Sequence[Month]) -> Cells:
    """The counts of several months as one, without waits."""
    cells = [
        month.rates.cells.with_columns(pl.lit(number, dtype=pl.Int32).alias("period"))
        for number, month in enumerate(months)
    ]
    first = months[0].rates
    places = {
        kind: pl.concat([month.rates.places[kind] for month in months]).unique(maintain_order=True)
        for kind in first.places
    }
    return Cells(
        periods=tuple(month.period.label for month in months),
        cells=pl.concat(cells, how="diagonal_relaxed"),
        waits=first.waits.clear(),
        seats=first.seats,
        places=places,
    )


def sums_by_place(months: Sequence[Month]) -> dict[tuple[str, str, str], float]:
    """Every count of every month and place: count, label, place → number; what no county has is the city's alone."""
    found: dict[tuple[str, str, str], float] = {}
    labelled = [pl.lit(month.period.label).alias("label") for month in months]
    of_rates = [month.rates.cells.with_columns(label) for month, label in zip(months, labelled, strict=True)]
    of_cases = [month.panorama.cells.with_columns(label) for month, label in zip(months, labelled, strict=True)]
    for frames in (of_rates, of_cases):
        whole = pl.concat(frames, how="diagonal_relaxed")
        counts = [name for name in whole.select(pl.selectors.numeric()).columns if name != "period"]
        by_hall = whole.group_by("label", "hall_id", "county").agg(pl.col(counts).sum())
        for kind, keys in (("city", ()), ("county", ("county",)), ("hall", ("hall_id", "county"))):
            rows = by_hall.group_by("label", *keys).agg(pl.col(counts).sum()).drop_nulls(keys or None)
            for row in rows.iter_rows(named=True):
                place = place_of(kind, row.get("hall_id"), row.get("county"))
                found.update(((name, row["label"], place), row[name] or 0) for name in counts)
    return found


def place_of(kind: str, hall: str | None, county: str | None) -> str:
    """A place's name in the keys of figures, as `Scope.place`; cases without a hall have one for each county."""
    if kind == "city":
        return "city"
    return f"county:{county}" if kind == "county" else f"hall:{hall if hall != NO_HALL else f'{NO_HALL}:{county}'}"


def open_days(calendar: pl.DataFrame, halls: pl.DataFrame, months: Sequence[Period]) -> dict[tuple[str, str], int]:
    """On how many days of each month any hall of a place was open: label, place → days.

    Args:
        calendar: hall_id, date, open_at of the sessions held.
        halls: hall_id, county.
        months: the months, oldest first.
    """
    inside = calendar.filter(pl.col("date").is_between(months[0].start, months[-1].end, closed="left"))
    days = inside.join(halls.select("hall_id", "county"), on="hall_id").with_columns(
        pl.col("date").dt.strftime("%Y-%m").alias("label")
    )
    found: dict[tuple[str, str], int] = {}
    for kind, keys in (("city", ()), ("county", ("county",)), ("hall", ("hall_id", "county"))):
        rows = days.group_by("label", *keys).agg(pl.col("date").n_unique().alias("n")).iter_rows(named=True)
        found |= {(row["label"], place_of(kind, row.get("hall_id"), row.get("county"))): row["n"] for row in rows}
    return found
