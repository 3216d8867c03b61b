"""A data folder and its state database belong together: both carry the number that was given when they first met."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

from cockpit.errors import StorageError
from cockpit.lake.ground import LOG
from cockpit.records.store import Records

ID_FILE = "folder.id"
_FACT = "folder_id"


def belong_together(path: Path, records: Records) -> None:
    """Go on only if this state database is the one of this data folder; a new pair is given its number.

    With another database the heads would be those of other tables, and a writer would take back all that lies here.

    Raises:
        StorageError: they do not belong together, or the number cannot be read or kept.
    """
    shown = records.database.shown
    # In this order: whoever makes a new pair writes the file first and the database afterwards.
    known = records.installation().get(_FACT)
    try:
        written = _written(path)
        if known is None:
            heads = records.heads()
            tables = {place.parent.name for place in (path / "lake").glob(f"*/{LOG}")}
            if tables and not heads:
                raise StorageError(
                    f"数据目录 {path} 里有数据表，状态数据库 {shown} 却是空的；"
                    "没有改动任何内容，请检查 records.url 与 data_dir 的设置，或用备份恢复状态数据库。"
                )
            if heads.keys() <= tables:
                number = written or _made(path)
                known = records.settle(_FACT, number)
                written = number
    except OSError as error:
        raise StorageError(
            f"数据目录 {path} 的编号文件 {ID_FILE} 读不出来或写不进去（{error.strerror}）；请检查磁盘和权限。"
        ) from error
    if known != written:
        raise StorageError(
            f"数据目录 {path}（编号 {written or '无'}）与状态数据库 {shown}（编号 {known or '无'}）不是同一套；"
            f"没有改动任何内容，请检查 data_dir 与 records.url 的设置，若 {ID_FILE} 丢失请用备份恢复。"
        )


def _written(path: Path) -> str | None:
    try:
        return (path / ID_FILE).read_text(encoding="ascii", errors="replace").strip() or None
    except FileNotFoundError:
        return None


def _made(path: Path) -> str:
    """A new number, written whole or not at all; of two processes the first one's counts."""
    number = uuid.uuid4().hex
    draft = path / f"{ID_FILE}.{number}"
    try:
        with draft.open("x", encoding="ascii") as file:
            file.write(number + "\n")
            file.flush()
            os.fsync(file.fileno())
        (path / ID_FILE).hardlink_to(draft)
    except FileExistsError:
        return _written(path) or number
    finally:
        draft.unlink(missing_ok=True)
    return number
