"""The counts of one place by item, department and theme, and numbers made of them."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from cockpit.report.book import holds
from cockpit.report.numbers import LEAST, Numbers
from cockpit.report.traceable import Figure
from metrics.panorama import MEDIAN, Panorama, nearest_rank
from metrics.rates import PLACE_COLUMNS, Cells, Place

#: An item with fewer cases is not judged by itself.
LEAST_ITEM = 10


def narrowed(n: Numbers) -> Cells:
    """The counts of the rates that belong to the place of the report."""
    return n.kept("cells", lambda: _cells(n))


def _cells(n: Numbers) -> Cells:
    rates = n.book.month.rates
    cells = rates.cells.filter(pl.col("hall_id").is_not_null(), holds(n.scope))
    places: dict[Place, pl.DataFrame] = {
        kind: cells.select(columns).drop_nulls().unique().sort(columns)
        for kind, columns in PLACE_COLUMNS.items()
        if columns
    }
    return replace(rates, cells=cells, waits=rates.waits.clear(), places=places)


def panorama_of(n: Numbers) -> Panorama:
    """The counts of 办件全景 that belong to the place of the report."""
    shown = n.book.month.panorama
    return n.kept("panorama", lambda: Panorama(shown.cells.filter(holds(n.scope)), shown.times.filter(holds(n.scope))))


def item_figures(n: Numbers, part: str, rate: str, above: float, below: float, *, least: int = LEAST) -> Figure:
    """A share of a part of the place (an item, a department, a theme).

    Args:
        n: the numbers of the report.
        part: item:code, dept:code or theme:name.
        rate: the rate it is.
        above: its numerator.
        below: its denominator.
        least: with fewer below the line it is marked as small.
    """
    whole = n.rate(rate)
    return replace(
        whole,
        key=f"{rate}:{part}@{n.label}@{n.scope.place}",
        value=100 * above / below if below else None,
        numerator=above,
        denominator=below,
        source=f"rates --period {n.label} --by {part.partition(':')[0]} --rate {rate}",
        small=bool(below) and below < least,
    )


def spent(n: Numbers, part: str = "", wanted: pl.Expr | None = None) -> tuple[Figure, Figure, Figure]:
    """Working days that promised cases took (median), had (median), and how many cases these are."""
    times = panorama_of(n).times
    if wanted is not None:
        times = times.filter(wanted)
    cases = int(times["cases"].sum())
    label = f":{part}" if part else ""
    found = []
    for column, name in (("used", "承诺件用时中位数"), ("allowed", "承诺时限中位数")):
        ranked = nearest_rank(times, (), column, MEDIAN)
        value = float(ranked[column][0]) if ranked.height else None
        figure = n.given(f"days_{column}{label}", name, value, "个工作日")
        found.append(replace(figure, denominator=cases, small=0 < cases < LEAST_ITEM))
    return found[0], found[1], n.given(f"days_cases{label}", "办结的承诺件", float(cases), "件")
