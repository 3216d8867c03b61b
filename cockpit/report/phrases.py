"""How numbers become sentences: put together from words and figures, silent where there is nothing to say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from cockpit.report.changes import Change
from cockpit.report.traceable import Figure, Name, Sentence

Part = str | Figure | Name


def sentence(rule: str, *parts: Part, because: Iterable[Figure] = ()) -> Sentence:
    """A sentence of words, names and figures in their order.

    Args:
        rule: name of the rule that says it.
        parts: words, names and figures.
        because: figures that the rule looked at besides.

    Raises:
        NotTraceable: the words hold a number.
    """
    words = ""
    named: dict[str, Figure | Name] = {}
    for part in parts:
        if isinstance(part, str):
            words += part.replace("{", "{{").replace("}", "}}")
        else:
            key = f"p{len(named)}"
            words += f"{{{key}}}"
            named[key] = part
    return Sentence(words, named, rule, tuple(because))


_AGAINST = {"before": "较上月", "year": "较上年同月"}
_WAYS = {"up": "上升", "down": "下降"}
_COUNT_WAYS = {"up": "增长", "down": "减少"}


def changed(change: Change, against: str = "before", *, count: bool = False) -> list[Part]:
    """What is said of a change, to stand behind a comma: 较上月上升 …; empty where nothing can be said.

    Args:
        change: the change.
        against: before or year.
        count: whether it is a count, told in per cent.
    """
    if not change.way:
        return []
    if change.way == "same":
        return ["，与上月基本持平" if against == "before" else "，与上年同月基本持平"]
    ways = _COUNT_WAYS if count else _WAYS
    if change.by.unit == "分钟":
        ways = {"up": "延长", "down": "缩短"}
    return [f"，{_AGAINST[against]}{ways[change.way]} ", change.by]


def both(before: Change, year: Change, *, count: bool = False) -> list[Part]:
    """环比 and 同比 one after the other; once where both are within what is usual."""
    if before.way == year.way == "same":
        return ["，与上月和上年同月均基本持平"]
    return [*changed(before, "before", count=count), *changed(year, "year", count=count)]


def because(*changes: Change) -> tuple[Figure, ...]:
    """What the rules of some changes looked at."""
    return tuple(figure for change in changes for figure in change.because)


def listed(parts: Sequence[Sequence[Part]], *, last: str = "、") -> list[Part]:
    """Some parts one after the other, with 、 between them."""
    found: list[Part] = []
    for number, part in enumerate(parts):
        if number:
            found.append(last)
        found.extend(part)
    return found


WEEKDAYS = "一二三四五六日"


def day_words(day: date) -> Name:
    """A day as people write it: 10月8日（星期四）."""
    return Name(f"{day.month}月{day.day}日（星期{WEEKDAYS[day.weekday()]}）")


def clock_words(minute: int) -> str:
    """A time of the day: 9:30."""
    return f"{minute // 60}:{minute % 60:02}"
