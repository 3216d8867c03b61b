"""JSON Lines: one JSON object a line; a line that is none is kept aside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NoReturn

import polars as pl

from cockpit.intake.profile import Source
from cockpit.intake.raw import (
    LINE,
    MAX_COLUMNS,
    Limits,
    Raw,
    broken_lines,
    refuse,
    sha256_of,
    shown_name,
    without_null,
)
from cockpit.intake.unpacking import decoded, unpacked


def read_jsonl(path: Path, source: Source, limits: Limits, size: int) -> Raw:
    """The rows of a JSON Lines file, all values as text, numbers exactly as they are written.

    Raises:
        RefusedFile: another encoding, no object at all, a line of absurd size, absurdly many names.
    """
    text = decoded(path, unpacked(path, limits), source.encoding)
    numbers: list[int] = []
    values: dict[str, list[str | None]] = {}
    broken: list[tuple[int, str, str]] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        record = _record(line)
        if record is None:
            broken.append((number, line, "json"))
            continue
        for name, value in record.items():
            column = values.get(name)
            if column is None:
                column = values[name] = []
            column.extend([None] * (len(numbers) - len(column)))
            column.append(value)
        numbers.append(number)
        if len(values) > MAX_COLUMNS:
            raise refuse(path, f"到第 {number} 行已有 {len(values):,} 个不同的名称", "请核对文件是否为数据导出")
    if not numbers:
        raise refuse(path, "没有一行是 JSON 对象", "请提供每行一个 JSON 对象的文件")
    for column in values.values():
        column.extend([None] * (len(numbers) - len(column)))
    rows = pl.DataFrame(values, schema=dict.fromkeys(values, pl.String))
    lines = pl.Series(LINE, numbers, dtype=pl.Int64)
    rows = without_null(rows, source.null).with_columns(lines) if values else lines.to_frame()
    return Raw(shown_name(path), sha256_of(path), size, rows, broken_lines(broken))


def _record(line: str) -> dict[str, str | None] | None:
    """The line's object with its values as text; None where it is none, or says two things under one name."""
    try:
        record = json.loads(
            # 1.10 stays 1.10, and twenty digits stay twenty.
            line,
            parse_int=str,
            parse_float=str,
            parse_constant=_unknown,
            object_pairs_hook=_once_each,
        )
        if not isinstance(record, dict):
            return None
        texts = {name: _as_text(value) for name, value in record.items()}
        if "\\u" in line:  # half a character, written as an escape, is no text
            "".join(f"{name}{value}" for name, value in texts.items()).encode()
    except (ValueError, RecursionError):
        return None
    return texts


def _unknown(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError("a name twice")
    return record


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
