"""What can be taken along from 月报: the PDF and the workbook of an edition, as they were registered."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.door.readers import NOT_THERE, readable_report
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.records.reports import ReportRecord
from cockpit.report.making import PDF, XLSX, read_file
from cockpit.report.model import TITLE
from cockpit.web.downloads import Download, offer

PAGE = "reports"
PDF_SAVED, PDF_OPENED, BOOK = "report-pdf", "report-view", "report-xlsx"


def _pdf(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Download:
    record = _record(folder, viewer, asked)
    return Download(_named(folder, record, "pdf"), read_file(folder, record, PDF), _told(record), "application/pdf")


def _view(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Download:
    record = _record(folder, viewer, asked)
    body = read_file(folder, record, PDF)
    return Download(_named(folder, record, "pdf"), body, _told(record), "application/pdf", opened=True)


def _book(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> Download:
    record = _record(folder, viewer, asked)
    return Download(_named(folder, record, "xlsx"), read_file(folder, record, XLSX), _told(record))


def _record(folder: DataFolder, viewer: Viewer, asked: Mapping[str, str]) -> ReportRecord:
    number = asked.get("report", "")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Refused(NOT_THERE)
    return readable_report(folder, viewer, int(number))


def _named(folder: DataFolder, record: ReportRecord, ending: str) -> str:
    place = "" if record.kind == "city" else f"-{record.scope_name}"
    return f"{folder.city}-{TITLE}-{record.period}{place}-第{record.edition}版.{ending}"


def _told(record: ReportRecord) -> str:
    return f"{TITLE} {record.period} {record.scope_name} 第{record.edition}版"


def register() -> None:
    """Offer the files of this page."""
    offer(PDF_SAVED, _pdf, PAGE)
    offer(PDF_OPENED, _view, PAGE)
    offer(BOOK, _book, PAGE)
