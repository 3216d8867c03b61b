"""Real harm in the records (实际后果): what people really suffered, whether or not anybody was warned of it.

A warning without a labelled incident is not false where somebody really waited more than 25 minutes, or where a case, a
review, a device, a source or staff were truly past their limits. Looked for in the records as they are in the end, in
other ways than the readings: a warning must not prove itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from alerts.definition import CAUSES
from alerts.merging import Merged
from metrics.spells import NEVER
from metrics.view import View

#: Waiting that nobody should have to bear; people missing, posts empty, devices off for so long.
WAITED, MISSING, EMPTY_POST, OFF = (dt.timedelta(minutes=minutes) for minutes in (25, 15, 10, 15))
#: A source that is silent for so much longer than usual.
SILENT = dt.timedelta(minutes=15)
#: How far around an incident harm may lie, by cause: as far as its readings look.
_HOUR, _WEEK, _MONTH = dt.timedelta(hours=1), dt.timedelta(days=7), dt.timedelta(days=31)
AROUND = {
    "crowd": _HOUR,
    "posts": _HOUR,
    "devices": _HOUR,
    "delivery": _HOUR,
    "deadlines": _MONTH,
    "acceptance": 2 * _WEEK,
    "service": _MONTH,
    "mending": 2 * _WEEK,
    "rows": _WEEK,
}
assert AROUND.keys() <= CAUSES.keys()
_Spell = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True)
class Harm:
    """When people suffered at which places.

    Attributes:
        spells: cause and place (a hall, a hall's source, a department) → from when to when, in order.
    """

    spells: dict[tuple[str, frozenset[tuple[str, str]]], list[_Spell]]

    def of(self, incident: Merged, until: dt.datetime) -> bool:
        """Whether an incident stands for harm; one that is not over lasts until an instant."""
        place, cause = incident.key
        if cause not in AROUND:
            return False
        near = AROUND[cause]
        begin, end = incident.opened_at - near, (incident.cleared_at or until) + near
        found = self.spells.get((cause, frozenset(place)), [])
        return any(since <= end and last >= begin for since, last in found)


def harm_of(moments: Sequence[View], days: Sequence[View]) -> Harm:
    """Look through the records of a stretch of time.

    Args:
        moments: the records as the readings of the moment see them: tickets, posts, staff, devices, deliveries.
        days: as those of days, weeks and months see them: cases and reviews.
    """
    spells: dict[tuple[str, frozenset[tuple[str, str]]], list[_Spell]] = {}
    for view in moments:
        for part in (_waits(view), _posts(view), _staff(view), _devices(view), _silence(view)):
            _take(spells, part)
    for view in days:
        for place in ("dept_code", "hall_id"):
            _take(spells, _late_cases(view, place))
        for part in (_late_acceptance(view), *_bad_reviews(view), _refused(view)):
            _take(spells, part)
    return Harm(spells)


def _take(spells: dict[tuple[str, frozenset[tuple[str, str]]], list[_Spell]], part: pl.DataFrame) -> None:
    places = [name for name in part.columns if name not in ("cause", "since", "until")]
    for row in part.sort("since").iter_rows(named=True):
        key = (row["cause"], frozenset((name, row[name]) for name in places))
        spells.setdefault(key, []).append((row["since"], row["until"]))


def _told(rows: pl.DataFrame, cause: str, *places: str) -> pl.DataFrame:
    return rows.select(pl.lit(cause).alias("cause"), *places, "since", "until")


def _waits(view: View) -> pl.DataFrame:
    """Somebody had waited too long, called in the end or not; breaks do not count."""
    zone = view.records.timezone
    limit = int(WAITED / dt.timedelta(microseconds=1))
    long = view.visits.filter(pl.col("known_until") == NEVER, pl.col("waited") > limit)
    spells = long.with_columns(_instant("take", zone).alias("since"), _instant("leaves", zone).alias("until"))
    return _told(spells, "crowd", "hall_id")


def _posts(view: View) -> pl.DataFrame:
    """A window was planned and not open for a while."""
    records = view.records
    halls = records["windows"].select("window_id", "hall_id")
    plans = records["window_plan"].select("window_id", "start_at", "end_at").join(halls, on="window_id")
    open_ = records["window_sessions"].filter(pl.col("state") == "open").select("window_id", "start_at", "end_at")
    return _told(_gaps(plans, open_, "window_id", EMPTY_POST), "posts", "hall_id")


def _staff(view: View) -> pl.DataFrame:
    """Somebody was rostered and not there for a while."""
    records = view.records
    plans = records["roster"].select("hall_id", "staff_id", "start_at", "end_at")
    there = records["attendance"].select("staff_id", "start_at", "end_at")
    return _told(_gaps(plans, there, "staff_id", MISSING), "posts", "hall_id")


def _gaps(plans: pl.DataFrame, there: pl.DataFrame, key: str, least: dt.timedelta) -> pl.DataFrame:
    """Stretches of plans in which nothing of the same key is there, at least so long."""
    spells: dict[str, list[_Spell]] = {}
    for name, start, end in there.filter(pl.col("end_at").is_not_null()).sort("start_at").iter_rows():
        spells.setdefault(name, []).append((start, end))
    rows = []
    for hall, name, start, end in plans.select("hall_id", key, "start_at", "end_at").iter_rows():
        at = start
        for since, until in [*spells.get(name, ()), (end, end)]:
            if until < start or since > end:
                continue
            if since - at >= least:
                rows.append((hall, at, min(since, end)))
            at = max(at, until)
    shape: dict[str, Any] = {"hall_id": pl.String, "since": plans.schema["start_at"], "until": plans.schema["start_at"]}
    return pl.DataFrame(rows, schema=shape, orient="row")


def _devices(view: View) -> pl.DataFrame:
    """A device was off for a while."""
    halls = view.records["devices"].select("device_id", "hall_id")
    off = view.records["device_states"].filter(~pl.col("online")).join(halls, on="device_id")
    lasting = off.with_columns(pl.col("to_at").fill_null(pl.col("to_at").max()))
    long = lasting.filter(pl.col("to_at") - pl.col("from_at") >= OFF)
    return _told(long.rename({"from_at": "since", "to_at": "until"}), "devices", "hall_id")


def _silence(view: View) -> pl.DataFrame:
    """A source had not delivered for much longer than it usually takes."""
    by = ["hall_id", "source_system", "table"]
    gap = pl.col("delivered_at").diff().over(by)
    told = view.records["deliveries"].filter(pl.col("hall_id").is_not_null()).sort("delivered_at")
    usual = told.with_columns(gap.alias("gap")).with_columns(pl.col("gap").median().over(by).alias("usual"))
    late = usual.filter(pl.col("gap") > pl.col("usual") + SILENT)
    spells = late.with_columns((pl.col("delivered_at") - pl.col("gap")).alias("since"))
    return _told(spells.rename({"delivered_at": "until"}), "delivery", "hall_id", "source_system")


def _late_cases(view: View, place: str) -> pl.DataFrame:
    """A case was not finished when it was due; told for its department, or for its hall."""
    late = view.running.filter("known").sort("since").unique("project_no", keep="last").select("project_no", "due")
    cases = view.records["cases"].select("project_no", "finish_time", place).drop_nulls(place)
    found = late.join(cases, on="project_no").with_columns(_instant("due", view.records.timezone).alias("since"))
    still = pl.col("finish_time").max()
    found = found.with_columns(pl.col("finish_time").fill_null(still).alias("until"))
    return _told(found.filter(pl.col("until") > pl.col("since")), "deadlines", place)


def _instant(name: str, zone: str) -> pl.Expr:
    """Microseconds as an instant on the city's clock."""
    return pl.from_epoch(pl.col(name), time_unit="us").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)


def _late_acceptance(view: View) -> pl.DataFrame:
    """A submission was not taken on by the end of the next working day."""
    cases = view.records["cases"].filter(pl.col("accept_time").is_not_null() & pl.col("apply_time").is_not_null())
    by = view.work.end_of(view.work.add(view.work.day_of(cases["apply_time"]), 1))
    late = cases.with_columns(by.alias("since"), pl.col("accept_time").alias("until"))
    return _told(late.filter(pl.col("until") > pl.col("since")), "acceptance", "dept_code")


def _bad_reviews(view: View) -> Iterator[pl.DataFrame]:
    """Somebody gave a bad review; nobody looked after one in time."""
    bad = view.records["reviews"].filter(
        pl.col("origin") == "active", pl.col("level") <= 2, pl.col("hall_id").is_not_null()
    )
    given = bad.with_columns(pl.col("assess_time").alias("since"), pl.col("assess_time").alias("until"))
    yield _told(given.filter(pl.col("valid").fill_null(value=True)), "service", "hall_id")
    limit = pl.col("assess_time") + pl.duration(days=2)
    looked = pl.col("verify_time").fill_null(pl.col("assess_time").max())
    slow = bad.with_columns(limit.alias("since"), looked.alias("until"))
    yield _told(slow.filter(pl.col("until") > pl.col("since")), "mending", "hall_id")


def _refused(view: View) -> pl.DataFrame:
    """A source delivered rows that could not be taken in."""
    bad = view.records["deliveries"].filter(pl.col("rows_quarantined") > 0, pl.col("hall_id").is_not_null())
    spells = bad.with_columns(pl.col("delivered_at").alias("since"), pl.col("delivered_at").alias("until"))
    return _told(spells, "rows", "hall_id", "source_system")


def false_ones(incidents: Sequence[Merged], harm: Harm, until: dt.datetime) -> list[Merged]:
    """Those of some incidents that stand for no harm."""
    return [one for one in incidents if not harm.of(one, until)]
