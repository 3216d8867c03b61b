"""One invented city's records, span by span of days, as tables of the data standard."""

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from cockpit.demo.almanac import DAY, Almanac, day_number
from cockpit.demo.attendance import CHECK_EARLY, CHECK_LATE, health_checks
from cockpit.demo.complaints import COMPLAINT_LASTS, complaints
from cockpit.demo.deliveries import CHANGES, OLDEST, PLANS, deliveries, news_of, once, weeks_planned
from cockpit.demo.equipment import Outages, device_states, outages
from cockpit.demo.frames import to_standard
from cockpit.demo.incidents import Active
from cockpit.demo.joining import Site
from cockpit.demo.making import Raw, make, make_backlog, make_plans
from cockpit.demo.mishaps import Mishaps
from cockpit.demo.registers import registers
from cockpit.demo.staff import plan_sizes
from cockpit.demo.telling import Held, held_back, news, told
from cockpit.demo.truth import quiet_days, truth
from metrics.standard import TABLES

LONGEST_LIFE = 110
"""No case goes on for more than so many days."""
_BACKLOG_DAYS = 60
"""So many days before the first one cases are drawn of which some are still open then."""
PLANNED_AHEAD = 7
"""For how many days after the last one rosters and window plans are there already."""
STEP = 20
"""Days made at once, to keep memory small."""
_KEPT_DAYS = 2
"""So many days are kept ready for a feed that asks again every minute."""
_KEPT_CARRIES = 3
_LONG_LIVED = ("cases", "case_pauses", "case_steps", "reviews")

Tables = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class City:
    """One invented city. The same arguments give the same rows, in whatever spans of days they are asked for."""

    site: Site
    mishaps: Mishaps
    timezone: str
    troubled: bool = True
    """Whether incidents happen."""
    _carried: dict[int, Raw] = field(default_factory=dict, repr=False, compare=False)
    _latest: dict[range, Raw] = field(default_factory=dict, repr=False, compare=False)

    @property
    def first_day(self) -> dt.date:
        """The first day the city tells about."""
        return self.site.almanac.first

    @property
    def last_day(self) -> dt.date:
        """The last day the city tells about."""
        return self.site.almanac.last

    @property
    def last_planned_day(self) -> dt.date:
        """The last day for which there are rosters and window plans."""
        return self.last_day + dt.timedelta(days=PLANNED_AHEAD)

    @cached_property
    def _registers(self) -> Tables:
        return registers(self.site.halls, self.site.almanac, self.site.seed)

    def reference_tables(self) -> Tables:
        """Return halls, calendar, working days, departments, staff, items, queues, windows, devices."""
        known_from = self.site.almanac.days.start * DAY
        cut = (self.site.almanac.days.stop + PLANNED_AHEAD) * DAY
        return {name: self._finished(name, frame, cut, known_from) for name, frame in self._registers.items()}

    def later(self, last: dt.date) -> "City":
        """Return the same city, gone on to a later last day; nothing of its past changes, and what is known is kept."""
        almanac = Almanac(self.first_day, max(last, self.last_day))
        site = replace(self.site, almanac=almanac)
        return replace(self, site=site, mishaps=replace(self.mishaps, almanac=almanac), _latest={})

    def register_deliveries(self) -> pl.DataFrame:
        """Return the 归集记录 of the reference tables; the span of the first day has them too.

        Calendars reach further when the city goes on, and then these rows say so.
        """
        first = self.site.almanac.days.start * DAY
        rows = once(self._registers, self.site.almanac)
        return self._finished("deliveries", rows, self._cut(None), first)

    def backlog(self, now: dt.datetime | None = None) -> Tables:
        """Return cases from before the first day that were still open then, with their pauses and steps so far."""
        first = self.site.almanac.days.start
        raw = self._carry(first)
        before = {name: _within(name, raw[name], 0, first * DAY) for name in _LONG_LIVED if name != "reviews"}
        cut, known_from = self._cut(now), first * DAY
        return {name: self._finished(name, frame, cut, known_from) for name, frame in before.items()}

    def lasting(self, first: dt.date, now: dt.datetime | None = None) -> Tables:
        """Return states of devices that began before a day and last into it, as the spans before it tell them.

        A device says something only when its state changes: where the days before come in later, it would be unknown.
        """
        (day,) = self._days(first, first)
        begin = day * DAY
        states = device_states(self.site.halls, self._outages, self.site.almanac.days.start * DAY)
        states = states.filter(pl.col("from_at") < begin, (pl.col("to_at") > begin) | (pl.col("to_at") < 0))
        known_from = self.site.almanac.days.start * DAY
        return {"device_states": self._finished("device_states", states, self._cut(now), known_from)}

    def span(self, first: dt.date, last: dt.date, now: dt.datetime | None = None) -> Tables:
        """Return the rows of records whose main time lies in the days from `first` to `last`, both included.

        Spans put together give the same rows as one long span. After the day of `now` there are only plans.

        Args:
            first: first day; not before the city's.
            last: last day; not after the last planned one.
            now: nothing that happens at or after this instant is told; default: the end of the city's last day.

        Raises:
            ValueError: the days lie outside the city's.
        """
        days = self._days(first, last)
        cut = self._cut(now)
        come = range(days.start, max(days.start, min(days.stop, (cut - 1) // DAY + 1)))
        ahead = range(come.stop, days.stop)
        lived, planned = self._lived(come) if come else {}, self._planned(ahead) if ahead else {}
        known_from = self.site.almanac.days.start * DAY
        found = {}
        kept = come in self._latest
        for name in TABLES:
            rows = [_within(name, lived[name], come.start * DAY, come.stop * DAY)] if name in lived else []
            rows += [_within(name, planned[name], ahead.start * DAY, ahead.stop * DAY)] if name in planned else []
            if rows:
                found[name] = self._finished(name, pl.concat(rows, how="diagonal"), cut, known_from)
            if not kept:
                lived.pop(name, None)
        return found

    def changes(self, since: dt.datetime, now: dt.datetime) -> Tables:
        """Return the rows of records of which something new is known at `now` that was not at `since`.

        This is what a feed that goes on with the day brings: new rows and old ones that have changed. Plans are not
        among them. What a source holds back at `now` (数据迟到) is left out until it delivers again.
        """
        start, cut = self._cut(since), self._cut(now)
        if start >= cut:
            return {}
        days = range(start // DAY, (cut - 1) // DAY + 1)
        known_from = self.site.almanac.days.start * DAY
        found = {}
        for name, frame in self._lived(days).items():
            if name not in PLANS:
                early, late = self._held(name, start), self._held(name, cut)
                rows = news(name, frame, start, cut, known_from, early, late)
                if rows.height:
                    found[name] = to_standard(name, rows, self.timezone)
        return found

    def truth(self) -> pl.DataFrame:
        """Return the labelled incidents of the city's days; for scoring only."""
        counties = self.mishaps.counties
        return truth(self.site.halls, counties, self._active(self.site.almanac.days), self.timezone)

    def quiet_days(self) -> pl.DataFrame:
        """Return hall-days, chosen in advance, on which nothing goes wrong."""
        almanac = self.site.almanac
        active = self._active(range(almanac.days.start - 3, almanac.days.stop))
        return quiet_days(self.site.halls, self.mishaps.counties, almanac, almanac.days, self.site.seed, active)

    def _active(self, days: range) -> Active:
        return self.mishaps.during(days) if self.troubled else Active()

    def _cut(self, now: dt.datetime | None) -> int:
        """Return the instant (local seconds) from which on nothing has happened yet."""
        end = self.site.almanac.days.stop * DAY
        if now is None:
            return end
        if now.tzinfo is None:
            raise ValueError("`now` must carry its time zone")
        local = now.astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None)
        seconds = -((dt.datetime(1970, 1, 1) - local) // dt.timedelta(seconds=1))  # noqa: DTZ001 (wall clock)
        if seconds <= self.site.almanac.days.start * DAY:
            raise ValueError("`now` lies before the city's first day")
        return min(seconds, end)

    def _days(self, first: dt.date, last: dt.date) -> range:
        if not self.first_day <= first <= last <= self.last_planned_day:
            raise ValueError(f"days {first} to {last} are not within {self.first_day} to {self.last_planned_day}")
        return range(day_number(first), day_number(last) + 1)

    def _lived(self, days: range) -> Raw:
        """Return all rows that something happens to in these days, whole: also what comes of them later."""
        if days in self._latest:
            return self._latest[days]
        site, first = self.site, self.site.almanac.days.start
        active = self._active(range(days.start - 40, days.stop + 20))
        raw = self._made(days)
        open_still = range(max(first, days.start - COMPLAINT_LASTS), days.stop)
        raw["complaints"] = complaints(site.halls, site.almanac, open_still, site.seed, active)
        due = range(days.start - CHECK_LATE, days.stop + CHECK_EARLY)
        raw["health_checks"] = health_checks(site.halls, due, site.seed, active)
        raw["device_states"] = device_states(site.halls, self._outages, first * DAY)
        raw["deliveries"] = self._deliveries(raw, days, active)
        if len(days) <= _KEPT_DAYS:
            self._latest.clear()
            self._latest[days] = raw
        return raw

    def _made(self, days: range) -> Raw:
        """Return what the days' tickets and submissions bring, with what still comes of earlier ones."""
        raw = self._joined(days, self._carry(days.start))
        if days.stop not in self._carried:
            # Older days may be told while a feed goes on: what carries over into its next days is kept.
            while len(self._carried) > _KEPT_CARRIES:
                del self._carried[next(day for day in self._carried if day not in sorted(self._carried)[-2:])]
            self._carried[days.stop] = _pending(raw, days.stop)
        return raw

    def _joined(self, days: range, pending: Raw) -> Raw:
        # Incidents that can touch what begins in these days, also much later.
        raw = make(self.site, days, self._active(range(days.start - 20, days.stop + LONGEST_LIFE)))
        return {**raw, **{name: pl.concat([pending[name], raw[name]]) for name in _LONG_LIVED}}

    def _carry(self, day: int) -> Raw:
        """Return cases and what belongs to them from before a day, as far as something still happens to them."""
        first = self.site.almanac.days.start
        if day in self._carried:
            return self._carried[day]
        if day - LONGEST_LIFE > first:
            start, pending = day - LONGEST_LIFE, {name: frame.clear() for name, frame in self._backlog.items()}
        else:
            start, pending = first, self._backlog
        for begin in range(start, day, STEP):
            end = min(begin + STEP, day)
            pending = _pending(self._joined(range(begin, end), pending), end)
        self._carried[day] = pending
        return pending

    @cached_property
    def _backlog(self) -> Raw:
        """What there was before the first day and was not finished yet."""
        first = self.site.almanac.days.start
        before = range(first - _BACKLOG_DAYS, first)
        return make_backlog(self.site, before, self._active(range(before.start - 20, first + LONGEST_LIFE)))

    def _planned(self, days: range) -> Raw:
        checks = health_checks(self.site.halls, days, self.site.seed, self._active(range(days.start - 20, days.stop)))
        return {**make_plans(self.site, days), "health_checks": checks}

    @cached_property
    def _outages(self) -> Outages:
        days = self.site.almanac.days
        return outages(self.site.halls, days, self.site.seed, self._active(days))

    def _deliveries(self, raw: Raw, days: range, active: Active) -> pl.DataFrame:
        site = self.site
        news = {name: news_of(name, raw[name]) for name in CHANGES if name in raw}
        _, covers = weeks_planned(site.almanac, days)
        rows = np.zeros((2, len(site.halls), len(covers)), dtype=np.int64)
        for week, until in enumerate((covers // DAY).tolist()):
            # The first plans that come at all reach back to the first day.
            start = site.almanac.days.start if week == 0 and days.start == site.almanac.days.start else until - 7
            for hall in site.halls:
                sizes = [plan_sizes(hall, site.almanac, day, site.seed) for day in range(start, until)]
                rows[:, hall.index, week] = np.array(sizes).sum(axis=0)
        planned = {"window_plan": rows[0], "roster": rows[1]}
        found = deliveries(site.halls, news, planned, site.almanac, days, site.seed, active)
        if days.start == site.almanac.days.start:
            found = pl.concat([once(self._registers, site.almanac).select(found.columns), found])
        return found

    def _held(self, name: str, at: int) -> Held:
        """Return where a table's source holds rows back at an instant, and since when."""
        return held_back(self._active(range((at - 1) // DAY, at // DAY + 1)).kind("source_late"), name, at)

    def _finished(self, name: str, frame: pl.DataFrame, cut: int, known_from: int) -> pl.DataFrame:
        shape = TABLES[name]
        known = told(name, frame, cut, known_from, self._held(name, cut))
        if shape.time:
            known = known.sort(shape.time, *(column for column in shape.key if column != shape.time))
        return to_standard(name, known, self.timezone)


def _within(name: str, frame: pl.DataFrame, start: int, end: int) -> pl.DataFrame:
    return frame.filter(pl.col(TABLES[name].time or "").is_between(start, end, closed="left"))


def _pending(raw: Raw, day: int) -> Raw:
    """Return cases and what belongs to them as far as something is still to be told of them."""
    found = {}
    for name in _LONG_LIVED:
        latest = pl.max_horizontal(pl.col(column).fill_null(-1) for column in CHANGES[name])
        found[name] = raw[name].filter(latest >= day * DAY - OLDEST)
    return found
