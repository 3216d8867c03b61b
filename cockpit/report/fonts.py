"""The two typefaces of the report, and what they can print.

Noto Serif SC (宋体) sets the text, Noto Sans SC (黑体) headings, tables and charts; both are static files under the SIL
Open Font License that come with a package, so that a report looks the same on every machine. Neither the typesetter nor
the drawing says anything where a letter is missing from its font: what cannot be printed is found here, before.
"""

from __future__ import annotations

import threading
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

import pylopdf_fonts_zh_cn
from matplotlib.ft2font import FT2Font, LoadFlags

from cockpit.plain import SIGN, plain

SANS = "Noto Sans SC"
SERIF = "Noto Serif SC"
#: What printers set for a letter they do not have (缺字符).
MISSING = "〓"
#: A letter is measured in thousandths of its size.
_EM = 1000
_face_lock = threading.Lock()


def folder() -> Path:
    """Where the font files lie."""
    return pylopdf_fonts_zh_cn.sans_path().parent


def sans_file() -> Path:
    """The file of the typeface that charts are drawn with."""
    return pylopdf_fonts_zh_cn.sans_path()


@lru_cache(maxsize=16_384)
def printable(text: str) -> str:
    """The text as the report prints it: in one line, without signs that nobody sees, 〓 where a letter is missing."""
    signs = " ".join(unicodedata.normalize("NFC", plain(text)).split())
    return "".join(_printed(sign) for sign in signs)


def unprintable(text: str) -> str:
    """The letters of the text that the fonts do not have, each once: a name that needs them is printed wrongly.

    Pictures (emoji), control signs and the like are no letters; 〓 in their place takes nothing from a name.
    """
    signs = dict.fromkeys(unicodedata.normalize("NFC", text))
    return "".join(sign for sign in signs if sign not in _letters() and unicodedata.category(sign)[0] in "LN")


def width(text: str, size: float) -> float:
    """How wide a text is in Noto Sans SC, in the unit of its size."""
    return sum(_advance(sign) for sign in text) * size / _EM


def _printed(sign: str) -> str:
    if sign in _letters():
        return sign
    if sign == SIGN:
        return MISSING
    # Marks that join, hide or vary what stands before them are nothing by themselves.
    return "" if unicodedata.category(sign) in {"Cf", "Mn", "Me"} else MISSING


@cache
def _letters() -> frozenset[str]:
    """What both typefaces have, without signs that are not seen."""
    both = set(FT2Font(str(sans_file())).get_charmap())
    both &= set(FT2Font(str(pylopdf_fonts_zh_cn.serif_path())).get_charmap())
    return frozenset(sign for sign in map(chr, both) if unicodedata.category(sign) not in {"Cf", "Cc", "Cs"})


@cache
def _face() -> FT2Font:
    return FT2Font(str(sans_file()))


@lru_cache(maxsize=8192)
def _advance(sign: str) -> int:
    with _face_lock:
        return int(_face().load_char(ord(sign), flags=LoadFlags.NO_SCALE).horiAdvance)
