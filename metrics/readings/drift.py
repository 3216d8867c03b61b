"""Whether matters take longer and longer to handle (办理时长漂移)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from metrics.drift import SPREAD, WEIGHT, Drift, drift
from metrics.facts.items import handled
from metrics.known import merged
from metrics.reading import Quantity, finished
from metrics.spells import Ints, Spells, latest_before, pairs, standing
from metrics.view import View

#: Services without which a day says nothing; an item is read if it was served on one of so many last open days.
QUALIFIES, SERVED_WITHIN = 15, 21


def handle_time_drift(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Whether an item takes longer (or shorter) at a hall than it used to, seen over several days (办理时长漂移).

    Each day's mean logarithm of the handling time, in standard deviations of 20 earlier days that end 10 open days
    before, weighted over the days (EWMA, 0.2); numerator E, denominator √(0.2/1.8); σ. Days that reached 4 σ are no
    examples of what is usual. Baseline: what is usual, as geometric mean (minutes). Sample: services of the day; at
    least 15, and 20 such days to compare with, which must vary. A day without keeps the E of the day before. Services
    count on the day on which they were taken and ended; today's are those ended before t. Read are items served in the
    hall on one of its last 21 open days. Source: the indicators 2026.1, 13.
    """
    story = _Story.of(view)
    asked = _asked(view, story, instants)
    drifted = pl.when(pl.col("last") >= 0).then(SPREAD).otherwise(0.0)
    frame = asked.with_columns(
        pl.col("drifted").alias("numerator"),
        drifted.alias("denominator"),
        pl.col("n").alias("sample"),
        pl.when(pl.col("judged")).then(pl.col("mean").exp()).alias("baseline"),
        view.covered_window(asked, "tickets"),
    )
    return finished(frame, _PLACE, enough=pl.col("judged"))


def behind_handle_time_drift(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """The tickets of all days that are in E, each with its share of it; those of the last day carry the denominator."""
    story = _Story.of(view)
    asked = _asked(view, story, instants)
    days = pl.concat([_past(story, asked), _today(asked)])
    tickets = handled(view.visits, view.sessions)
    share = pl.col("weight") * (pl.col("log") - pl.col("mean")) / (pl.col("deviation") * pl.col("n"))
    return (
        days.join(tickets, on=["hall_id", "item_code", "date"], maintain_order="left")
        .filter(~pl.col("today") | (pl.col("end") < pl.col("at").to_physical()))
        .select(
            *_PLACE,
            "at",
            pl.lit("tickets").alias("table"),
            pl.col("ticket_id").alias("key"),
            share.alias("numerator"),
            (pl.when("newest").then(SPREAD).otherwise(0.0) / pl.col("n")).alias("denominator"),
        )
    )


_PLACE = ("hall_id", "item_code")


@dataclass(frozen=True)
class _Story:
    """How each item went at each hall, day by day.

    Attributes:
        days: every open day of each hall: hall_id, date, index (number of the day among the hall's open days).
        series: hall_id, item_code, hall (number); a row is a series.
        served: days with services: series, index.
        qualified: days with enough of them: series, index, hall_id, item_code, date, n, level; in order.
        course: what became of each row of `qualified`.
    """

    days: pl.DataFrame
    series: pl.DataFrame
    served: pl.DataFrame
    qualified: pl.DataFrame
    course: Drift

    @classmethod
    def of(cls, view: View) -> _Story:
        """Follow all items at all halls through all days."""
        days = (
            view.sessions.select("hall_id", "date")
            .unique()
            .sort("hall_id", "date")
            .with_columns(pl.int_range(pl.len(), dtype=pl.Int64).over("hall_id").alias("index"))
        )
        facts = view.item_facts.join(days, on=["hall_id", "date"])
        series = facts.select(_PLACE).unique().sort(_PLACE)
        series = series.with_columns(pl.Series("hall", view.hall_numbers(series["hall_id"])))
        numbered = series.with_row_index("series").select(pl.col("series").cast(pl.Int64), *_PLACE)
        facts = facts.join(numbered, on=_PLACE).sort("series", "index")
        qualified = facts.filter(pl.col("n") >= QUALIFIES).select(
            "series", "index", *_PLACE, "date", "n", (pl.col("logs") / pl.col("n")).alias("level")
        )
        course = drift(*(qualified[name].to_numpy() for name in ("series", "index", "level")))
        return cls(days, series, facts.select("series", "index"), qualified, course)

    @property
    def judged(self) -> tuple[Ints, Ints, Ints]:
        """Days that count in E: their rows of `qualified`, series, index."""
        row = np.flatnonzero(self.course.judged)
        return row, self.qualified["series"].to_numpy()[row], self.qualified["index"].to_numpy()[row]


def _asked(view: View, story: _Story, instants: pl.DataFrame) -> pl.DataFrame:
    """Every item read at each instant.

    Returns:
        The instants' columns, item_code, series, index, n, level (today's, as of t), judged (whether today counts),
        mean, deviation (what today is compared with), last (number of the last judged day before today, counted over
        all series; −1 where there is none), drifted (E as of t).
    """
    questions = instants.join(story.days, on=["hall_id", "date"], how="left", maintain_order="left")
    index, hall = questions["index"].to_numpy(), view.hall_numbers(questions["hall_id"])
    place, day = story.served["series"].to_numpy(), story.served["index"].to_numpy()
    read = merged(Spells(place, day - 1, day + SERVED_WITHIN - 1))
    which, question = pairs(Spells(story.series["hall"].to_numpy()[read.place], read.start, read.end), hall, index)
    series, at = read.place[which], index[question]
    earlier = standing(Spells(place, day, day + SERVED_WITHIN - 1), series, at) > 0
    asked = pl.concat([questions[question], story.series.select("item_code")[series]], how="horizontal").with_columns(
        pl.Series("series", series), pl.Series("earlier", earlier)
    )
    services = handled(view.visits, view.sessions).join(
        instants.select("hall_id", "date", "at"), on=["hall_id", "date"]
    )
    today = (
        services.filter(pl.col("end") < pl.col("at").to_physical())
        .group_by(*_PLACE, "at")
        .agg(pl.len().cast(pl.Int64).alias("n"), pl.col("log").mean().alias("level"))
    )
    asked = (
        asked.join(today, on=[*_PLACE, "at"], how="left", maintain_order="left")
        .with_columns(pl.col("n").fill_null(0), pl.col("level").fill_null(0.0))
        .filter(pl.col("earlier") | (pl.col("n") > 0))
        .sort("hall_id", "at", "item_code")
    )
    return asked.with_columns(_judge(story, asked))


def _judge(story: _Story, asked: pl.DataFrame) -> list[pl.Series]:
    """Today's part in E for each row: judged, mean, deviation, last, drifted."""
    course = story.course
    series, index = asked["series"].to_numpy(), asked["index"].to_numpy()
    own, day = (story.qualified[name].to_numpy() for name in ("series", "index"))
    row = latest_before(own, day, series, index + 1)
    here = np.maximum(row, 0)
    same = (row >= 0) & (day[here] == index) if len(day) else row >= 0
    judged = same & (asked["n"].to_numpy() >= QUALIFIES) & _taken(course.judged, here, fill=False)
    mean, deviation = _taken(course.mean, here), np.where(judged, _taken(course.deviation, here), 1.0)
    rows, judged_series, judged_day = story.judged
    last = latest_before(judged_series, judged_day, series, index)
    before = np.where(last >= 0, _taken(course.after[rows], np.maximum(last, 0)), 0.0)
    z = (asked["level"].to_numpy() - mean) / deviation
    return [
        pl.Series("judged", judged),
        pl.Series("mean", mean),
        pl.Series("deviation", deviation),
        pl.Series("before", last),
        pl.Series("last", np.where(judged, 0, last)),
        pl.Series("drifted", np.where(judged, WEIGHT * z + (1 - WEIGHT) * before, before)),
    ]


def _past(story: _Story, asked: pl.DataFrame) -> pl.DataFrame:
    """The judged days before today that are in E of each row, with their weights."""
    rows, series, _ = story.judged
    last = asked["before"].to_numpy()
    own = asked["series"].to_numpy()
    first = np.where(last >= 0, np.searchsorted(series, own), 0)
    counts = np.where(last >= 0, last - first + 1, 0)
    question = np.repeat(np.arange(len(asked)), counts)
    place = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + first[question]
    fresh = asked["judged"].to_numpy()[question]
    age = last[question] - place + fresh
    row = rows[place]
    days = story.qualified[row].select("date", "n")
    found: pl.DataFrame = pl.concat([asked.select(*_PLACE, "at")[question], days], how="horizontal")
    return found.with_columns(
        pl.Series("weight", WEIGHT * (1 - WEIGHT) ** age.astype(np.float64)),
        pl.Series("mean", story.course.mean[row]),
        pl.Series("deviation", story.course.deviation[row]),
        pl.Series("newest", age == 0),
        pl.lit(value=False).alias("today"),
    )


def _today(asked: pl.DataFrame) -> pl.DataFrame:
    """Today itself, where it is in E."""
    return asked.filter("judged").select(
        *_PLACE,
        "at",
        "date",
        "n",
        pl.lit(WEIGHT).alias("weight"),
        "mean",
        "deviation",
        pl.lit(value=True).alias("newest"),
        pl.lit(value=True).alias("today"),
    )


def _taken(values: npt.NDArray[Any], rows: Ints, *, fill: float | bool = 0.0) -> npt.NDArray[Any]:
    """Values of rows; a filler where there are no values at all."""
    return values[rows] if len(values) else np.full(len(rows), fill)


QUANTITIES = (
    Quantity("handle_time_drift", "D", _PLACE, ("tickets",), "σ", handle_time_drift, behind_handle_time_drift),
)
