"""What the first bytes of a file say it is, whatever its name says."""

from __future__ import annotations

#: First bytes of formats that people rename by mistake.
SIGNATURES = {
    b"PK\x03\x04": "XLSX 或 ZIP",
    b"\x1f\x8b": "gzip 压缩",
    b"PAR1": "Parquet",
    b"%PDF": "PDF",
    b"\xd0\xcf\x11\xe0": "旧版 Office(.xls)或加密工作簿",
    b"SQLite format 3": "SQLite 数据库",
    b"\x89PNG": "PNG 图片",
    b"\xff\xd8\xff": "JPEG 图片",
    b"7z\xbc\xaf": "7z 压缩包",
    b"Rar!": "RAR 压缩包",
}
#: How a web page begins: an error or sign-in page that was saved in place of the export.
_PAGES = (b"<!doctype html", b"<html")
#: Bytes that must be looked at.
START = 64


def foreign(start: bytes) -> str | None:
    """What a file is that should be text; None where nothing speaks against text."""
    found = next((name for sign, name in SIGNATURES.items() if start.startswith(sign)), None)
    if found is None and start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGES):
        return "网页（HTML），多半是登录页或错误页"
    return found
