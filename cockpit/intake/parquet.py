"""Parquet files: their columns in few plain types, so that whatever a source's program writes can be judged."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
from pyarrow import ArrowException

from cockpit.intake.profile import Source
from cockpit.intake.raw import LINE, MAX_COLUMNS, Limits, Raw, first_line, refuse, sha256_of, shown_name

_PLAIN = (pl.String, pl.Boolean, pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.Float64)
_PLAIN_TIMES = (pl.Date, pl.Datetime("us"), pl.Datetime("us", "UTC"))
#: Times that Python and the calendar know; what lies beyond is set to the bound, and refused there.
_FIRST, _LAST = dt.datetime(1, 1, 2, tzinfo=dt.UTC), dt.datetime(9999, 12, 30, tzinfo=dt.UTC)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_PER_SECOND = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_LONG = 2**63 - 1


def read_parquet(path: Path, _source: Source, limits: Limits, size: int) -> Raw:
    """The rows of a Parquet file.

    Raises:
        RefusedFile: damaged, too large once unpacked, absurdly many columns.
    """
    try:
        meta = pq.read_metadata(path)
        unpacked_size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        # A value that is always the same takes no room in the file, but one byte or more for each row once it is read.
        unpacked_size = max(unpacked_size, meta.num_rows * meta.num_columns)
        if unpacked_size > limits.file_bytes:
            raise refuse(path, f"解开后 {unpacked_size:,} 字节，超过上限 {limits.file_bytes:,}", "请分成多个文件")
        if meta.num_columns > MAX_COLUMNS:
            raise refuse(path, f"有 {meta.num_columns:,} 列", "多半不是数据导出，请核对文件")
        rows = pl.read_parquet(path)
    except (ArrowException, pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError) as error:
        raise refuse(path, f"不是完整的 Parquet 文件（{first_line(error)}）", "请重新导出或重新传输") from error
    plain = rows.with_columns(_plain(column) for column in rows if column.dtype not in _PLAIN)
    lines = pl.int_range(1, 1 + pl.len(), dtype=pl.Int64).alias(LINE)
    return Raw(shown_name(path), sha256_of(path), size, plain.with_columns(lines))


def _plain(values: pl.Series) -> pl.Series:
    """The column in a type that the gate knows; nested ones as they are (no column but a list takes them)."""
    dtype = values.dtype
    if isinstance(dtype, pl.Datetime) or dtype == pl.Date:
        return _within_calendar(values)
    if dtype == pl.Float32:
        return values.cast(pl.Float64)
    if dtype == pl.Time:
        return values.dt.to_string("%H:%M:%S")
    if dtype == pl.Duration:
        return values.to_physical().cast(pl.String)
    if dtype == pl.Binary:
        return _bytes(values)
    if dtype.is_nested() or dtype == pl.Null:
        return values
    return values.cast(pl.String)  # categories, decimals, numbers of more than 63 bits


def _bytes(values: pl.Series) -> pl.Series:
    """Texts that a program wrote without saying that they are texts; other bytes by their hexadecimal digits."""
    try:
        return values.cast(pl.String)
    except pl.exceptions.PolarsError:
        return values.bin.encode("hex")


def _within_calendar(values: pl.Series) -> pl.Series:
    dtype = values.dtype
    if isinstance(dtype, pl.Datetime):
        unit = _PER_SECOND[dtype.time_unit]
        # Nanoseconds reach from 1677 to 2262 only.
        low, high = (int((moment - _EPOCH).total_seconds()) * unit for moment in (_FIRST, _LAST))
    else:
        low, high = ((moment - _EPOCH).days for moment in (_FIRST, _LAST))
    numbers = values.to_physical()
    least, most = numbers.min(), numbers.max()
    if isinstance(least, int) and isinstance(most, int) and (least < low or most > high):
        values = numbers.clip(max(low, -_LONG), min(high, _LONG)).cast(dtype)
    if dtype in _PLAIN_TIMES or not isinstance(dtype, pl.Datetime):
        return values
    return values.cast(pl.Datetime("us", dtype.time_zone))
