"""What is counted of the catalogue of items: what can be done online, how far promises lie below the law."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import polars as pl

from metrics.cases import ItemVersions
from metrics.rates.records import Grid

#: Five working days are seven natural ones; days are counted in sevenths so that sums stay whole numbers.
_SEVENTHS = {"workday": 7, "natural": 5}
_WHOLE = 7


def count_items(cells: pl.DataFrame, grid: Grid) -> pl.DataFrame:
    """Counts of the items in force on each period's last day, by the department of the item.

    Args:
        cells: counts of cases by period and item_code, with `scope`.
        grid: periods and items.

    Returns:
        period, dept_code, items_online, items_apply_based, days_saved, days_legal, days_saved_weighted,
        days_legal_weighted (days are working days).
    """
    versions = grid.versions
    accepted = cells.group_by("period", "item_code").agg(pl.col("scope").sum())
    whole = pl.concat(_in_force(versions, grid, number) for number in range(len(grid.periods)))
    rows = whole.join(accepted, on=["period", "item_code"], how="left").with_columns(pl.col("scope").fill_null(0))
    part = pl.col("day_unit").replace_strict(_SEVENTHS, return_dtype=pl.Int64)
    promised = (
        (pl.col("case_type") == "promise") & (pl.col("legal_days") > 0) & pl.col("promise_days").is_not_null()
    ).fill_null(value=False)
    legal = pl.when(promised).then(pl.col("legal_days") * part).otherwise(0)
    saved = pl.when(promised).then((pl.col("legal_days") - pl.col("promise_days")) * part).otherwise(0)
    return rows.group_by("period", "dept_code").agg(
        (pl.col("apply_based") & pl.col("online_capable")).sum().cast(pl.Int64).alias("items_online"),
        pl.col("apply_based").sum().cast(pl.Int64).alias("items_apply_based"),
        (saved.sum() / _WHOLE).alias("days_saved"),
        (legal.sum() / _WHOLE).alias("days_legal"),
        ((saved * pl.col("scope")).sum() / _WHOLE).alias("days_saved_weighted"),
        ((legal * pl.col("scope")).sum() / _WHOLE).alias("days_legal_weighted"),
    )


def _in_force(versions: ItemVersions, grid: Grid, number: int) -> pl.DataFrame:
    """The version of each item in force on the last day of a period: at its last instant."""
    _, end = grid.periods[number].instants(ZoneInfo(grid.zone))
    codes = versions.rows["item_code"].unique(maintain_order=True)
    last = pl.select(pl.lit(end).dt.offset_by("-1us").alias("at"), pl.lit(codes).alias("codes"))
    row = versions.in_force(codes, last["at"]).drop_nulls()
    return versions.rows.select(pl.all().gather(row)).with_columns(pl.lit(number, dtype=pl.Int32).alias("period"))
