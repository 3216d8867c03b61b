"""Whether a report's totals are the lake's: the rows counted a second time, in the plainest way."""

from __future__ import annotations

import datetime as dt

import polars as pl

from cockpit.lake.store import Snapshot, reading
from cockpit.report.model import Report
from metrics.periods import Period

#: Count → how it is called.
COUNTED = {"accepted": "受理办件", "finished": "办结办件"}
Totals = dict[tuple[str, str], int]


def totals(snapshot: Snapshot, period: Period, at: dt.datetime, timezone: dt.tzinfo) -> Totals:
    """How many cases were accepted and finished in a month: count and place → number.

    Args:
        snapshot: the records that the reports were made of.
        period: the month.
        at: nothing at or after it is known.
        timezone: the city's zone.
    """
    start = dt.datetime.combine(period.start, dt.time(), timezone)
    end = min(dt.datetime.combine(period.end, dt.time(), timezone), at)
    found: Totals = {}
    with reading(snapshot):
        cases = snapshot.scan("cases").filter(~pl.col("is_test").fill_null(value=False))
        accepted = cases.filter(pl.col("accept_time").is_between(start, end, closed="left"))
        over = pl.col("status") == "finished"
        finished = cases.filter(pl.col("finish_time").is_between(start, end, closed="left"), over)
        for name, rows in (("accepted", accepted), ("finished", finished)):
            by_hall = rows.group_by("hall_id").agg(pl.len()).collect()
            found[name, "city"] = int(by_hall["len"].sum())
            found |= {(name, f"hall:{hall}"): count for hall, count in by_hall.iter_rows() if hall is not None}
    return found


def differing(report: Report, counted: Totals) -> tuple[str, ...]:
    """Where a report's totals are not the lake's; a county's hold cases without a hall too, and are not compared."""
    if report.scope.kind == "county":
        return ()
    faults = []
    figures = report.figures()
    for name, title in COUNTED.items():
        figure = figures.get(f"{name}@{report.period.label}@{report.scope.place}")
        count = counted.get((name, report.scope.place), 0)
        if figure is not None and figure.value != count:
            faults.append(
                f"报告中{title} {figure.number} 件，数据库逐条数得 {count:,} 件，两者不符；请先核对数据再重新生成。"
            )
    return tuple(faults)
