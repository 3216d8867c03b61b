"""How levels come and go over many instants (报警过程), as replay goes: the machine let loose on thousands of readings.

Live evaluation takes the same steps one by one (`alerts.steps`).
Source: the indicators 2026.1, "Readings", "Closing".
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from alerts.definition import Definition
from alerts.lines import CHANGE, columns_of, seen_of
from alerts.machine import Reason, Seen, State, step

#: So many places at most are folded together, so that a month of windows stays in the cache.
_TOGETHER = 20_000


def course(judged: pl.DataFrame, definition: Definition, asked: pl.DataFrame, closings: pl.DataFrame) -> pl.DataFrame:
    """All changes of level over many instants, as replay goes; what was before the first of them is not known.

    Args:
        judged: readings at many instants, as `alerts.levels.judged`; `held` (optional).
        definition: the indicator.
        asked: as `asked_of`.
        closings: hall_id, date, last_close: the last closing of each hall's days (readings of the moment only).

    Returns:
        place columns, at, before, level, reason, flapping, row (of `judged`; null where the place has no reading), in
        order of time and place.
    """
    daily = definition.cadence == "RT"
    line = [*definition.grain, "date"] if daily else list(definition.grain)
    rows = judged.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64), pl.col("at").dt.date().alias("date"))
    # Where nothing is ever met no level can come.
    restless = rows.filter((pl.col("met") > 0).any().over(line))
    by = [*(("hall_id",) if "hall_id" in asked.columns else ()), *(("date",) if daily else ())]
    order = asked.with_columns(pl.col("at").dt.date().alias("date")).sort("at")
    turn = pl.int_range(pl.len(), dtype=pl.Int64)
    order = order.with_columns((turn.over(by) if by else turn).alias("turn"))
    restless = restless.join(order.select(*by, "at", "turn"), on=list(dict.fromkeys([*by, "at"])), how="inner")
    series = restless.select(line).unique().sort(line).with_row_index("series")
    parts = [_empty(definition, judged)]
    for low in range(0, series.height, _TOGETHER):
        block = series.slice(low, _TOGETHER)
        parts.append(_block(restless, block, line, order, by, definition))
    found = pl.concat(parts)
    if daily:
        found = pl.concat([found, _closings(found, definition, closings)])
    return found.drop("date").sort("at", *definition.grain, maintain_order=True)


def _block(
    rows: pl.DataFrame, series: pl.DataFrame, line: list[str], order: pl.DataFrame, by: list[str], of: Definition
) -> pl.DataFrame:
    """The changes of some series."""
    series = series.drop("series").with_row_index("series")
    rows = rows.join(series, on=line, how="inner")
    turns = order.group_by(by).agg(pl.len().alias("turns")) if by else order.select(pl.len().alias("turns"))
    lasts = (series.join(turns, on=by, how="left", maintain_order="left") if by else series.join(turns, how="cross"))[
        "turns"
    ].to_numpy()
    many, long = series.height, int(lasts.max(initial=0))
    at, number = rows["turn"].to_numpy(), rows["series"].to_numpy().astype(np.int64)
    dense = rows.with_columns((pl.Series(at) * many + pl.Series(number)).alias("cell")).sort("cell")
    grid = pl.DataFrame({"cell": np.arange(long * many)}).join(dense, on="cell", how="left", maintain_order="left")
    whole = seen_of(grid, of, np.ones(long * many, dtype=np.bool_))
    line_of = grid["row"]
    state = State.fresh(many)
    told: list[tuple[Any, ...]] = []
    for turn in range(long):
        part = slice(turn * many, (turn + 1) * many)
        now = Seen(
            **{name: values[part] for name, values in vars(whole).items() if name != "asked"}, asked=turn < lasts
        )
        before = state.level
        state, reasons = step(state, now, of, of.minutes)
        changed = np.flatnonzero(reasons != Reason.NONE)
        turn_of = np.full(len(changed), turn)
        whole_line = (before, state.level, reasons, state.flapping)
        told.append((changed, turn_of, *(values[changed] for values in whole_line)))
    if not told:
        return _empty(of, rows)
    which, turns_of, earlier, later, why, flaps = (np.concatenate(every) for every in zip(*told, strict=True))
    found = (
        series[which]
        .drop("series")
        .with_columns(
            pl.Series("turn", turns_of, dtype=pl.Int64),
            *columns_of(earlier, later, why, flaps),
            line_of.gather(turns_of * many + which).alias("row"),
        )
    )
    found = found.join(order.select(*by, "turn", "at"), on=[*by, "turn"], how="left", maintain_order="left")
    if "date" not in found.columns:
        found = found.with_columns(pl.col("at").dt.date().alias("date"))
    return found.select(_empty(of, rows).columns)


def _closings(changes: pl.DataFrame, definition: Definition, closings: pl.DataFrame) -> pl.DataFrame:
    """What still fires when the hall closes ends there."""
    last = changes.group_by([*definition.grain, "date"], maintain_order=True).agg(
        pl.col("level").last().alias("before")
    )
    return (
        last.filter(pl.col("before") > 0)
        .join(closings.select("hall_id", "date", pl.col("last_close").alias("at")), on=["hall_id", "date"])
        .with_columns(
            pl.lit(0, dtype=pl.Int8).alias("level"),
            pl.lit(int(Reason.CLOSED), dtype=pl.Int8).alias("reason"),
            pl.lit(value=False).alias("flapping"),
            pl.lit(None, dtype=pl.Int64).alias("row"),
        )
        .select(changes.columns)
    )


def _empty(definition: Definition, frame: pl.DataFrame) -> pl.DataFrame:
    shape: dict[str, Any] = dict.fromkeys(definition.grain, pl.String())
    return pl.DataFrame(schema=shape | CHANGE | {"row": pl.Int64, "date": pl.Date, "at": frame.schema["at"]})
