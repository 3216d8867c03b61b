"""Who may read a report: whoever sees the whole place that it is about."""

from __future__ import annotations

from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.records.reports import ReportRecord, Reports

NOT_THERE = "没有这份月报，或者它不在您负责的范围内；请从页面上的列表中选择。"


def may_read(viewer: Viewer, record: ReportRecord) -> bool:
    """Whether a report is about a place that the viewer sees wholly."""
    if record.kind == "city":
        return viewer.sees_city
    return viewer.sees_county(record.scope_key) if record.kind == "county" else viewer.sees_hall(record.scope_key)


def readable_report(folder: DataFolder, viewer: Viewer, report_id: int) -> ReportRecord:
    """An edition that the viewer may read.

    Raises:
        Refused: there is none, or the viewer may not read it; said alike.
    """
    record = Reports(folder.records.database).get(report_id)
    if record is None or not may_read(viewer, record):
        raise Refused(NOT_THERE)
    return record
