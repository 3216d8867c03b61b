"""Records of which one field holds other records: two stray quotes that happen to close each other."""

from __future__ import annotations

import polars as pl

from cockpit.intake.raw import LINE, broken_lines

#: With fewer columns, a text of people may well have as many commas as a record.
FEWEST_SEPARATORS = 5


def swallowing(rows: pl.DataFrame, separator: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part the records that have swallowed others from those that have not.

    Args:
        rows: records of a file with quoted texts, and their line__.
        separator: between fields.

    Returns:
        The sound records, and the others as records that do not fit.
    """
    names = [name for name in rows.columns if name != LINE]
    wanted = len(names) - 1
    if wanted < FEWEST_SEPARATORS:
        return rows, broken_lines([])
    marks = []
    for name in names:
        several = pl.col(name).str.contains("\n", literal=True)
        lines = pl.when(several).then(pl.col(name)).str.split("\n")
        counts = lines.list.eval(pl.element().str.count_matches(separator, literal=True).cast(pl.Int64))
        # Of the first record the end is within the field, of the last the beginning, of those between all.
        ends = counts.list.first() + counts.list.last() == wanted
        between = counts.list.slice(1, counts.list.len().cast(pl.Int64) - 2).list.contains(wanted)
        marks.append((ends | between).fill_null(value=False))
    found = rows.filter(pl.any_horizontal(marks))
    if found.is_empty():
        return rows, broken_lines([])
    text = pl.concat_str([pl.col(name).fill_null("") for name in names], separator=separator)
    told = found.select(pl.col(LINE).alias("line"), text.alias("text"), pl.lit("swallowed").alias("reason"))
    return rows.join(found.select(LINE), on=LINE, how="anti", maintain_order="left"), told
