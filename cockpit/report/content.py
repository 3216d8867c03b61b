"""A month put into words and numbers: the report of the city, of a county or of a hall."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence

from cockpit.report.alarms import alarms
from cockpit.report.appendix import appendix
from cockpit.report.book import MonthBook, load, scopes
from cockpit.report.casework import casework
from cockpit.report.comparison import comparison
from cockpit.report.model import Chapter, Report, Scope
from cockpit.report.numbers import Numbers
from cockpit.report.onenet import onenet
from cockpit.report.opinions import opinions
from cockpit.report.outlook import outlook
from cockpit.report.overall import overall
from cockpit.report.queues import queues
from cockpit.report.summary import summary
from cockpit.report.themes import themes
from metrics.rates import CURRENT

__all__ = ["MonthBook", "build", "load", "scopes"]

CHAPTERS: tuple[Callable[[Numbers], Chapter | None], ...] = (
    *(summary, overall, queues, casework, onenet, opinions, alarms, comparison, themes, outlook),
)


def build(book: MonthBook, scope: Scope, printed: Mapping[str, float | None]) -> Report:
    """Put a report together.

    Args:
        book: the month.
        scope: what it is about, one of `scopes`.
        printed: key → value of the figures in the report of the month before of the same scope, as it was printed.

    Raises:
        NotTraceable: two numbers contradict each other, or a sentence holds one that nothing stands for.
    """
    n = Numbers(book, scope)
    chapters = tuple(chapter for make in CHAPTERS if (chapter := make(n)) is not None)
    chapters = (*chapters, appendix(n, chapters, printed))
    reaches = f"{book.reaches:%Y-%m-%d %H:%M}" if book.reaches else "无数据"
    report = Report(
        book.city, scope, book.period, reaches, _fingerprint(book, scope, chapters), CURRENT, chapters, book.missing
    )
    report.figures()
    return report


def _fingerprint(book: MonthBook, scope: Scope, chapters: Sequence[Chapter]) -> str:
    """A mark of all that a report says: equal marks, equal reports."""
    said = Report(book.city, scope, book.period, "", "", CURRENT, tuple(chapters), book.missing)
    figures = {
        key: [_settled(number) for number in (figure.value, figure.numerator, figure.denominator)]
        for key, figure in said.figures().items()
    }
    body = [scope.place, book.period.label, CURRENT, sorted(figures.items()), [one.text for one in said.sentences()]]
    return hashlib.sha256(json.dumps(body, ensure_ascii=False).encode()).hexdigest()[:16]


def _settled(value: float | None) -> str:
    """A number without the last digits, which hang on the order in which minutes were added up."""
    return "" if value is None else f"{value:.9g}"
