"""The register of reports (月报登记): every edition, who was sent which, and who asked for one to be made again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from cockpit.records import report_tables as r
from cockpit.records.database import Database
from cockpit.records.people import AuditLine, add_line
from cockpit.records.tables import batches


@dataclass(frozen=True)
class ReportRecord:
    """One edition of a report.

    Attributes:
        report_id: its number; 0 before it is registered.
        period: label of the month.
        kind: city, county or hall.
        scope_key: the county's name or the hall's id; "" for the city.
        scope_name: what people call it.
        county: the hall's county.
        edition: 第几版.
        run_key: the work that made it; of one work there is one.
        made_at: when.
        made_by: by whom; the runner or an account.
        why: the reason, where somebody asked for it.
        reaches: 数据截至.
        fingerprint: of all it says.
        version: version of the definitions.
        faults: what the check before sending found; empty = it may be sent.
        missing: sources that had not delivered.
        pdf_sha: SHA-256 of the PDF.
        xlsx_sha: SHA-256 of the workbook.
        pages: of the PDF.
    """

    report_id: int
    period: str
    kind: str
    scope_key: str
    scope_name: str
    county: str
    edition: int
    run_key: str
    made_at: dt.datetime
    made_by: str
    why: str
    reaches: str
    fingerprint: str
    version: str
    faults: tuple[str, ...]
    missing: tuple[str, ...]
    pdf_sha: str
    xlsx_sha: str
    pages: int


@dataclass(frozen=True)
class Sending:
    """A report on its way to somebody, or there.

    Attributes:
        sending_id: its number.
        report_id: the report.
        account: who; "" = the group behind the channel.
        channel: by what.
        tries: so often it was tried.
        began_at: when the last try began.
        sent_at: when it was taken.
        given_up_at: when it was given up.
        said: why the last try failed.
    """

    sending_id: int
    report_id: int
    account: str
    channel: str
    tries: int
    began_at: dt.datetime | None
    sent_at: dt.datetime | None
    given_up_at: dt.datetime | None
    said: str


@dataclass(frozen=True)
class ReportRequest:
    """Somebody asked for a report to be made again; `done_at` is None as long as it has not been."""

    request_id: int
    period: str
    kind: str
    scope_key: str
    who: str
    why: str
    at: dt.datetime
    done_at: dt.datetime | None
    said: str


class Reports:
    """The register of one data folder."""

    def __init__(self, database: Database) -> None:
        """Use this database."""
        self._database = database

    def add(self, record: ReportRecord, to: Sequence[tuple[str, str]], line: AuditLine) -> ReportRecord:
        """Register an edition, and whom it is to be sent to: account and channel each; both or neither.

        Raises:
            StorageError: there is one of this work or of this number already; nothing was kept.
        """
        with self._database.transaction() as connection:
            found = connection.execute(sa.insert(r.reports).values(_row(record))).inserted_primary_key
            assert found is not None
            number: int = found[0]
            if to:
                rows = [
                    {"report_id": number, "account": account, "channel": channel, "tries": 0,
                     "retry_at": record.made_at, "said": ""}
                    for account, channel in dict.fromkeys(to)
                ]  # fmt: skip
                connection.execute(sa.insert(r.report_sendings), rows)
            add_line(connection, line)
        return replace(record, report_id=number)

    def of_run(self, run_key: str, kind: str, scope_key: str) -> ReportRecord | None:
        """What a work has made already."""
        c = r.reports.c
        return self._one((c.run_key == run_key) & (c.kind == kind) & (c.scope_key == scope_key))

    def get(self, report_id: int) -> ReportRecord | None:
        """One edition."""
        return self._one(r.reports.c.report_id == report_id)

    def editions(self, period: str, kind: str, scope_key: str) -> list[ReportRecord]:
        """All editions of a report, the latest first."""
        c = r.reports.c
        wanted = (c.period == period) & (c.kind == kind) & (c.scope_key == scope_key)
        return self._many(sa.select(r.reports).where(wanted).order_by(c.edition.desc()))

    def all(self, period: str | None = None) -> list[ReportRecord]:
        """All editions: the latest months first, of a month the city first, of each report the latest edition first."""
        c = r.reports.c
        wanted = sa.true() if period is None else c.period == period
        order = (c.period.desc(), c.kind, c.county, c.scope_key, c.edition.desc())
        return self._many(sa.select(r.reports).where(wanted).order_by(*order))

    def sendings(self, report_ids: Sequence[int]) -> list[Sending]:
        """Who was sent some reports, or is to be."""
        with self._database.reading() as connection:
            wanted = sa.select(r.report_sendings).where(r.report_sendings.c.report_id.in_(report_ids))
            return [_sending(row) for row in connection.execute(wanted.order_by(r.report_sendings.c.sending_id))]

    def due(self, now: dt.datetime) -> list[Sending]:
        """What is to be sent now."""
        c = r.report_sendings.c
        wanted = c.sent_at.is_(None) & c.given_up_at.is_(None) & (c.retry_at <= now)
        with self._database.reading() as connection:
            return [
                _sending(row)
                for row in connection.execute(sa.select(r.report_sendings).where(wanted).order_by(c.sending_id))
            ]

    def begin(self, sending_id: int, now: dt.datetime) -> None:
        """Write down that a report is about to be sent."""
        self._set(sending_id, began_at=now, tries=r.report_sendings.c.tries + 1)

    def sent(self, sending_id: int, now: dt.datetime) -> None:
        """Write down that it was taken."""
        self._set(sending_id, sent_at=now, said="")

    def failed(self, sending_id: int, said: str, retry_at: dt.datetime, given_up_at: dt.datetime | None) -> None:
        """Write down why it was not taken, and when it is tried again."""
        self._set(sending_id, began_at=None, said=said[:500], retry_at=retry_at, given_up_at=given_up_at)

    def ask(self, period: str, kind: str, scope_key: str, who: str, why: str, at: dt.datetime, line: AuditLine) -> int:
        """Ask for a report to be made again; asked for twice before it is made, it is made once."""
        c = r.report_requests.c
        open_ = (c.period == period) & (c.kind == kind) & (c.scope_key == scope_key) & c.done_at.is_(None)
        with self._database.transaction() as connection:
            known = connection.execute(sa.select(c.request_id).where(open_)).scalar()
            if known is None:
                values = {"period": period, "kind": kind, "scope_key": scope_key, "who": who, "why": why, "at": at}
                made = connection.execute(sa.insert(r.report_requests).values(**values, said="")).inserted_primary_key
                assert made is not None
                known = made[0]
            add_line(connection, line)
        return int(known)

    def requests(self, *, waiting: bool = True) -> list[ReportRequest]:
        """What was asked for and is not made yet, the earliest first; or all of it."""
        c = r.report_requests.c
        wanted = sa.select(r.report_requests).order_by(c.request_id)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.where(c.done_at.is_(None)) if waiting else wanted)
            return [ReportRequest(**dict(row._mapping)) for row in rows]

    def answered(self, request_id: int, now: dt.datetime, said: str) -> None:
        """Write down what became of it."""
        with self._database.transaction() as connection:
            c = r.report_requests.c
            update = sa.update(r.report_requests).where(c.request_id == request_id)
            connection.execute(update.values(done_at=now, said=said[:500]))

    def _set(self, sending_id: int, **values: Any) -> None:  # noqa: ANN401 (columns of any kind)
        with self._database.transaction() as connection:
            c = r.report_sendings.c
            connection.execute(sa.update(r.report_sendings).where(c.sending_id == sending_id).values(**values))

    def _one(self, wanted: sa.ColumnElement[bool]) -> ReportRecord | None:
        return next(iter(self._many(sa.select(r.reports).where(wanted))), None)

    def _many(self, wanted: sa.Select[Any]) -> list[ReportRecord]:
        with self._database.reading() as connection:
            return [_record(row) for row in connection.execute(wanted)]


def first_batch_at(database: Database) -> dt.datetime | None:
    """When the first batch of all came in; None where none has."""
    with database.reading() as connection:
        found: dt.datetime | None = connection.execute(sa.select(sa.func.min(batches.c.finished_at))).scalar()
    return found


def _row(record: ReportRecord) -> dict[str, Any]:
    lists = {name: json.dumps(getattr(record, name), ensure_ascii=False) for name in ("faults", "missing")}
    values = {name: value for name, value in vars(record).items() if name != "report_id"}
    return values | lists


def _record(row: sa.Row[Any]) -> ReportRecord:
    values = dict(row._mapping)
    lists = {name: tuple(json.loads(values[name])) for name in ("faults", "missing")}
    return ReportRecord(**(values | lists))


def _sending(row: sa.Row[Any]) -> Sending:
    values = dict(row._mapping)
    values.pop("retry_at")
    return Sending(**values)
