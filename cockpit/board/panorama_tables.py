"""The tables of 办件全景: themes, levels of hall, counties and items side by side, by volume, ways and time."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from cockpit.board.month_counts import LEAST_ITEM, LEAST_PLACE, LOOKED_AT, REMARK
from cockpit.board.sheet import Field, Sheet
from metrics.panorama import MEDIAN, NINE_IN_TEN, Panorama, nearest_rank
from metrics.rates import Tally

THEMES = {
    "realestate": "房地产",
    "business": "商事登记",
    "livelihood": "民生服务",
    "investment": "投资项目",
    "other": "其他",
}
#: What is drawn of the ways by which cases come in: column, Chinese name, channels of the standard.
WAYS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("window", "窗口", ("window",)),
    ("pc", "电脑", ("pc",)),
    ("app", "App", ("app",)),
    ("mini", "小程序", ("mini",)),
    ("kiosk", "自助终端", ("kiosk",)),
    ("others", "其他", ("mail", "hotline", "social", "staff", "other")),
)
_COUNTED = ("scope", "scope_online", "scope_kiosk", "scope_cross_region", "finished_due", "finished_late")
_SHARES = {
    "online": ("scope_online", "scope"),
    "kiosk": ("scope_kiosk", "scope"),
    "cross": ("scope_cross_region", "scope"),
    "late": ("finished_late", "finished_due"),
}
_TITLES = {"theme": "主题", "level": "大厅层级", "county": "区县", "hall_id": "大厅", "item_code": "事项"}


def side_by_side(tally: Tally, shown: Panorama, by: str) -> pl.DataFrame:
    """Volume, ways and time of each theme, level, county, hall or item of one time.

    Args:
        tally: the counts of the rates; one time.
        shown: the counts of 办件全景, of the same; with the column `by`.
        by: theme, level, county, hall_id or item_code; with hall_id the county stays beside it.

    Returns:
        by, accepted, finished, the channels of scope S, the counts above and below each share, online, kiosk, cross,
        late (percent; null without a denominator), used_median, used_p90, allowed_median (working days), used_share
        (working days used of those promised, percent). The largest first; rows without any case are left out.
    """
    key = ["hall_id", "county"] if by == "hall_id" else [by]
    rates = tally.cells.group_by(key).agg(pl.col(_COUNTED).sum())
    volumes = shown.cells.group_by(key).agg(pl.col("accepted", "finished", "^channel_.*$").sum())
    days = shown.times.group_by(key).agg(
        (pl.col("used") * pl.col("cases")).sum().alias("days_used"),
        (pl.col("allowed") * pl.col("cases")).sum().alias("days_allowed"),
    )
    ranks = [
        nearest_rank(shown.times, key, column, share).rename({column: name})
        for name, column, share in (
            ("used_median", "used", MEDIAN),
            ("used_p90", "used", NINE_IN_TEN),
            ("allowed_median", "allowed", MEDIAN),
        )
    ]
    found = volumes
    for part in (rates, days, *ranks):
        found = found.join(part, on=key, how="left", nulls_equal=True)
    shares = [share(above, below).alias(name) for name, (above, below) in _SHARES.items()]
    return (
        found.filter((pl.col("accepted") > 0) | (pl.col("finished") > 0))
        .with_columns(*shares, share("days_used", "days_allowed").alias("used_share"))
        .sort("accepted", *key, descending=[True, *[False] * len(key)])
    )


def share(above: str, below: str) -> pl.Expr:
    """A share in percent; no number without a denominator."""
    return pl.when(pl.col(below) > 0).then(pl.col(above) / pl.col(below) * 100)


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
