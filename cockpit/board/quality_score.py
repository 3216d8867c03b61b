"""数据质量, second part: a score per hall against the standard, what it is made of, and how it went week by week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from cockpit.board.quantity import Definition, Quantity, RowsKey
from cockpit.board.review_numbers import Where
from cockpit.board.shares import with_shares
from cockpit.board.sheet import Field, Sheet
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.watch import quality as watch
from metrics.data_quality import CHECKS, PART_OF, PARTS, WEIGHTS, parts

FORMULA = (
    "得分 = " + " + ".join(f"{PARTS[part]} × {weight:.0f}%" for part, weight in WEIGHTS.items()) + "；"
    "没有可检查内容的部分不计，其余部分按比例分摊。每个部分 = 通过的 ÷ 检查的 × 100，各项检查的分子、分母先相加再相除。"
)
#: Fewer checks than these say nothing about a hall.
ENOUGH = 100
BEHIND = "quality-checks"
_MEANS = {
    "complete": "各率要用到的栏目填了多少：号票的叫号、开始、窗口、事项，办件的平台、到场、送达，评价对应的服务。",
    "timely": "开放时间里，各来源的数据没有晚到的分钟占多少；晚到按来源自己的通常间隔判断。",
    "sound": "送来的行里，有多少通过了入库检查、没有进隔离区。",
    "consistent": "不同来源互相说得通的占多少：号票写明的办件、评价写明的号票查得到，叫号时窗口有人在岗。",
}


@dataclass(frozen=True)
class Scores:
    """How good the records are, within the viewer's scope.

    Attributes:
        as_of: when this was counted.
        checks: hall_id, place, week, check, numerator, denominator.
    """

    as_of: datetime
    checks: pl.DataFrame


def scores(folder: DataFolder, snapshot: Snapshot, viewer: Viewer, now: datetime, where: Where) -> Scores:
    """The checks of the last weeks within the viewer's scope."""
    as_of, counts = watch.quality(folder.lake, snapshot, now)
    halls = snapshot.scan("halls").select("hall_id", "county", pl.col("short_name").alias("place"))
    rows = viewer.within(counts.lazy()).join(halls, on="hall_id", how="inner")
    if where.county:
        rows = rows.filter(pl.col("county") == where.county)
    if where.hall:
        rows = rows.filter(pl.col("hall_id") == where.hall)
    return Scores(as_of, rows.collect().sort("hall_id", "week", "check"))


def quantities(found: Scores, where: Where) -> tuple[Quantity, ...]:
    """The score of all that is seen and its four parts; empty where nothing was checked."""
    if found.checks.is_empty():
        return ()
    whole = found.checks.select(pl.lit("all").alias("all"), "check", "numerator", "denominator")
    row = parts(whole, ["all"]).row(0, named=True)
    period = f"近 {watch.WEEKS} 周"
    chosen = tuple(pair for pair in (("county", where.county), ("hall", where.hall)) if pair[1])
    score = Quantity(
        key="score",
        title="数据质量得分",
        value=row["score"],
        unit="分",
        definition=Definition("按数据标准给全部记录打的分，满分 100。", formula=FORMULA, version="数据标准 2026.1"),
        period=period,
        as_of=found.as_of,
        rows=RowsKey(BEHIND, chosen),
    )
    found_parts = [
        Quantity(
            key=part,
            title=PARTS[part],
            value=row[part],
            unit="%",
            definition=Definition(
                _MEANS[part], "通过检查的", "检查的", "分子 ÷ 分母 × 100", "测试件；不属于大厅的行", "数据标准 2026.1"
            ),
            period=period,
            numerator=row[f"{part}_n"],
            denominator=row[f"{part}_d"],
            sample=row[f"{part}_d"],
            enough=ENOUGH,
            as_of=found.as_of,
            rows=RowsKey(BEHIND, (("part", part), *chosen)),
            note=f"权重 {weight:.0f}%",
        )
        for part, weight in WEIGHTS.items()
    ]
    return (score, *found_parts)


def by_hall(found: Scores) -> Sheet:
    """The score of every hall, the lowest first."""
    frame = parts(found.checks, ["hall_id", "place"]).sort("score", "hall_id", nulls_last=True)
    return Sheet("各大厅得分", _with_words(frame), (Field("place", "大厅", role="title"), *_fields()), FORMULA)


def by_week(found: Scores) -> Sheet:
    """The score of all that is seen week by week, the latest first."""
    frame = parts(found.checks, ["week"]).sort("week", descending=True)
    return Sheet("每周得分", _with_words(frame), (Field("week", "周（星期一）", "date", role="title"), *_fields()))


def for_page(sheet: Sheet) -> Sheet:
    """A table of scores as a page shows it: each part in one cell with what it is made of."""
    title = sheet.fields[0]
    parts = [Field(f"{part}_of", said, role="broad") for part, said in PARTS.items()]
    fields = (title, Field("score", "得分", "decimal"), *parts)
    return Sheet(sheet.title, sheet.frame, fields, sheet.note)


def _with_words(frame: pl.DataFrame) -> pl.DataFrame:
    return with_shares(frame, {f"{part}_of": (part, f"{part}_n", f"{part}_d") for part in PARTS}, ENOUGH)


def checks(found: Scores, part: str = "") -> Sheet:
    """The single checks of a part, or of all, added up over halls and weeks."""
    rows = found.checks.with_columns(pl.col("check").replace_strict(dict(PART_OF)).alias("part"))
    rows = rows.filter(pl.col("part") == part) if part else rows
    frame = (
        rows.group_by("part", "check")
        .agg(pl.col("numerator", "denominator").sum())
        .with_columns(
            (100 * pl.col("numerator") / pl.col("denominator")).alias("share"),
            pl.col("part").replace(dict(PARTS)).alias("part_title"),
            pl.col("check").replace(dict(CHECKS)).alias("check_title"),
        )
        .sort("share", "check")
    )
    fields = (
        Field("check_title", "检查", role="title"),
        Field("part_title", "部分"),
        Field("share", "通过比例", "percent"),
        Field("numerator", "通过", "count"),
        Field("denominator", "检查", "count"),
    )
    return Sheet("逐项检查", frame, fields)


def _fields() -> tuple[Field, ...]:
    fields = [Field("score", "得分", "decimal")]
    for part, title in PARTS.items():
        unit = "分钟" if part == "timely" else "项"
        fields += [
            Field(part, title, "percent"),
            Field(f"{part}_n", f"{title}：通过（{unit}）", "count"),
            Field(f"{part}_d", f"{title}：检查（{unit}）", "count"),
        ]
    return tuple(fields)
