"""The demo city goes on with the day: minute by minute, what is new comes in through the gate, until it is stopped.

Nothing is lost when the feed is stopped, for a minute or for weeks: it begins again where it ended.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from cockpit.demo.building import Building
from cockpit.demo.city import write_labels
from cockpit.demo.history import STEP
from cockpit.errors import CockpitError
from cockpit.lake.maintenance import maintain

TICK = dt.timedelta(minutes=1)
"""The city's time between two batches at least."""
_RETRY_SECONDS = 5.0
_KEEP_MINUTES = 5.0
"""So long what small batches have replaced is kept for whoever still reads it; they leave much behind."""
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Pace:
    """How the city's time runs: with the real clock, or faster until it has caught up with it.

    Attributes:
        start: the city's time when the feed began.
        began: the real time then.
        speed: how many times as fast as the real clock.
    """

    start: dt.datetime
    began: dt.datetime
    speed: float = 1.0

    def instant(self, now: dt.datetime) -> dt.datetime:
        """Return the city's time, in whole seconds; never later than the real one."""
        at = now if self.speed == 1 else min(now, self.start + (now - self.began) * self.speed)
        return at.replace(microsecond=0)

    def seconds_to(self, due: dt.datetime, now: dt.datetime) -> float:
        """Return after how many real seconds the city's time will be `due`."""
        at = self.instant(now)
        running = self.speed if at < now.replace(microsecond=0) else 1.0
        return max(0.0, (due - at).total_seconds() / running)


@dataclass
class Feed:
    """A demo city that goes on living.

    Attributes:
        building: the city; what is needed before anything is shown is in.
        now: asks for the present instant.
        tell: told in a sentence what went wrong; the feed goes on.
        speed: how many times as fast as the real clock the city lives until it has caught up with it.
        patience: after so many batches without a pause one span of the missing history has its turn.
        tidy_after: after so many batches the lake is tidied.
    """

    building: Building
    now: Callable[[], dt.datetime]
    tell: Callable[[str], None]
    speed: float = 1.0
    patience: int = 10
    tidy_after: int = 30
    _in_a_row: int = field(default=0, init=False)
    _untidied: int = field(default=0, init=False)

    def run(self, *, wait: Callable[[float], None] | None = None) -> None:
        """Feed until asked to stop; between two batches the history that is still missing comes in.

        Args:
            wait: waits for some seconds; by default it ends early when asked to stop.
        """
        stop = self.building.stop
        wait = wait or stop.wait
        pace = Pace(self.building.ledger.fed_until, self.now(), self.speed)
        while not stop.asked:
            due = self.building.ledger.fed_until + TICK
            try:
                at = pace.instant(self.now())
                if at >= due and not (self._in_a_row >= self.patience and self.building.ledger.missing):
                    self._in_a_row += 1
                    self.advance(at)
                elif self.building.ledger.missing:
                    self._in_a_row = 0
                    self.building.bring_next()
                else:
                    self._in_a_row = 0
                    wait(min(pace.seconds_to(due, self.now()), TICK.total_seconds()))
            except CockpitError as error:
                # Whatever stood in the way, nothing was taken in: the same is tried again.
                self.tell(error.sentence)
                wait(_RETRY_SECONDS)

    def advance(self, at: dt.datetime) -> None:
        """Bring in what is new up to an instant; where that is far off, a part of it.

        Raises:
            Busy: another import did not finish in time; the same is tried again at the next call.
            StorageError: the disk or the database refused; nothing has changed.
        """
        building, since = self.building, self.building.ledger.fed_until
        zone = ZoneInfo(building.ledger.timezone)
        day = at.astimezone(zone).date()
        if day > building.city.last_day:
            self._go_on(day)
        # Today by itself, so that its rows need not be made up anew for every batch; what was missed before in pieces.
        missed = min((day - since.astimezone(zone).date()).days, STEP) or 1
        midnight = dt.datetime.combine(since.astimezone(zone).date() + missed * _DAY, dt.time(), zone)
        until = min(at.astimezone(zone), midnight)
        with building.stop.at_once():
            tables = building.city.changes(since, until)
        if tables:
            building.bring(tables, until)
            self._untidied += 1
        building.note(replace(building.ledger, fed_until=until, live=True))
        if self._untidied >= self.tidy_after:
            self._tidy()

    def _tidy(self) -> None:
        folder = self.building.folder
        lake = folder.settings.lake
        maintain(
            folder.lake,
            compact_files=lake.compact_files,
            keep_minutes=min(_KEEP_MINUTES, lake.keep_minutes),
            lease_seconds=lake.lease_seconds,
            wait_seconds=lake.writer_wait_seconds,
        )
        self._untidied = 0

    def _go_on(self, day: dt.date) -> None:
        """Let the city have a later last day: calendars, working days, plans reach further; nothing past changes."""
        building = self.building
        since = building.ledger.fed_until
        with building.stop.at_once():
            city = building.city.later(day)
            first_new = building.city.last_planned_day + _DAY
            tables = city.span(first_new, city.last_planned_day, since)
            tables |= city.reference_tables()
            tables["deliveries"] = city.register_deliveries()
        building.bring(tables, since)
        write_labels(city, building.folder.path)
        building.city = city
        building.note(replace(building.ledger, last_day=day))
