"""A report as a document that can be kept and read again: what it said, with every number as it was printed."""

from __future__ import annotations

from typing import Any

from cockpit.report.model import Block, Cell, Chart, Figure, Keys, Name, Paragraph, Points, Report, Sentence, Table

#: Changed whenever the form of the document changes.
FORM = 1


def document(report: Report, edition: int) -> dict[str, Any]:
    """The report as a JSON document.

    Returns:
        form, city, kind, key, name, period, edition, reaches, fingerprint, version, missing, chapters (title,
        appendix, sections of title and blocks), figures (key → name, value, shown, unit, numerator, denominator,
        version, source).
    """
    return {
        "form": FORM,
        "city": report.city,
        "kind": report.scope.kind,
        "key": report.scope.key,
        "name": report.scope.name,
        "period": report.period.label,
        "edition": edition,
        "reaches": report.reaches,
        "fingerprint": report.fingerprint,
        "version": report.version,
        "missing": list(report.missing),
        "chapters": [
            {
                "title": chapter.title,
                "appendix": chapter.appendix,
                "sections": [
                    {"title": section.title, "blocks": [_block(block) for block in section.blocks]}
                    for section in chapter.sections
                ],
            }
            for chapter in report.chapters
        ],
        "figures": {key: _figure(figure) for key, figure in report.figures().items()},
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "value": figure.value,
        "shown": figure.shown,
        "unit": figure.unit,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "version": figure.version,
        "source": figure.source,
    }


def _sentence(sentence: Sentence) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "rule": sentence.rule,
        "figures": [figure.key for figure in (*sentence.figures, *sentence.because)],
    }


def _cell(cell: Cell, *, with_units: bool) -> str:
    if isinstance(cell, Figure):
        return (cell.shown if with_units else cell.number) + ("＊" if cell.small else "")
    return cell.text if isinstance(cell, Name) else cell


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        return {"kind": "paragraph", "sentences": [_sentence(one) for one in block.sentences]}
    if isinstance(block, Points):
        return {"kind": "points", "items": [[_sentence(one) for one in item] for item in block.items]}
    if isinstance(block, Keys):
        rows = [
            {
                "name": row.figure.name, "key": row.figure.key, "value": row.figure.shown, "before": row.before.shown,
                "year": row.year.shown, "target": row.target.shown if row.target else "", "verdict": row.verdict,
            }
            for row in block.rows
        ]  # fmt: skip
        return {"kind": "keys", "title": block.title, "rows": rows}
    if isinstance(block, Table):
        rows_ = [[_cell(cell, with_units=block.with_units) for cell in row] for row in block.rows]
        return {
            "kind": "table",
            "title": block.title,
            "columns": list(block.columns),
            "rows": rows_,
            "note": block.note,
        }
    assert isinstance(block, Chart)
    return {"kind": "chart", "title": block.title, "alt": block.alt, "note": block.note}
