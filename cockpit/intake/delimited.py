"""CSV and TSV, strictly: every record has the header's number of fields, or it is kept aside with its line."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
from pyarrow import csv as arrow_csv

from cockpit.intake.profile import Source
from cockpit.intake.raw import LINE, Limits, Raw, broken_lines, column_names, refuse, sha256_of, shown_name
from cockpit.intake.swallowed import swallowing
from cockpit.intake.unpacking import decoded, unpacked

#: Bytes that no well-made CSV without quoted text holds.
_CONTROLS = bytes(code for code in range(32) if code not in (9, 10, 13))


@dataclass(frozen=True)
class _Text:
    path: Path
    data: bytes
    separator: str
    quote: str


def read_delimited(path: Path, source: Source, limits: Limits, size: int, separator: str) -> Raw:
    """The rows of a CSV or TSV file, all columns as text, empty ones missing.

    Args:
        path: the file.
        source: how it is written.
        limits: what is refused early.
        size: its size in bytes.
        separator: between fields.

    Raises:
        RefusedFile: no header, a doubled column, an unclosed quote, another encoding, a field of absurd size.
    """
    data = unpacked(path, limits)
    if source.encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        decoded(path, data, "utf-8")
        data = data.removeprefix(b"\xef\xbb\xbf")
    else:
        data = decoded(path, data, source.encoding).encode("utf-8")
    text = _Text(path, data, separator, source.quote)
    names, header_records = _header(text)
    if source.quote and source.quote.encode() in data and data.count(source.quote.encode()) % 2:
        raise refuse(path, f"引号不成对（{_first_odd_record(text)}起）", "请让来源重新导出，字段里的引号要写成两个")
    rows, broken = _records(text, names, header_records, source, limits)
    blank = pl.all_horizontal(pl.col(names).is_null())
    kept = rows.filter(~blank) if rows.height else rows
    blank_lines = rows.height - kept.height
    again = pl.all_horizontal(pl.col(name) == name for name in names)
    doubled = kept.filter(again)
    if doubled.height:
        kept = kept.filter(~again.fill_null(value=False))
        shown = separator.join(names)
        broken = pl.concat([broken, broken_lines([(line, shown, "header_again") for line in doubled[LINE]])])
    quoted = bool(source.quote) and source.quote.encode() in data
    if quoted and data.count(b"\n") > header_records + rows.height + broken.height:
        kept, told = swallowing(kept, separator)
        broken = pl.concat([broken, told])
    controls = _CONTROLS if separator == "\t" else _CONTROLS + b"\t"
    suspicious = quoted or len(data.translate(None, controls)) < len(data)
    return Raw(shown_name(path), sha256_of(path), size, kept, broken, blank_lines, suspicious)


def _header(text: _Text) -> tuple[list[str], int]:
    """Column names, and how many records stand before the first row (the header and blank lines above it)."""
    start = io.StringIO(text.data[: 1 << 20].decode("utf-8", "replace"), newline="")
    options: dict[str, object] = {"delimiter": text.separator}
    if text.quote:
        options["quotechar"] = text.quote
    else:
        options["quoting"] = csv.QUOTE_NONE
    try:
        for skipped, fields in enumerate(csv.reader(start, **options)):  # type: ignore[arg-type]
            if any(field.strip() for field in fields):
                if "\x00" in "".join(fields):
                    raise refuse(text.path, f"第 {skipped + 1} 行表头里有 NUL 字节，不是文本文件", "请重新导出为 CSV")
                return column_names(text.path, fields, skipped + 1), skipped + 1
    except csv.Error as error:
        raise refuse(text.path, f"表头里有一个字段没有尽头（{error}），引号多半不成对", "请让来源重新导出") from error
    raise refuse(text.path, "没有表头", "请让来源重新导出")


def _records(
    text: _Text, names: list[str], skip: int, source: Source, limits: Limits
) -> tuple[pl.DataFrame, pl.DataFrame]:
    broken: list[tuple[int, str, str]] = []

    def aside(row: arrow_csv.InvalidRow) -> str:
        broken.append((row.number, row.text, "fields"))
        return "skip"

    quoted = bool(text.quote) and text.quote.encode() in text.data
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(text.data),
            read_options=arrow_csv.ReadOptions(
                use_threads=False, column_names=names, skip_rows_after_names=skip, block_size=limits.field_bytes
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=text.separator,
                quote_char=text.quote or False,
                newlines_in_values=quoted,
                ignore_empty_lines=False,
                invalid_row_handler=aside,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=["", *source.null],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                check_utf8=False,
            ),
        )
    except pa.ArrowInvalid as error:
        said = str(error).splitlines()[0]
        if "straddl" in said:
            why = f"有一个字段超过 {limits.field_bytes:,} 字节"
            raise refuse(text.path, why, "多半是引号丢失，请让来源重新导出（上限见 intake.max_field_mb）") from error
        raise refuse(text.path, f"不是规整的 CSV({said[:160]})", "请让来源重新导出") from error
    frame = pl.DataFrame(table)
    aside_at = [number for number, _, _ in broken]
    numbers = pl.int_range(skip + 1, skip + 1 + frame.height + len(broken), dtype=pl.Int64, eager=True).alias(LINE)
    return frame.with_columns(numbers.filter(~numbers.is_in(aside_at))), broken_lines(broken)


def _first_odd_record(text: _Text) -> str:
    """The line on which the first record begins whose quotes do not close as they should."""
    options: dict[str, object] = {"delimiter": text.separator, "quotechar": text.quote, "strict": True}
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(text.data), "utf-8", "replace", newline=""), **options)  # type: ignore[arg-type]
    begins = 1
    try:
        for _ in reader:
            begins = reader.line_num + 1
    except csv.Error:
        return f"第 {begins} 行"
    return "文件中"
