"""All that the reports of one month are made of, counted once for the whole city.

Reports of the city, of each county and of each hall only look things up here; nothing is counted for one of them alone,
so that all of them tell the same numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from alerts.incidents import Event
from cockpit.lake.facts import FactStore
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot, reading
from cockpit.records.alert_log import AlertLog, IncidentRecord
from cockpit.report.model import Scope
from cockpit.report.places import Row, open_days, rates_by_place, sums_by_place
from cockpit.watch.months import Month, MonthStore, first_day, months_with_data
from cockpit.watch.numbers import working_days
from cockpit.watch.place_names import Names, names
from metrics.calendar import WorkCalendar
from metrics.facts.kinds import all_kinds
from metrics.periods import Period, parse, period_of
from metrics.standard import TABLES

#: Trends show so many months, so that the first is a year before the last.
TREND = 13
#: Counts that are told as they are, beside those that rates are made of.
CASES = ("accepted", "finished")
_HALF_HOUR = "30m"


@dataclass(frozen=True, eq=False)
class MonthBook:
    """What is known of a month.

    Attributes:
        city: name of the city.
        period: the month.
        at: as of which instant it is told; nothing later is known.
        labels: months of the trend, oldest first; the last is the month itself. Those without records are left out.
        whole: labels of the months that the records tell of from their first to their last day.
        month: the month's own counts.
        rates: rate, label, place (as `Scope.place`) → numerator, denominator, value.
        sums: count, label, place → number.
        halls: hall_id, name, short_name, county, level of every hall, by county and id.
        names: of all places.
        open_days: label, place → on how many days any hall of the place was open.
        first_days: hall_id → the day of its first ticket or case in the records, where that lies in the month.
        days: hall_id, date, taken, calls, wait (minutes in all).
        slots: hall_id, weekday (1 = Monday), slot (minute of the day), taken, calls, wait (minutes in all).
        tidal: hall_id → minutes that tidal windows were open.
        windows: hall_id, service_group, open, busy (minutes).
        incidents: those that began in the month, with their history; the earliest first.
        deliveries: hall_id, source_system, table, rows_read, rows_quarantined, covers_until, times
            (how often) of the month.
        work: the city's working days.
        reaches: how far the records reach.
        missing: sources that have not delivered the whole month, a sentence each.
    """

    city: str
    period: Period
    at: dt.datetime
    labels: tuple[str, ...]
    whole: frozenset[str]
    month: Month
    rates: Mapping[tuple[str, str, str], Row]
    sums: Mapping[tuple[str, str, str], float]
    halls: pl.DataFrame
    names: Names
    open_days: Mapping[tuple[str, str], int]
    first_days: Mapping[str, dt.date]
    days: pl.DataFrame
    slots: pl.DataFrame
    tidal: Mapping[str, float]
    windows: pl.DataFrame
    incidents: tuple[tuple[IncidentRecord, tuple[Event, ...]], ...]
    deliveries: pl.DataFrame
    work: WorkCalendar
    reaches: dt.datetime | None
    missing: tuple[str, ...]


def load(folder: DataFolder, snapshot: Snapshot, period: Period, now: dt.datetime) -> MonthBook:
    """Count a month for all its reports.

    Args:
        folder: data folder of the city.
        snapshot: the records to go by.
        period: the month.
        now: the present instant; a month that is not over is told as far as it has gone.

    Raises:
        StorageError: a file of the lake is damaged, or the disk or the state database refused.
    """
    store = MonthStore(folder.lake)
    start, end = period.instants(folder.zone)
    known = {month.label for month in months_with_data(snapshot, now)} | {period.label}
    wanted = [month for month in trend(period) if month.label in known]
    months = [store.month(snapshot, month, now) for month in wanted]
    at = min(now, end).astimezone(folder.zone)
    halls = snapshot.scan("halls").select("hall_id", "name", "short_name", "county", "level").sort("county", "hall_id")
    with reading(snapshot):
        rows = halls.collect()
        calendar = snapshot.scan("calendar").select("hall_id", "date", "open_at").drop_nulls("open_at").collect()
        work = working_days(snapshot, range(period.start.year - 2, period.start.year + 2))
        queues = _facts(folder, snapshot, "queues", period)
        windows = _facts(folder, snapshot, "windows", period)
        deliveries = _deliveries(snapshot, start, end)
        first = _first_days(snapshot, period, folder)
    reaches = store.reaches(snapshot)
    told = reaches and min(reaches, now.astimezone(reaches.tzinfo))
    return MonthBook(
        city=folder.city,
        period=period,
        at=at,
        labels=tuple(month.label for month in wanted),
        whole=_whole([month.label for month in wanted], first_day(snapshot), work, now.astimezone(folder.zone).date()),
        month=months[-1],
        rates=rates_by_place(months),
        sums=sums_by_place(months),
        halls=rows,
        names=names(folder, snapshot),
        # Days of which the records do not tell yet count for nothing, save those of the month to come.
        open_days=open_days(
            calendar.filter((pl.col("open_at") <= (told or at)) | (pl.col("date") >= period.end)),
            rows,
            [*wanted, period_of("month", period.end)],
        ),
        first_days=first,
        days=_by(queues, "date"),
        slots=_by(queues.with_columns(_weekday(), _slot()), "weekday", "slot"),
        tidal=dict(windows.filter("is_tidal").group_by("hall_id").agg(_minutes("open")).iter_rows()),
        windows=windows.group_by("hall_id", "service_group").agg(_minutes("open"), _minutes("busy")),
        incidents=_incidents(folder, start, at),
        deliveries=deliveries,
        work=work,
        reaches=told,
        missing=_missing(deliveries, calendar.filter(_within(period), pl.col("open_at") <= at), rows),
    )


def trend(period: Period) -> list[Period]:
    """The months of a trend, oldest first, the last the month itself."""
    found = [period]
    while len(found) < TREND:
        found.insert(0, found[0].previous())
    return found


def scopes(book: MonthBook) -> list[Scope]:
    """Of whom there is a report: the city, every county, and every hall that was open or had business in the month."""
    counties = [Scope("county", name, name) for name in dict.fromkeys(book.halls["county"])]
    return [Scope(name=book.city), *counties, *halls_of(book, Scope())]


def halls_of(book: MonthBook, scope: Scope) -> list[Scope]:
    """The halls of a place that were open or had business in the month."""
    label = book.period.label
    found = []
    for hall_id, name, county in book.halls.select("hall_id", "short_name", "county").iter_rows():
        one = Scope("hall", hall_id, name or hall_id, county)
        alive = book.open_days.get((label, one.place), 0) or any(
            book.sums.get((count, label, one.place), 0) for count in (*CASES, "calls", "tickets_done", "reviews_active")
        )
        if alive and (scope.kind == "city" or scope.key in (county, hall_id)):
            found.append(one)
    return found


def holds(scope: Scope) -> pl.Expr:
    """Rows with hall_id and county that belong to a place."""
    if scope.kind == "city":
        return pl.lit(value=True)
    return pl.col("hall_id" if scope.kind == "hall" else "county") == scope.key


def missing_in(folder: DataFolder, snapshot: Snapshot, period: Period) -> tuple[str, ...]:
    """Sources that have not delivered the whole of a month, a sentence each.

    Raises:
        StorageError: a file of the lake is damaged, or the disk refused.
    """
    with reading(snapshot):
        calendar = snapshot.scan("calendar").select("hall_id", "date", "open_at").drop_nulls("open_at")
        halls = snapshot.scan("halls").select("hall_id", "short_name").collect()
        deliveries = _deliveries(snapshot, *period.instants(folder.zone))
        return _missing(deliveries, calendar.filter(_within(period)).collect(), halls)


def is_whole(snapshot: Snapshot, period: Period, today: dt.date) -> bool:
    """Whether a month is over and the records tell of it from its first working day on."""
    work = working_days(snapshot, range(period.start.year - 1, period.start.year + 1))
    return bool(_whole([period.label], first_day(snapshot), work, today))


def _facts(folder: DataFolder, snapshot: Snapshot, kind: str, period: Period) -> pl.DataFrame:
    return FactStore(folder.lake).facts(snapshot, all_kinds()[kind], period.start, period.end)


def _minutes(name: str) -> pl.Expr:
    return (pl.col(name).sum() / 60_000_000).alias(name)


def _by(queues: pl.DataFrame, *keys: str) -> pl.DataFrame:
    sums = [pl.col("own").sum().alias("taken"), pl.col("calls").sum(), _minutes("wait")]
    return queues.group_by("hall_id", *keys).agg(sums).sort("hall_id", *keys)


def _weekday() -> pl.Expr:
    return pl.col("date").dt.weekday().cast(pl.Int64).alias("weekday")


def _slot() -> pl.Expr:
    """The half hour in which an interval lies; facts are named by the end of theirs."""
    began = (pl.col("at") - pl.duration(minutes=5)).dt.truncate(_HALF_HOUR)
    return (began.dt.hour().cast(pl.Int64) * 60 + began.dt.minute().cast(pl.Int64)).alias("slot")


def _within(period: Period) -> pl.Expr:
    return pl.col("date").is_between(period.start, period.end, closed="left")


def _whole(labels: Sequence[str], begun: dt.date | None, work: WorkCalendar, today: dt.date) -> frozenset[str]:
    """The months that may be compared: told from their first working day on, and over."""
    if begun is None:
        return frozenset()
    found = set()
    for label in labels:
        month = parse(label)
        first = work.on_or_after(pl.Series([month.start]))[0]
        if begun <= first and month.end <= today:
            found.add(label)
    return frozenset(found)


def _first_days(snapshot: Snapshot, period: Period, folder: DataFolder) -> dict[str, dt.date]:
    """Halls whose records begin within the month, and on which day."""
    start, end = period.instants(folder.zone)
    begun = [
        snapshot.scan(table, None, end).select("hall_id", pl.col(time).alias("at")).drop_nulls()
        for table, time in (("tickets", "take_time"),)
        if snapshot.has(table)
    ]
    if not begun:
        return {}
    first = pl.concat(begun).group_by("hall_id").agg(pl.col("at").min()).filter(pl.col("at") >= start).collect()
    opened = first_day(snapshot)
    days = {hall: at.astimezone(folder.zone).date() for hall, at in first.iter_rows()}
    # Where the records of the whole city begin in this month, no hall is new.
    return {} if opened is not None and opened >= period.start else days


def _deliveries(snapshot: Snapshot, start: dt.datetime, end: dt.datetime) -> pl.DataFrame:
    rows = snapshot.scan("deliveries").filter(pl.col("covers_until") >= start)
    key = ("hall_id", "source_system", "table")
    inside = pl.col("delivered_at").is_between(start, end, closed="left")
    sums = [pl.col(name).filter(inside).sum().cast(pl.Int64) for name in ("rows_read", "rows_quarantined")]
    times = pl.len().cast(pl.Int64).alias("times")
    return rows.group_by(key).agg(*sums, pl.col("covers_until").max(), times).sort(key).collect()


def _missing(deliveries: pl.DataFrame, calendar: pl.DataFrame, halls: pl.DataFrame) -> tuple[str, ...]:
    """Sources whose deliveries end before the last opening of a hall in the month."""
    last = calendar.group_by("hall_id").agg(pl.col("open_at").max().alias("needed"))
    names = halls.select("hall_id", "short_name")
    regular = deliveries.join(last, on="hall_id").filter(pl.col("times") >= _REGULAR)
    late = regular.filter(pl.col("covers_until") < pl.col("needed"))
    told = late.join(names, on="hall_id", how="left").group_by("source_system", "table", maintain_order=True)
    words = []
    for (source, table), rows in told:
        title = TABLES[table].title.partition(":")[0] if table in TABLES else table
        shown = "、".join(name or "？" for name in rows["short_name"].head(_NAMED).to_list())
        more = f"等{rows.height}个大厅" if rows.height > _NAMED else ""
        words.append(f"来源 {source} 的{title}没有交齐本月数据：{shown}{more}。")
    return tuple(words)


#: What was delivered less often is no source that delivers by itself: a correction, a file brought in by hand.
_REGULAR = 5
#: So many halls are named before it says how many there are.
_NAMED = 5


def _incidents(
    folder: DataFolder, start: dt.datetime, end: dt.datetime
) -> tuple[tuple[IncidentRecord, tuple[Event, ...]], ...]:
    log = AlertLog(folder.records.database)
    inside = [one for one in log.incidents(start) if start <= one.incident.opened_at < end]
    inside.sort(key=lambda one: (one.incident.opened_at, one.incident.id))
    return tuple((one, tuple(event for event in log.events(one.incident.id) if event.at < end)) for one in inside)
