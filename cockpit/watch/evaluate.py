"""One evaluation (一次判定): what is due at an instant is read, judged, remembered, and put into incidents.

Nothing is written before everything has been worked out; then all of it is written in one transaction. An indicator
that cannot be read is told as ailing and stops no other. Source: the indicators 2026.1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from alerts.bad_data import WITNESSES
from alerts.catalogue import catalogue
from alerts.incidents import Change, Incident, Key, Place, calmed, changed
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.records.alert_log import AlertLog, Book, IncidentRecord, StandingRecord
from cockpit.records.evaluated import evaluated_for_good
from cockpit.watch.day_loading import day_view
from cockpit.watch.judging import Evaluation, Judging
from cockpit.watch.loading import MomentLoader
from metrics.instants import EVENING, MORNING
from metrics.view import View

CADENCES = ("RT", "D", "W", "M")


class Fence(Protocol):
    """What is written together with an evaluation or not at all; what it raises takes everything back."""

    def begin(self, book: Book) -> None:
        """First within the transaction: whoever evaluates still has the right to."""
        ...

    def end(self, book: Book, found: Evaluation) -> None:
        """Last within the transaction: what was found is written."""
        ...


def due(at: dt.datetime) -> tuple[str, ...]:
    """What is due at an instant of the city's clock: readings of the moment every 5 minutes, of days in the evening."""
    clock = at.time()
    found = ["RT"] if at.minute % 5 == 0 and clock.second == clock.microsecond == 0 else []
    if clock == EVENING:
        found += ["D", "M"]
    if clock == MORNING:
        found += ["W"] if at.weekday() == 0 else []
        found += ["M"] if at.day == 1 else []
    return tuple(name for name in CADENCES if name in found)


class Evaluator:
    """Evaluates one data folder, instant after instant; what it has loaded serves the next one.

    Not for several threads at once.
    """

    def __init__(self, folder: DataFolder) -> None:
        """Nothing is loaded yet."""
        self._folder = folder
        self._log = AlertLog(folder.records.database)
        self._moments = MomentLoader(folder.lake)

    def evaluate(
        self,
        at: dt.datetime,
        cadences: Collection[str] | None = None,
        *,
        dry: bool = False,
        fence: Fence | None = None,
    ) -> Evaluation:
        """Evaluate at an instant.

        Args:
            at: the instant.
            cadences: what to read, of what is due; by default all of it.
            dry: only tell what is read and met; nothing is remembered, no incident opened.
            fence: what is to be written in the same transaction, such as that this evaluation is done.

        Raises:
            Refused: nothing is due at this instant, or a later one has been evaluated, or is just being evaluated.
            StorageError: the lake or the state database failed; nothing has been written.
        """
        at = at.astimezone(self._folder.zone)
        names = tuple(name for name in due(at) if cadences is None or name in cadences)
        if not names:
            raise Refused(_nothing_due(at, cadences))
        standings = {} if dry else self._standings(at, names)
        snapshot = self._folder.lake.snapshot()
        run = Judging(at, names, snapshot, self._log.thresholds(), standings)
        views: dict[bool, View] = {}
        for definition in sorted(catalogue().values(), key=lambda one: (one.id not in WITNESSES, one.number)):
            if definition.cadence in names:
                fast = definition.cadence == "RT"
                if fast not in views:
                    views[fast] = self._view(snapshot, at, fast=fast)
                run.read(definition, views[fast], dry=dry)
        if not dry:
            self._write(run, standings, fence)
        return run.found

    def _view(self, snapshot: Snapshot, at: dt.datetime, *, fast: bool) -> View:
        if fast:
            return self._moments.view(snapshot, at)
        return day_view(self._folder.lake, snapshot, at.date(), at.date())

    def _standings(self, at: dt.datetime, names: Sequence[str]) -> dict[str, StandingRecord]:
        every = catalogue()
        known = self._log.standings([name for name in every if name in WITNESSES or every[name].cadence in names])
        for name, record in known.items():
            if every[name].cadence in names and record.at >= at:
                when = record.at.astimezone(self._folder.zone)
                raise Refused(
                    f"{every[name].name} 已经判定到 {when:%Y-%m-%d %H:%M}，不能再写入更早的判定；"
                    "只想看那一刻的数值请加 --dry-run，想看一段时间请用 replay。"
                )
        return known

    def _write(self, run: Judging, before: Mapping[str, StandingRecord], fence: Fence | None) -> None:
        standings = list(run.standings())
        with self._log.writing() as book:
            if fence is not None:
                fence.begin(book)
            now = evaluated_for_good(book.connection)
            names = {standing.indicator for standing in standings} | before.keys()
            if any(now.get(name) != (before[name].at if name in before else None) for name in names):
                raise Refused(
                    "同时另有一次判定刚刚写入，本次判定没有写入任何内容；请稍后查看，需要时再判定下一个时刻。"
                )
            known = book.open_incidents()
            incidents: dict[Key, Incident] = {one.incident.key: one.incident for one in known}
            opened_by = {one.incident.id: one.indicator for one in known}
            touched: dict[str, Incident] = {}
            kept: list[tuple[Change, str]] = []
            if any(incident.flapping for incident in incidents.values()):
                still = run.flapping()
                calm = {key: after for key, one in incidents.items() if (after := calmed(one, still)) is not one}
                incidents |= calm
                touched |= {one.id: one for one in calm.values()}
            for change in sorted(run.found.changes, key=_order):
                definition = catalogue()[change.alert[0]]
                incident, events = changed(incidents, change, definition)
                if incident is None:
                    kept.append((change, ""))
                    continue
                opened_by.setdefault(incident.id, definition.id)
                touched[incident.id] = incident
                if incident.closed_at is None:
                    incidents[incident.key] = incident
                else:
                    incidents.pop(incident.key, None)
                kept.append((change, incident.id))
                run.found.events += events
            book.save_all(IncidentRecord(incident, opened_by[incident.id]) for incident in touched.values())
            book.add_changes(kept)
            book.add_events(run.found.events)
            book.set_standings(standings)
            if fence is not None:
                fence.end(book, run.found)


def _order(change: Change) -> tuple[dt.datetime, int, Place]:
    return change.at, catalogue()[change.alert[0]].number, change.alert[1]


def _nothing_due(at: dt.datetime, cadences: Collection[str] | None) -> str:
    before = at.replace(minute=at.minute - at.minute % 5, second=0, microsecond=0)
    if cadences is None:
        return f"{at:%Y-%m-%d %H:%M:%S} 不是判定时刻：判定在每个整 5 分钟进行；最近的是 {before:%Y-%m-%d %H:%M}。"
    return (
        f"{at:%Y-%m-%d %H:%M} 没有到期的 {'、'.join(cadences)} 判定："
        "RT 每 5 分钟，D 和 M 每天 20:00，W 星期一 06:00，M 每月 1 日 06:00 再算上月。"
    )
