"""数据质量, first part: what every source last delivered for which hall, and whether it is late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import polars as pl

from cockpit.board.review_numbers import Where
from cockpit.board.sheet import Field, Sheet
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.watch import quality as watch
from metrics.sources import GRACE, LATE, LATE_FROM, NORMAL, ONCE, STOPPED, STOPPED_FROM, WITHOUT_HALL
from metrics.standard import TABLES

STATES: Mapping[str, str] = {NORMAL: "正常", LATE: "迟到", STOPPED: "中断", ONCE: "一次性"}
#: What the page can show.
SHOWN: Mapping[str, str] = {"trouble": "迟到和中断", "all": "全部来源"}
RULE = (
    "间隔只算大厅开放的时间，通常间隔为最近 20 次的中位数。"
    f"距上次送达不超过 {LATE_FROM} 个通常间隔再加 {GRACE} 分钟为正常，"
    f"超过 {STOPPED_FROM:.0f} 个通常间隔再加 {GRACE} 分钟为中断，其间为迟到；只送过一次的为一次性资料，不判断。"
)
#: The place of rows that belong to no hall, for who sees the whole city.
NO_HALL = "（不属于大厅）"


def table_title(name: str) -> str:
    """A table's Chinese name, which its title in the standard begins with."""
    known = TABLES.get(name)
    return known.title.split(":")[0] if known else name


def sources(folder: DataFolder, snapshot: Snapshot, viewer: Viewer, now: datetime, where: Where) -> pl.DataFrame:
    """Every source within the viewer's scope.

    Returns:
        As `metrics.sources.source_states`, and place (the hall's name), county, title (of the table), state_word.
        Stopped ones first, then late ones, each by how many usual intervals have passed.
    """
    found = watch.sources(folder.lake, snapshot, now)
    halls = snapshot.scan("halls").select("hall_id", "county", pl.col("short_name").alias("place")).collect()
    none = pl.col("hall_id") == WITHOUT_HALL
    rows = (
        found.join(halls, on="hall_id", how="left")
        .with_columns(pl.when(none).then(pl.lit(NO_HALL)).otherwise("place").alias("place"))
        .lazy()
    )
    # What belongs to no hall is the whole city's: no county can be told for it.
    seen = viewer.within(rows.with_columns(pl.when(~none).then("hall_id").alias("hall_id")))
    if where.county:
        seen = seen.filter(pl.col("county") == where.county)
    if where.hall:
        seen = seen.filter(pl.col("hall_id") == where.hall)
    titles = {name: table_title(name) for name in TABLES}
    order = pl.col("state").cast(pl.Enum([STOPPED, LATE, NORMAL, ONCE]))
    return (
        seen.with_columns(
            pl.col("table").replace(titles).alias("title"),
            pl.col("state").replace(dict(STATES)).alias("state_word"),
            (pl.col("lag") / pl.col("usual")).alias("times"),
        )
        .sort(
            order,
            "times",
            "table",
            "hall_id",
            "source_system",
            descending=[False, True, False, False, False],
            nulls_last=True,
        )
        .collect()
    )


def by_table(rows: pl.DataFrame) -> Sheet:
    """Sources counted by table: how many are in which state."""

    def of(state: str) -> pl.Expr:
        return (pl.col("state") == state).sum().cast(pl.Int64).alias(state)

    frame = (
        rows.group_by("table", "title")
        .agg(
            pl.col("hall_id").n_unique().cast(pl.Int64).alias("halls"),
            of(NORMAL),
            of(LATE),
            of(STOPPED),
            of(ONCE),
            pl.col("delivered_at").max(),
            pl.col("covers_until").max(),
            pl.col("usual").median(),
        )
        .sort(STOPPED, LATE, "table", descending=[True, True, False])
    )
    fields = (
        Field("title", "数据表", role="title"),
        Field("halls", "送达的大厅", "count"),
        Field(NORMAL, "正常", "count"),
        Field(LATE, "迟到", "count"),
        Field(STOPPED, "中断", "count"),
        Field(ONCE, "一次性", "count"),
        Field("usual", "间隔（分钟）", "decimal"),
        Field("delivered_at", "最近送达", "time"),
        Field("covers_until", "数据截至", "time"),
    )
    return Sheet("各表归集情况", frame, fields, RULE)


def each(rows: pl.DataFrame, which: str) -> Sheet:
    """The sources one by one: those in trouble, or all."""
    frame = rows.filter(pl.col("state").is_in([LATE, STOPPED])) if which == "trouble" else rows
    fields = (
        Field("place", "大厅", role="title"),
        Field("title", "数据表"),
        Field("source_system", "来源"),
        Field("state_word", "状态"),
        Field("delivered_at", "最近送达", "time"),
        Field("covers_until", "数据截至", "time"),
        Field("usual", "通常间隔（分钟）", "decimal"),
        Field("lag", "已过开放时间（分钟）", "decimal"),
    )
    return Sheet(f"来源明细：{SHOWN.get(which, SHOWN['all'])}", frame, fields)
