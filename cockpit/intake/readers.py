"""Readers of files: CSV and TSV (also gzipped), XLSX, Parquet, JSON Lines; what cannot be read is refused whole."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

import fastexcel
import polars as pl
import pyarrow.parquet as pq
from pyarrow import ArrowException

from cockpit.intake.delimited import read_delimited
from cockpit.intake.profile import Source
from cockpit.intake.raw import LINE, Limits, Raw, broken_lines, format_of, refuse, sha256_of, shown_name
from cockpit.intake.unpacking import decoded, unpacked

#: First bytes of formats that people rename by mistake.
SIGNATURES = {
    b"PK\x03\x04": "XLSX 或 ZIP",
    b"\x1f\x8b": "gzip 压缩",
    b"PAR1": "Parquet",
    b"%PDF": "PDF",
    b"\xd0\xcf\x11\xe0": "旧版 Office(.xls)或加密工作簿",
    b"SQLite format 3": "SQLite 数据库",
}
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
            path, "后缀不是能读的格式", "请提供 .csv、.tsv、.xlsx、.parquet 或 .jsonl(前两者与末者可 gzip 压缩)"
        )
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise refuse(path, f"打不开({error.strerror})", "请检查路径和权限") from error
    if size == 0:
        raise refuse(path, "文件是空的,连表头都没有", "请让来源重新导出")
    if size > limits.file_bytes:
        raise refuse(
            path, f"大小 {size:,} 字节超过上限 {limits.file_bytes:,}", "请分成多个文件,或调高 intake.max_file_mb"
        )
    _check_signature(path, kind, start)
    raw = _READERS[kind](path, source, limits, size)
    missing = [name for name in needed if name not in raw.rows.columns]
    if missing:
        raise _missing(path, missing, [name for name in raw.rows.columns if name != LINE], kind)
    return raw


def _check_signature(path: Path, kind: str, start: bytes) -> None:
    packed = path.suffix.lower() == ".gz"
    wanted = b"\x1f\x8b" if packed else _WANTED.get(kind)
    if wanted is not None and start.startswith(wanted):
        return
    found = next((name for sign, name in SIGNATURES.items() if start.startswith(sign)), None)
    if wanted is not None or found is not None:
        raise refuse(
            path, f"内容{f'是 {found}' if found else '不是所写的格式'},与后缀不符", "请按实际格式改名或重新导出"
        )


def _missing(path: Path, missing: list[str], found: list[str], kind: str) -> Exception:
    then = "请补上这些列,或在导入方案里改对应的列名"
    if kind in ("csv", "tsv") and len(found) == 1:
        other = next((sign for sign in ";\t|," if sign in found[0]), None)
        if other is not None:
            then = f"表头里有 {other!r},分隔符可能不是方案所写的那个,请在导入方案的 [source] separator 里改正"
    return refuse(path, f"第 1 行表头缺少列 {'、'.join(missing[:8])}{'…' if len(missing) > 8 else ''}", then)


def _read_csv(path: Path, source: Source, limits: Limits, size: int) -> Raw:
    return read_delimited(path, source, limits, size, source.separator)


def _read_tsv(path: Path, source: Source, limits: Limits, size: int) -> Raw:
    return read_delimited(path, source, limits, size, "\t")


def _read_parquet(path: Path, source: Source, limits: Limits, size: int) -> Raw:
    try:
        meta = pq.read_metadata(path)
        unpacked_size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        if unpacked_size > limits.file_bytes:
            raise refuse(path, f"解开后 {unpacked_size:,} 字节,超过上限 {limits.file_bytes:,}", "请分成多个文件")
        rows = pl.read_parquet(path)
    except (ArrowException, pl.exceptions.PolarsError, OSError) as error:
        raise refuse(path, f"不是完整的 Parquet 文件({_first(error)})", "请重新导出或重新传输") from error
    return _whole(path, size, _numbered(rows, first=1))


def _read_xlsx(path: Path, source: Source, limits: Limits, size: int) -> Raw:
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked_size = sum(entry.file_size for entry in archive.infolist())
        if unpacked_size > limits.file_bytes or unpacked_size > limits.ratio * size:
            raise refuse(
                path,
                f"解开后有 {unpacked_size:,} 字节,是原文件的 {unpacked_size // size} 倍,疑为压缩炸弹",
                "请改为 CSV 提供",
            )
        book = fastexcel.read_excel(path)
        if source.sheet is not None and source.sheet not in book.sheet_names:
            raise refuse(path, f"没有工作表 {source.sheet}(有:{'、'.join(book.sheet_names)})", "请在导入方案里改 sheet")
        if not book.sheet_names:
            raise refuse(path, "工作簿里没有工作表", "请重新导出")
        rows = book.load_sheet(source.sheet or 0, dtypes="string").to_polars()
    except (zipfile.BadZipFile, fastexcel.FastExcelError, OSError, ValueError) as error:
        raise refuse(path, f"不是完整的 XLSX 工作簿({_first(error)})", "请用表格软件重新另存为 .xlsx") from error
    if not rows.columns:
        raise refuse(path, "工作表是空的,连表头都没有", "请重新导出")
    return _whole(path, size, _numbered(_without_null(rows, source), first=2))


def _read_jsonl(path: Path, source: Source, limits: Limits, size: int) -> Raw:
    data = decoded(path, unpacked(path, limits), source.encoding)
    parsed: list[tuple[int, dict[str, object]]] = []
    broken: list[tuple[int, str, str]] = []
    for number, line in enumerate(data.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            broken.append((number, line, "json"))
            continue
        if isinstance(record, dict):
            parsed.append((number, record))
        else:
            broken.append((number, line, "json"))
    if not parsed:
        raise refuse(path, "没有一行是 JSON 对象", "请提供每行一个 JSON 对象的文件")
    names = list(dict.fromkeys(name for _, record in parsed for name in record))
    columns = {name: [_as_text(record.get(name)) for _, record in parsed] for name in names}
    rows = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String))
    lines = pl.Series(LINE, [number for number, _ in parsed], dtype=pl.Int64)
    raw = _whole(path, size, _without_null(rows, source).with_columns(lines))
    return Raw(raw.name, raw.sha256, size, raw.rows, broken_lines(broken))


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _without_null(rows: pl.DataFrame, source: Source) -> pl.DataFrame:
    """Empty texts, and the source's own spellings of a missing value, become missing."""
    spellings = ["", *source.null]
    return rows.with_columns(pl.when(~pl.col(pl.String).is_in(spellings)).then(pl.col(pl.String)).name.keep())


def _numbered(rows: pl.DataFrame, first: int) -> pl.DataFrame:
    return rows.with_columns(pl.int_range(first, first + pl.len(), dtype=pl.Int64).alias(LINE))


def _whole(path: Path, size: int, rows: pl.DataFrame) -> Raw:
    return Raw(shown_name(path), sha256_of(path), size, rows)


def _first(error: BaseException) -> str:
    return str(error).strip().splitlines()[0][:160] if str(error).strip() else type(error).__name__


_READERS = {"csv": _read_csv, "tsv": _read_tsv, "xlsx": _read_xlsx, "parquet": _read_parquet, "jsonl": _read_jsonl}
