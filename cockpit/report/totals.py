"""Whether a report's totals are the lake's: the rows counted a second time, in the plainest way."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

import polars as pl

from cockpit.lake.store import Snapshot, reading
from cockpit.report.model import Report
from metrics.periods import Period

#: Count → how it is called.
COUNTED = {"accepted": "受理办件", "finished": "办结办件"}
Totals = dict[tuple[str, str], int]
Counts = Counter[str]
#: Six digits of a region code name the county.
_REGION = pl.col("region_code").str.slice(0, 6)


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
        homes = snapshot.scan("halls").select("hall_id", "county", region=_REGION).collect().rows()
        for name, rows in (("accepted", accepted), ("finished", finished)):
            counts = rows.group_by("hall_id", region=_REGION).agg(pl.len()).collect().rows()
            found |= {(name, place): count for place, count in _by_place(counts, homes).items()}
    return found


def _by_place(counts: Sequence[tuple[str | None, str | None, int]], homes: Sequence[tuple[str, str, str]]) -> Counts:
    """The city, its counties and halls; a case without a hall is of the county that most halls of its region lie in."""
    of_hall = {hall: county for hall, county, _ in homes}
    lie: dict[str, Counter[str]] = {}
    for _, county, six in sorted(homes, key=lambda home: home[1]):
        lie.setdefault(six, Counter())[county] += 1
    found: Counts = Counter()
    for hall, region, count in counts:
        found["city"] += count
        if hall is not None:
            found[f"hall:{hall}"] += count
            found[f"county:{of_hall[hall]}"] += count
        elif region in lie:
            found[f"county:{lie[region].most_common(1)[0][0]}"] += count
    return found


def differing(report: Report, counted: Totals) -> tuple[str, ...]:
    """Where a report's totals are not the lake's, a sentence each."""
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
