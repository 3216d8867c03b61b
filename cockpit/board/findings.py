"""问题清单: deviations of a week that no warning covers, ranked, within what the viewer may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.board.findings_loading import load_week
from cockpit.board.keeping import Keeper
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.watch.freshness import moment
from cockpit.watch.halls_today import ONLINE
from metrics.finding import FindingKind, all_findings

#: Weeks that can be chosen beside the last seven days.
WEEKS = 12
LATEST = "latest"


@dataclass(frozen=True)
class Counted:
    """What was found in a week, in the whole city; kept in the process, never shown to anybody as it is.

    Attributes:
        found: kind (its id) and `metrics.finding.COLUMNS`.
        behind: kind, the place columns prefixed `of_`, and `metrics.finding.BEHIND`.
        windows: window_id, window (its name).
        items: item_code, item (its name).
        absent: kinds for which nothing could be said, because a table never came.
    """

    found: pl.DataFrame
    behind: pl.DataFrame
    windows: pl.DataFrame
    items: pl.DataFrame
    absent: frozenset[str]


@dataclass(frozen=True)
class Summary:
    """One kind in the week.

    Attributes:
        kind: its id.
        title: its name.
        count: how many findings; None = 无数据, because what it is made of never came.
        halls: in how many halls.
        rule: the rule in words.
        check: what to look at.
    """

    kind: str
    title: str
    count: int | None
    halls: int
    rule: str
    check: str


@dataclass(frozen=True)
class Findings:
    """The findings of a week that the viewer may see.

    Attributes:
        start: first day.
        last: last day.
        reaches: 数据截至: the end of the last day.
        kinds: every kind with how many there are, those with most first.
        rows: kind, title, hall_id, hall, county, where, what (size in words), times (size ÷ threshold), since, days,
            detail, check, and the place columns, numerator, denominator; worst first.
    """

    start: dt.date
    last: dt.date
    reaches: dt.datetime
    kinds: tuple[Summary, ...]
    rows: pl.DataFrame


_counted: Keeper[Counted] = Keeper(entries=16)


def weeks(folder: DataFolder, now: dt.datetime) -> dict[str, tuple[dt.date, dt.date]]:
    """The weeks that can be chosen: key to first day and first day no longer meant; {} without any data.

    The last seven closed days (latest) first, then ISO weeks by their Monday.
    """
    shown = moment(folder, folder.lake.snapshot(), now)
    if shown is None:
        return {}
    end = shown.day if shown.live else shown.day + dt.timedelta(days=1)
    monday = end - dt.timedelta(days=end.weekday())
    found = {LATEST: (end - dt.timedelta(days=7), end)}
    for back in range(1, WEEKS + 1):
        start = monday - dt.timedelta(weeks=back)
        found[f"{start}"] = (start, start + dt.timedelta(days=7))
    return found


def findings(
    folder: DataFolder, viewer: Viewer, start: dt.date, end: dt.date, now: dt.datetime, hall_id: str = ""
) -> Findings:
    """What was found on the days from `start` to before `end`.

    Args:
        folder: data folder of the city.
        viewer: who looks.
        start: first day.
        end: first day no longer meant; days that are over.
        now: the present instant, which decides how long a week is kept.
        hall_id: only this hall; "" = all that the viewer may see.

    Raises:
        Refused: the hall is outside the viewer's scope, or does not exist.
        StorageError: the data cannot be read.
    """
    if hall_id:
        viewer.must_see(hall_id)
    counted = count_week(folder, start, end, now)
    snapshot = folder.lake.snapshot()
    halls = snapshot.scan("halls").select("hall_id", pl.col("short_name").alias("hall"), "county").collect()
    wanted = pl.col("hall_id") == hall_id if hall_id else pl.lit(value=True)
    seen = viewer.within(counted.found.lazy()).filter(wanted).collect()
    kinds = all_findings()
    rows = (
        seen.join(halls, on="hall_id", how="left")
        .with_columns(pl.col("hall").fill_null(ONLINE))
        .join(counted.windows, on="window_id", how="left")
        .join(counted.items, on="item_code", how="left")
        .with_columns(
            _by_kind({key: kind.title for key, kind in kinds.items()}).alias("title"),
            _by_kind({key: kind.check for key, kind in kinds.items()}).alias("check"),
            (pl.col("size") / _by_kind({key: kind.threshold for key, kind in kinds.items()})).alias("times"),
            _where().alias("where"),
        )
        .sort("times", "kind", "hall_id", "where", descending=[True, False, False, False])
    )
    zone = ZoneInfo(snapshot.timezone)
    return Findings(
        start=start,
        last=end - dt.timedelta(days=1),
        reaches=dt.datetime.combine(end, dt.time(), zone),
        kinds=_summaries(rows, counted.absent),
        rows=rows.with_columns(what(rows, kinds)),
    )


def count_week(folder: DataFolder, start: dt.date, end: dt.date, now: dt.datetime) -> Counted:
    """Count a week for the whole city; kept for some minutes."""

    def make() -> Counted:
        snapshot = folder.lake.snapshot()
        week = load_week(snapshot, start, end)
        absent = frozenset(
            key for key, kind in all_findings().items() if not all(snapshot.has(name) for name in kind.needs)
        )
        found, behind = [], []
        for key, kind in all_findings().items():
            if key not in absent:
                rows = kind.find(week)
                found.append(rows.select(pl.lit(key).alias("kind"), pl.all()))
                behind.append(kind.behind(week, rows).select(pl.lit(key).alias("kind"), pl.all()))
        records = week.view.records
        items = records["items"].sort("version").select("item_code", pl.col("name").alias("item"))
        return Counted(
            found=pl.concat(found),
            behind=pl.concat(behind),
            windows=records["windows"].select("window_id", pl.col("name").alias("window")),
            items=items.unique("item_code", keep="last"),
            absent=absent,
        )

    return _counted.get((str(folder.path), start, end), now, make)


def what(rows: pl.DataFrame, kinds: Mapping[str, FindingKind]) -> pl.Series:
    """How big each finding is, in words, with numerator and denominator: `what`."""
    said = []
    for row in rows.select("kind", "numerator", "denominator", "size", "detail").iter_rows(named=True):
        kind = kinds[row["kind"]]
        parts = f"{kind.above} {_number(row['numerator'])}，{kind.below} {_number(row['denominator'])}"
        size = "" if row["size"] == row["numerator"] else f"，{_number(row['size'])} {kind.unit}"
        said.append(parts + size + (f"；{row['detail']}" if row["detail"] else ""))
    return pl.Series("what", said, dtype=pl.String)


def _number(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:,.1f}"


def _by_kind(values: Mapping[str, str | float]) -> pl.Expr:
    return pl.col("kind").replace_strict(values, default=None)


def _where() -> pl.Expr:
    """Place within the hall, in words."""
    window = pl.coalesce("window", "window_id")
    item = pl.coalesce("item", "item_code")
    return pl.concat_str([window, item, pl.format("人员 {}", "staff_id")], separator=" · ", ignore_nulls=True)


def _summaries(rows: pl.DataFrame, absent: frozenset[str]) -> tuple[Summary, ...]:
    counts = {
        key: (count, halls)
        for key, count, halls in rows.group_by("kind")
        .agg(pl.len(), pl.col("hall_id").n_unique().alias("h"))
        .iter_rows()
    }
    found = [
        Summary(key, kind.title, None if key in absent else counts.get(key, (0, 0))[0], counts.get(key, (0, 0))[1],
                kind.rule, kind.check)
        for key, kind in all_findings().items()
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: -(one.count or 0)))
