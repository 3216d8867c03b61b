"""Text from outside as it may stand beside our own: nothing in it turns, hides or forges what stands around it.

Markup is each writer's own matter (a page escapes it, a workbook writes it as a string). What remains are signs that no
eye sees but that a screen or a log acts on: control characters, and those that reverse the direction of writing. They
are shown as � here, so that a name that holds one does not look like another that does not.
"""

from __future__ import annotations

import logging
import re

#: Control characters but tab and line breaks, and those that turn or join lines; also as a pattern for Polars.
UNSEEN = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
SIGN = "\ufffd"
_UNSEEN = re.compile(UNSEEN)
_BREAKS = re.compile(r"[\t\r\n]+")


def plain(text: str) -> str:
    """The text without signs that nobody sees; line breaks and tabs stay."""
    return _UNSEEN.sub(SIGN, text)


def one_line(text: str) -> str:
    """The same in one line: a name, or what stands in a log."""
    return _BREAKS.sub(SIGN, plain(text))


class OneLine(logging.Formatter):
    """Writes each thing that happened so that only its first line looks like one: what data say forges no other."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; what belongs to it is indented below."""
        first, *more = plain(super().format(record)).replace("\r", SIGN).split("\n")
        return "\n".join((first, *(f"    {line}" for line in more)))


def write_log(level: int) -> None:
    """From now on this process tells on standard error what happens, from this level on."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
