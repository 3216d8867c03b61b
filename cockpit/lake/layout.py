"""How a table lies on the disk: its key, its partition, what is stored, whether it is small enough to be kept whole."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from metrics.standard import TABLES, Table

#: Partition column of tables kept in months, in the city's time.
MONTH = "month"


@dataclass(frozen=True)
class Layout:
    """The storage of one table.

    Attributes:
        name: folder of the table in the lake.
        key: columns whose values are unique.
        stored: data type of every stored column, without the partition column.
        partition: name of the partition column; None for small tables, which are rewritten whole.
        time: time column from which the month follows; None where the partition is a stored fact of its own.
        fixed: whether a row can never change its partition, because the partition follows from its key.
    """

    name: str
    key: tuple[str, ...]
    stored: dict[str, pl.DataType]
    partition: str | None = None
    time: str | None = None
    fixed: bool = False


#: Refused rows, with all their reasons; `entry_id` is the fingerprint of the refused row.
QUARANTINE = Layout(
    name="quarantine",
    key=("entry_id",),
    stored={
        "entry_id": pl.String(),
        "source_system": pl.String(),
        "batch_id": pl.String(),
        "file": pl.String(),
        "line": pl.Int64(),
        "key": pl.String(),
        "reasons": pl.List(pl.String()),
        "row": pl.String(),
        "refused_at": pl.Datetime("us", "UTC"),
    },
    partition="of_table",
    fixed=True,
)


def layout_of(table: Table) -> Layout:
    """The storage of a table of the standard."""
    return Layout(
        name=table.name,
        key=table.key,
        stored=table.stored,
        partition=MONTH if table.time else None,
        time=table.time,
        fixed=table.main_time_in_key,
    )


LAYOUTS: dict[str, Layout] = {name: layout_of(table) for name, table in TABLES.items()} | {QUARANTINE.name: QUARANTINE}


def month_of(time: str, timezone: str) -> pl.Expr:
    """The month of a time in the city's zone, as 2026-10."""
    return pl.col(time).dt.convert_time_zone(timezone).dt.strftime("%Y-%m").alias(MONTH)
