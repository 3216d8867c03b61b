"""What goes wrong below the lake, told in the sentence that people read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
from deltalake.exceptions import DeltaError

from cockpit.errors import StorageError

#: What can go wrong below us: the lake's own errors, the disk, Polars reading a broken file.
BELOW = (DeltaError, OSError, pl.exceptions.PolarsError)
_CAUSES = (
    ("No space left", "磁盘已满"),
    ("os error 28", "磁盘已满"),
    ("StorageFull", "磁盘已满"),
    ("Disk quota exceeded", "磁盘配额已满"),
    ("os error 122", "磁盘配额已满"),
    ("Read-only file system", "磁盘只读"),
    ("os error 30", "磁盘只读"),
    ("Permission denied", "没有写权限"),
    ("os error 13", "没有写权限"),
    ("File too large", "文件大小受限"),
    ("os error 27", "文件大小受限"),
    ("Input/output error", "磁盘读写出错"),
)


class Overtaken(StorageError):
    """Somebody else has written to a table that this process was writing to."""

    def __init__(self, table: str) -> None:
        """Say which table."""
        super().__init__(
            f"数据表 {table} 在导入途中被其他程序改动；本次改动全部撤回，请确认没有别的程序写数据目录后重新导入。"
        )


@contextmanager
def telling(table: str) -> Iterator[None]:
    """While writing a table: what goes wrong below becomes one sentence.

    Raises:
        StorageError: the disk refused, or what lies on it is broken.
    """
    try:
        yield
    except BELOW as error:
        raise StorageError(
            f"数据表 {table} 写不进去（{cause(error)}）；本次改动全部撤回，"
            "请检查数据目录所在磁盘的空间和写权限，然后重新导入。"
        ) from error


def cause(error: BaseException) -> str:
    """What the disk said, in words where it is known."""
    said = str(error).strip()
    for sign, words in _CAUSES:
        if sign in said:
            return words
    return said.splitlines()[0][:200] if said else type(error).__name__
