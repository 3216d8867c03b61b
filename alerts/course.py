"""How levels come and go (报警过程): the machine let loose on readings, of one instant (live) or of thousands (replay).

Both take the same step of `alerts.machine`. What is remembered of a place that shows nothing is not kept: it would be
remembered as nothing. A place that had a reading before and has none now is dark in the readings of the moment; in
those of a day, a week, a month it has too little business: nothing happened there that could be read.
Source: the indicators 2026.1, "Readings", "Closing".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from alerts.definition import Definition
from alerts.machine import INSUFFICIENT, NO_DATA, VALUE, Flags, Ints, Reason, Seen, State, closed, step

#: What a change of level tells beside its place: when, from what, to what, why, and the line of the reading.
CHANGE: dict[str, Any] = {
    "at": pl.Datetime("us"),
    "before": pl.Int8,
    "level": pl.Int8,
    "reason": pl.Int8,
    "flapping": pl.Boolean,
}
_KINDS = {"no_data": NO_DATA, "insufficient": INSUFFICIENT, "value": VALUE}
#: So many places at most are folded together, so that a month of windows stays in the cache.
_TOGETHER = 20_000


@dataclass(frozen=True)
class Standing:
    """What is remembered of the places of one indicator from one evaluation to the next.

    Attributes:
        places: place columns, one row for each place that shows anything.
        state: the same places in the machine.
    """

    places: pl.DataFrame
    state: State

    @classmethod
    def nothing(cls, definition: Definition) -> Standing:
        """Nothing has been seen yet."""
        return cls(pl.DataFrame(schema=dict.fromkeys(definition.grain, pl.String)), State.fresh(0))

    def worth_keeping(self) -> Standing:
        """Only the places that the next step would not take for new ones."""
        state = self.state
        kept = (state.level > 0) | (state.met > 0).any(axis=1) | (state.changes > 0) | (state.source >= 0)
        kept |= state.settling > 0
        chosen = State(**{name: values[kept] for name, values in vars(state).items()})
        return Standing(self.places.filter(pl.Series(kept)), chosen)


def asked_of(definition: Definition, instants: pl.DataFrame) -> pl.DataFrame:
    """Where and when the indicator is read.

    Args:
        definition: the indicator.
        instants: those of its cadence, as `metrics.hours.rt_instants` or `metrics.instants` give them.

    Returns:
        hall_id (only where its places lie in halls and halls have instants of their own) and at.
    """
    if definition.minutes == 30:
        instants = instants.filter(pl.col("at").dt.minute() % 30 == 0)
    halls = "hall_id" in definition.grain and "hall_id" in instants.columns
    return instants.select("hall_id", "at") if halls else instants.select("at").unique(maintain_order=True)


def advanced(
    standing: Standing, judged: pl.DataFrame, definition: Definition, asked: pl.DataFrame
) -> tuple[Standing, pl.DataFrame]:
    """One instant further, as live evaluation goes.

    Args:
        standing: what was remembered.
        judged: the instant's readings, as `alerts.levels.judged`; `held` (optional): bad data forbid to judge them.
        definition: the indicator.
        asked: as `asked_of`: the halls that are read at this instant.

    Returns:
        What is remembered from now on, and the changes: place columns, at, before, level, reason, flapping, row (of
        `judged`; null where the place has no reading).
    """
    grain = list(definition.grain)
    rows = judged.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    known = standing.places.with_row_index("number")
    found = rows.join(known, on=grain, how="left", maintain_order="left")
    fresh = found.filter(pl.col("number").is_null()).select(grain)
    places = pl.concat([standing.places, fresh])
    state = standing.state.grown(places.height)
    lines = places.join(rows, on=grain, how="left", maintain_order="left")
    here = (
        lines["hall_id"].is_in(asked["hall_id"].unique().implode()).to_numpy()
        if "hall_id" in asked.columns
        else np.full(lines.height, asked.height > 0)
    )
    state, why = step(state, _seen(lines, definition, here), definition, definition.minutes)
    now = asked["at"].first()
    changed = np.flatnonzero(why != Reason.NONE)
    before = standing.state.grown(places.height).level[changed]
    changes = places[changed].with_columns(
        pl.Series("at", [now] * len(changed), dtype=asked.schema["at"]),
        *_columns(before, state.level[changed], why[changed], state.flapping[changed]),
        lines["row"].gather(changed).alias("row"),
    )
    return Standing(places, state).worth_keeping(), changes


def ended(standing: Standing, halls: pl.DataFrame) -> tuple[Standing, pl.DataFrame]:
    """The last closing of the day at some halls: levels of the moment do not cross days (闭厅).

    Args:
        standing: what was remembered.
        halls: hall_id, at (their last closing).
    """
    at = standing.places.join(halls, on="hall_id", how="left", maintain_order="left")["at"]
    over = at.is_not_null().to_numpy()
    state, why = closed(standing.state, over)
    changed = np.flatnonzero(why != Reason.NONE)
    changes = standing.places[changed].with_columns(
        at.gather(changed).alias("at"),
        *_columns(standing.state.level[changed], state.level[changed], why[changed], state.flapping[changed]),
        pl.lit(None, dtype=pl.Int64).alias("row"),
    )
    return Standing(standing.places, state).worth_keeping(), changes


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
    whole = _seen(grid, of, np.ones(long * many, dtype=np.bool_))
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
            *_columns(earlier, later, why, flaps),
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


def _columns(before: Ints, level: Ints, why: Ints, flapping: Flags) -> tuple[pl.Series, ...]:
    names = {"before": before, "level": level, "reason": why}
    return (
        *(pl.Series(name, values, dtype=pl.Int8) for name, values in names.items()),
        pl.Series("flapping", flapping),
    )


def _seen(lines: pl.DataFrame, definition: Definition, asked: Flags) -> Seen:
    """Readings as the machine takes them; what has none is dark, or of too little business."""
    missing = NO_DATA if definition.cadence == "RT" else INSUFFICIENT
    kind = lines["reading"].cast(pl.String).replace_strict(_KINDS, default=missing, return_dtype=pl.Int64)
    past = [lines[f"past_{level}"].fill_null(value=False).to_numpy() for level in (1, 2, 3)]
    held = (
        lines["held"].fill_null(value=False).to_numpy() if "held" in lines.columns else np.zeros(len(asked), np.bool_)
    )
    return Seen(
        reading=kind.to_numpy(),
        met=lines["met"].fill_null(0).cast(pl.Int64).to_numpy(),
        past=np.stack(past, axis=1),
        source=_sources(lines, definition),
        held=held,
        asked=asked,
    )


def _sources(lines: pl.DataFrame, definition: Definition) -> Ints:
    """What each reading was read from, as a number that stays the same from one evaluation to the next."""
    if not definition.source_column:
        return np.full(lines.height, -1, dtype=np.int64)
    names = lines[definition.source_column].cast(pl.String)
    # Not by order of appearance: live sees one instant at a time and must give the same number.
    hashed = names.hash(seed=0).reinterpret(signed=True).to_numpy()
    numbers: Ints = np.where(names.is_null().to_numpy(), -1, np.abs(hashed) >> 1)
    return numbers
