"""What comes from the data forges no line of a log and turns no text around it."""

import logging

import pytest

from cockpit.plain import SIGN, OneLine, one_line, plain
from cockpit.web.escaped import escape

UNSEEN = [
    "\x00",
    "\x07",
    "\x1b",
    "\x7f",
    "\x85",
    "\u200e",
    "\u200f",
    "\u202a",
    "\u202e",
    "\u2028",
    "\u2066",
    "\u2069",
    "\ufeff",
]


@pytest.mark.parametrize("sign", UNSEEN, ids=[f"{ord(sign):04x}" for sign in UNSEEN])
def test_signs_that_nobody_sees_are_shown(sign: str) -> None:
    assert plain(f"云{sign}栖") == f"云{SIGN}栖" == one_line(f"云{sign}栖")


def test_all_that_is_seen_stays_as_it_is() -> None:
    text = "云栖 <b>\t“甲”\n第二行 👩\u200d👧 é 〇㐀𠀀"
    assert plain(text) == text
    assert one_line("第一行\r\n第二行\t三") == f"第一行{SIGN}第二行{SIGN}三"
    assert escape('<a href="x">&\u202e') == f"&lt;a href=&quot;x&quot;&gt;&amp;{SIGN}"


def told(message: str, *args: object, error: Exception | None = None) -> list[str]:
    record = logging.LogRecord("cockpit.web", logging.ERROR, __file__, 1, message, args, None)
    if error is not None:
        record.exc_info = (type(error), error, None)
    return OneLine("%(asctime)s %(levelname)s %(name)s %(message)s").format(record).split("\n")


def test_what_data_say_forges_no_line_of_the_log() -> None:
    forged = "a.csv\n2026-11-22 10:00:00,000 ERROR cockpit.web 一切正常\r2026-11-22\x1b[2K"
    for lines in (told("文件 %s", forged), told("failed", error=ValueError(forged))):
        assert sum(line.startswith("20") for line in lines) == 1
        assert all(line.startswith("    ") for line in lines[1:])
        assert not any("\r" in line or "\x1b" in line for line in lines)
