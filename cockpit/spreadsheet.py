"""What a spreadsheet program takes: names of sheets, lengths of texts, cells that stay text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cockpit.plain import plain

#: The sheet that says what a workbook is.
ABOUT = "说明"
#: Characters of a cell and of the name of a sheet.
MAX_TEXT, MAX_NAME = 32_767, 31
CUT = "…（过长，已截断）"
#: The built-in format of text cells, "@": what is typed into them stays text too.
TEXT = 0x31


def sheet_names(titles: Sequence[str]) -> list[str]:
    """Names that a spreadsheet program takes: no brackets, slashes or the like, at most 31 characters, no two alike."""
    taken, names = {ABOUT.casefold()}, []
    for title in titles:
        said = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", plain(title)).strip("' ")[:MAX_NAME] or "表"
        name, copy = said, 1
        # "History" is a name that Excel keeps for itself.
        while name.casefold() in taken or name.casefold() == "history":
            copy += 1
            name = f"{said[: MAX_NAME - len(str(copy)) - 2]}（{copy}）"[:MAX_NAME]
        taken.add(name.casefold())
        names.append(name)
    return names


def wide(text: str) -> int:
    """How wide a text is in characters; a Chinese one counts as two."""
    return max(sum(2 if ord(sign) > 0x2E7F else 1 for sign in line) for line in (text.splitlines() or [""]))


def cut(text: str) -> str:
    """The text as it fits into a cell, without signs that nobody sees."""
    text = plain(text)
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - len(CUT)] + CUT
