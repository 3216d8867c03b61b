"""Working days that nobody delivered: China's official calendar as far as it reaches, and a stated guess beyond."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import chinese_calendar
import polars as pl

from cockpit.lake.store import Snapshot
from cockpit.lake.writer import Incoming
from metrics.standard import TABLES

#: Statutory holidays with a fixed date; the moving ones (Spring Festival …) are not known beyond the calendar's years.
_FIXED = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
SOURCE = "builtin-calendar"


def filled_workdays(years: set[int], rule: str) -> pl.DataFrame:
    """Working days of whole years: date, is_workday, provisional.

    Args:
        years: calendar years wanted.
        rule: `china` for the State Council's calendar; years it does not know are Monday to Friday less the fixed
            statutory dates, marked provisional. `weekdays` for Monday to Friday, all provisional.
    """
    days = [
        dt.date(year, 1, 1) + dt.timedelta(days=offset)
        for year in sorted(years)
        for offset in range((dt.date(year + 1, 1, 1) - dt.date(year, 1, 1)).days)
    ]
    rows = [(day, *_is_workday(day, rule)) for day in days]
    return pl.DataFrame(rows, schema=TABLES["workdays"].dtypes, orient="row")


def _is_workday(day: dt.date, rule: str) -> tuple[bool, bool]:
    weekday = day.isoweekday() <= 5
    if rule != "china":
        return weekday, True
    try:
        return bool(chinese_calendar.is_workday(day)), False
    except NotImplementedError:
        return weekday and (day.month, day.day) not in _FIXED, True


def missing_workdays(
    snapshot: Snapshot, incoming: Mapping[str, Incoming], rule: str, batch_id: str, at: dt.datetime
) -> dict[str, Incoming]:
    """Working days of the years that this batch touches and nobody has delivered; they never replace delivered ones."""
    years: set[int] = set()
    for name, table in incoming.items():
        for column, dtype in TABLES[name].dtypes.items():
            if isinstance(dtype, pl.Datetime) and TABLES[name].time:
                found = table.rows[column].dt.year().drop_nulls()
                years.update(found.unique().to_list())
    if not years:
        return {}
    # Deadlines that begin at the end of a year reach into the next.
    years |= {year + 1 for year in years}
    known = snapshot.raw("workdays").select("date").collect()["date"]
    if "workdays" in incoming:
        known = known.append(incoming["workdays"].rows["date"])
    days = filled_workdays(years, rule)
    days = days.filter(~pl.col("date").is_in(known.implode()))
    if days.is_empty():
        return {}
    moment = pl.lit(at).cast(pl.Datetime("us", "UTC"))
    stamped = days.with_columns(
        pl.lit(SOURCE).alias("source_system"),
        pl.lit(batch_id).alias("batch_id"),
        moment.alias("ingested_at"),
        moment.alias("updated_at"),
        pl.lit(value=True).alias("derived"),
    ).select(*TABLES["workdays"].stored)
    delivered = incoming.get("workdays")
    rows = stamped if delivered is None else pl.concat([delivered.rows, stamped])
    return {"workdays": Incoming(rows, assumed=True)}
