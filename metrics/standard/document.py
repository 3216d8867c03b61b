"""The data standard as a page people read, made from the schemas so that the two cannot drift apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from metrics.standard.tables import PROVENANCE, TABLES, VERSION, Column, Table
from metrics.standard.words import CODE_WORDS

PAGE = Path("docs") / "data-standard.md"
_MARKS = {"event": "事件", "plan": "计划", "attribute": "属性"}
_TYPES: dict[type[pl.DataType] | pl.DataType, str] = {
    pl.String: "文字",
    pl.Int64: "整数",
    pl.Float64: "小数",
    pl.Boolean: "是否",
    pl.Date: "日期",
    pl.Datetime: "时间",
    pl.List: "文字列表",
}


def page() -> str:
    """The whole page, in Markdown."""
    head = f"""<!-- Made by `python -m metrics.standard.document`; a test compares the two. Do not edit by hand. -->
# 数据标准：取号—受理—办理—评价（{VERSION}）

一个数据目录只放一个城市。时间按 ISO 8601 书写，可带时区，不带时区的按城市时区理解；编码、编号一律是文字。

- **事件**：已经发生的事的时间。在某一时刻 t 看数据时，t 及以后的事件视为尚未发生。
- **计划**：事先定下的时间（时限、排班、开门），从一开始就知道。
- **属性**：其余各列。

用 `standard` 方案导入时一表一文件，文件以表命名（tickets.csv、cases.parquet……）。CSV 里列表写成 JSON 数组，
是否写成 true / false，空即缺失。可空的列和有缺省值的列可以不出现在文件里。

每行还可以带 `updated_at`（在来源最后修改的时间）；没有时取该行最晚的事件时间。同一主键的两个版本，
`updated_at` 晚的留下，相同时后到的批次留下。

保存的每一行另有来源信息：{"、".join(f"`{name}`" for name in PROVENANCE)}
（`derived` 为真表示来源只提到、由导入方案补出的参照行）。号票另有 `suspect_wait`：等候超过 180 分钟，照收并加标记。
"""
    return head + "".join(_table(table) for table in TABLES.values())


def _table(table: Table) -> str:
    name = table.title.partition(":")[0]
    time = f"；按 `{table.time}` 分月保存" if table.time else ""
    rows = "".join(_row(column, CODE_WORDS.get(f"{table.name}.{column.name}", {})) for column in table.columns)
    rules = "".join(f"- {rule}\n" for rule in _rules(table))
    return (
        f"\n## `{table.name}` {name}\n\n主键：{'、'.join(f'`{column}`' for column in table.key)}{time}\n\n"
        f"| 列 | 含义 | 类型 | 性质 | 可空 | 取值与引用 |\n|---|---|---|---|---|---|\n{rows}"
        + (f"\n{rules}" if rules else "")
    )


def _row(column: Column, words: Mapping[str, str]) -> str:
    allowed = [f"`{code}` {words[code]}" for code in column.codes or ()]
    allowed = ["；".join(allowed)] if allowed else []
    if column.ref:
        allowed.append(f"见 `{column.ref}`")
    if column.default is not None:
        allowed.append(f"不提供时为 {str(column.default).lower()}")
    if column.free:
        allowed.append("像证件号、电话号的数字串保存前遮盖")
    kind = _TYPES[type(column.dtype)]
    empty = "是" if column.nullable else ""
    return f"| `{column.name}` | {column.title} | {kind} | {_MARKS[column.mark]} | {empty} | {' '.join(allowed)} |\n"


def _rules(table: Table) -> list[str]:
    """Order of times and what a status demands, from the names of the schema's own rules."""
    found = []
    for name, rule in table.schema._validation_rules(with_cast=False).items():
        kind, *columns = name.split("__")
        if kind == "order":
            found.append(f"`{columns[0]}` ≤ `{columns[1]}`")
        elif kind == "needs":
            found.append(f"状态为 {_statuses(table, rule.expr, columns[0], None)} 时 `{columns[0]}` 必填")
        elif kind == "forbids":
            filled = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
            found.append(f"状态为 {_statuses(table, rule.expr, columns[0], filled)} 时 `{columns[0]}` 须为空")
    return found


def _statuses(table: Table, rule: pl.Expr, time: str, value: dt.datetime | None) -> str:
    """The statuses for which a rule refuses such a time, found by asking the rule itself."""
    codes = next(column.codes for column in table.columns if column.name == "status") or ()
    rows = pl.DataFrame({"status": codes}).with_columns(pl.lit(value, pl.Datetime("us", "UTC")).alias(time))
    return "、".join(f"`{code}`" for code in rows.filter(~rule)["status"])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
