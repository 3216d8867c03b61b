"""A file's rows become rows of a standard table, as the profile says."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from cockpit.intake.casting import Reading, as_texts, cast
from cockpit.intake.profile import ColumnRule, TableRule
from cockpit.intake.raw import LINE, Raw, first_line, lacking, refuse
from metrics.standard import Column, Table, table

ROW = "row__"
FILE = "file__"
UPDATED = Column(
    name="updated_at",
    title="来源最后修改时间",
    dtype=pl.Datetime("us", "UTC"),
    nullable=True,
    mark="attribute",
    key=False,
    ref=None,
    codes=None,
    personal=False,
    free=False,
    default=None,
    of_day=None,
)
FAULTS = {ROW: pl.UInt32(), "reason": pl.String()}


@dataclass(frozen=True)
class Mapped:
    """Rows of one table, typed, with what could not be read.

    Attributes:
        table: the table.
        rows: columns of the standard, updated_at, row__ (number in this frame), file__, line__.
        faults: row__ and reason of every value that could not be read; such a value is missing in `rows`.
        left_out: reason → rows left out by the profile's rules.
        derived: reference rows that the profile makes up.
        suspicious: whether texts must be looked through for control characters.
    """

    table: Table
    rows: pl.DataFrame
    faults: pl.DataFrame
    left_out: dict[str, int]
    derived: bool
    suspicious: bool


def standard_rule(name: str, raw: Raw) -> TableRule:
    """The rule for a file that is already a table of the standard: every column under its own name.

    Raises:
        RefusedFile: a required column is missing, or an optional one is misspelt and would be lost without a word.
    """
    wanted = table(name)
    known = [column.name for column in (*wanted.columns, UPDATED)]
    present = [column for column in raw.rows.columns if column != LINE]
    missing = [column.name for column in wanted.columns if column.required and column.name not in present]
    if missing:
        then = f"表 {name} 的必填列见 docs/data-standard.md，请补上后重新导入"
        raise lacking(raw.name, missing, present, then)
    absent = [column for column in known if column not in present]
    for stranger in strangers(name, raw):
        near = difflib.get_close_matches(stranger.lower(), absent, n=1, cutoff=0.85)
        if near:
            why = f"第 1 行表头的列 {stranger} 不在数据标准里，是否想写 {near[0]}"
            raise refuse(raw.name, why, "请改正列名；若确是另一列，请删去它")
    names = [c.name for c in (*wanted.columns, UPDATED) if c.name in present]
    return TableRule(table=name, columns={column: ColumnRule(column=column) for column in names})


def strangers(name: str, raw: Raw) -> list[str]:
    """The columns of a file of the standard that its table does not have: nothing of them is kept."""
    known = {column.name for column in (*table(name).columns, UPDATED)} | {LINE}
    return [column for column in raw.rows.columns if column not in known]


def map_file(raw: Raw, rule: TableRule, file: int, zone: str) -> Mapped:
    """Rows of one file as rows of one table.

    Args:
        raw: the file's rows; personal columns are hashed already.
        rule: how the table is made.
        file: the file's number in the batch.
        zone: the city's zone.

    Raises:
        RefusedFile: an expression names a column that the file does not have.
    """
    wanted = table(rule.table)
    raw, unread = _with_definitions(raw, rule)
    source, left_out = _without(raw, rule)
    columns = {column.name: column for column in (*wanted.columns, UPDATED)}
    values: dict[str, pl.Series] = {}
    faults: list[pl.DataFrame] = []
    ordered = sorted(rule.columns, key=lambda name: columns[name].of_day is not None)
    for name in ordered:
        column, setting = columns[name], rule.columns[name]
        given = _given(source, setting, raw, name)
        days = values.get(column.of_day) if column.of_day else None
        if setting.codes is not None:
            typed = cast(
                as_texts(given).replace_strict(setting.codes, default=None, return_dtype=pl.String),
                column,
                _reading(setting, zone),
            )
            fault = f"code:{name}"
        else:
            typed = cast(given, column, _reading(setting, zone), days)
            fault = f"type:{name}"
        if setting.prefix:
            typed = pl.select(pl.lit(setting.prefix) + typed).to_series()
        if typed.null_count() > given.null_count():
            lost = (typed.is_null() & given.is_not_null()).arg_true().cast(pl.UInt32)
            faults.append(pl.DataFrame({ROW: lost, "reason": [fault] * len(lost)}, schema=FAULTS))
        values[name] = typed.alias(name)
    rows = (
        pl.DataFrame([values[name] for name in rule.columns])
        if source.height
        else pl.DataFrame(schema={name: columns[name].dtype for name in rule.columns})
    )
    rows = rows.with_columns(_missing(wanted, rows)).with_columns(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias(ROW), pl.lit(file, dtype=pl.Int32).alias(FILE), source[LINE]
    )
    faults.append(rows.select(ROW, pl.col(LINE).cast(pl.Int64)).join(unread, on=LINE).select(*FAULTS))
    marks = pl.concat(faults)
    if rule.derived or rule.distinct:
        rows = _one_each(rows, wanted, rule)
        marks = marks.filter(pl.col(ROW).is_in(rows[ROW].implode()))
    return Mapped(wanted, rows, marks, left_out, rule.derived, raw.suspicious)


def joined(parts: list[Mapped]) -> Mapped:
    """The rows of one table from several files, numbered through."""
    rows, faults, offset = [], [], 0
    left_out: dict[str, int] = {}
    for part in parts:
        rows.append(part.rows.with_columns(pl.col(ROW) + offset))
        faults.append(part.faults.with_columns(pl.col(ROW) + offset))
        offset += 1 + int(part.rows[ROW].max()) if part.rows.height else 0  # type: ignore[arg-type]
        for reason, count in part.left_out.items():
            left_out[reason] = left_out.get(reason, 0) + count
    first = parts[0]
    together = pl.concat(rows, how="diagonal")
    if first.derived and len(parts) > 1:
        together = together.unique(list(first.table.key), keep="first", maintain_order=True)
    marks = pl.concat(faults)
    return Mapped(
        first.table,
        together,
        marks.join(together.select(ROW), on=ROW, how="semi") if first.derived else marks,
        left_out,
        first.derived,
        any(part.suspicious for part in parts),
    )


def _with_definitions(raw: Raw, rule: TableRule) -> tuple[Raw, pl.DataFrame]:
    """The file with what the profile defines over its columns, and the lines in which a defined time is no time."""
    rows, faults = raw.rows, [pl.DataFrame(schema={LINE: pl.Int64, "reason": pl.String})]
    for name, definition in rule.define.items():
        if name in raw.rows.columns:
            raise refuse(raw.name, f"导入方案 define 里的名字 {name} 与它的一列同名", "请在方案里另取一个名字")
        given = _evaluated(rows, str(definition.sql), raw, name).alias(name)
        if definition.format:
            text = pl.col(name).cast(pl.String)
            forms = [text.str.to_datetime(form, strict=False, time_unit="us") for form in definition.format]
            read = given.to_frame().select(pl.coalesce(forms).alias(name))[name]
            lost = rows.filter(read.is_null() & given.is_not_null()).select(pl.col(LINE).cast(pl.Int64))
            faults.append(lost.with_columns(pl.lit(f"type:{name}").alias("reason")))
            given = read
        rows = rows.with_columns(given)
    return replace(raw, rows=rows), pl.concat(faults)


def _without(raw: Raw, rule: TableRule) -> tuple[pl.DataFrame, dict[str, int]]:
    """The rows that are of this table, and how many are not, by reason."""
    rows, left_out = raw.rows, {}
    for group in rule.leave_out:
        out = _evaluated(rows, group.when, raw, rule.table).fill_null(value=False).cast(pl.Boolean)
        left_out[group.reason] = int(out.sum())
        rows = rows.filter(~out)
    return rows, {reason: count for reason, count in left_out.items() if count}


def _given(source: pl.DataFrame, setting: ColumnRule, raw: Raw, name: str) -> pl.Series:
    if setting.value is not None:
        return pl.select(pl.repeat(setting.value, source.height)).to_series()
    if setting.sql is not None:
        given = _evaluated(source, setting.sql, raw, name)
    elif setting.column in source.columns:
        given = source[str(setting.column)]
    else:
        return pl.Series(name, [None] * source.height, dtype=pl.String)
    if isinstance(given.dtype, pl.String):
        spellings = ["", *setting.null]
        given = given.to_frame("v").select(pl.when(~pl.col("v").is_in(spellings)).then("v"))["v"]
    return given


def _evaluated(source: pl.DataFrame, sql: str, raw: Raw, name: str) -> pl.Series:
    try:
        return source.select(pl.sql_expr(sql).alias("v"))["v"] if source.height else pl.Series("v", [], dtype=pl.String)
    except pl.exceptions.PolarsError as error:
        why = f"导入方案里 {name} 的表达式 {sql!r} 用在它上面不成立（{first_line(error)}）"
        raise refuse(raw.name, why, "请核对列名与写法") from error


def _reading(setting: ColumnRule, zone: str) -> Reading:
    return Reading(setting.format, setting.zone or zone)


def _missing(wanted: Table, rows: pl.DataFrame) -> list[pl.Expr]:
    """Columns that the source does not deliver: their default, or nothing."""
    return [
        pl.lit(column.default, dtype=column.dtype).alias(column.name)
        for column in wanted.columns
        if column.name not in rows.columns
    ] + ([] if "updated_at" in rows.columns else [pl.lit(None, dtype=UPDATED.dtype).alias("updated_at")])


def _one_each(rows: pl.DataFrame, wanted: Table, rule: TableRule) -> pl.DataFrame:
    """Made-up rows: one per key, none where the source names nothing; repeated rows: one of each."""
    if rule.derived:
        named = rows.filter(pl.all_horizontal(pl.col(wanted.key).is_not_null()))
        return named.unique(list(wanted.key), keep="first", maintain_order=True)
    return rows.unique([column.name for column in wanted.columns], keep="first", maintain_order=True)


def file_label(path: Path) -> str:
    """Name of the standard's table that a file is named after, as far as its name goes (tickets-2026.csv → tickets)."""
    stem = path.name.split(".", 1)[0]
    return stem.split("-", 1)[0]
