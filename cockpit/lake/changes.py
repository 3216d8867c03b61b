"""What a batch changes in a table: which rows are new, which replace an older version, which move to another month."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cockpit.lake.layout import Layout, month_of
from cockpit.lake.store import Snapshot, months_between

#: Stored columns that say where a row comes from, not what it says.
TRAIL = ("source_system", "batch_id", "ingested_at", "updated_at")
_OLD = "old__"


@dataclass(frozen=True)
class Changes:
    """The changes of one table.

    Attributes:
        inserts: rows to add, with their partition (rows that moved from another month among them).
        updates: rows that replace the row of the same key in the same partition.
        removals: key and partition of rows that have moved away.
        inserted: rows whose key was not there.
        updated: rows that replace another version.
        unchanged: rows that say what is known already, or an older version of it.
    """

    inserts: pl.DataFrame
    updates: pl.DataFrame
    removals: pl.DataFrame
    inserted: int
    updated: int
    unchanged: int

    @property
    def nothing(self) -> bool:
        """Whether the table stays as it is."""
        return self.inserts.is_empty() and self.updates.is_empty() and self.removals.is_empty()


def with_partition(rows: pl.DataFrame, layout: Layout, timezone: str) -> pl.DataFrame:
    """Rows with their partition, in the order of time that makes reading one day cheap."""
    if layout.time is None:
        return rows
    return rows.with_columns(month_of(layout.time, timezone)).sort(layout.time, maintain_order=True)


def plan_changes(snapshot: Snapshot, layout: Layout, rows: pl.DataFrame, *, assumed: bool) -> Changes:
    """Compare the rows of a batch (one per key) with what is known.

    Of two versions of a row the one with the later `updated_at` stays, of equal ones the later batch. A made-up
    reference row never replaces a delivered one; a delivered one always replaces a made-up one.

    Args:
        snapshot: what is known.
        layout: storage of the table.
        rows: the batch's rows with all stored columns.
        assumed: `updated_at` is only the time of the delivery; rows that say the same are then unchanged.
    """
    rows = with_partition(rows, layout, snapshot.timezone)
    known = _matching(snapshot, layout, rows)
    nothing = rows.clear()
    if known.is_empty():
        return Changes(rows, nothing, _places(nothing, layout), rows.height, 0, 0)
    key = list(layout.key)
    inserts = rows.join(known, on=key, how="anti", maintain_order="left")
    both = rows.join(known.rename({c: _OLD + c for c in known.columns if c not in key}), on=key, how="inner")
    taken = both.filter(_taken(layout, assumed=assumed))
    moved = pl.lit(value=False)
    if layout.partition and not layout.fixed:
        moved = pl.col(layout.partition) != pl.col(_OLD + layout.partition)
    updates = taken.filter(~moved).select(rows.columns)
    moves = taken.filter(moved)
    removals = moves.select(
        *key, *([pl.col(_OLD + layout.partition).alias(layout.partition)] if layout.partition else [])
    )
    return Changes(
        inserts=pl.concat([inserts, moves.select(rows.columns)]),
        updates=updates,
        removals=removals,
        inserted=inserts.height,
        updated=taken.height,
        unchanged=rows.height - inserts.height - taken.height,
    )


def _places(rows: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    return rows.select(*layout.key, *([layout.partition] if layout.partition else []))


def _matching(snapshot: Snapshot, layout: Layout, rows: pl.DataFrame) -> pl.DataFrame:
    """The known rows that have a key of the batch, whole, with their partition; looked for in all months.

    The keys are looked up first, alone, and only the months that hold one are then read in full.
    """
    parts = None
    if layout.partition and layout.fixed and rows.height:
        months = rows[layout.partition]
        parts = months_between(str(months.min()), str(months.max()))
    if not snapshot.has(layout.name) or rows.is_empty():
        return rows.clear()
    keys = rows.lazy().select(layout.key)
    if layout.partition and not layout.fixed:
        places = snapshot.raw(layout.name).select(*layout.key, str(layout.time)).join(keys, on=layout.key, how="semi")
        months = places.select(month_of(str(layout.time), snapshot.timezone)).unique().collect().to_series()
        if months.is_empty():
            return rows.clear()
        parts = months_between(str(months.min()), str(months.max()))
    found = snapshot.raw(layout.name, parts).join(keys, on=layout.key, how="semi").collect()
    return with_partition(found, layout, snapshot.timezone)


def _taken(layout: Layout, *, assumed: bool) -> pl.Expr:
    """Whether the row of the batch replaces the known one."""
    content = [c for c in layout.stored if c not in (*TRAIL, *layout.key)]
    same = pl.all_horizontal(pl.col(c).eq_missing(pl.col(_OLD + c)) for c in content)
    newer = pl.col("updated_at") > pl.col(_OLD + "updated_at")
    tie = pl.col("updated_at") == pl.col(_OLD + "updated_at")
    # A later version that says the same still moves `updated_at` on: else a version between the two, coming in
    # afterwards, would win over it.
    by_time = pl.when(same).then(newer & pl.lit(not assumed)).otherwise(newer | tie)
    made_up, was_made_up = pl.col("derived"), pl.col(_OLD + "derived")
    return (
        pl.when(was_made_up & ~made_up)
        .then(pl.lit(value=True))
        .when(made_up & ~was_made_up)
        .then(pl.lit(value=False))
        .otherwise(by_time)
    )
