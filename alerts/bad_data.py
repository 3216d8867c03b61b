"""Bad data (数据异常): while a source is late, its rows refused, or devices off, what lives on them is not judged.

A level that rests on bad data would be a false alarm, or a false calm. While 35, 37 or 38 is red for a hall, the
hall's indicators that need the data concerned are held back: their levels stay what they are, and people are told
数据异常，暂停判定. Source: the indicators 2026.1, "From readings to people".
"""

from __future__ import annotations

import polars as pl

from alerts.definition import RED, Definition

SAID = "数据异常，暂停判定"
#: The indicators that say so, in the order in which they are judged: before all others.
WITNESSES = ("data_lag", "invalid_row_rate", "device_offline")
#: What the devices of a hall record: ticket machines, callers, door counters, clocks.
BY_DEVICES = ("tickets", "headcounts", "attendance")
#: Which data of which halls are bad, from when to when, where none are.
NOTHING_BAD = pl.DataFrame(
    schema={"hall_id": pl.String, "table": pl.String, "since": pl.Datetime("us"), "until": pl.Datetime("us")}
)


def red_spells(changes: pl.DataFrame, grain: tuple[str, ...]) -> pl.DataFrame:
    """When an indicator was red, from its changes of level.

    Args:
        changes: place columns, at, before, level; in order of time.
        grain: the place columns.

    Returns:
        place columns, since, until (null: it still is).
    """
    turns = changes.filter((pl.col("level") == RED) != (pl.col("before") == RED))
    following = turns.with_columns(pl.col("at").shift(-1).over(grain).alias("until"))
    return following.filter(pl.col("level") == RED).select(*grain, pl.col("at").alias("since"), "until")


def concerned(witness: str, spells: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """Which data of which halls are bad, from when to when.

    Args:
        witness: one of `WITNESSES`.
        spells: when it was red: its place columns, since, until.
        sources: hall_id, source_system, table: what each source delivers to each hall.

    Returns:
        hall_id, table, since, until.
    """
    told = ["hall_id", "table", "since", "until"]
    if witness == "data_lag":
        return spells.rename({"source_table": "table"}).select(told)
    if witness == "invalid_row_rate":
        return spells.join(sources.unique(), on=["hall_id", "source_system"]).select(told)
    return spells.join(pl.DataFrame({"table": BY_DEVICES}), how="cross").select(told)


def held_back(readings: pl.DataFrame, definition: Definition, bad: pl.DataFrame) -> pl.DataFrame:
    """Say of each reading whether bad data forbid to judge it: the readings with `held`.

    Args:
        readings: of the indicator.
        definition: the indicator; those that say that data are bad, and those of no hall, are never held back.
        bad: as `concerned`.
    """
    never = definition.id in WITNESSES or "hall_id" not in definition.grain or bad.is_empty()
    mine = bad.clear() if never else bad.filter(pl.col("table").is_in(definition.quantity.needs))
    if mine.is_empty():
        return readings.with_columns(pl.lit(value=False).alias("held"))
    lasting = pl.col("until").is_null() | (pl.col("at") < pl.col("until"))
    held = (
        readings.select("hall_id", "at")
        .unique()
        .join(mine, on="hall_id")
        .filter(pl.col("at") >= pl.col("since"), lasting)
        .select("hall_id", "at", pl.lit(value=True).alias("held"))
        .unique()
    )
    found = readings.join(held, on=["hall_id", "at"], how="left", maintain_order="left")
    return found.with_columns(pl.col("held").fill_null(value=False))
