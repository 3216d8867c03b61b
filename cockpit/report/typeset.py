"""The report as a PDF: cover, contents, chapters, set by Typst from the files in layout/.

What a report says goes to the typesetter as data, never as markup, so that a name cannot change the page it stands on.
The PDF is archival and accessible (PDF/A-2a, PDF/UA-1); the same report and edition give the same bytes.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

from cockpit.report import fonts
from cockpit.report.columns import Grid, key_grid, table_grid
from cockpit.report.drawing import svg
from cockpit.report.fonts import printable
from cockpit.report.model import TITLE, Block, Chapter, Chart, Figure, Keys, Paragraph, Points, Report, Sentence

LAYOUT = Path(__file__).with_name("layout")
#: A chapter of this name comes before all numbered ones, on a page of its own.
SUMMARY = "摘要"
STANDARDS: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
SMALL_NOTE = "＊ 样本较少，数值仅供参考。"


def pdf(report: Report, edition: int) -> bytes:
    """The report as a PDF file.

    Args:
        report: what it says.
        edition: 第几版, printed on the cover.

    Raises:
        typst.TypstError: it cannot be set; a fault of the layout, never of the data.
    """
    compiler = typst.Compiler(
        str(LAYOUT / "report.typ"),
        root=str(LAYOUT),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(_document(report, edition), ensure_ascii=False)},
    )
    made = datetime(report.period.end.year, report.period.end.month, report.period.end.day, tzinfo=UTC)
    held = compiler.compile(format="pdf", pdf_standards=[*STANDARDS], timestamp=int(made.timestamp()))
    assert isinstance(held, bytes)
    return held


def month_words(report: Report) -> str:
    """The month as the cover prints it: 2026年10月."""
    return f"{report.period.start.year}年{report.period.start.month}月"


def cover_lines(report: Report, edition: int) -> list[str]:
    """The lines at the foot of the cover."""
    return [f"数据截至 {printable(report.reaches)}", f"第 {edition} 版"]


def printed_chapters(report: Report) -> list[Chapter]:
    """The chapters that say something; one without content is left out, as is a part of a chapter."""
    return [chapter for chapter in report.chapters if any(section.blocks for section in chapter.sections)]


def _document(report: Report, edition: int) -> dict[str, Any]:
    city, scope = printable(report.city), printable(report.scope.name) if report.scope.kind != "city" else ""
    chapters = printed_chapters(report)
    blocks = [block for chapter in chapters for section in chapter.sections for block in section.blocks]
    end = report.period.last_day
    charts = sum(isinstance(block, Chart) for block in blocks)
    texts = sum(isinstance(block, Paragraph | Points) for block in blocks)
    return {
        "city": city,
        "title": TITLE,
        "scope": scope,
        "month": month_words(report),
        "heading": f"{city}{scope}{TITLE}（{month_words(report)}）",
        "running": f"{city}　{TITLE}" + (f"　{scope}" if scope else ""),
        "description": f"{month_words(report)}，数据截至 {printable(report.reaches)}，第 {edition} 版",
        "keywords": ["政务服务", "月报", month_words(report)],
        "date": [end.year, end.month, end.day],
        "foot": cover_lines(report, edition),
        "missing": [printable(words) for words in report.missing],
        "charts": charts,
        "tables": len(blocks) - charts - texts,
        "chapters": [_chapter(chapter) for chapter in chapters],
    }


def _chapter(chapter: Chapter) -> dict[str, Any]:
    return {
        "title": printable(chapter.title),
        "appendix": chapter.appendix,
        "summary": chapter.title == SUMMARY,
        "sections": [
            {"title": printable(section.title), "blocks": [_block(block) for block in section.blocks]}
            for section in chapter.sections
            if section.blocks
        ],
    }


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "text": _said(block.sentences)}
    if isinstance(block, Points):
        return {"kind": "points", "numbered": block.numbered, "items": [_said(item) for item in block.items]}
    if isinstance(block, Chart):
        drawn = "" if block.empty else svg(block)
        notes = [printable(block.note)] if block.note else []
        alt = printable(block.alt)
        return {"kind": "chart", "title": printable(block.title), "alt": alt, "svg": drawn, "notes": notes}
    if isinstance(block, Keys):
        grid = key_grid(block)
        rows = [
            {"cells": [{"text": cell.text, "small": cell.small} for cell in line], "trend": list(row.trend)}
            for row, line in zip(block.rows, grid.rows, strict=True)
        ]
        return {"kind": "keys", "title": printable(block.title), "rows": rows} | _grid(grid, "")
    grid = table_grid(block)
    cells = [[{"text": cell.text, "small": cell.small} for cell in line] for line in grid.rows]
    return {"kind": "table", "title": printable(block.title), "rows": cells} | _grid(grid, block.note)


def _grid(grid: Grid, note: str) -> dict[str, Any]:
    small = any(cell.small for line in grid.rows for cell in line)
    return {
        "columns": list(grid.columns),
        "widths": list(grid.widths),
        "right": list(grid.right),
        "size": grid.size,
        "gap": grid.gap,
        "notes": [*([SMALL_NOTE] if small else []), *([f"注：{printable(note)}"] if note else [])],
    }


def _said(sentences: tuple[Sentence, ...]) -> str:
    return "".join(said(sentence) for sentence in sentences)


def said(sentence: Sentence) -> str:
    """The sentence as it is printed; a number does not leave its unit at the end of a line."""
    parts = {
        name: printable(part.shown).replace(" ", "\u00a0") if isinstance(part, Figure) else printable(part.shown)
        for name, part in sentence.parts.items()
    }
    return printable(sentence.words.format(**parts)) if not parts else sentence.words.format(**parts)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts.folder())])
