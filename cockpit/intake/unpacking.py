"""Bytes of a file, unpacked and decoded within bounds: what is too large, cut off or in another encoding is refused."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from cockpit.intake.raw import Limits, refuse
from cockpit.intake.signatures import START, foreign

_STEP = 4 * 1024 * 1024
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")


def unpacked(path: Path, limits: Limits) -> bytes:
    """The file's bytes, unpacked where it is gzipped; a line longer than a field may be is noticed while reading.

    Raises:
        RefusedFile: truncated or damaged archive, too large, a field of absurd size.
    """
    packed_size = path.stat().st_size
    is_packed = path.suffix.lower() == ".gz"
    chunks: list[bytes] = []
    total = since_line_end = 0
    try:
        with gzip.open(path, "rb") if is_packed else path.open("rb") as file:
            while chunk := file.read(_STEP):
                if is_packed and not chunks and (found := foreign(chunk[:START])):
                    raise refuse(path, f"解开后内容是 {found}，与后缀不符", "请按实际格式改名或重新导出")
                chunks.append(chunk)
                total += len(chunk)
                end = chunk.rfind(b"\n")
                since_line_end = since_line_end + len(chunk) if end < 0 else len(chunk) - end - 1
                if since_line_end > limits.field_bytes:
                    raise refuse(
                        path,
                        f"有一行超过 {limits.field_bytes:,} 字节仍未结束",
                        "多半是换行或引号丢失，请让来源重新导出（上限见 intake.max_field_mb）",
                    )
                if total > limits.file_bytes or (is_packed and total > max(limits.ratio * packed_size, _STEP)):
                    raise refuse(path, f"解开后超过 {total:,} 字节，疑为压缩炸弹或过大", "请分成多个较小的文件")
    except EOFError as error:
        raise refuse(path, f"gzip 在解开 {total:,} 字节后中断，文件不完整", "请重新传输或重新导出") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise refuse(path, f"gzip 在解开 {total:,} 字节后损坏（{error}）", "请重新传输或重新导出") from error
    except OSError as error:
        raise refuse(path, f"读取中断（{error.strerror or error}）", "请检查磁盘和网络共享") from error
    return b"".join(chunks)


def decoded(path: Path, data: bytes, encoding: str) -> str:
    """The bytes as text in the encoding that the profile states.

    Raises:
        RefusedFile: they are not; says at which line and column.
    """
    if not encoding.lower().startswith(("utf-16", "utf_16")) and _is_wide(data[:START]):
        then = "请另存为 UTF-8，或用 --encoding 或导入方案的 [source] encoding 写明"
        raise refuse(path, f"编码是 UTF-16，而不是 {encoding}", then)
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode(encoding, "replace")) + 1
        raise refuse(
            path,
            f"第 {line} 行第 {column} 列起不是 {encoding} 编码",
            "请按来源的实际编码（如 gb18030）用 --encoding 或导入方案的 [source] encoding 写明",
        ) from error


def _is_wide(start: bytes) -> bool:
    """Whether a file begins like UTF-16: with its mark, or with every second byte zero, as Latin letters have it."""
    return start.startswith(_WIDE_MARKS) or any(half.count(0) > len(start) // 4 for half in (start[::2], start[1::2]))
