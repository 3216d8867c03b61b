"""What a row is called when it is listed behind a number: its key of the data standard as one text."""

from __future__ import annotations

import polars as pl

from metrics.standard import TABLES


def row_key(table: str) -> pl.Expr:
    """The key of a table's row; several key columns joined by "|", times as ISO 8601 with offset: `key`."""
    columns = [column for column in TABLES[table].columns if column.key]
    texts = [
        pl.col(column.name).dt.to_string("%Y-%m-%dT%H:%M:%S%.f%:z")
        if isinstance(column.dtype, pl.Datetime)
        else pl.col(column.name).cast(pl.String)
        for column in columns
    ]
    return pl.concat_str(texts, separator="|").alias("key")
