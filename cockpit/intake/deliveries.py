"""The import's own record of deliveries: what came, for which hall, and up to which time it reaches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from cockpit.intake.draft import Draft
from cockpit.intake.gate import Verdict
from cockpit.intake.mapping import ROW
from cockpit.lake.store import Snapshot, months_between
from metrics.standard import TABLES, Table
from metrics.standard.columns import EARLIEST

#: Stands for the hall of rows that have none.
NO_HALL = "-"
#: A source is expected to tell of a hall again that it told of within so many days.
MEMORY_DAYS = 31
#: How a row without a hall of its own finds it: through the row of another table.
_HALL_THROUGH = {
    "window_plan": ("windows", "window_id"),
    "window_sessions": ("windows", "window_id"),
    "device_states": ("devices", "device_id"),
    "reviews": ("cases", "project_no"),
    "complaints": ("cases", "project_no"),
    "case_pauses": ("cases", "project_no"),
    "case_steps": ("cases", "project_no"),
}
#: Tables of what is planned: they reach as far as the planned time.
_PLAN_END = {"window_plan": "end_at", "roster": "end_at", "calendar": "close_at"}
_UTC = pl.Datetime("us", "UTC")


def deliveries_of(
    draft: Draft,
    verdicts: Mapping[str, Verdict],
    snapshot: Snapshot,
    batch_id: str,
    at: dt.datetime,
    instant: dt.datetime,
) -> pl.DataFrame:
    """One row per table of the batch and hall, also for halls of this source from which nothing came this time.

    Args:
        draft: what was read.
        verdicts: what was accepted.
        snapshot: what is known.
        batch_id: the batch.
        at: when it was delivered.
        instant: the profile's `now`, or the present; data reach up to it only if the profile says so.

    Returns:
        Rows of `deliveries` with all stored columns.
    """
    system = draft.profile.source_system
    recent = months_between(f"{at - dt.timedelta(days=MEMORY_DAYS):%Y-%m}", None)
    before = snapshot.raw("deliveries", recent).filter(pl.col("source_system") == system)
    earlier = before.select("table", "hall_id").unique().collect()
    latest = draft.profile.now or _latest_event(draft, instant) or at
    rows = []
    for name, verdict in verdicts.items():
        halls = _halls(draft, verdict, verdicts, snapshot)
        counts = halls.group_by("hall_id").agg(
            pl.len().cast(pl.Int64).alias("rows_read"), pl.col("refused").sum().cast(pl.Int64).alias("rows_quarantined")
        )
        broken = sum(draft.raws[number].broken.height for number, of in draft.broken_in.items() if of == name)
        if broken:
            extra = pl.DataFrame({"hall_id": [NO_HALL], "rows_read": [broken], "rows_quarantined": [broken]})
            counts = pl.concat([counts, extra]).group_by("hall_id").sum()
        silent = earlier.filter(pl.col("table") == name).join(counts, on="hall_id", how="anti").select("hall_id")
        if counts.is_empty() and silent.is_empty():
            silent = pl.DataFrame({"hall_id": [NO_HALL]})
        nothing = silent.with_columns(pl.lit(0, dtype=pl.Int64).alias(c) for c in ("rows_read", "rows_quarantined"))
        until = _planned_until(verdict) or latest
        rows.append(
            pl.concat([counts, nothing], how="diagonal").with_columns(
                pl.lit(name).alias("table"), pl.lit(until).cast(_UTC).alias("covers_until")
            )
        )
    moment = pl.lit(at).cast(_UTC)
    return (
        pl.concat(rows)
        .with_columns(
            pl.lit(system).alias("source_system"),
            pl.lit(batch_id).alias("batch_id"),
            moment.alias("delivered_at"),
            moment.alias("ingested_at"),
            moment.alias("updated_at"),
            pl.lit(value=False).alias("derived"),
        )
        .select(*TABLES["deliveries"].stored)
    )


def _latest_event(draft: Draft, instant: dt.datetime) -> dt.datetime | None:
    """The greatest event time of the batch that is not after the present; refused rows have come in too."""
    found = [
        mapped.rows.select(pl.col(column).filter(pl.col(column).is_between(EARLIEST, instant)).max()).item()
        for mapped in draft.tables.values()
        for column in mapped.table.events
    ]
    times = [time for time in found if isinstance(time, dt.datetime)]
    return max(times, default=None)


def _planned_until(verdict: Verdict) -> dt.datetime | None:
    column = _PLAN_END.get(verdict.table.name)
    found = verdict.good[column].max() if column else None
    return found if isinstance(found, dt.datetime) else None


def _halls(draft: Draft, verdict: Verdict, verdicts: Mapping[str, Verdict], snapshot: Snapshot) -> pl.DataFrame:
    """hall_id and whether it was refused, for every row read of a table."""
    name = verdict.table.name
    rows = draft.tables[name].rows.with_columns(pl.col(ROW).is_in(verdict.refused[ROW].implode()).alias("refused"))
    if "hall_id" not in rows.columns:
        rows = rows.with_columns(pl.lit(None, dtype=pl.String).alias("hall_id"))
    if name in _HALL_THROUGH and rows["hall_id"].null_count():
        other, through = _HALL_THROUGH[name]
        known = _hall_by(TABLES[other], through, verdicts.get(other), snapshot, rows[through])
        rows = rows.join(known, on=through, how="left").with_columns(pl.coalesce("hall_id", "via__"))
    halls = _hall_ids(verdicts.get("halls"), snapshot)
    placed = pl.when(pl.col("hall_id").is_in(halls.implode())).then("hall_id").otherwise(pl.lit(NO_HALL))
    return rows.select(placed.alias("hall_id"), "refused")


def _hall_by(
    other: Table, through: str, verdict: Verdict | None, snapshot: Snapshot, wanted: pl.Series
) -> pl.DataFrame:
    keys = wanted.drop_nulls().unique().to_frame()
    frames = [snapshot.raw(other.name).select(through, "hall_id").join(keys.lazy(), on=through, how="semi").collect()]
    if verdict is not None:
        frames.insert(0, verdict.good.select(through, "hall_id"))
    return pl.concat(frames).unique(through, keep="first").rename({"hall_id": "via__"})


def _hall_ids(verdict: Verdict | None, snapshot: Snapshot) -> pl.Series:
    stored = snapshot.raw("halls").select("hall_id").collect()["hall_id"]
    return stored if verdict is None else stored.append(verdict.good["hall_id"]).unique()
