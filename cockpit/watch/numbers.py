"""The numbers of a period, counted from one state of the lake: what is read for them, and nothing more."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from cockpit.intake.workdays import filled_workdays
from cockpit.lake.facts import FactStore
from cockpit.lake.store import Lake, Snapshot, reading
from metrics.calendar import WorkCalendar
from metrics.facts.kinds import all_kinds
from metrics.periods import Period
from metrics.rates import NEEDED, RateRecords, Tally, tally
from metrics.rates.review_counts import BAD_LEVEL, MENDING_DAYS
from metrics.spells import MINUTE

#: Working days in a year, at the least; so many years ahead may a promise reach.
_YEAR_AT_LEAST = 220
#: Tickets that a review names are looked for so far back first, and in all the past only where that is not enough.
_NEAR = timedelta(days=45)
#: A ticket ends at the latest on the day after it was taken.
_TICKET_LASTS = timedelta(days=2)
#: Tickets of the periods that are counted together: a year of 82 halls, a month of ten times as many. A year of any
#: city so needs about the memory of this many; a tenth of them at once would cost twice the time.
AT_ONCE = 3_000_000


class Tables(Protocol):
    """Where the records are read from: a state of the lake, or files that hold the same tables."""

    @property
    def timezone(self) -> str:
        """The city's zone."""

    def scan(self, table: str, start: datetime | None = None, end: datetime | None = None) -> pl.LazyFrame:
        """Rows of a table whose main time lies in [start, end), as `cockpit.lake.store.Snapshot.scan`."""


def count_rates(lake: Lake, periods: Sequence[Period], t: datetime, snapshot: Snapshot | None = None) -> Tally:
    """All that the rates of some periods are made of, as of t.

    Args:
        lake: the lake.
        periods: periods that do not overlap.
        t: the instant; nothing at or after it is known.
        snapshot: the state of the lake to go by; by default the present one.

    Raises:
        StorageError: a file of the lake is damaged, or the disk refused.
    """
    at = snapshot or lake.snapshot()
    with reading(at):
        return counted(at, periods, t, window_minutes(lake, at, periods, t))


def counted(
    tables: Tables, periods: Sequence[Period], t: datetime, minutes: pl.LazyFrame | None = None, at_once: int = AT_ONCE
) -> Tally:
    """The same from any tables, so many periods at once that memory stays small.

    Args:
        tables: where the records are read from.
        periods: periods that do not overlap.
        t: the instant; nothing at or after it is known.
        minutes: as `window_minutes`; None where nothing is known of windows.
        at_once: tickets of the periods that are counted together; one period is never divided.
    """
    parts = [tally(rate_records(tables, part, minutes), part, t) for part in _parts(tables, periods, at_once)]
    return parts[0] if len(parts) == 1 else Tally.joined(parts)


def _parts(tables: Tables, periods: Sequence[Period], at_once: int) -> Iterator[list[Period]]:
    """Periods in their order, those together that hold few tickets."""
    zone = ZoneInfo(tables.timezone)
    part: list[Period] = []
    rows = 0
    for period in sorted(periods) if len(periods) > 1 else ():
        count: int = tables.scan("tickets", *period.instants(zone)).select(pl.len()).collect().item()
        if part and rows + count > at_once:
            yield part
            part, rows = [], 0
        part.append(period)
        rows += count
    yield part or list(periods)


def window_minutes(lake: Lake, snapshot: Snapshot, periods: Sequence[Period], t: datetime) -> pl.LazyFrame:
    """How long the windows of every hall were open and busy on the closed days of some periods, from the fact store.

    Returns:
        hall_id, date, busy_minutes, open_minutes; the day of t is not over and has no row yet.
    """
    kind, store = all_kinds()["windows"], FactStore(lake)
    today = t.astimezone(ZoneInfo(snapshot.timezone)).date()
    days = [(period.start, min(period.end, today)) for period in periods if period.start < today]
    facts = [store.facts(snapshot, kind, start, end).lazy() for start, end in days]
    sums = [(pl.col(name).sum() / MINUTE).alias(f"{name}_minutes") for name in ("busy", "open")]
    none = pl.LazyFrame(schema={"hall_id": pl.String, "date": pl.Date, "busy": pl.Int64, "open": pl.Int64})
    whole = pl.concat([none, *(frame.select(none.collect_schema().names()) for frame in facts)])
    return whole.group_by("hall_id", "date").agg(sums)


def rate_records(tables: Tables, periods: Sequence[Period], window_minutes: pl.LazyFrame | None = None) -> RateRecords:
    """The rows of the lake from which the rates of some periods are counted.

    Beside the rows of the periods themselves these are the cases and tickets of any time that their reviews, tickets
    and complaints name, and earlier bad reviews whose deadline of mending may lie in a period. Cases and pauses are in
    memory; tickets and reviews, which are more, are read when they are counted.
    """
    ordered = sorted(periods)
    zone = ZoneInfo(tables.timezone)
    start, end = ordered[0].instants(zone)[0], ordered[-1].instants(zone)[1]
    bad = (pl.col("origin") == "active") & (pl.col("level") <= BAD_LEVEL) & _due_after(tables, start)
    reviews = _scan(tables, "reviews", None, end).filter((pl.col("assess_time") >= start) | bad)
    complaints = _scan(tables, "complaints", start, end)
    near = start - _TICKET_LASTS
    taken = _scan(tables, "tickets", near, end)
    # What rows name is brought together by a hash of 64 bits: a case too many does no harm, and texts cost three times
    # as much. A review that nobody gave by himself is told for its hall alone.
    asked = pl.col("hall_id").is_null() | (pl.col("origin") == "active")
    given = reviews.select("assess_time", *(pl.when(asked).then(_hash(name)) for name in ("project_no", "ticket_id")))
    told = pl.collect_all(
        [given, complaints.select(_hash("project_no")), taken.select("take_time", _hash("project_no", "ticket_id"))]
    )
    named = pl.concat([frame["project_no"] for frame in told])
    cases = _cases(tables, start, end, named)
    of_before = _earlier(tables, "tickets", "ticket_id", told[0]["ticket_id"], told[2]["ticket_id"], near)
    tickets = pl.concat([taken, *(part.lazy() for part in of_before)])
    whole = {name: _scan(tables, name) for name in ("halls", "calendar", "departments", "items")}
    # A correction asked for after the period may still answer a submission of its last days: no end here.
    pauses = _scan(tables, "case_pauses").collect()
    reference = dict(zip(whole, pl.collect_all(list(whole.values())), strict=True))
    return RateRecords(
        **{name: frame.lazy() for name, frame in reference.items()},
        cases=cases.lazy(),
        case_pauses=pauses.lazy(),
        tickets=tickets,
        reviews=reviews,
        complaints=complaints,
        work=working_days(tables, _years(ordered, [cases, pauses, told[2], told[0]], reference["items"])),
        window_minutes=window_minutes,
    )


def working_days(tables: Tables, years: range) -> WorkCalendar:
    """The city's working days of some years; years that nobody delivered are those the import would have filled in."""
    delivered = tables.scan("workdays").select("date", "is_workday").collect()
    filled = _filled(years)
    days = pl.concat([delivered, filled.join(delivered, on="date", how="anti")])
    return WorkCalendar.of(days, tables.timezone)


@cache
def _filled(years: range) -> pl.DataFrame:
    return filled_workdays(set(years), "china").select("date", "is_workday")


def _due_after(tables: Tables, start: datetime) -> pl.Expr:
    """Whether a bad review may have its deadline of mending after an instant at which a day begins."""
    zone = ZoneInfo(tables.timezone)
    work = working_days(tables, range(start.year - 1, start.year + 1))
    day = pl.Series([start.astimezone(zone).date()])
    # Given on the working day that lies so far back or earlier, it was due by the end of the last one before.
    for _ in range(MENDING_DAYS + 1):
        day = work.before(day)
    given: datetime = work.end_of(day).item()
    late = pl.col("rectify_due").is_null() & (pl.col("assess_time") >= given)
    return late | (pl.col("rectify_due") > start)


def _scan(tables: Tables, table: str, start: datetime | None = None, end: datetime | None = None) -> pl.LazyFrame:
    return tables.scan(table, start, end).select(NEEDED[table])


def _hash(*names: str) -> pl.Expr:
    """Names that rows go by, as whole numbers; null stays null."""
    return pl.when(pl.col(names).is_not_null()).then(pl.col(names).hash())


def _cases(tables: Tables, start: datetime, end: datetime, named: pl.Series) -> pl.DataFrame:
    """Cases submitted, accepted or finished in [start, end), and those of any time before that are named by hash."""
    # Apart, so that files and row groups in which nothing ended so late are not read.
    in_time = [pl.col(name).is_between(start, end, closed="left") for name in ("accept_time", "finish_time")]
    parts = [_scan(tables, "cases", start, end), _scan(tables, "cases", None, start).filter(in_time[0] | in_time[1])]
    at_hand = pl.concat(pl.collect_all(parts))
    known = at_hand.select(_hash("project_no")).to_series()
    return pl.concat([at_hand, *_earlier(tables, "cases", "project_no", named, known, start)])


def _earlier(
    tables: Tables, table: str, key: str, named: pl.Series, known: pl.Series, before: datetime
) -> list[pl.DataFrame]:
    """Rows of earlier times that are named: those of the last weeks, then those of all the past.

    Args:
        tables: where they are read from.
        table: of the standard.
        key: by which its rows are named.
        named: hashes of the keys named.
        known: hashes of the keys at hand.
        before: the main time of the rows looked for lies before this instant.
    """
    missing = _absent(named, known)
    found = []
    for since, until in ((before - _NEAR, before), (None, before - _NEAR)):
        if missing.is_empty():
            break
        rows = _scan(tables, table, since, until).filter(_hash(key).is_in(missing.implode())).collect()
        found.append(rows)
        missing = _absent(missing, rows.select(_hash(key)).to_series())
    return found


def _absent(named: pl.Series, known: pl.Series) -> pl.Series:
    """The hashes that are named and not known, each once: millions are sorted in half the time of looking them up."""
    wanted, there = (np.sort(hashes.drop_nulls().to_numpy()) for hashes in (named, known))
    row = np.searchsorted(there, wanted)
    lacks = row == len(there)
    lacks[~lacks] = there[row[~lacks]] != wanted[~lacks]
    return pl.Series(wanted[lacks]).unique()


def _years(periods: Sequence[Period], frames: Sequence[pl.DataFrame], items: pl.DataFrame) -> range:
    """The years that deadlines may touch: from the earliest time to the latest, and as long as a promise may last."""
    ends = [
        frame.select(bound.dt.year())
        for frame in frames
        for bound in (pl.selectors.datetime().min(), pl.selectors.datetime().max())
    ]
    known = [year for frame in ends for year in frame.row(0) if year is not None] or [periods[0].start.year]
    promises = items["promise_days"].drop_nulls().to_list()
    return range(min(known) - 1, max(known) + 2 + math.ceil(max(promises, default=0) / _YEAR_AT_LEAST))
