"""Which files an import takes: folders are looked through, names of the standard's tables are recognised."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from cockpit.errors import RefusedFile
from cockpit.intake.privacy import masked
from cockpit.intake.profile import Profile
from cockpit.intake.raw import format_of, refuse
from metrics.standard import TABLES


def expand(paths: Sequence[Path], profile: Profile) -> list[Path]:
    """The files to read, in order of their names within a folder.

    Args:
        paths: files, or folders whose data files are all taken.
        profile: for files of the standard the name must be that of a table; other profiles take what their rules name.

    Raises:
        RefusedFile: a path does not exist, a folder holds nothing to read, or a file belongs to no table.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.iterdir() if file.is_file() and is_data(file))
            if not inside:
                raise RefusedFile(masked(f"文件夹 {path} 里没有能读的数据文件；请检查路径。没有写入任何内容。"))
            files += inside
        elif path.exists():
            files.append(path)
        else:
            raise RefusedFile(
                masked(f"文件 {path.name} 不存在（在 {path.absolute().parent} 里找过）；请检查路径。没有写入任何内容。")
            )
    for file in files:
        if profile.is_standard:
            standard_table_of(file)
        elif not any(rule.takes(file.name) for rule in profile.tables):
            patterns = "、".join(sorted({rule.files for rule in profile.tables}))
            raise refuse(file, f"导入方案 {profile.name} 不认识这个文件名（认识：{patterns}）", "请核对文件或方案")
    return files


def is_data(file: Path) -> bool:
    """Whether a file of a folder is meant to be read; what programs hide beside it (~$tickets.xlsx) is not."""
    return format_of(file) is not None and not file.name.startswith((".", "~$"))


def standard_table_of(file: Path) -> str:
    """The table that a file is named after: tickets.csv, tickets-2026-10.csv.gz.

    Raises:
        RefusedFile: the data standard has no such table.
    """
    stem = file.name.split(".", 1)[0]
    name = stem if stem in TABLES else stem.split("-", 1)[0]
    if name in TABLES:
        return name
    near = difflib.get_close_matches(stem, TABLES, n=1)
    hint = f"，是否想写 {near[0]}" if near else ""
    raise refuse(file, f"数据标准里没有表 {stem}{hint}", "请把文件名写成表名，如 tickets.csv、cases.parquet")
