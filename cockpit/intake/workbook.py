"""XLSX workbooks: every cell as text, after a look at the archive that keeps bombs out."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import fastexcel
import polars as pl

from cockpit.intake.profile import Source
from cockpit.intake.raw import (
    LINE,
    Limits,
    Raw,
    column_names,
    first_line,
    refuse,
    sha256_of,
    shown_name,
    without_null,
)

_STEP = 1 << 20
#: Longest tag that may lie across two steps.
_CARRY = 400
_CELL = re.compile(rb"""<(?:\w+:)?c\b(?:[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'])?[^>]*?(/?)>""")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*?\br=["'](\d{1,7})["']""")
#: Memory that a cell takes at the least while a sheet is read (bytes).
_CELL_BYTES = 32
_WIDEST = 16_384


@dataclass
class _Extent:
    """How far the cells of a sheet reach."""

    top: int = 1 << 20
    bottom: int = 0
    width: int = 0
    unplaced: int = 0

    @property
    def cells(self) -> int:
        """Cells of the rectangle that reading it takes."""
        return max(self.bottom - min(self.top, self.bottom) + 1, 0) * max(self.width, min(self.unplaced, _WIDEST))


def read_xlsx(path: Path, source: Source, limits: Limits, size: int) -> Raw:
    """The rows of a workbook's sheet, all cells as text; formulas by their last value, dates in ISO 8601.

    Raises:
        RefusedFile: no workbook, damaged, a bomb, no such sheet, no header, a doubled column.
    """
    try:
        extents = _inspected(path, limits, size)
        book = fastexcel.read_excel(path)
        if source.sheet is not None and source.sheet not in book.sheet_names:
            raise refuse(
                path, f"没有工作表 {source.sheet}（有：{'、'.join(book.sheet_names)}）", "请在导入方案里改 sheet"
            )
        if not book.sheet_names:
            raise refuse(path, "工作簿里没有工作表", "请重新导出")
        place = 0 if source.sheet is None else book.sheet_names.index(source.sheet)
        cells = book.load_sheet(place, header_row=None, dtypes="string").to_polars()
    except (
        zipfile.BadZipFile,
        zlib.error,
        fastexcel.FastExcelError,
        EOFError,
        OSError,
        RuntimeError,  # encrypted
        ValueError,
    ) as error:
        raise refuse(path, f"不是完整的 XLSX 工作簿（{first_line(error)}）", "请用表格软件重新另存为 .xlsx") from error
    top = extents.get(f"xl/worksheets/sheet{place + 1}.xml", _Extent()).top
    return _rows(path, size, without_null(cells, source.null), top if top < 1 << 20 else 1)


def _rows(path: Path, size: int, cells: pl.DataFrame, top: int) -> Raw:
    """The sheet below its header; `top` is the number of the sheet's first row that holds anything."""
    lines = pl.int_range(top, top + pl.len(), dtype=pl.Int64).alias(LINE)
    filled = cells.with_columns(lines).filter(pl.any_horizontal(pl.col(cells.columns).is_not_null()))
    if filled.is_empty():
        raise refuse(path, "工作表是空的，连表头都没有", "请重新导出")
    header = filled.row(0, named=True)
    line = header.pop(LINE)
    names = column_names(path, list(header.values()), line)
    rows = filled.slice(1).rename(dict(zip(header, names, strict=True)))
    return Raw(shown_name(path), sha256_of(path), size, rows, blank=cells.height - filled.height)


def _inspected(path: Path, limits: Limits, size: int) -> dict[str, _Extent]:
    """How far the cells of every sheet reach; all entries are unpacked once, so that none can lie about its size."""
    with zipfile.ZipFile(path) as archive:
        total = sum(entry.file_size for entry in archive.infolist())
        if total > limits.file_bytes or total > limits.ratio * size:
            raise refuse(
                path, f"解开后有 {total:,} 字节，是原文件的 {total // size} 倍，疑为压缩炸弹", "请改为 CSV 提供"
            )
        extents = {entry.filename: _extent(_chunks(archive, entry)) for entry in archive.infolist()}
    cells = max((extent.cells for extent in extents.values()), default=0)
    if cells * _CELL_BYTES > limits.file_bytes:
        raise refuse(path, f"工作表横竖撑开有 {cells:,} 个单元格，装不下", "请删去表格远处的零星内容，或改为 CSV 提供")
    return extents


def _chunks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    carry = b""
    with archive.open(entry) as file:
        while chunk := file.read(_STEP):
            yield carry + chunk
            carry = chunk[-_CARRY:]


def _extent(chunks: Iterator[bytes]) -> _Extent:
    extent = _Extent()
    for chunk in chunks:
        for row in _ROW.finditer(chunk):
            extent.bottom = max(extent.bottom, int(row[1]))
        for letters, number, empty in _CELL.findall(chunk):
            if letters:
                extent.width = max(extent.width, _column(letters))
                extent.bottom = max(extent.bottom, int(number))
                if not empty:
                    extent.top = min(extent.top, int(number))
            else:
                extent.unplaced += 1
    return extent


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
