"""Tides (潮汐): whether people at a queue wait longer than is usual for this half hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from metrics.baseline import middle, nearest, past_days, same_day, summed, windows_on
from metrics.lookback import Floats, Lookback
from metrics.reading import Quantity, finished
from metrics.recent import at_queues, rows_behind, since_of
from metrics.spells import MINUTE, NEVER, Flags, Ints, micros, standing, standing_sum, within
from metrics.usual import usual_values
from metrics.view import WAITS, Comparison, View
from metrics.visitors import called

#: Calls without which a mean wait says nothing, today or on a day of comparison.
CALLS_ENOUGH = 10
#: A usual wait shorter than this counts as this long, so that a short wait is no great rise over a tiny one.
SHORTEST = 2.0
#: What is compared with, in this order from the configured one on; each with the half hour, then the hour.
COMPARISONS: tuple[Comparison, ...] = ("slot_median", "yoy", "wow")
WIDTHS = (30 * MINUTE, 60 * MINUTE)
GRAIN = ("hall_id", "queue_id")


def tidal_wait_rise(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How much longer people wait than usual for this half hour (等候同比升幅, 潮汐窗口), by queue, at :00 and :30.

    (Mean wait of the calls of the clock half hour − comparison) ÷ comparison; percent. The comparison is the median of
    the same half hour on past days (`slot_median`), else the same weekday and ISO week a year before (`yoy`), else a
    week before (`wow`), from the configured one on; each with 30 minutes, then 60 on both sides, before the next. A day
    with fewer than 10 calls is no comparison. A comparison under 2 minutes counts as 2 minutes.

    numerator: the mean wait now; denominator: the comparison; baseline: the comparison as it counts (2 at least), from
    which the difference is taken; minutes. Sample: the calls now, at least 10. Extras: `comparison` (which; null where
    none was found) and `minutes` (30 or 60). Where nothing can be compared, the numbers of the half hour stay. A level
    also needs a difference of 3 minutes and a mean wait of 10 / 15 / 25. Source: the indicators 2026.1, 3.
    """
    frame = _compared(view, _half_hours(view, instants))
    frame = frame.with_columns(
        pl.col("mean").alias("numerator"),
        pl.col("usual").alias("denominator"),
        pl.max_horizontal("usual", pl.lit(SHORTEST)).alias("baseline"),
        pl.col("calls").alias("sample"),
        view.covered_now(frame, "tickets"),
    ).with_columns(pl.when(pl.col("usual").is_not_null()).then(pl.col("baseline")).alias("baseline"))
    rise = (pl.col("numerator") - pl.col("baseline")) / pl.col("baseline") * 100
    enough = pl.col("comparison").is_not_null()
    return finished(frame, GRAIN, enough=enough, value=rise, extras=("comparison", "minutes"))


def behind_tidal_wait_rise(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Tickets called now (each adds its part of the mean) and on the day or the middle days compared with."""
    asked = _half_hours(view, instants)
    frame = _compared(view, asked)
    parts = []
    for width in WIDTHS:
        chosen = frame.filter(pl.col("minutes") == width // MINUTE)
        group = called(view, width)
        rows = group.rows.select(pl.lit("tickets").alias("table"), pl.col("ticket_id").alias("key"), "wait")
        now = rows_behind(
            group.at_queues,
            rows,
            chosen.select(*GRAIN, "at", "calls"),
            chosen["queue"].to_numpy(),
            numerator=pl.col("wait") / MINUTE / pl.col("calls"),
            denominator=0.0,
        )
        parts.append(now.drop("calls"))
    usual_calls = view.visits.filter(pl.col("call") < NEVER, pl.col("known_until") == NEVER, ~pl.col("suspect"))
    place, call = view.queue_numbers(usual_calls["queue_id"]), usual_calls["call"].to_numpy()
    for attempt in _attempts(view):
        chosen = frame.filter(
            pl.col("comparison") == attempt.comparison, pl.col("minutes") == attempt.width // MINUTE
        ).select("row", "queue", *GRAIN, "at")
        past = _past(view, asked.filter(pl.col("row").is_in(chosen["row"].implode())), attempt)
        compared = middle(past) if attempt.comparison == "slot_median" else past.with_columns(share=pl.lit(1.0))
        question = compared.join(chosen, on="row", maintain_order="left")
        since, until = micros(question["past_since"]), micros(question["past_at"])
        which, to = within(place, call, question["queue"].to_numpy(), since, until)
        found = pl.concat([question[to], usual_calls.select("ticket_id", "wait")[which]], how="horizontal")
        parts.append(
            found.select(
                *GRAIN,
                "at",
                pl.lit("tickets").alias("table"),
                pl.col("ticket_id").alias("key"),
                pl.lit(0.0).alias("numerator"),
                (pl.col("wait") / MINUTE / pl.col("calls") * pl.col("share")).alias("denominator"),
            )
        )
    return pl.concat(parts).with_columns(pl.col("numerator", "denominator").cast(pl.Float64))


@dataclass(frozen=True)
class _Attempt:
    """One way to compare."""

    comparison: Comparison
    width: int


def _attempts(view: View) -> list[_Attempt]:
    """All ways to compare, in the order in which they are tried."""
    order = COMPARISONS[COMPARISONS.index(view.tidal_comparison) :]
    return [_Attempt(comparison, width) for comparison in order for width in WIDTHS]


def _half_hours(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Every queue at the instants that end a clock half hour: the instants' columns, queue_id, queue, row."""
    at_half = pl.col("at").dt.minute() % 30 == 0
    return at_queues(view, instants.filter(at_half)).with_row_index("row")


def _compared(view: View, asked: pl.DataFrame) -> pl.DataFrame:
    """The asked rows with calls, mean (now), usual, comparison, minutes of the first comparison that holds."""
    now = {width: _now(view, asked, width) for width in WIDTHS}
    calls, mean = now[WIDTHS[0]]
    minutes = np.full(len(calls), WIDTHS[0] // MINUTE, dtype=np.int64)
    found, names = np.full(len(calls), np.nan), np.full(len(calls), -1, dtype=np.int64)
    for attempt in _attempts(view):
        calls_now, mean_now = now[attempt.width]
        open_rows = (names < 0) & (calls_now >= CALLS_ENOUGH)
        if not open_rows.any():
            continue
        chosen = asked.filter(pl.Series(open_rows))
        if attempt.comparison == "slot_median":
            value, _ = usual_values(view.waits_before, _mean_wait, _places(chosen), attempt.width)
        else:
            # One day at most: what it is worth is the comparison.
            value = view.waits_before.windows(_places(chosen), _mean_wait, attempt.width, attempt.comparison)[:, 0]
        known = ~np.isnan(value)
        rows, values = chosen["row"].to_numpy()[known], value[known]
        found[rows] = values
        names[rows] = COMPARISONS.index(attempt.comparison)
        calls, mean = calls.copy(), mean.copy()
        calls[rows], mean[rows], minutes[rows] = calls_now[rows], mean_now[rows], attempt.width // MINUTE
    return asked.with_columns(
        pl.Series("calls", calls),
        pl.Series("mean", mean).fill_nan(None),
        pl.Series("usual", found).fill_nan(None),
        pl.Series("minutes", minutes),
        pl.Series(np.maximum(names, 0))
        .replace_strict(list(range(len(COMPARISONS))), list(COMPARISONS), return_dtype=pl.String)
        .set(pl.Series(names < 0), None)
        .alias("comparison"),
    )


def usual_waits(
    facts: pl.DataFrame, queue: Ints, asked: pl.DataFrame, sessions: pl.DataFrame, first: pl.DataFrame, width: int
) -> tuple[Floats, Ints]:
    """How long people usually wait at a queue in the half hour or hour before each instant (`slot_median`), minutes.

    Args:
        facts: at, session, calls_usual, wait_usual, as `metrics.facts.queues.queue_facts`.
        queue: number of the queue of each row of the facts.
        asked: queue (number), hall_id, date, at, open_at.
        sessions: as `metrics.hours.sessions_of`.
        first: hall_id, first_day (the day of each hall's first ticket).
        width: length of the window, microseconds.

    Returns:
        The median of the days' means for each row (nan where fewer than 4 days had enough calls), and how many had.
    """
    before = Lookback(facts, queue, WAITS, sessions, first)
    return usual_values(before, _mean_wait, _places(asked), width)


def _places(asked: pl.DataFrame) -> pl.DataFrame:
    """The queues asked for as places to be looked back at."""
    return asked.select(pl.col("queue").alias("place"), "hall_id", "date", "at", "open_at")


def _mean_wait(sums: list[Ints]) -> tuple[Floats, Flags]:
    calls, waits = sums
    return waits / MINUTE / np.maximum(calls, 1), calls >= CALLS_ENOUGH


def _now(view: View, asked: pl.DataFrame, width: int) -> tuple[Ints, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Calls of the last half hour or hour of each queue, and their mean wait in minutes (nan without calls)."""
    group = called(view, width)
    queue, at = asked["queue"].to_numpy(), micros(asked["at"])
    calls = standing(group.at_queues, queue, at)
    waits = standing_sum(group.at_queues, group.column("wait"), queue, at)
    return calls, np.where(calls > 0, waits / MINUTE / np.maximum(calls, 1), np.nan)


def _past(view: View, asked: pl.DataFrame, attempt: _Attempt) -> pl.DataFrame:
    """The same clock window on the days compared with that had enough calls.

    Returns:
        row, past_since, past_at, step, calls, value (mean wait, minutes), in order of row and step.
    """
    # All queues of a hall share their windows: they are looked up once for each hall and instant.
    own = asked.select("hall_id", "at", "date", "open_at").unique().with_row_index("moment")
    own = own.with_columns(since_of(own, attempt.width))
    if attempt.comparison == "slot_median":
        days = past_days(view.all_sessions, view.first_days, own)
    elif attempt.comparison == "yoy":
        days = same_day(view.all_sessions, own, years=1)
    else:
        days = same_day(view.all_sessions, own, weeks=1)
    windows = windows_on(own.rename({"moment": "row"}), view.all_sessions, days).rename({"row": "moment"})
    past = (
        asked.select("row", "queue", "hall_id", "at")
        .join(own.select("moment", "hall_id", "at"), on=["hall_id", "at"])
        .join(windows, on="moment")
        .sort("row", "step")
    )
    sums = summed(view.queue_facts, view.fact_queues, WAITS, past, past["queue"].to_numpy())
    counted = past.with_columns(
        pl.Series("calls", sums["calls_usual"]),
        pl.Series("value", sums["wait_usual"] / MINUTE / np.maximum(sums["calls_usual"], 1)),
    ).filter(pl.col("calls") >= CALLS_ENOUGH)
    return nearest(counted).select("row", "past_since", "past_at", "step", "calls", "value")


QUANTITIES = (
    Quantity(
        "tidal_wait_rise",
        "RT",
        GRAIN,
        ("tickets",),
        "%",
        tidal_wait_rise,
        behind_tidal_wait_rise,
        ("comparison", "minutes"),
    ),
)
