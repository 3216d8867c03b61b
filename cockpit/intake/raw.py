"""What a reader gives: the rows of one file as the source wrote them, and the lines it could not split."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from cockpit.errors import RefusedFile
from cockpit.intake.privacy import masked

LINE = "line__"
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
    return masked(path.name)


def refuse(path: Path, why: str, then: str) -> RefusedFile:
    """The error for a file that takes nothing in: what is wrong with it and what to do."""
    return RefusedFile(f"文件 {shown_name(path)} 整个拒收:{why};{then}。没有写入任何内容。")
