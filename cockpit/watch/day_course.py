"""The course of the day in quarters of an hour, against what is usual on that weekday."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from cockpit.lake.store import Snapshot
from cockpit.watch.freshness import Moment
from metrics.facts import overview as facts
from metrics.standard import TABLES

#: Takes of rows with a hall_id those that may be seen.
Within = Callable[[pl.LazyFrame], pl.LazyFrame]


@dataclass(frozen=True)
class Course:
    """How a day ran, in the city or in the halls that the viewer may see.

    Attributes:
        title: what is counted, in Chinese.
        unit: its unit, in Chinese.
        slots: minute (of the day at which the quarter of an hour begins), today (null before the day's first and after
            the instant shown), usual (null where there is nothing to compare with).
        usual_days: how many past days of the same weekday `usual` is the median of; 0 = no comparison.
    """

    title: str
    unit: str
    slots: pl.DataFrame
    usual_days: int


@dataclass(frozen=True)
class Measure:
    """What is counted of a day, quarter by quarter.

    Attributes:
        table: its rows.
        title: in Chinese.
        unit: in Chinese.
        counts: the rows known at an instant → day, slot, count; with further columns to count apart.
        empty_is_zero: whether a slot without any row counts as 0 (arrivals) or is unknown (states of a machine).
    """

    table: str
    title: str
    unit: str
    counts: Callable[[pl.LazyFrame, datetime, Sequence[str]], pl.LazyFrame]
    empty_is_zero: bool


#: The first of these that has rows on the day is shown.
MEASURES = (
    Measure(
        "tickets",
        "到厅取号",
        "人",
        lambda rows, t, by: facts.slot_counts(facts.visitors(rows, t), "take_time", by),
        True,
    ),
    Measure("queue_snapshots", "队列等候", "人", lambda rows, t, by: facts.waiting_by_slot(rows), False),
    Measure(
        "cases", "办件申请", "件", lambda rows, t, by: facts.slot_counts(_handed_in(rows, t), "apply_time", by), True
    ),
)
#: Of these it makes sense to say how many are still to come.
ARRIVALS = tuple(measure for measure in MEASURES if measure.empty_is_zero)


def course(snapshot: Snapshot, moment: Moment, within: Within) -> Course | None:
    """The course of the day shown; None where nothing was counted on it.

    Args:
        snapshot: the state of the data.
        moment: the instant shown.
        within: takes of rows with a hall_id those that may be seen.
    """
    for measure in MEASURES:
        rows = within(snapshot.scan(measure.table, *moment.span))
        today = measure.counts(rows, moment.at, ()).collect()
        if not today.is_empty():
            return _compared(measure, snapshot, within, moment, today)
    return None


def _compared(measure: Measure, snapshot: Snapshot, within: Within, moment: Moment, today: pl.DataFrame) -> Course:
    since = moment.span[0] - timedelta(weeks=facts.USUAL_WEEKS)
    past = within(snapshot.scan(measure.table, since, moment.span[0]))
    same_weekday = past.filter(pl.col(str(TABLES[measure.table].time)).dt.weekday() == moment.day.isoweekday())
    counts = measure.counts(same_weekday, moment.at, ()).collect()
    days = days_to_compare(snapshot, moment, counts["day"].unique())
    slots = _shown_slots(today, counts.filter(pl.col("day").is_in(days)))
    usual = facts.usual_course(counts, days, slots, empty_is_zero=measure.empty_is_zero)
    return Course(measure.title, measure.unit, _on_one_grid(measure, today, usual, slots, moment), len(days))


def days_to_compare(snapshot: Snapshot, moment: Moment, counted: pl.Series) -> list[date]:
    """The past days of the same weekday that show what is usual on the day shown; none where it is no usual day.

    Args:
        snapshot: the state of the data.
        moment: the instant shown.
        counted: past days of which anything was counted.
    """
    since = moment.span[0] - timedelta(weeks=facts.USUAL_WEEKS)
    excluded = _no_example(snapshot, since.date(), moment.day)
    return [] if moment.day in excluded.to_list() else facts.usual_days(moment.day, counted, excluded)


def _handed_in(cases: pl.LazyFrame, t: datetime) -> pl.LazyFrame:
    return cases.filter(~pl.col("is_test"), pl.col("apply_time") < t)


def _shown_slots(today: pl.DataFrame, past: pl.DataFrame) -> range:
    known = [*today["slot"].to_list(), *past["slot"].to_list()]
    return range(min(known), max(known) + 1)


def _on_one_grid(
    measure: Measure, today: pl.DataFrame, usual: pl.DataFrame, slots: range, moment: Moment
) -> pl.DataFrame:
    """Today and what is usual, quarter by quarter; the quarter that still runs says nothing yet."""
    running = (moment.at - moment.start) // timedelta(minutes=facts.SLOT_MINUTES)
    last = running - 1 if moment.live else max(today["slot"].to_list())
    count = pl.col("count").fill_null(0) if measure.empty_is_zero else pl.col("count")
    return (
        pl.DataFrame({"slot": slots}, schema={"slot": pl.Int64})
        .join(today.select("slot", "count"), on="slot", how="left")
        .join(usual, on="slot", how="left")
        .sort("slot")
        .select(
            minute=pl.col("slot") * facts.SLOT_MINUTES,
            today=pl.when(pl.col("slot") <= last).then(count),
            usual=pl.col("usual"),
        )
    )


def _no_example(snapshot: Snapshot, since: date, until: date) -> pl.Series:
    """Days that are no example of their weekday: holiday or makeup in most halls, or marked as bad data in any."""
    odd = pl.col("day_type").is_in(["holiday", "makeup"]).mean() > 0.5
    days = snapshot.scan("calendar").filter(pl.col("date").is_between(since, until)).group_by("date")
    return days.agg((odd | pl.col("bad_data").any()).alias("no_example")).filter("no_example").collect()["date"]
