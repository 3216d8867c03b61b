"""数据质量, third part: what was brought in and what became of every row, what was refused and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from cockpit.board.sheet import Field, Sheet
from cockpit.board.sources import table_title
from cockpit.door.roles import Right
from cockpit.door.viewer import Viewer
from cockpit.intake.reasons import sentence_of
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from metrics.standard import TABLES

#: How many imports and refused files the page goes back.
SHOWN_IMPORTS = 100
BALANCE = "读入 = 新增 + 更新 + 未变 + 隔离；整个拒收的文件什么也没有存入。"
_COUNTS = {"read": "读入", "inserted": "新增", "updated": "更新", "unchanged": "未变", "quarantined": "隔离"}


def reasons(snapshot: Snapshot, viewer: Viewer) -> Sheet:
    """What is in quarantine now, counted by batch, table and reason; a row counts under each of its reasons."""
    rows = _seen(snapshot, viewer).select("batch_id", "of_table", "reasons").explode("reasons")
    counts = rows.group_by("batch_id", "of_table", "reasons").agg(pl.len().cast(pl.Int64).alias("rows")).collect()
    frame = _named(counts.rename({"reasons": "reason"})).sort(
        "batch_id", "rows", "of_table", "reason", descending=[True, True, False, False]
    )
    fields = (
        Field("sentence", "原因和办法", role="title"),
        Field("title", "数据表"),
        Field("rows", "行数", "count"),
        Field("batch_id", "批次"),
    )
    return Sheet(
        "隔离区：按批次、表和原因", frame, fields, "一行有几个原因就计几次；在来源改正后重新导入即离开隔离区。"
    )


def total(snapshot: Snapshot, viewer: Viewer) -> int:
    """How many rows within the viewer's scope are in quarantine, each counted once."""
    found: int = _seen(snapshot, viewer).select(pl.len()).collect().item()
    return found


def rows(snapshot: Snapshot, viewer: Viewer, table: str = "") -> Sheet:
    """The refused rows themselves, as they came (ids and phone numbers were masked before they were kept).

    Args:
        snapshot: the records to go by.
        viewer: who looks.
        table: only those of one table; "" = all.

    Raises:
        Refused: the viewer's role may not see refused rows.
    """
    viewer.must(Right.QUARANTINE)
    seen = _seen(snapshot, viewer)
    if table:
        seen = seen.filter(pl.col("of_table") == table)
    found = seen.sort("refused_at", "of_table", "file", "line", descending=[True, False, False, False]).collect()
    pairs = found.select("of_table", "entry_id", "reasons").explode("reasons").rename({"reasons": "reason"})
    told = _named(pairs).group_by("entry_id").agg(pl.col("sentence").sort().str.join("；").alias("told"))
    frame = found.join(told, on="entry_id", how="left", maintain_order="left").with_columns(
        pl.col("of_table").replace({name: table_title(name) for name in TABLES}).alias("title"),
        # Empty cells say nothing.
        pl.col("row").str.replace_all(r'"[^"]*":\s*null,?\s*', "").str.replace(r",\s*\}$", "}").alias("content"),
    )
    fields = (
        Field("refused_at", "隔离时间", "time", role="title"),
        Field("title", "数据表"),
        Field("file", "文件"),
        Field("line", "行号", "count"),
        Field("told", "原因和办法"),
        Field("content", "来源行（已脱敏）", role="wide"),
        Field("batch_id", "批次"),
    )
    return Sheet("隔离区：逐行", frame, fields)


def tables_held(snapshot: Snapshot, viewer: Viewer) -> dict[str, str]:
    """Tables with rows in quarantine: name and Chinese title."""
    held = _seen(snapshot, viewer).select(pl.col("of_table").unique().sort()).collect()["of_table"]
    return {name: table_title(name) for name in held}


def imports(folder: DataFolder, viewer: Viewer) -> Sheet | None:
    """The latest imports table by table: read = inserted + updated + unchanged + quarantined.

    Imports bring rows of all halls, so only who sees the whole city sees them; None for others.
    """
    if not viewer.sees_city:
        return None
    found = [
        (
            batch.finished_at.astimezone(folder.zone),
            batch.batch_id,
            batch.profile,
            batch.by,
            _files([file.name for file in batch.files]),
            table_title(name),
            *(getattr(counts, measure) for measure in _COUNTS),
            sum(batch.left_out.get(name, {}).values()),
        )
        for batch in folder.records.batches(SHOWN_IMPORTS)
        for name, counts in batch.tables.items()
    ]
    schema = _schema(folder, ("batch_id", "profile", "by", "files", "title"), (*_COUNTS, "left_out"))
    fields = (
        Field("at", "时间", "time", role="title"),
        Field("title", "数据表"),
        Field("profile", "导入方案"),
        Field("by", "操作人"),
        Field("files", "文件", role="wide"),
        *(Field(measure, word, "count") for measure, word in _COUNTS.items()),
        Field("left_out", "按规则不取", "count"),
        Field("batch_id", "批次"),
    )
    return Sheet("导入历史", pl.DataFrame(found, schema=schema, orient="row"), fields, BALANCE)


def by_batch(history: Sheet) -> Sheet:
    """The imports batch by batch, as a page shows them; table by table they are in the workbook."""
    frame = (
        history.frame.group_by("batch_id", maintain_order=True)
        .agg(
            pl.col("at", "profile", "by", "files").first(),
            pl.len().cast(pl.Int64).alias("tables"),
            pl.col(*_COUNTS, "left_out").sum(),
        )
        .sort("at", descending=True, maintain_order=True)
    )
    fields = (
        Field("at", "时间", "time", role="title"),
        Field("profile", "导入方案"),
        Field("by", "操作人"),
        Field("files", "文件"),
        Field("tables", "表数", "count"),
        *(Field(measure, word, "count") for measure, word in _COUNTS.items()),
        Field("left_out", "按规则不取", "count"),
    )
    return Sheet(history.title, frame, fields, f"{history.note}逐表的行数在下载的表格里。")


def refusals(folder: DataFolder, viewer: Viewer) -> Sheet | None:
    """The files refused whole, with the reason; None for who does not see the whole city."""
    if not viewer.sees_city:
        return None
    found = [
        (refusal.at.astimezone(folder.zone), refusal.name, refusal.profile, refusal.by, refusal.reason)
        for refusal in folder.records.refusals(SHOWN_IMPORTS)
    ]
    schema = _schema(folder, ("name", "profile", "by", "reason"))
    fields = (
        Field("at", "时间", "time", role="title"),
        Field("name", "文件"),
        Field("profile", "导入方案"),
        Field("by", "操作人"),
        Field("reason", "原因", role="wide"),
    )
    frame = pl.DataFrame(found, schema=schema, orient="row")
    return Sheet("整个拒收的文件", frame, fields, "只留名称、指纹和原因，内容没有保留。")


def last_import(folder: DataFolder) -> datetime | None:
    """When the last batch was brought in."""
    batches = folder.records.batches(1)
    return batches[0].finished_at.astimezone(folder.zone) if batches else None


def _seen(snapshot: Snapshot, viewer: Viewer) -> pl.LazyFrame:
    """Rows in quarantine that the viewer may see: for who does not see the whole city only those that name a hall."""
    held = snapshot.quarantine()
    if viewer.sees_city:
        return held
    return viewer.within(held.with_columns(pl.col("row").str.json_path_match("$.hall_id").alias("at_hall")), "at_hall")


def _named(counts: pl.DataFrame) -> pl.DataFrame:
    """Counts with the table's title and the reason in Chinese."""
    kinds = counts.select("of_table", "reason").unique().rows()
    words = pl.DataFrame(
        [(table, reason, table_title(table), sentence_of(reason, table)) for table, reason in kinds],
        schema={"of_table": pl.String, "reason": pl.String, "title": pl.String, "sentence": pl.String},
        orient="row",
    )
    return counts.join(words, on=["of_table", "reason"], how="left")


def _files(names: list[str]) -> str:
    return "、".join(names[:3]) + (f" 等 {len(names)} 个" if names[3:] else "")


def _schema(folder: DataFolder, texts: Sequence[str], counts: Sequence[str] = ()) -> dict[str, pl.DataType]:
    """Columns of a list of things that happened: at, then texts, then counts."""
    at: dict[str, pl.DataType] = {"at": pl.Datetime("us", folder.timezone)}
    return at | dict.fromkeys(texts, pl.String()) | dict.fromkeys(counts, pl.Int64())
