"""What a reader gives: the rows of one file as the source wrote them, and the lines it could not split."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from cockpit.errors import RefusedFile
from cockpit.intake.privacy import masked
from cockpit.plain import one_line

LINE = "line__"
#: No export of a hall has more columns.
MAX_COLUMNS = 2000
#: Name endings of the formats that can be read.
FORMATS = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "tsv",
    ".xlsx": "xlsx",
    ".parquet": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


@dataclass(frozen=True)
class Limits:
    """What is refused early.

    Attributes:
        file_bytes: greatest size of a file once unpacked.
        field_bytes: greatest size of one field or line.
        ratio: greatest ratio of unpacked to packed size.
    """

    file_bytes: int
    field_bytes: int
    ratio: int


@dataclass(frozen=True)
class Raw:
    """The rows of one file.

    Attributes:
        name: file name as shown, with ids and phone numbers masked.
        sha256: hash of the file's bytes.
        size: its size in bytes.
        rows: the source's columns (text, or typed where the format has types) and `line__`, the record's number.
        broken: records that do not fit the header: line, text, found and wanted number of fields.
        blank: records without any value.
        suspicious: whether the bytes hold quotes or control characters, so that texts must be looked through.
    """

    name: str
    sha256: str
    size: int
    rows: pl.DataFrame
    broken: pl.DataFrame = field(default_factory=lambda: broken_lines([]))
    blank: int = 0
    suspicious: bool = True


def broken_lines(lines: Sequence[tuple[int, str, str]]) -> pl.DataFrame:
    """Records that could not be split or parsed: their line, their text, the reason."""
    return pl.DataFrame(list(lines), schema={"line": pl.Int64, "text": pl.String, "reason": pl.String}, orient="row")


def format_of(path: Path) -> str | None:
    """Format that the name claims, None where it is no data file."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    last = suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else "".join(suffixes[-1:])
    return FORMATS.get(last)


def sha256_of(path: Path) -> str:
    """Hash of a file's bytes; empty where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def shown_name(path: Path) -> str:
    """A file's name as it may be shown and kept."""
    return masked(one_line(path.name))


def refuse(file: Path | str, why: str, then: str) -> RefusedFile:
    """The error for a file that takes nothing in: what is wrong with it and what to do; no personal number in it."""
    name = file if isinstance(file, str) else file.name
    return RefusedFile(masked(f"文件 {one_line(name)} 整个拒收：{why}；{then}。没有写入任何内容。"))


def lacking(file: Path | str, missing: Sequence[str], found: Sequence[str], then: str) -> RefusedFile:
    """The error for a file without columns that it must have; a single column points to another separator."""
    if len(found) == 1 and (other := next((sign for sign in ";\t|," if sign in found[0]), None)):
        then = f"表头里有 {other!r}，分隔符可能不是方案所写的那个，请在导入方案的 [source] separator 里改正"
    shown = "、".join(missing[:8]) + ("…" if len(missing) > 8 else "")
    return refuse(file, f"第 1 行表头缺少列 {shown}", then)


def column_names(path: Path, header: Sequence[str | None], line: int) -> list[str]:
    """The names of a header's columns: trimmed, those without a name called by their place, none of them twice.

    Raises:
        RefusedFile: a name stands twice, or there are absurdly many.
    """
    if len(header) > MAX_COLUMNS:
        raise refuse(path, f"第 {line} 行表头有 {len(header):,} 列", "多半不是数据导出，请核对文件")
    names = [(name or "").strip() or f"（第 {place} 列）" for place, name in enumerate(header, start=1)]
    doubled = sorted(name for name, times in Counter(names).items() if times > 1)
    if doubled:
        raise refuse(path, f"第 {line} 行表头里列名重复：{'、'.join(doubled[:8])}", "请让每一列的名称唯一")
    return names


def without_null(rows: pl.DataFrame, null: Sequence[str]) -> pl.DataFrame:
    """Empty texts, and the source's own spellings of a missing value, become missing."""
    spellings = ["", *null]
    return rows.with_columns(pl.when(~pl.col(pl.String).is_in(spellings)).then(pl.col(pl.String)).name.keep())


def first_line(error: BaseException) -> str:
    """The first line of what a library said."""
    said = str(error).strip()
    return said.splitlines()[0][:160] if said else type(error).__name__
