"""The cases behind a rate or a volume, one by one: by the same rules and within the same scope as the number itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.board.sheet import Field, Sheet
from cockpit.board.spans import Span, Where, within
from cockpit.door.viewer import Viewer
from cockpit.lake.store import Snapshot, reading
from cockpit.watch.numbers import working_days
from metrics.periods import Period
from metrics.rates import NEEDED, RateRecords, rates_of
from metrics.rates.case_counts import DUE, FINISHED, IN_SCOPE, SCOPE, placed_cases, with_early_day
from metrics.rates.records import Grid
from metrics.standard.words import CODE_WORDS

#: Rows that a page reads, and that a workbook holds; more than these nobody looks through one by one.
SHOWN, LISTED = 2_000, 100_000
CHANNELS, PLATFORMS = CODE_WORDS["cases.channel"], CODE_WORDS["cases.platform"]
#: Rates of which the rows that count above the line are the ones to look at; of all others those that do not.
BAD = frozenset({"overdue_finish_rate"})
#: Rates that say how much comes in by some way: the rows are those that did.
WAYS = frozenset(
    {"online_apply_rate", "kiosk_rate", "cross_region_rate", "full_online_rate", "instant_rate", "auto_rate"}
)
#: Volumes by name: the rows counted, and the time that makes them count.
VOLUMES = {"accepted": "accept_time", "finished": "finish_time", "promised": "finish_time"}
BRIEF = frozenset({"project_no", "item", "hall", "platform", "accept_time"})
_FIELDS = (
    Field("project_no", "办件编号", role="title"),
    Field("item", "事项"),
    Field("hall", "大厅"),
    Field("county", "区县"),
    Field("channel", "申请渠道"),
    Field("platform", "受理系统"),
    Field("accept_time", "受理时间", "time"),
    Field("finish_time", "办结时间", "time"),
)


@dataclass(frozen=True)
class Asked:
    """Which rows are asked for.

    Attributes:
        number: id of a rate over scope S, over finished cases or over deadlines; or a volume: accepted, finished.
        span: the time.
        where: the place.
        item: only of this item; "" = of all.
        theme: only of this theme; "" = of all.
    """

    number: str
    span: Span
    where: Where
    item: str = ""
    theme: str = ""


def case_rows(snapshot: Snapshot, viewer: Viewer, asked: Asked, t: dt.datetime, limit: int) -> pl.DataFrame:
    """The cases behind a number, the latest first, read month by month until there are enough.

    Args:
        snapshot: the records to go by.
        viewer: who looks.
        asked: which number.
        t: the instant as of which the number was counted.
        limit: as many rows at least, if there are so many.

    Returns:
        project_no, item, hall, county, channel, platform (Chinese), accept_time, finish_time.

    Raises:
        StorageError: a file of the lake is damaged.
        ValueError: rows of such a number are not kept.
    """
    names = _names(snapshot)
    found: list[pl.DataFrame] = []
    with reading(snapshot):
        for month in reversed(asked.span.months):
            found.append(_month(snapshot, viewer, asked, month, t, names))
            if sum(frame.height for frame in found) >= limit:
                break
    return pl.concat(found)


def case_sheet(
    snapshot: Snapshot, viewer: Viewer, asked: Asked, t: dt.datetime, limit: int, *, brief: bool = False
) -> Sheet:
    """The cases behind a number as a table: the latest ones, where there are more than `limit`.

    Args:
        snapshot: the records to go by.
        viewer: who looks.
        asked: which number.
        t: the instant as of which the number was counted.
        limit: at most so many rows.
        brief: only the columns for which a page has room.
    """
    rows = case_rows(snapshot, viewer, asked, t, limit + 1)
    more = f"下载的表最多含 {LISTED:,} 件。" if brief else "请缩小时段或范围再看。"
    note = f"件数较多，这里只列最近的 {limit:,} 件；{more}" if rows.height > limit else ""
    return Sheet(
        title_of(asked.number), rows.head(limit), [field for field in _FIELDS if not brief or field.name in BRIEF], note
    )


def title_of(number: str) -> str:
    """What the rows of a number are called."""
    if number in VOLUMES:
        return {"accepted": "受理的办件", "finished": "办结的办件", "promised": "办结的承诺件（有期限）"}[number]
    (rate,) = rates_of(ids=[number])
    if number in BAD:
        return "超过时限办结的办件"
    if number in WAYS:
        return f"计入{rate.name}的办件"
    return f"没有计入{rate.name}的办件"


def _month(
    snapshot: Snapshot, viewer: Viewer, asked: Asked, month: Period, t: dt.datetime, names: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    population, time = _population(asked.number)
    start, end = month.instants(ZoneInfo(snapshot.timezone))
    rows = snapshot.scan("cases", None, end).filter(pl.col(time).is_between(start, end, closed="left"))
    if viewer.scope is not None and not viewer.counties:  # else what has no hall is placed first
        rows = viewer.within(rows)
    if asked.where.hall_id:
        rows = rows.filter(pl.col("hall_id") == asked.where.hall_id)
    if asked.item:
        rows = rows.filter(pl.col("item_code") == asked.item)
    cases = rows.select(NEEDED["cases"]).collect()
    records = _records(snapshot, cases, month)
    grid = Grid.of(records, [month], t)
    placed = placed_cases(records, grid, _KEEP).filter(~pl.col("is_test"))
    keyed = grid.keyed(placed.filter(pl.col(time).is_not_null(), population), time)
    counted = _counted(asked.number, keyed, records)
    where = grid.decoded(counted.select("key", "project_no")).select("project_no", "hall_id", "county", "theme")
    shown = within(viewer, where, asked.where)
    if asked.theme:
        shown = shown.filter(pl.col("theme") == asked.theme)
    told = shown.join(cases.drop("hall_id", "region_code"), on="project_no", maintain_order="left")
    told = told.join(names["halls"], on="hall_id", how="left").join(names["items"], on="item_code", how="left")
    return told.select(
        "project_no",
        pl.coalesce("item", "item_code").alias("item"),
        pl.coalesce("hall", "hall_id").alias("hall"),
        "county",
        pl.col("channel").replace(CHANNELS),
        pl.col("platform").replace(PLATFORMS),
        "accept_time",
        "finish_time",
    ).sort(time, "project_no", descending=[True, False])


#: What the numbers ask of a case beside its place and times.
_KEEP = ("status", "channel", "platform", "delivery", "cross_region")


def _population(number: str) -> tuple[pl.Expr, str]:
    """Among which cases a number is counted, and by which time."""
    ended = pl.col("status") == "finished"
    if number == "promised":
        return ended & (pl.col("case_type") == "promise"), "finish_time"
    if number in VOLUMES:
        return (ended if number == "finished" else pl.lit(value=True)), VOLUMES[number]
    (rate,) = rates_of(ids=[number])
    if rate.denominator in SCOPE:
        return IN_SCOPE, "accept_time"
    if rate.denominator in FINISHED:
        return ended, "finish_time"
    if rate.denominator in DUE:
        return ended & (pl.col("case_type") == "promise"), "finish_time"
    raise ValueError(f"of {number} no rows are listed")


def _counted(number: str, rows: pl.DataFrame, records: RateRecords) -> pl.DataFrame:
    """The rows to be listed."""
    if number == "promised":
        return _with_due(rows, records)
    if number in VOLUMES:
        return rows
    (rate,) = rates_of(ids=[number])
    above, below = str(rate.numerator), rate.denominator
    if below in DUE:
        rows = _with_due(rows, records)
    elif below in FINISHED:
        rows = rows.with_columns(
            records.work.day_of(rows["finish_time"]).alias("finish_day"),
            records.work.day_of(rows["accept_time"]).alias("accept_day"),
        )
    counts = SCOPE | FINISHED | DUE
    here, there = (counts[name].fill_null(value=False) for name in (below, above))
    return rows.filter(here, there if number in WAYS | BAD else ~there)


def _with_due(rows: pl.DataFrame, records: RateRecords) -> pl.DataFrame:
    """Finished promised cases that had a deadline."""
    ended = rows.with_columns(records.work.day_of(rows["finish_time"]).alias("finish_day"))
    return with_early_day(ended, records.case_pauses.collect(), records.work)


def _records(snapshot: Snapshot, cases: pl.DataFrame, month: Period) -> RateRecords:
    """The tables that place cases and tell their deadlines; no others are looked at."""
    whole = {name: snapshot.scan(name).select(NEEDED[name]) for name in ("halls", "departments", "items")}
    none = {
        name: snapshot.scan(name).select(NEEDED[name]).clear()
        for name in ("calendar", "tickets", "reviews", "complaints")
    }
    named = pl.col("project_no").is_in(cases["project_no"].implode())
    pauses = snapshot.scan("case_pauses").select(NEEDED["case_pauses"]).filter(named)
    first = cases.select(pl.min_horizontal(pl.col("apply_time", "accept_time").min())).item()
    years = range((first or month.start).year - 1, month.end.year + 4)
    return RateRecords(**whole, **none, cases=cases.lazy(), case_pauses=pauses, work=working_days(snapshot, years))


def _names(snapshot: Snapshot) -> dict[str, pl.DataFrame]:
    """What people call halls and items: their latest names."""
    halls = snapshot.scan("halls").select("hall_id", pl.col("short_name").alias("hall"))
    items = snapshot.scan("items").sort("valid_from").group_by("item_code").agg(pl.col("name").last().alias("item"))
    return dict(zip(("halls", "items"), pl.collect_all([halls, items]), strict=True))
