"""Files that must be refused whole, each named after its fault."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from tests.intake.valid_city import csv_text, ticket

CSV = csv_text([ticket(1), ticket(2)]).encode()
GOOD_HEADER = CSV.split(b"\n")[0]
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xdc\xccY\xe7\x00\x00\x00\x00IEND\xaeB`\x82"
)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 4096


def parquet(rows: list[dict[str, Any]]) -> bytes:
    file = io.BytesIO()
    pl.DataFrame(rows, infer_schema_length=None).write_parquet(file)
    return file.getvalue()


def xlsx(rows: list[dict[str, Any]]) -> bytes:
    file = io.BytesIO()
    pl.DataFrame(rows, infer_schema_length=None).write_excel(file)
    return file.getvalue()


def zipped(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()


def with_sheet(sheet: bytes) -> bytes:
    """A workbook whose only sheet has this XML."""
    book = io.BytesIO(xlsx([ticket(1)]))
    file = io.BytesIO()
    with zipfile.ZipFile(book) as archive, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as changed:
        for entry in archive.infolist():
            changed.writestr(
                entry.filename, sheet if entry.filename == "xl/worksheets/sheet1.xml" else archive.read(entry)
            )
    return file.getvalue()


def sheet_of(cells: str) -> bytes:
    return (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{cells}</sheetData></worksheet>"
    ).encode()


def row_of(number: int, *texts: str) -> str:
    """A row of a sheet with these texts in the columns from A on."""
    cells = (f'<c r="{chr(65 + n)}{number}" t="inlineStr"><is><t>{text}</t></is></c>' for n, text in enumerate(texts))
    return f'<row r="{number}">{"".join(cells)}</row>'


def wide_and_long_workbook() -> bytes:
    """A few hundred bytes that claim a cell in the last row and column there is: 17 thousand million cells."""
    first = '<row r="1"><c r="A1" t="inlineStr"><is><t>ticket_id</t></is></c></row>'
    last = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return with_sheet(sheet_of(first + last))


def lying_workbook() -> bytes:
    """A workbook whose directory says that a sheet of 60 MB has 1,000 bytes."""
    cell = '<c t="inlineStr"><is><t>' + "0" * 60_000_000 + "</t></is></c>"
    data = bytearray(with_sheet(sheet_of(f'<row r="1">{cell}</row>')))
    true_size = len(sheet_of(f'<row r="1">{cell}</row>')).to_bytes(4, "little")
    while (place := data.find(true_size)) >= 0:
        data[place : place + 4] = (1000).to_bytes(4, "little")
    return bytes(data)


def huge_parquet() -> bytes:
    """A few thousand bytes that hold five million rows of the same value in every column."""
    file = io.BytesIO()
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 5_000_000, pa.int8()), pa.array(["x"]))
    names = GOOD_HEADER.decode().split(",")
    pq.write_table(pa.table({name: column for name in names}), file, compression="zstd", row_group_size=5_000_000)
    return file.getvalue()


def truncated(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def damaged(data: bytes) -> bytes:
    place = len(data) // 2
    return data[:place] + bytes(255 - byte for byte in data[place : place + 8]) + data[place + 8 :]


def many_tickets() -> bytes:
    return csv_text([ticket(number, ticket_no=f"{zlib.crc32(bytes([number])):x}") for number in range(200)]).encode()


Case = tuple[str, Callable[[], bytes], tuple[str, ...]]

#: What it is → file name, content, what the sentence must name.
BROKEN: dict[str, Case] = {
    "a PDF named csv": ("tickets.csv", lambda: PDF, ("PDF",)),
    "a PNG named csv": ("tickets.csv", lambda: PNG, ("PNG",)),
    "a ZIP named csv": ("tickets.csv", lambda: zipped(tickets=CSV), ("ZIP",)),
    "a workbook named csv": ("tickets.csv", lambda: xlsx([ticket()]), ("XLSX",)),
    "a workbook named tsv": ("tickets.tsv", lambda: xlsx([ticket()]), ("XLSX",)),
    "a Parquet file named csv": ("tickets.csv", lambda: parquet([ticket()]), ("Parquet",)),
    "a gzip named csv": ("tickets.csv", lambda: gzip.compress(CSV), ("gzip",)),
    "a SQLite database named csv": ("tickets.csv", lambda: b"SQLite format 3\x00" + bytes(4000), ("SQLite",)),
    "a CSV named xlsx": ("tickets.xlsx", lambda: CSV, ("与后缀不符",)),
    "a CSV named parquet": ("tickets.parquet", lambda: CSV, ("与后缀不符",)),
    "a CSV named csv.gz": ("tickets.csv.gz", lambda: CSV, ("与后缀不符",)),
    "a CSV named jsonl": ("tickets.jsonl", lambda: CSV, ("JSON",)),
    "a PDF within a gz": ("tickets.csv.gz", lambda: gzip.compress(PDF), ("PDF",)),
    "a web page named csv": ("tickets.csv", lambda: b"<!DOCTYPE html>\n<html><body>502</body></html>\n", ("网页",)),
    "an old or encrypted workbook named xlsx": ("tickets.xlsx", lambda: OLE, (".xls", "加密")),
    "an old workbook with its own name": ("tickets.xls", lambda: OLE, ("后缀",)),
    "a name without any ending": ("tickets", lambda: CSV, ("后缀",)),
    "a semicolon as separator": ("tickets.csv", lambda: CSV.replace(b",", b";"), ("';'", "separator")),
    "a tab as separator": ("tickets.csv", lambda: CSV.replace(b",", b"\t"), ("分隔符", "separator")),
    "GB18030 read as UTF-8": (
        "tickets.csv",
        lambda: csv_text([ticket(1), ticket(2, ticket_no="综合一号")]).encode("gb18030"),
        ("第 3 行第 7 列", "utf-8", "gb18030"),
    ),
    "UTF-16 read as UTF-8": ("tickets.csv", lambda: CSV.decode().encode("utf-16"), ("UTF-16",)),
    "UTF-16 without a mark read as UTF-8": ("tickets.csv", lambda: CSV.decode().encode("utf-16-le"), ("UTF-16",)),
    "Latin-1 read as UTF-8": (
        "tickets.csv",
        lambda: csv_text([ticket(1, ticket_no="Café")]).encode("latin-1"),
        ("第 2 行第 10 列", "utf-8"),
    ),
    "a truncated gz": ("tickets.csv.gz", lambda: truncated(gzip.compress(many_tickets())), ("gzip", "不完整")),
    "a damaged gz": ("tickets.csv.gz", lambda: damaged(gzip.compress(many_tickets())), ("gzip", "损坏")),
    "a gz with rubbish behind it": ("tickets.csv.gz", lambda: gzip.compress(CSV) + b"rubbish", ("gzip", "损坏")),
    "a gz bomb": ("tickets.csv.gz", lambda: gzip.compress(CSV + (b"x" * 99 + b"\n") * 200_000), ("压缩炸弹",)),
    "a required column missing": (
        "tickets.csv",
        lambda: CSV.replace(b"take_time", b"taken"),
        ("第 1 行", "缺少列 take_time"),
    ),
    "an optional column misspelt": (
        "tickets.csv",
        lambda: CSV.replace(b"call_time", b"cal_time"),
        ("cal_time", "是否想写 call_time"),
    ),
    "a column twice in the header": (
        "tickets.csv",
        lambda: CSV.replace(b"transferred_from", b"take_time"),
        ("第 1 行", "重复", "take_time"),
    ),
    "a column twice in the header of a workbook": (
        "tickets.xlsx",
        lambda: with_sheet(sheet_of(row_of(1, "ticket_id", "take_time", "take_time") + row_of(2, "t1", "a", "b"))),
        ("第 1 行", "重复", "take_time"),
    ),
    "no header at all": ("tickets.csv", lambda: CSV.split(b"\n", 1)[1], ("第 1 行", "缺少列 ticket_id")),
    "an empty file": ("tickets.csv", lambda: b"", ("空的",)),
    "an empty gz": ("tickets.csv.gz", lambda: gzip.compress(b""), ("没有表头",)),
    "only blank lines": ("tickets.csv", lambda: b"\n\n\r\n\n", ("没有表头",)),
    "an empty JSON Lines file": ("tickets.jsonl", lambda: b"\n\n", ("JSON",)),
    "an unclosed quote": (
        "tickets.csv",
        lambda: csv_text([ticket(1), ticket(2), ticket(3)]).encode().replace(b"A002", b'"A002'),
        ("引号不成对", "第 3 行"),
    ),
    "an unclosed quote below a text of two lines": (
        "reviews.csv",
        lambda: (
            b"review_id,level,origin,channel,named,assess_time,text\n"
            b'r1,5,active,device,false,2026-10-12T09:00:00,"two\nlines"\n'
            b"r2,5,active,device,false,2026-10-12T09:00:00,fine\n"
            b'r3,5,active,device,false,2026-10-12T09:00:00,"open\n'
            b"r4,5,active,device,false,2026-10-12T09:00:00,fine\n"
        ),
        ("引号不成对", "第 5 行"),
    ),
    "an unclosed quote in the header of a long file": (
        "tickets.csv",
        lambda: b'"' + CSV + b"x,y\n" * 400_000,
        ("引号",),
    ),
    "a header with a NUL byte": ("tickets.csv", lambda: b"\x00" + CSV, ("NUL",)),
    "a header of half a million columns": (
        "tickets.csv",
        lambda: b",".join(b"c%d" % n for n in range(140_000)) + b"\n",
        ("列", "表头"),
    ),
    "a field larger than a field may be": (
        "tickets.csv",
        lambda: CSV + b"x" * 5_000_000 + b",y\n",
        ("max_field_mb",),
    ),
    "a quoted field of many lines larger than a field may be": (
        "tickets.csv",
        lambda: CSV + b'"' + b"xxxxxxxx\n" * 600_000 + b'",y\n',
        ("max_field_mb",),
    ),
    "a line of JSON larger than a field may be": (
        "tickets.jsonl",
        lambda: json.dumps(ticket(1) | {"note": "x" * 5_000_000}).encode(),
        ("max_field_mb",),
    ),
    "a workbook that unpacks to a thousand times its size": (
        "tickets.xlsx",
        lambda: with_sheet(sheet_of(" " * 30_000_000)),
        ("压缩炸弹",),
    ),
    "a workbook with one cell at the end of the world": ("tickets.xlsx", wide_and_long_workbook, ("单元格",)),
    "a workbook that lies about its size": ("tickets.xlsx", lying_workbook, ("XLSX",)),
    "a ZIP named xlsx": ("tickets.xlsx", lambda: zipped(tickets=CSV), ("XLSX",)),
    "a truncated workbook": ("tickets.xlsx", lambda: truncated(xlsx([ticket()])), ("XLSX",)),
    "a damaged workbook": ("tickets.xlsx", lambda: damaged(xlsx([ticket()])), ("XLSX",)),
    "an empty workbook": ("tickets.xlsx", lambda: with_sheet(sheet_of("")), ("表头",)),
    "a truncated Parquet file": ("tickets.parquet", lambda: truncated(parquet([ticket()])), ("Parquet",)),
    "a Parquet file of five million equal rows in a few bytes": ("tickets.parquet", huge_parquet, ("超过",)),
    "a JSON array instead of lines": (
        "tickets.jsonl",
        lambda: json.dumps([ticket(1), ticket(2)], indent=1).encode(),
        ("JSON",),
    ),
    "an unknown table, nearly right": ("ticket.csv", lambda: CSV, ("ticket", "是否想写 tickets")),
    "an unknown table": ("cash_register.csv", lambda: CSV, ("没有表", "cash_register")),
}
