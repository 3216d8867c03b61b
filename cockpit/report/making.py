"""Making reports (生成月报): content, PDF, workbook, check, files, register; each once for each piece of work.

Files are written under another name first and renamed as a whole; the row in the register is written last. Whoever is
killed in between leaves files without a row, which the next one replaces. What is registered is never changed: made
again, a report is a new edition.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cockpit.errors import StorageError
from cockpit.lake.faults import BELOW, cause
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.records.people import line
from cockpit.records.reports import ReportRecord, Reports
from cockpit.report.addressed import addressed
from cockpit.report.check import faults, pages
from cockpit.report.content import MonthBook, build, load, scopes
from cockpit.report.model import Report, Scope
from cockpit.report.stored import document
from cockpit.report.totals import differing, totals
from cockpit.report.trouble import settle
from cockpit.report.typeset import pdf
from cockpit.report.workbook import xlsx
from metrics.periods import Period, parse

PDF, XLSX, DOCUMENT = "report.pdf", "report.xlsx", "report.json"


@dataclass(frozen=True)
class Work:
    """For what, by whom and why reports are made.

    Attributes:
        run_key: names the work; of one work each report is made once.
        by: account name, or the runner.
        why: the reason, where somebody asked for it.
        send: whether they go out when they are right.
    """

    run_key: str
    by: str
    why: str = ""
    send: bool = False


class Maker:
    """Makes the reports of one month.

    Args:
        folder: data folder.
        period: the month.
        now: the present instant.
        snapshot: the records to go by; by default the present ones.
    """

    def __init__(self, folder: DataFolder, period: Period, now: dt.datetime, snapshot: Snapshot | None = None) -> None:
        """Count the month.

        Raises:
            StorageError: a file of the lake is damaged, or the disk or the state database refused.
        """
        self._folder, self._now = folder, now
        state = snapshot or folder.lake.snapshot()
        self.book: MonthBook = load(folder, state, period, now)
        self._totals = totals(state, period, self.book.at, folder.zone)
        self._reports = Reports(folder.records.database)

    @property
    def scopes(self) -> list[Scope]:
        """Of whom there is a report."""
        return scopes(self.book)

    def make(self, scope: Scope, work: Work) -> ReportRecord:
        """Make and register a report; what this work has made already is only looked up.

        Raises:
            StorageError: the disk or the state database refused; nothing of it is registered.
        """
        known = self._reports.of_run(work.run_key, scope.kind, scope.key)
        if known is not None:
            return known
        label = self.book.period.label
        editions = self._reports.editions(label, scope.kind, scope.key)
        edition = editions[0].edition + 1 if editions else 1
        report = build(self.book, scope, self._printed(scope))
        content = {
            PDF: pdf(report, edition),
            XLSX: xlsx(report, edition),
            DOCUMENT: json.dumps(document(report, edition), ensure_ascii=False).encode(),
        }
        found = (*faults(report, content[PDF]), *differing(report, self._totals))
        _write(folder_of(self._folder, label, scope, edition), content)
        record = self._record(report, edition, work, content, found)
        to = addressed(self._folder, scope) if work.send and not found else ()
        told = f"{label} {scope.name or self._folder.city} 第{edition}版"
        made = self._reports.add(record, to, line(work.by, "report.made", told, record.fingerprint))
        settle(self._folder, made, self._now)
        return made

    def _printed(self, scope: Scope) -> Mapping[str, float | None]:
        """What the latest edition of the month before printed, as far as it was in order."""
        before = self.book.period.previous().label
        editions = self._reports.editions(before, scope.kind, scope.key)
        kept = next((one for one in editions if not one.faults), None)
        if kept is None:
            return {}
        told = read_document(self._folder, kept)
        return {key: figure["value"] for key, figure in told.get("figures", {}).items()}

    def _record(
        self, report: Report, edition: int, work: Work, content: Mapping[str, bytes], found: Sequence[str]
    ) -> ReportRecord:
        scope = report.scope
        return ReportRecord(
            report_id=0,
            period=report.period.label,
            kind=scope.kind,
            scope_key=scope.key,
            scope_name=scope.name or report.city,
            county=scope.county,
            edition=edition,
            run_key=work.run_key,
            made_at=self._now,
            made_by=work.by,
            why=work.why,
            reaches=report.reaches,
            fingerprint=report.fingerprint,
            version=report.version,
            faults=tuple(found),
            missing=report.missing,
            pdf_sha=hashlib.sha256(content[PDF]).hexdigest(),
            xlsx_sha=hashlib.sha256(content[XLSX]).hexdigest(),
            pages=pages(content[PDF]),
        )


def make_all(maker: Maker, work: Work, go_on: Callable[[], None] = lambda: None) -> Iterator[ReportRecord]:
    """Make the city's report, each county's and each hall's, one after the other.

    Args:
        maker: of the month.
        work: for what.
        go_on: called before each; raises where the work is to stop.
    """
    for scope in maker.scopes:
        go_on()
        yield maker.make(scope, work)


def folder_of(folder: DataFolder, label: str, scope: Scope, edition: int) -> Path:
    """Where the files of an edition lie; names from the data lead into no other folder."""
    return folder.path / "reports" / label / _place(scope.kind, scope.key) / f"v{edition}"


def file_of(folder: DataFolder, record: ReportRecord, name: str) -> Path:
    """One file of an edition."""
    return folder.path / "reports" / record.period / _place(record.kind, record.scope_key) / f"v{record.edition}" / name


def read_file(folder: DataFolder, record: ReportRecord, name: str) -> bytes:
    """The content of a file of an edition, as it was registered.

    Raises:
        StorageError: it is not there any more, or is not what was registered.
    """
    try:
        content = file_of(folder, record, name).read_bytes()
    except OSError as error:
        raise StorageError(
            f"{record.period} 的报告文件读不出来（{cause(error)}）；请检查数据目录，或重新生成这份报告。"
        ) from error
    asked = {PDF: record.pdf_sha, XLSX: record.xlsx_sha}.get(name)
    if asked is not None and hashlib.sha256(content).hexdigest() != asked:
        raise StorageError(f"{record.period} 的报告文件与登记的不一致，可能被改动过；请重新生成这份报告。")
    return content


def read_document(folder: DataFolder, record: ReportRecord) -> dict[str, dict[str, dict[str, float | None]]]:
    """What an edition said, as `stored.document`.

    Raises:
        StorageError: it is not there any more.
    """
    try:
        found: dict[str, dict[str, dict[str, float | None]]] = json.loads(read_file(folder, record, DOCUMENT))
    except ValueError as error:
        raise StorageError(f"{record.period} 的报告文件损坏；请重新生成这份报告。") from error
    return found


def scope_of(record: ReportRecord) -> Scope:
    """What an edition is about."""
    kind = record.kind
    assert kind in ("city", "county", "hall")
    return Scope(kind, record.scope_key, record.scope_name, record.county)  # type: ignore[arg-type]


def month_before(now: dt.datetime) -> Period:
    """The month before the present one."""
    return parse(f"{now:%Y-%m}").previous()


def _place(kind: str, key: str) -> str:
    return kind if not key else f"{kind}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def _write(place: Path, content: Mapping[str, bytes]) -> None:
    """Write a folder that is there whole or not at all; one that nobody registered is replaced.

    Raises:
        StorageError: the disk refused; nothing of it is there.
    """
    draft = place.parent / f".{uuid.uuid4().hex}"
    try:
        draft.mkdir(parents=True)
        for name, body in content.items():
            (draft / name).write_bytes(body)
        shutil.rmtree(place, ignore_errors=True)
        draft.rename(place)
    except BELOW as error:
        raise StorageError(
            f"报告写不进 {place}（{cause(error)}）；没有登记任何内容，请检查磁盘空间和写权限，然后再试。"
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
