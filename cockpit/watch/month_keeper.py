"""The months as a process that shows them keeps them: always at once, seldom counted anew.

New batches come every minute and touch the last few months, and a month takes seconds to count. So whoever looks gets
the counts that there are, with the instant as of which they were made; what has changed since is counted in the
background, each month at most once in `EVERY`, with a rest after each as long as it took, so that pages get on
meanwhile. Only months that nobody has ever counted are waited for. Where the job runner runs, it has counted before.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from cockpit.errors import CockpitError
from cockpit.lake.faults import BELOW
from cockpit.lake.store import Lake, Snapshot
from cockpit.watch.months import EVERY, Month, MonthStore, first_day, months_with_data
from metrics.periods import Period

_LOG = logging.getLogger(__name__)
#: Between two months counted in the background at most so many seconds.
REST = 10.0


@dataclass(frozen=True, eq=False)
class Counts:
    """Counts of some months.

    Attributes:
        months: the months counted, by label.
        waiting: labels of months that are being counted for the first time.
        known: labels of all months of which there are records, the latest first.
        begun: the day from which on the records tell of all cases.
        reaches: when the last thing happened that the records know of, at most now.
    """

    months: Mapping[str, Month]
    waiting: tuple[str, ...]
    known: tuple[str, ...]
    begun: dt.date | None = None
    reaches: dt.datetime | None = None

    @property
    def state(self) -> str:
        """Names these counts: equal names, equal counts."""
        made = ",".join(f"{label}@{month.counted_at.timestamp()}" for label, month in sorted(self.months.items()))
        return f"{made};{','.join(self.waiting)};{','.join(self.known)}"


class MonthKeeper:
    """Keeps the counts of a lake's months in memory.

    Args:
        lake: the lake.
    """

    def __init__(self, lake: Lake) -> None:
        """Nothing is kept yet."""
        self._store = MonthStore(lake)
        self._kept: dict[str, tuple[Month, dt.datetime]] = {}
        self._lock = threading.Lock()
        self._working: threading.Thread | None = None

    def counts(
        self, snapshot: Snapshot, wanted: Sequence[Period], now: dt.datetime, needed: Collection[Period] = ()
    ) -> Counts:
        """The counts of some months, as they are kept.

        Args:
            snapshot: the records as they are now.
            wanted: months; those without records are left out.
            now: the present instant.
            needed: months to wait for where they were never counted.

        Raises:
            StorageError: a file of the lake is damaged, or the disk refused.
        """
        known = months_with_data(snapshot, now)
        there, found, later = set(wanted) & set(known), {}, []
        for period in sorted(there, reverse=True):
            month, fresh = self._found(snapshot, period, now)
            if month is None and period in needed:
                month, fresh = self._make(snapshot, period, now), True
            if month is not None:
                found[period.label] = month
            if not fresh:
                later.append(period)
        if later:
            self._in_background(snapshot, later, now)
        waiting = tuple(period.label for period in sorted(there) if period.label not in found)
        labels = tuple(period.label for period in known)
        with self._lock:
            reaches = self._store.reaches(snapshot)
        return Counts(
            found, waiting, labels, first_day(snapshot), reaches and min(reaches, now.astimezone(reaches.tzinfo))
        )

    def settle(self) -> None:
        """Wait until nothing is being counted any more."""
        working = self._working
        if working is not None:
            working.join()

    def _found(self, snapshot: Snapshot, period: Period, now: dt.datetime) -> tuple[Month | None, bool]:
        """What is kept of a month, and whether that will do for now."""
        with self._lock:
            kept = self._kept.get(period.label)
            if kept is not None and dt.timedelta() <= now - kept[1] < EVERY:
                return kept[0], True
            mark = self._store.mark(snapshot, period, now)
            month = kept[0] if kept is not None and kept[0].mark == mark else None
            month = month or self._store.stored(period, mark) or self._store.latest(period)
            if month is None:
                return None, False
            fresh = month.mark == mark or dt.timedelta() <= now - month.counted_at < EVERY
            self._kept[period.label] = month, now if month.mark == mark else max(month.counted_at, now - EVERY)
            return month, fresh

    def _make(self, snapshot: Snapshot, period: Period, now: dt.datetime) -> Month:
        month = self._store.make(snapshot, period, now)
        with self._lock:
            self._kept[period.label] = month, now
        return month

    def _in_background(self, snapshot: Snapshot, periods: list[Period], now: dt.datetime) -> None:
        with self._lock:
            if self._working is not None and self._working.is_alive():
                return
            self._working = threading.Thread(target=self._count, args=(snapshot, periods, now), daemon=True)
            self._working.start()

    def _count(self, snapshot: Snapshot, periods: list[Period], now: dt.datetime) -> None:
        for number, period in enumerate(periods):
            begun = time.monotonic()
            try:
                self._make(snapshot, period, now)
            except CockpitError as error:
                _LOG.error("%s: %s", period.label, error.sentence)
            except BELOW:
                _LOG.exception("%s cannot be counted", period.label)
            if number + 1 < len(periods):
                time.sleep(min(time.monotonic() - begun, REST))
