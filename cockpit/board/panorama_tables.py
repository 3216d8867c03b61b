"""The tables of 办件全景: themes, levels of hall, counties and items side by side, by volume, ways and time."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cockpit.board.month_counts import LEAST_ITEM, LEAST_PLACE, LOOKED_AT, REMARK
from cockpit.board.sheet import Field, Sheet
from cockpit.watch.ways import WAYS

_TITLES = {"theme": "主题", "level": "大厅层级", "county": "区县", "hall_id": "大厅", "item_code": "事项"}


def table(rows: pl.DataFrame, by: str, names: Mapping[str, str], title: str, note: str = "") -> Sheet:
    """What `side_by_side` gives, with names, as a table.

    Args:
        rows: as `side_by_side` gives them.
        by: what they are side by side by.
        names: what people call each.
        title: heading.
        note: what a reader must know.
    """
    least = LEAST_ITEM if by == "item_code" else LEAST_PLACE
    named = rows.with_columns(
        pl.col(by).replace_strict(names, default=pl.col(by)).fill_null("未知").alias("name"),
        pl.when(pl.col("accepted") < least).then(pl.lit("样本不足")).otherwise(pl.lit("")).alias("remark"),
    )
    fields = [
        Field("name", _TITLES[by], role="title"),
        Field("accepted", "受理（件）", "count"),
        Field("finished", "办结（件）", "count"),
        Field("online", "网上办", "percent"),
        Field("kiosk", "自助办", "percent"),
        Field("cross", "跨区通办", "percent"),
        Field("used_median", "用时中位数", "count"),
        Field("used_p90", "用时 90% 位", "count"),
        Field("allowed_median", "承诺中位数", "count"),
        Field("late", "超期办结", "percent"),
        Field("finished_due", "承诺件", "count"),
    ]
    if (named["remark"].head(LOOKED_AT) != "").any():
        fields.append(REMARK)
    return Sheet(title, named, fields, f"用时、承诺按工作日；承诺件：办结的、有期限的承诺件。{note}")


def ways(rows: pl.DataFrame, by: str, names: Mapping[str, str]) -> pl.DataFrame:
    """How cases of scope S came in, side by side: place and one column of counts per way."""
    parts = [pl.sum_horizontal(f"channel_{code}" for code in codes).alias(column) for column, _, codes in WAYS]
    named = pl.col(by).replace_strict(names, default=pl.col(by)).fill_null("未知").alias("place")
    return rows.select(named, *parts).filter(pl.sum_horizontal(column for column, _, _ in WAYS) > 0)
