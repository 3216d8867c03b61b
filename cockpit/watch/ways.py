"""Cases side by side (办件全景): volume, ways and working days of each theme, level, county, hall or item.

Pages and the monthly report count alike because both look here.
"""

from __future__ import annotations

import polars as pl

from metrics.panorama import MEDIAN, NINE_IN_TEN, Panorama, nearest_rank
from metrics.rates import Cells
from metrics.standard.words import CODE_WORDS

THEMES = CODE_WORDS["items.theme"]
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


def side_by_side(tally: Cells, shown: Panorama, by: str) -> pl.DataFrame:
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
