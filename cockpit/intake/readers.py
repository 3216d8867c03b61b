"""Readers of files: CSV and TSV (also gzipped), XLSX, Parquet, JSON Lines; what cannot be read is refused whole."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cockpit.intake.delimited import read_delimited
from cockpit.intake.json_lines import read_jsonl
from cockpit.intake.parquet import read_parquet
from cockpit.intake.profile import Source
from cockpit.intake.raw import (
    LINE,
    Limits,
    Raw,
    format_of,
    lacking,
    refuse,
)
from cockpit.intake.signatures import START, foreign
from cockpit.intake.workbook import read_xlsx

_WANTED = {"xlsx": b"PK\x03\x04", "parquet": b"PAR1"}


def read_file(path: Path, source: Source, limits: Limits, needed: Iterable[str]) -> Raw:
    """The rows of a file.

    Args:
        path: the file.
        source: how it is written.
        limits: what is refused early.
        needed: columns it must have.

    Raises:
        RefusedFile: it cannot be read at all; one sentence says why, with line and column where there is one.
    """
    kind = format_of(path)
    if kind is None:
        raise refuse(
            path, "后缀不是能读的格式", "请提供 .csv、.tsv、.xlsx、.parquet 或 .jsonl（前两者与末者可 gzip 压缩）"
        )
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(START)
    except OSError as error:
        raise refuse(path, f"打不开（{error.strerror}）", "请检查路径和权限") from error
    if size == 0:
        raise refuse(path, "文件是空的，连表头都没有", "请让来源重新导出")
    if size > limits.file_bytes:
        raise refuse(
            path, f"大小 {size:,} 字节超过上限 {limits.file_bytes:,}", "请分成多个文件，或调高 intake.max_file_mb"
        )
    _check_signature(path, kind, start)
    raw = _READERS[kind](path, source, limits, size)
    missing = [name for name in needed if name not in raw.rows.columns]
    if missing:
        found = [name for name in raw.rows.columns if name != LINE]
        raise lacking(path, missing, found, "请补上这些列，或在导入方案里改对应的列名")
    return raw


def _check_signature(path: Path, kind: str, start: bytes) -> None:
    packed = path.suffix.lower() == ".gz"
    wanted = b"\x1f\x8b" if packed else _WANTED.get(kind)
    if wanted is not None and start.startswith(wanted):
        return
    found = foreign(start)
    if wanted is not None or found is not None:
        raise refuse(
            path, f"内容{f'是 {found}' if found else '不是所写的格式'}，与后缀不符", "请按实际格式改名或重新导出"
        )


def _read_csv(path: Path, source: Source, limits: Limits, size: int) -> Raw:
    return read_delimited(path, source, limits, size, source.separator)


def _read_tsv(path: Path, source: Source, limits: Limits, size: int) -> Raw:
    return read_delimited(path, source, limits, size, "\t")


_READERS = {"csv": _read_csv, "tsv": _read_tsv, "xlsx": read_xlsx, "parquet": read_parquet, "jsonl": read_jsonl}
