"""From numbers to rows of the data standard: identifiers, names, and the cut at an instant."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from cockpit.demo.draws import Flags, Ints
from metrics.standard import table

CENTRAL = "-"
"""Stands for a hall where rows have none (the standard's sign in 归集记录)."""
AT_HALL = "_hall"
"""Column beside the standard's: whose delivery brings the row; dropped before it is written."""


def named(names: Sequence[str], index: Ints) -> pl.Series:
    """Look names up by number; a negative number gives an empty value."""
    places = pl.Series(np.where(index < 0, 0, index))
    found = pl.Series(names, dtype=pl.String).gather(places) if len(names) else pl.Series([None], dtype=pl.String)
    return pl.select(pl.when(pl.Series(index >= 0)).then(found)).to_series()


def repeated(value: str | None, count: int) -> pl.Series:
    """Repeat one name (or nothing) so many times."""
    return pl.Series([value], dtype=pl.String).new_from_index(0, count)


def kept(values: pl.Series, flags: Flags) -> pl.Series:
    """Keep the values where the flag is set, else leave them empty."""
    return pl.select(pl.when(pl.Series(flags)).then(values)).to_series()


def numbered(prefixes: Sequence[str], owner: Ints, days: Ints, width: int = 4) -> pl.Series:
    """Number rows (in order of their owner and day) within each owner's day: prefix-20261009-0001."""
    key = owner * 100_000 + days
    serial = np.arange(len(key)) - np.searchsorted(key, key) + 1
    stamp = pl.Series("d", days).cast(pl.Int32).cast(pl.Date)
    unique = stamp.unique()
    labels = pl.DataFrame({"d": unique, "text": unique.dt.strftime("%Y%m%d")})
    frame = pl.DataFrame({"d": stamp, "n": serial, "p": named(prefixes, owner)})
    frame = frame.join(labels, on="d", how="left", maintain_order="left")
    number = pl.col("n").cast(pl.String).str.zfill(width)
    return frame.select(pl.concat_str("p", pl.lit("-"), "text", pl.lit("-"), number)).to_series()


def cut_table(name: str, frame: pl.DataFrame, cut: int, known_from: int) -> pl.DataFrame:
    """Leave only what has happened before the cut, and say when each row last changed.

    Times are local seconds, negative = empty. A row whose first event lies at or after the cut goes; later events
    become empty; plans stay. `updated_at` is the row's latest event; rows without any are known from `known_from`.
    """
    shape = table(name)
    events = [column for column in shape.events if column in frame.columns]
    times = [c.name for c in shape.columns if isinstance(c.dtype, pl.Datetime) and c.name in frame.columns]
    frame = frame.with_columns(pl.when(pl.col(c) >= 0).then(pl.col(c)).alias(c) for c in times)
    required = [c.name for c in shape.columns if c.mark == "event" and not c.nullable]
    if required:
        frame = frame.filter(pl.col(required[0]) < cut)
    frame = frame.with_columns(pl.when(pl.col(c) < cut).then(pl.col(c)).alias(c) for c in events)
    latest = pl.max_horizontal(events) if events else pl.lit(None, dtype=pl.Int64)
    return frame.with_columns(latest.fill_null(known_from).alias("updated_at"))


def to_standard(name: str, frame: pl.DataFrame, zone: str) -> pl.DataFrame:
    """Give a table the standard's columns in their order, and its times the city's zone."""
    shape = table(name)
    columns: list[pl.Expr] = []
    for column in shape.columns:
        expression = pl.col(column.name)
        if isinstance(column.dtype, pl.Datetime):
            expression = _instant(expression, zone)
        columns.append(expression if isinstance(column.dtype, pl.Datetime) else expression.cast(column.dtype))
    if "updated_at" in frame.columns:
        columns.append(_instant(pl.col("updated_at"), zone))
    return frame.select(columns)


def _instant(seconds: pl.Expr, zone: str) -> pl.Expr:
    """Turn wall-clock seconds into instants; an hour that the zone's clocks skip becomes the first one after it."""
    local = pl.from_epoch(seconds.cast(pl.Int64), time_unit="s").cast(pl.Datetime("us"))
    after = (local + pl.duration(hours=1)).dt.truncate("1h")
    return pl.coalesce(
        local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null"),
        after.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null"),
    )
