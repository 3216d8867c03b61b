"""Commands of data staff: import, check, quarantine."""

from __future__ import annotations

import os
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from cockpit.cli.frame import (
    ByOption,
    DataOption,
    JsonOption,
    data_folder,
    print_json,
    progress,
    refusing,
    settings_for,
)
from cockpit.demo.ledger import read_ledger
from cockpit.errors import SettingsError, StorageError
from cockpit.intake.counting import BatchResult
from cockpit.intake.importer import check_files, import_files
from cockpit.intake.privacy import masked
from cockpit.intake.profile import Profile, load_profile
from cockpit.intake.reasons import sentence_of
from cockpit.intake.sql_import import import_database
from cockpit.lake.folder import DataFolder
from cockpit.plain import plain
from cockpit.settings import Settings

ProfileArgument = Annotated[str, typer.Argument(help="导入方案的名称，或方案文件（.toml）的路径")]
PathsArgument = Annotated[list[Path] | None, typer.Argument(help="文件或文件夹；数据库来源不需要")]
EncodingOption = Annotated[str | None, typer.Option("--encoding", help="文件编码，如 gb18030；缺省按导入方案")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("import", help="按导入方案把文件作为一批导入；一批要么全部生效，要么全部不生效。")(bring)
    app.command("check", help="同样的检查，但什么都不保存。")(check)
    app.command("quarantine", help="查看被隔离的行及全部原因。")(quarantine)


def bring(
    profile: ProfileArgument,
    paths: PathsArgument = None,
    data: DataOption = None,
    json: JsonOption = False,
    by: ByOption = None,
    encoding: EncodingOption = None,
) -> None:
    """Bring files in by an import profile."""
    with refusing():
        how = _profile(settings_for(data), profile, encoding)
        wanted = [] if how.source.url_variable else _paths(how, paths)
        with data_folder(data, create=True) as folder, progress("导入") as observe:
            _mind_the_demo_city(folder, named=data is not None or "COCKPIT_DATA_DIR" in os.environ)
            if how.source.url_variable is not None:
                result = import_database(folder, how, by=by, observe=observe)
            else:
                result = import_files(folder, how, wanted, by=by, observe=observe)
    show_result(result, json)


def check(
    profile: ProfileArgument,
    paths: PathsArgument = None,
    data: DataOption = None,
    json: JsonOption = False,
    encoding: EncodingOption = None,
) -> None:
    """The same gate, nothing stored."""
    with refusing(), tempfile.TemporaryDirectory() as nowhere:
        how = _profile(settings_for(data), profile, encoding)
        wanted = _paths(how, paths)
        with _checked_folder(data, Path(nowhere)) as folder:
            result = check_files(folder, how, wanted)
    show_result(result, json)


def quarantine(
    data: DataOption = None,
    json: JsonOption = False,
    batch: Annotated[str | None, typer.Option("--batch", help="只看这一批")] = None,
    table: Annotated[str | None, typer.Option("--table", help="只看这一张表")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="最多显示多少行")] = 50,
) -> None:
    """What was refused, with reasons, by batch and table."""
    with refusing(), data_folder(data) as folder:
        rows = folder.lake.snapshot().quarantine(table)
        if batch is not None:
            rows = rows.filter(pl.col("batch_id") == batch)
        counts = (
            rows.explode("reasons")
            .group_by("of_table", "batch_id", pl.col("reasons").alias("reason"))
            .len("rows")
            .sort("of_table", "batch_id", "rows", "reason", descending=[False, False, True, False])
            .collect()
        )
        shown = rows.sort("of_table", "file", "line").head(limit).collect()
        total = int(rows.select(pl.len()).collect().item())
        refusals = folder.records.refusals(limit)
    if json:
        print_json(
            {
                "total": total,
                "counts": counts.rename({"of_table": "table", "batch_id": "batch"}).to_dicts(),
                "rows": shown.rename({"of_table": "table", "batch_id": "batch"}).to_dicts(),
                "files": [vars(refusal) for refusal in refusals],
            }
        )
        return
    console = Console(soft_wrap=False)
    console.print(f"隔离区现有 {total:,} 行。" + ("" if total else "没有待处理的行。"))
    if total:
        console.print(_counts_table(counts))
        console.print(_rows_table(shown))
    if refusals:
        console.print("整个拒收的文件（内容不保存）：")
        for refusal in refusals:
            console.print(f"  {refusal.at.astimezone():%Y-%m-%d %H:%M} {refusal.name}:{refusal.reason}", markup=False)


def _mind_the_demo_city(folder: DataFolder, *, named: bool) -> None:
    """Keep real records out of the invented ones unless somebody means it: nobody could take the two apart again."""
    if read_ledger(folder.path) is None:
        return
    if not named:
        raise StorageError(
            f"数据目录 {folder.path} 里是演示城市，真实数据不能与它混在一起；"
            "请用 --data 另指一个目录，没有写入任何内容。"
        )
    typer.echo(f"数据目录 {folder.path} 里是演示城市，导入的记录从此与虚构的数据混在一起，只宜用于演练。", err=True)


def _checked_folder(data: Path | None, nowhere: Path) -> AbstractContextManager[DataFolder]:
    """The data folder to check against; where there is none yet, an empty one that is thrown away."""
    begun = (settings_for(data).data_dir / "lake").is_dir()
    return data_folder(data) if begun else data_folder(nowhere, create=True)


def _profile(settings: Settings, name: str, encoding: str | None) -> Profile:
    profile = load_profile(name, settings.intake.profile_dir)
    if encoding is None:
        return profile
    try:
        "".encode(encoding)
    except LookupError:
        raise SettingsError(f"--encoding {encoding} 不是已知的编码；请改用 utf-8、gb18030 等。") from None
    return profile.model_copy(update={"source": profile.source.model_copy(update={"encoding": encoding})})


def _paths(profile: Profile, paths: list[Path] | None) -> list[Path]:
    if not paths:
        raise typer.BadParameter(f"导入方案 {profile.name} 需要至少一个文件或文件夹。")
    return paths


def show_result(result: BatchResult, as_json: bool) -> None:
    """Say what became of every row: in one JSON document, or in a table with the reasons in words."""
    if as_json:
        print_json(
            {
                "batch": result.batch_id,
                "tables": {name: vars(counts) for name, counts in result.tables.items()},
                "reasons": result.reasons,
                "left_out": result.left_out,
                "unused": result.unused,
            }
        )
        return
    console = Console()
    table = Table("表", "读入", "新增", "更新", "未变", "隔离", title=f"批次 {result.batch_id or '（仅检查，未保存）'}")
    for name, counts in result.tables.items():
        table.add_row(name, *(f"{value:,}" for value in vars(counts).values()))
    console.print(table)
    for name, reasons in result.reasons.items():
        for reason, count in reasons.items():
            _say(console, f"  {name} 隔离 {count:,} 行：{sentence_of(reason, name)}")
    for name, reasons in result.left_out.items():
        for reason, count in reasons.items():
            _say(console, f"  {name} 按方案不计 {count:,} 行：{reason}")
    for name, columns in result.unused.items():
        told = masked(plain("、".join(columns)))
        _say(console, f"  {name} 没有用到的列：{told}；数据标准里没有，列名见 docs/data-standard.md")


def _say(console: Console, sentence: str) -> None:
    """One line, left to the terminal to break: Chinese broken at spaces alone would break after two words."""
    console.print(sentence, markup=False, highlight=False, soft_wrap=True)


def _wrapping(*titles: str) -> Table:
    """A table whose long Chinese sentences are folded, never cut off."""
    table = Table(show_lines=True)
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def _counts_table(counts: pl.DataFrame) -> Table:
    table = _wrapping("表", "批次", "原因", "行数")
    for row in counts.iter_rows(named=True):
        table.add_row(row["of_table"], row["batch_id"], sentence_of(row["reason"], row["of_table"]), f"{row['rows']:,}")
    return table


def _rows_table(rows: pl.DataFrame) -> Table:
    table = _wrapping("表", "文件", "行", "主键", "原因", "内容")
    for row in rows.iter_rows(named=True):
        why = "\n".join(sentence_of(reason, row["of_table"]) for reason in row["reasons"])
        cells = (row["of_table"], row["file"], str(row["line"]), row["key"] or "-", why, (row["row"] or "")[:400])
        table.add_row(*(cell.replace("[", "\\[") for cell in cells))
    return table
