"""What a demo city realised: its sizes, waits, loads, shares, added up span by span so that memory stays small."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from cockpit.demo.history import City

_STEP = 20
_WAIT = (pl.col("call_time") - pl.col("take_time")).dt.total_seconds() / 60
_HANDLE = (pl.col("end_time") - pl.col("start_time")).dt.total_seconds()
NET = ("pc", "app", "mini")
Tables = dict[str, pl.DataFrame]


@dataclass
class Measures:
    """Sums over all days of a city; each list holds one small frame a span."""

    rows: dict[str, int] = field(default_factory=dict)
    waits: list[pl.DataFrame] = field(default_factory=list)
    daily: list[pl.DataFrame] = field(default_factory=list)
    ends: list[pl.DataFrame] = field(default_factory=list)
    handling: list[pl.DataFrame] = field(default_factory=list)
    loads: list[pl.DataFrame] = field(default_factory=list)
    cases: list[pl.DataFrame] = field(default_factory=list)
    items: list[pl.DataFrame] = field(default_factory=list)
    finished: list[pl.DataFrame] = field(default_factory=list)
    reviews: list[pl.DataFrame] = field(default_factory=list)
    duties: list[pl.DataFrame] = field(default_factory=list)
    outages: list[pl.DataFrame] = field(default_factory=list)
    delivered: list[pl.DataFrame] = field(default_factory=list)

    def frame(self, name: str) -> pl.DataFrame:
        """Return one of the lists as one frame."""
        parts: list[pl.DataFrame] = getattr(self, name)
        return pl.concat(parts)

    def total(self, name: str, *by: str) -> pl.DataFrame:
        """Add one of the lists up."""
        frame = self.frame(name)
        return frame.group_by(by).agg(pl.exclude(by).sum()).sort(by) if by else frame.sum()


def measure(city: City, progress: Callable[[str], None] = lambda text: None) -> Measures:
    """Let a city tell its days and add up what it tells."""
    found = Measures()
    reference = city.reference_tables()
    for name, frame in reference.items():
        found.rows[name] = frame.height
    for name, frame in city.backlog().items():
        found.rows[name] = found.rows.get(name, 0) + frame.height
    begin = city.first_day
    while begin <= city.last_day:
        end = min(begin + dt.timedelta(days=_STEP - 1), city.last_day)
        progress(f"{begin} – {end}")
        tables = city.span(begin, end)
        for name, frame in tables.items():
            found.rows[name] = found.rows.get(name, 0) + frame.height
        _add(found, {**reference, **tables})
        begin = end + dt.timedelta(days=1)
    return found


def _add(found: Measures, tables: Tables) -> None:
    levels = tables["halls"].select("hall_id", "level", "county")
    tickets = tables["tickets"].join(levels, on="hall_id")
    found.waits.append(
        tickets.filter(pl.col("call_time").is_not_null()).select("level", _WAIT.cast(pl.Float32).alias("wait"))
    )
    day = pl.col("take_time").dt.date().alias("date")
    found.daily.append(tickets.group_by("hall_id", "level", day).len("taken"))
    found.ends.append(tickets.group_by("status").agg(pl.len().cast(pl.Int64)))
    log = _HANDLE.log()
    served = tickets.filter(pl.col("status") == "done", _HANDLE > 0)
    found.handling.append(
        served.group_by("item_code").agg(
            pl.len().cast(pl.Int64).alias("n"),
            log.sum().alias("sum"),
            (log**2).sum().alias("squares"),
            _HANDLE.sum().alias("seconds"),
        )
    )
    found.loads.append(_load(tables, levels))
    _add_cases(found, tables, levels)
    reviews = tables["reviews"].with_columns(bad=(pl.col("level") <= 2) & (pl.col("origin") == "active"))
    found.reviews.append(reviews.group_by("origin").agg(pl.len().cast(pl.Int64), pl.col("bad").sum().cast(pl.Int64)))
    found.duties.append(_duties(tables))
    off = tables["device_states"].filter(~pl.col("online"), pl.col("to_at").is_not_null())
    found.outages.append(off.select((pl.col("to_at") - pl.col("from_at")).dt.total_minutes().alias("minutes")))
    found.delivered.append(tables["deliveries"].select(pl.col("rows_read").sum(), pl.col("rows_quarantined").sum()))


def _load(tables: Tables, levels: pl.DataFrame) -> pl.DataFrame:
    windows = tables["windows"].select("window_id", "hall_id").join(levels, on="hall_id")
    seconds = (pl.col("end_at") - pl.col("start_at")).dt.total_seconds()
    opened = tables["window_sessions"].filter(pl.col("state") == "open").join(windows, on="window_id")
    busy = tables["tickets"].drop_nulls(["call_time", "end_time"]).join(levels, on="hall_id")
    spent = (pl.col("end_time") - pl.col("call_time")).dt.total_seconds()
    return (
        opened.group_by("level")
        .agg(seconds.sum().alias("open"))
        .join(busy.group_by("level").agg(spent.sum().alias("busy")), on="level")
    )


def _add_cases(found: Measures, tables: Tables, levels: pl.DataFrame) -> None:
    counties = levels.select("hall_id", "county").join(
        tables["halls"].select("hall_id", code=pl.col("region_code").str.head(6)), on="hall_id"
    )
    names = counties.unique("code").select("code", "county")
    scope = tables["items"].filter(pl.col("apply_based"), ~pl.col("ywtb_exception")).select("item_code").unique()
    cases = (
        tables["cases"]
        .join(scope, on="item_code")
        .filter(pl.col("accept_time").is_not_null(), ~pl.col("is_test"))
        .with_columns(code=pl.col("region_code").str.head(6))
        .join(names, on="code")
        .with_columns(
            unified=(pl.col("platform") == "ywtb2").cast(pl.Int64),
            window=(pl.col("channel") == "window").cast(pl.Int64),
            net=pl.col("channel").is_in(NET).cast(pl.Int64),
        )
    )
    sums = [pl.len().cast(pl.Int64).alias("n"), *[pl.col(name).sum() for name in ("unified", "window", "net")]]
    both = (pl.col("unified") * pl.col("window")).sum().alias("window_unified")
    found.cases.append(cases.group_by("county").agg(*sums, both))
    found.items.append(cases.group_by("item_code").agg(pl.len().cast(pl.Int64).alias("n"), pl.col("unified").sum()))
    ended = tables["cases"].drop_nulls("finish_time")
    promised = pl.col("promise_due").is_not_null()
    found.finished.append(
        ended.select(
            pl.len().cast(pl.Int64).alias("n"),
            pl.col("auto_approved").sum().cast(pl.Int64).alias("automatic"),
            (pl.col("visit_count") <= 1).sum().cast(pl.Int64).alias("once"),
            pl.col("visit_count").is_not_null().sum().cast(pl.Int64).alias("counted"),
            promised.sum().cast(pl.Int64).alias("promised"),
            (pl.col("finish_time") > pl.col("promise_due")).sum().cast(pl.Int64).alias("after_due"),
            (pl.col("platform") == "manual_backfill").sum().cast(pl.Int64).alias("backfilled"),
        )
    )


def _duties(tables: Tables) -> pl.DataFrame:
    """Add up rostered minutes and those on which the person was there."""
    minutes = (pl.col("end_at") - pl.col("start_at")).dt.total_minutes()
    rostered = tables["roster"].select("staff_id", "start_at", "end_at")
    there = tables["attendance"].select("staff_id", came="start_at", left="end_at")
    day = pl.col("start_at").dt.date().alias("date")
    pairs = rostered.with_columns(day).join(
        there.with_columns(pl.col("came").dt.date().alias("date")), on=["staff_id", "date"]
    )
    overlap = pl.min_horizontal("end_at", "left") - pl.max_horizontal("start_at", "came")
    return pl.DataFrame(
        {
            "rostered": [int(rostered.select(minutes.sum()).item() or 0)],
            "attended": [int(pairs.select(overlap.dt.total_minutes().clip(lower_bound=0).sum()).item() or 0)],
        }
    )


def spread_within_days_of_a_kind(daily: pl.DataFrame, least_days: int = 8) -> pl.DataFrame:
    """Return each hall's day-to-day spread of tickets beyond weekday and month (sample SD ÷ mean within both)."""
    kinds = daily.with_columns(weekday=pl.col("date").dt.weekday(), month=pl.col("date").dt.strftime("%Y-%m"))
    plain = kinds.filter(pl.col("weekday").is_between(2, 4), pl.col("date").dt.day().is_between(3, 24))
    level = plain.with_columns(share=pl.col("taken") / pl.col("taken").mean().over("hall_id", "weekday"))
    found = level.group_by("hall_id").agg(pl.col("share").std().alias("spread"), pl.len())
    return found.filter(pl.col("len") >= least_days)


def sigma_by_item(handling: pl.DataFrame, least: int = 500) -> pl.Series:
    """Return the spread of ln(handling time) of each item with enough services."""
    known = handling.filter(pl.col("n") >= least)
    mean = known["sum"].to_numpy() / known["n"].to_numpy()
    variance = known["squares"].to_numpy() / known["n"].to_numpy() - mean**2
    return pl.Series("sigma", np.sqrt(variance))
