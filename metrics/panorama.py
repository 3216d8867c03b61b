"""办件全景: how many cases come in by which way, and how long the promised ones take, for every hall and item.

Everything is counted once per period, hall and item and adds up: counts are summed for whatever places, themes or
levels of hall are asked for, and times are kept as how many cases took how many working days, so that the median and
the nine-in-ten of any group are exact and nothing is ever averaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from metrics.asof import as_of
from metrics.calendar import WorkCalendar
from metrics.cases import with_deadline
from metrics.periods import Period
from metrics.rates.case_counts import EVERY, IN_SCOPE, counted, placed_cases
from metrics.rates.records import NEEDED, Grid, RateRecords
from metrics.standard import TABLES
from metrics.standard.columns import LATEST

_CODES = {column.name: tuple(column.codes or ()) for column in TABLES["cases"].columns}
#: Ways by which a case comes in (渠道) and systems in which it was accepted, as the data standard lists them.
CHANNELS, PLATFORMS = _CODES["channel"], _CODES["platform"]
KEY = ("period", "hall_id", "county", "item_code", "theme")
#: Nearest rank, as fractions of whole numbers so that nothing is rounded.
MEDIAN, NINE_IN_TEN = (1, 2), (9, 10)


@dataclass(frozen=True, eq=False)
class Panorama:
    """What is counted of the cases of some periods; make it by `panorama`.

    Attributes:
        cells: period (number), hall_id (`NO_HALL` where there is none), county, item_code, theme and the counts
            accepted (受理: all real cases accepted in the period),
            channel_… (those of scope S of the rates, by channel), platform_… (the same by platform),
            finished (办结: all real cases finished in the period).
        times: period, hall_id, county, item_code, theme, used, allowed, cases: how many finished promised cases with a
            deadline took `used` working days of `allowed`.
    """

    cells: pl.DataFrame
    times: pl.DataFrame


def panorama(records: RateRecords, periods: Sequence[Period], t: datetime | None = None) -> Panorama:
    """Count the cases of some periods.

    Args:
        records: the tables, as for the rates.
        periods: periods that do not overlap.
        t: the instant as of which things are counted; None = all that is in the records has happened.

    Raises:
        OutsideCalendar: the working days do not reach as far as a deadline.
    """
    grid = Grid.of(records, periods, t)
    cases = placed_cases(records, grid).filter(~pl.col("is_test"))
    accepted = grid.keyed(cases.filter(pl.col("accept_time").is_not_null()), "accept_time")
    ended = cases.filter(pl.col("finish_time").is_not_null() & (pl.col("status") == "finished"))
    finished = grid.keyed(ended, "finish_time")
    ways = {f"channel_{code}": pl.col("channel") == code for code in CHANNELS}
    systems = {f"platform_{code}": pl.col("platform") == code for code in PLATFORMS}
    parts = [
        counted(accepted, {"accepted": EVERY}),
        counted(accepted.filter(IN_SCOPE), ways | systems),
        counted(finished, {"finished": EVERY}),
    ]
    sums = pl.concat(parts, how="diagonal").group_by("key").agg(pl.all().sum())
    pauses = records.case_pauses.select(NEEDED["case_pauses"])
    known = (pauses if t is None else as_of("case_pauses", pauses, t)).collect()
    spent = _spent(finished.filter(pl.col("case_type") == "promise"), known, records.work)
    spells = spent.group_by("key", "used", "allowed").agg(pl.len().cast(pl.Int64).alias("cases"))
    return Panorama(_placed(grid, sums), _placed(grid, spells, "used", "allowed"))


def nearest_rank(times: pl.DataFrame, by: Sequence[str], column: str, share: tuple[int, int]) -> pl.DataFrame:
    """The working days that such a share of the cases did not exceed (nearest rank), for each group.

    Args:
        times: `by`, `column`, cases.
        by: columns of the group; none = all together.
        column: used or allowed.
        share: numerator and denominator of the share, as `MEDIAN` or `NINE_IN_TEN`.

    Returns:
        `by` and `column`; groups without cases have no row.
    """
    above, whole = share
    key = list(by) or ["whole"]
    asked = times if by else times.with_columns(pl.lit(value=True).alias("whole"))
    sums = asked.group_by(*key, column).agg(pl.col("cases").sum()).filter(pl.col("cases") > 0).sort(column)
    reached = pl.col("cases").cum_sum().over(key) * whole >= pl.col("cases").sum().over(key) * above
    found = sums.filter(reached).group_by(key).agg(pl.col(column).min())
    return found.select(*by, column)


def _spent(finished: pl.DataFrame, pauses: pl.DataFrame, work: WorkCalendar) -> pl.DataFrame:
    """Working days that finished promised cases took and had: key, used, allowed.

    Both begin on the day after acceptance, as the deadline does. The days by which pauses moved the deadline are taken
    off what was used, so that a case is never blamed for waiting on the applicant.
    """
    due = with_deadline(finished, pauses, work, LATEST).filter(pl.col("due_adj").is_not_null())
    begun, ended = work.day_of(due["accept_time"]), work.day_of(due["finish_time"])
    base, moved = work.due_day_of(due["due_base"]), work.due_day_of(due["due_adj"])
    days = pl.DataFrame(
        {
            "key": due["key"],
            "gross": work.between(begun, ended),
            "paused": work.between(base, moved),
            "allowed": work.between(begun, base),
        }
    )
    return days.select("key", (pl.col("gross") - pl.col("paused")).clip(0).alias("used"), "allowed").drop_nulls()


def _placed(grid: Grid, counts: pl.DataFrame, *more: str) -> pl.DataFrame:
    """Counts by period, hall, county, item and theme; departments are put together."""
    places = grid.decoded(counts).drop("dept_code")
    return places.group_by(*KEY, *more).agg(pl.exclude(*KEY, *more).sum()).sort(*KEY, *more)
