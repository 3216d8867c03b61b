"""The check of a report before it is sent (自检): the finished PDF is read again, as a reader's program would.

Looked at: fonts, letters that the fonts lack, charts, empty pages, whether all that the report says stands in the text,
and whether every number in the text is one that the report stands for. Whatever is found is told in a sentence; a
report with any is not sent.
"""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

import pypdfium2
import pypdfium2.raw as raw

from cockpit.report import typeset
from cockpit.report.drawing import words
from cockpit.report.fonts import printable, unprintable
from cockpit.report.model import TITLE, Chart, Figure, Keys, Name, Report, Table
from cockpit.report.traceable import NAMES_WITH_DIGITS

#: More pages than this no report has.
MOST_PAGES = 300
#: A page with less in it than its head and foot is empty.
_LEAST_LETTERS = 20
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_WORD = re.compile(r"[A-Za-z]{2,}")
_SUBSET = re.compile(r"[A-Z]{6}\+")
_SHOWN = 5
#: Words that are shorter are never broken.
_PIECE = 12
#: Numbers that the layout makes: of the page, of a chart or a table, of a matter in a list.
_FOOT = re.compile(r"—\s*\d+\s*—")
_LAID = re.compile(r"[图表]\s*\d+(?!\d)|^\s*\d{1,2}\.(?=\s|\D)", re.MULTILINE)


def faults(report: Report, pdf: bytes) -> tuple[str, ...]:
    """What is wrong with a finished report, a sentence each; none where it may be sent.

    Args:
        report: what it is to say.
        pdf: the file.
    """
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError:
        return ("PDF 文件打不开；请重新生成。",)
    try:
        read = _Read(document)
        return tuple(fault for looked in _CHECKS for fault in looked(report, read))
    finally:
        document.close()


def pages(pdf: bytes) -> int:
    """How many pages a PDF has."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


class _Read:
    """A PDF as it is read; each page is opened once, which costs more than what is then asked of it."""

    def __init__(self, document: pypdfium2.PdfDocument) -> None:
        """Read it."""
        self.pages: list[str] = []
        """The text of each page."""
        self.fonts: dict[str, bool] = {}
        """Name of each font → whether it is embedded."""
        for page in document:
            text = page.get_textpage()
            self.pages.append(unicodedata.normalize("NFKC", text.get_text_range()))
            text.close()
            for font in _fonts_in(page.raw, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject).values():
                self.fonts.setdefault(_font_name(font), raw.FPDFFont_GetIsEmbedded(font) == 1)
            page.close()

    @cached_property
    def text(self) -> str:
        """All text without any white space."""
        return _bare("".join(self.pages))

    def has(self, said: Iterable[str]) -> bool:
        """Whether all that a drawing says stands on one page."""
        wanted = [bare for one in said if (bare := _bare(one))]
        return any(all(one in page for one in wanted) for page in self.bare_pages)

    @cached_property
    def bare_pages(self) -> list[str]:
        """The text of each page without any white space."""
        return [_bare(page) for page in self.pages]

    @cached_property
    def numbers(self) -> set[str]:
        """Every number that stands in the text as a whole."""
        return {number.rstrip(",") for page in self.pages for number in _NUMBER.findall(page)}


def _fonts_in(whole: Any, count: Callable[..., int], get: Callable[..., Any]) -> dict[int | None, Any]:  # noqa: ANN401 (handles of the library)
    """Fonts that texts of a page, or of a drawing in it, are set in, by their addresses.

    Asked of the library itself: a report has thousands of texts, and an object of Python for each takes five times as
    long.
    """
    found: dict[int | None, Any] = {}
    for number in range(count(whole)):
        part = get(whole, number)
        kind = raw.FPDFPageObj_GetType(part)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            font = raw.FPDFTextObj_GetFont(part)
            found[ctypes.cast(font, ctypes.c_void_p).value] = font
        elif kind == raw.FPDF_PAGEOBJ_FORM:
            found |= _fonts_in(part, raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject)
    return found


def _font_name(font: Any) -> str:  # noqa: ANN401 (a handle of the library)
    name = ctypes.create_string_buffer(256)
    raw.FPDFFont_GetBaseFontName(font, name, 256)
    return name.value.decode(errors="replace")


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _fonts(_: Report, read: _Read) -> Iterator[str]:
    for name, embedded in read.fonts.items():
        if not embedded:
            yield f"字体 {name} 没有嵌入，别的机器上可能显示不出；请重新生成。"
        elif not _SUBSET.match(name):
            yield f"字体 {name} 没有取子集，文件会过大；请重新生成。"
    if not read.fonts:
        yield "PDF 里没有任何文字；请重新生成。"


def _letters(report: Report, _: _Read) -> Iterator[str]:
    lacking = "".join(dict.fromkeys(sign for text in _texts(report) for sign in unprintable(text)))
    if lacking:
        yield f"字体里没有这些字：{lacking[:20]}，报告中以〓代替；请更正有关名称，或联系维护人员补充字体。"


def _charts(report: Report, read: _Read) -> Iterator[str]:
    for block in report.blocks():
        if isinstance(block, Chart):
            if block.empty:
                yield f"图“{block.title}”没有数据；请核对数据后重新生成。"
            # Once in the list of figures, once beneath the drawing.
            elif read.text.count(_bare(printable(block.title))) <= 1 or not read.has(words(block)):
                yield f"图“{block.title}”没有印出来；请重新生成。"


def _pages(_: Report, read: _Read) -> Iterator[str]:
    for number, text in enumerate(read.pages, 1):
        if len(_bare(text)) < _LEAST_LETTERS:
            yield f"第 {number} 页是空白页；请重新生成。"
    if len(read.pages) > MOST_PAGES:
        yield f"报告有 {len(read.pages)} 页，超出正常范围；请核对数据。"


def _says_all(report: Report, read: _Read) -> Iterator[str]:
    lost = [said for sentence in report.sentences() if not _stands(_bare(said := typeset.said(sentence)), read.text)]
    if lost:
        yield f"有 {len(lost)} 句话没有完整印出来，例如“{lost[0][:40]}”；请重新生成。"
    missing = [
        figure
        for figure in report.figures().values()
        if not read.numbers.issuperset(_NUMBER.findall(unicodedata.normalize("NFKC", figure.number)))
    ]
    if missing:
        yield f"有 {len(missing)} 个数字没有印出来，例如{missing[0].name} {missing[0].number}；请重新生成。"


def _stands(said: str, text: str) -> bool:
    """Whether a sentence stands in the text, at most once broken by the end of a page."""
    if said in text:
        return True
    return any(said[:cut] in text and said[cut:] in text for cut in range(1, len(said)))


def _traced(report: Report, read: _Read) -> Iterator[str]:
    known = _numbers(report)
    of_contents = {str(number) for number in range(1, len(read.pages) + 1)}
    strange = []
    for text in read.pages[1:]:
        # Only pages of the contents, which have no number themselves, list the pages of others.
        laid = set() if _FOOT.search(text) else of_contents
        plain = _without_names(_LAID.sub(" ", _FOOT.sub(" ", text)), report)
        found = (number.rstrip(",") for number in _NUMBER.findall(plain))
        strange += [number for number in found if number not in known | laid]
    if strange:
        shown = "、".join(dict.fromkeys(strange[:_SHOWN]))
        yield f"报告里有没有出处的数字：{shown}；请联系维护人员。"


def _numbers(report: Report) -> set[str]:
    """Every number that may stand in the text: figures, those of names, definitions and charts, and the period's."""
    found: set[str] = set()
    for figure in report.figures().values():
        found.update(_NUMBER.findall(figure.number))
    for text in (*_texts(report), *NAMES_WITH_DIGITS):
        found.update(_NUMBER.findall(unicodedata.normalize("NFKC", text)))
    charts = [block for block in report.blocks() if isinstance(block, Chart) and not block.empty]
    for chart in charts:
        for said in words(chart):
            found.update(_NUMBER.findall(unicodedata.normalize("NFKC", said)))
    start = report.period.start
    return found | {str(start.year), f"{start.month:02}"}


def _without_names(text: str, report: Report) -> str:
    """The text with names that hold digits taken out, so that a name beside a number makes no new one."""
    for name in sorted(_names(report), key=len, reverse=True):
        text = text.replace(name, " ")
    return text


def _names(report: Report) -> set[str]:
    names = {unicodedata.normalize("NFKC", printable(text)) for text in _texts(report)}
    return {name for name in names if any(sign.isdigit() for sign in name) and not name.isdigit()}


def _plain_words(report: Report, read: _Read) -> Iterator[str]:
    known = {
        word
        for text in (*_texts(report), *(sentence.words for sentence in report.sentences()))
        for word in _WORD.findall(unicodedata.normalize("NFKC", text))
    }
    strange = [word for text in read.pages for word in _WORD.findall(text) if not _within(word, known)]
    if strange:
        yield f"报告里有不该有的外文：{'、'.join(dict.fromkeys(strange[:_SHOWN]))}；请联系维护人员。"


def _within(word: str, known: set[str]) -> bool:
    """Whether a word is one that the report knows, or a piece of a long one that the end of a line broke."""
    return word in known or (len(word) >= _PIECE and any(word in one for one in known))


def _texts(report: Report) -> Iterator[str]:
    """All names and words out of the data and the definitions."""
    yield from (TITLE, report.city, report.scope.name, report.reaches, report.fingerprint, *report.missing)
    for sentence in report.sentences():
        yield from (part.text for part in sentence.parts.values() if isinstance(part, Name))
    for chapter in report.chapters:
        yield chapter.title
        yield from (section.title for section in chapter.sections)
    for block in report.blocks():
        if isinstance(block, Table):
            yield from (block.title, block.note, *block.columns)
            for row in block.rows:
                yield from (
                    cell.text if isinstance(cell, Name) else cell for cell in row if not isinstance(cell, Figure)
                )
        elif isinstance(block, Chart):
            yield from (block.title, block.note, block.target_name, *block.labels, *(one.name for one in block.series))
            yield from (block.marks or {}).values()
        elif isinstance(block, Keys):
            yield block.title
            yield from (row.figure.name for row in block.rows)


_CHECKS = (_fonts, _letters, _charts, _pages, _says_all, _traced, _plain_words)
