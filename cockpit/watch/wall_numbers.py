"""What a wall screen shows of the city's running (大屏数字): now, today against the same weekday, the month's rates.

The same functions count for the pages, so that nobody finds the wall and the pages at odds. Each number is None where
nothing was delivered that it could be made of.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import polars as pl

from cockpit.lake.store import Snapshot
from cockpit.watch.day_course import ARRIVALS, Measure, days_to_compare
from cockpit.watch.freshness import Moment
from cockpit.watch.months import MonthStore
from metrics.expected import Outlook, outlook
from metrics.facts import overview as facts
from metrics.periods import parse
from metrics.rates import Cells
from metrics.rates.definition import PLACE_COLUMNS
from metrics.standard import TABLES

#: Rates of the month on the wall, each with its target in percent; None has none.
RATES: dict[str, float | None] = {
    "ywtb_case_rate": 90.0,
    "ywtb_window_rate": 90.0,
    "ywtb_items_on_target": None,
    "review_good_rate": None,
}
#: Past days are counted anew after so long.
PAST_FOR = dt.timedelta(hours=1)
_SHARES = ("wait_avg", "window_saturation")


@dataclass(frozen=True)
class Scope:
    """The part of the city that a screen shows.

    Attributes:
        bound_to: city, county or hall.
        places: names of counties, or ids of halls; none for the city.
    """

    bound_to: str = "city"
    places: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Names the scope; equal names are equal parts."""
        name = "|".join([self.bound_to, *sorted(self.places)])
        return name if len(name) <= 200 else f"{self.bound_to}#{hashlib.sha256(name.encode()).hexdigest()}"

    def holds(self, hall_id: str | None, county: str | None) -> bool:
        """Whether a place belongs to it."""
        if self.bound_to == "city":
            return True
        return (county if self.bound_to == "county" else hall_id) in self.places


def shares(readings: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Waits and saturation of the last hour in every hall, to be added up.

    Args:
        readings: of an evaluation.

    Returns:
        hall_id, and for wait_avg and window_saturation numerator and denominator with the name before; halls without
        data are left out.
    """
    found = pl.DataFrame(schema={"hall_id": pl.String})
    for name in _SHARES:
        if name not in readings:
            continue
        sums = (
            readings[name]
            .filter(pl.col("reading") != "no_data")
            .group_by("hall_id")
            .agg(pl.col(part).sum().alias(f"{name}_{part}") for part in ("numerator", "denominator"))
        )
        found = found.join(sums, on="hall_id", how="full", coalesce=True)
    return found.sort("hall_id")


def share_of(sums: pl.DataFrame, name: str, halls: Collection[str], *, times: float = 1.0) -> float | None:
    """The quotient of one of the sums over some halls; None where there is nothing to divide by."""
    if f"{name}_denominator" not in sums.columns:
        return None
    mine = sums.filter(pl.col("hall_id").is_in(list(halls)))
    below = float(mine[f"{name}_denominator"].sum())
    return times * float(mine[f"{name}_numerator"].sum()) / below if below else None


class PastDays:
    """What the past days of the same weekday were like, hall by hall; made anew every hour of a process."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self._kept: dict[tuple[str, dt.date], tuple[dt.datetime, pl.DataFrame, list[dt.date]]] = {}

    def of(self, snapshot: Snapshot, moment: Moment, measure: Measure) -> tuple[pl.DataFrame, list[dt.date]]:
        """hall_id, day, slot, count of the past days, and those of them that show what is usual."""
        key = measure.table, moment.day
        found = self._kept.get(key)
        if found is None or not dt.timedelta() <= moment.at - found[0] < PAST_FOR:
            since = moment.span[0] - dt.timedelta(weeks=facts.USUAL_WEEKS)
            rows = snapshot.scan(measure.table, since, moment.span[0])
            time = str(TABLES[measure.table].time)
            same = rows.filter(pl.col(time).dt.weekday() == moment.day.isoweekday())
            counts = measure.counts(same, moment.at, ("hall_id",)).collect()
            self._kept = {kept: value for kept, value in self._kept.items() if kept[1] == moment.day}
            found = moment.at, counts, days_to_compare(snapshot, moment, counts["day"].unique())
            self._kept[key] = found
        return found[1], found[2]


class Arrivals:
    """People who came and cases handed in on the day shown and on the past days to compare with, hall by hall."""

    def __init__(self, snapshot: Snapshot, moment: Moment, past: PastDays | None = None) -> None:
        """Count; what belongs to past days is taken from what is kept of them."""
        self._moment = moment
        past = past or PastDays()
        self._past = {measure.table: past.of(snapshot, moment, measure) for measure in ARRIVALS}
        frames = [
            measure.counts(snapshot.scan(measure.table, *moment.span), moment.at, ("hall_id",)) for measure in ARRIVALS
        ]
        self._today = dict(zip(self._past, pl.collect_all(frames), strict=True))

    def of(self, table: str, scope: Scope, halls: Collection[str]) -> Outlook | None:
        """How the day runs in a part of the city; None where nothing of the kind was ever counted there.

        Args:
            table: tickets or cases.
            scope: the part.
            halls: its halls.
        """
        counts, days = self._past[table]
        today, past = (self._within(rows, scope, halls) for rows in (self._today[table], counts))
        past = past.filter(pl.col("day").is_in(days))
        if today.is_empty() and past.is_empty():
            return None
        known = [*today["slot"], *past["slot"]]
        return outlook(today, past, days, range(min(known), max(known) + 1), self._last)

    def _within(self, counts: pl.DataFrame, scope: Scope, halls: Collection[str]) -> pl.DataFrame:
        if scope.bound_to != "city":
            counts = counts.filter(pl.col("hall_id").is_in(list(halls)))
        return counts.group_by("day", "slot").agg(pl.col("count").sum())

    @property
    def _last(self) -> int:
        """The last quarter of an hour that is over."""
        return (self._moment.at - self._moment.start) // dt.timedelta(minutes=facts.SLOT_MINUTES) - 1


def month_rates(store: MonthStore, scope: Scope, day: dt.date) -> dict[str, Any] | None:
    """The rates of the month as they were counted last; None where the month was never counted.

    Returns:
        month, counted_at, rates: numerator, denominator, value, target of each, counties: county → rate → value.
    """
    month = store.latest(parse(f"{day:%Y-%m}"))
    if month is None:
        return None
    cells = month.rates
    if scope.bound_to != "city":
        column = "county" if scope.bound_to == "county" else "hall_id"
        mine = pl.col(column).is_in(list(scope.places))
        places = {
            kind: frame.filter(mine) if column in PLACE_COLUMNS[kind] else frame for kind, frame in cells.places.items()
        }
        cells = Cells(cells.periods, cells.cells.filter(mine), cells.waits, cells.seats, places)
    rows = {row["rate"]: row for row in cells.rates("city", list(RATES)).to_dicts()}
    rates = {
        name: {key: rows[name][key] for key in ("numerator", "denominator", "value")} | {"target": target}
        for name, target in RATES.items()
        if name in rows
    }
    return {
        "month": month.period.label,
        "counted_at": month.counted_at.isoformat(),
        "rates": rates,
        "counties": _of_counties(cells, scope),
    }


def _of_counties(cells: Cells, scope: Scope) -> dict[str, dict[str, float | None]]:
    """Each rate of each county of a part of the city; of a part that is made of halls none, they are no counties."""
    if scope.bound_to == "hall":
        return {}
    found: dict[str, dict[str, float | None]] = {}
    for row in cells.rates("county", list(RATES)).to_dicts():
        if row["county"] is not None and scope.holds(None, row["county"]):
            found.setdefault(row["county"], {})[row["rate"]] = row["value"]
    return found


def course_of(found: Outlook | None) -> dict[str, Any] | None:
    """The course of arrivals with its band, and what is still expected."""
    if found is None:
        return None
    columns = {name: _rounded(found.slots[name]) for name in found.slots.columns}
    columns["minute"] = [slot * facts.SLOT_MINUTES for slot in columns.pop("slot")]
    return columns | {
        "so_far": found.so_far, "usual_so_far": found.usual_so_far, "still": found.still, "ratio": found.ratio,
    }  # fmt: skip


def _rounded(values: pl.Series) -> list[Any]:
    return values.round(1).to_list() if values.dtype.is_float() else values.to_list()
