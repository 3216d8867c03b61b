"""Which evaluations are to be made now (待判定的时刻): the one that has just come, and those missed in a stop.

Readings of the moment are due on the 5-minute grid while any hall is open, and once more at or after each hall's last
closing, where its levels end; at other times no reading of the moment can exist (35 归集时延 counts opening minutes
too), so nights cost nothing. What was missed today is made up in order, as far back as it still matters to a level;
evenings, Mondays and firsts of the month are made up as long as nothing later of their kind has been evaluated.
Source: the indicators 2026.1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from alerts.catalogue import catalogue
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.records.evaluated import evaluated
from cockpit.watch.evaluate import due
from metrics.hours import RT_EVERY, rt_instants, sessions_of
from metrics.instants import EVENING, MORNING

_DAY = dt.timedelta(days=1)
#: So far back the last Monday and the last first of a month can lie.
_FAR = 31
#: Sessions of so many days are kept at hand.
_DAYS_KEPT = 8


class Due:
    """What is to be evaluated, instant by instant; not for several threads at once.

    Args:
        folder: data folder; its settings say how far back what was missed is made up.
    """

    def __init__(self, folder: DataFolder) -> None:
        """Nothing is loaded yet."""
        self._folder = folder
        self._settings = folder.settings.jobs
        self._sessions: tuple[object, dict[dt.date, pl.DataFrame]] = (None, {})

    def missed(self, now: dt.datetime) -> list[dt.datetime]:
        """The instants up to now that are still to be evaluated, in this order, on the city's clock.

        Raises:
            StorageError: the lake or the state database cannot be read.
        """
        now = now.astimezone(self._folder.zone)
        snapshot = self._folder.lake.snapshot()
        if snapshot.empty:
            return []
        last = self._last()
        moments, rarer = self._moments(snapshot, last.get("RT"), now), sorted({*self._rarer(last, now)})
        if not last:  # the first start of all: how things stand now is told before what takes minutes
            return [*moments, *(at for at in rarer if at not in moments)]
        return sorted({*moments, *rarer})

    def cadences(self, at: dt.datetime) -> tuple[str, ...]:
        """What is still to be read at an instant: what is due then, matters then, and has not been read since."""
        at = at.astimezone(self._folder.zone)
        last = self._last()
        wanted = [name for name in due(at) if name not in last or last[name] < at]
        if "RT" in wanted and at not in self._moments(self._folder.lake.snapshot(), last.get("RT"), at):
            wanted.remove("RT")
        return tuple(wanted)

    def _last(self) -> dict[str, dt.datetime]:
        """Cadence → up to when its indicators have been evaluated."""
        found: dict[str, dt.datetime] = {}
        for name, at in evaluated(self._folder.records.database).items():
            if name in catalogue():
                cadence = catalogue()[name].cadence
                found[cadence] = max(found.get(cadence, at), at)
        return {name: at.astimezone(self._folder.zone) for name, at in found.items()}

    def _moments(self, snapshot: Snapshot, last: dt.datetime | None, now: dt.datetime) -> list[dt.datetime]:
        """Instants of today at which halls are judged or have just closed, as far as they still matter."""
        today = _start(now)
        found = [at for at in self._grid(snapshot, now.date()) if at <= now and (last is None or at > last)]
        found = found[-self._settings.catch_up_instants :]
        if last is not None and last < today:
            # A day that nobody saw to its end: its levels must not stand until the next opening.
            closings = self._grid(snapshot, last.date())
            if closings and last < closings[-1]:
                return [today, *found]
        return found

    def _grid(self, snapshot: Snapshot, day: dt.date) -> list[dt.datetime]:
        """The instants of a day at which any hall is open, or at or after which one closes for the day."""
        sessions = self._of_day(snapshot, day)
        start = dt.datetime.combine(day, dt.time(), self._folder.zone)
        open_ = rt_instants(sessions, start, start + _DAY - RT_EVERY)["at"]
        closed = sessions["last_close"].dt.offset_by("299999999us").dt.truncate("5m")
        found: list[dt.datetime] = pl.concat([open_, closed]).unique().sort().to_list()
        return [at.astimezone(self._folder.zone) for at in found]

    def _of_day(self, snapshot: Snapshot, day: dt.date) -> pl.DataFrame:
        """When halls are open on a day; read again only where the calendar has changed."""
        head = snapshot.heads.get("calendar")
        if self._sessions[0] != head or len(self._sessions[1]) > _DAYS_KEPT:
            self._sessions = (head, {})
        days = self._sessions[1]
        if day not in days:
            days[day] = sessions_of(snapshot.scan("calendar").filter(pl.col("date") == day).collect())
        return days[day]

    def _rarer(self, last: dict[str, dt.datetime], now: dt.datetime) -> Iterator[dt.datetime]:
        """Evenings, Mondays and firsts of the month that nobody has evaluated."""
        evenings, mornings = (list(self._at(clock, now, _FAR)) for clock in (EVENING, MORNING))
        if known := last.get("D"):
            since = max(known, now - self._settings.catch_up_days * _DAY)
            yield from (at for at in evenings if at > since)
        else:  # the last evening tells how things stand; what was before is a matter of replay
            yield from evenings[-1:]
        mondays, firsts = [at for at in mornings if at.weekday() == 0], [at for at in mornings if at.day == 1]
        for cadence, found in (("W", mondays), ("M", firsts)):
            yield from (at for at in found[-1:] if cadence not in last or last[cadence] < at)

    def _at(self, clock: dt.time, now: dt.datetime, days: int) -> Iterator[dt.datetime]:
        """A time of the clock on each of the last days up to now."""
        for back in range(days, -1, -1):
            at = dt.datetime.combine(now.date() - back * _DAY, clock, self._folder.zone)
            if at <= now:
                yield at


def _start(now: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(now.date(), dt.time(), now.tzinfo)
