"""What a case is held to: the version of its item, its deadline, whether it is late.

Cases and pauses come as they were at an instant (`metrics.asof`); the deadlines follow the rates 2026.1, "Due".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from metrics.calendar import WorkCalendar
from metrics.standard import TABLES

_Ints = npt.NDArray[np.int64]
_NEVER = np.iinfo(np.int64).max
#: What a case takes from the version of its item.
ITEM_COLUMNS = ("theme", "case_type", "apply_based", "promise_days", "day_unit", "ywtb_exception")


def is_open() -> pl.Expr:
    """在办: accepted and neither finished, rejected nor withdrawn; paused ones included (cases as of an instant)."""
    ended = pl.col("status").is_in(["finished", "rejected", "withdrawn"])
    return pl.col("accept_time").is_not_null() & ~ended


@dataclass(frozen=True, eq=False)
class ItemVersions:
    """All versions of all items, to look up which one holds; make it by `ItemVersions.of`.

    Attributes:
        rows: the table `items`, by item and start of validity.
    """

    rows: pl.DataFrame

    @classmethod
    def of(cls, items: pl.DataFrame | pl.LazyFrame) -> ItemVersions:
        """The versions that the table `items` holds; columns with codes become Enums."""
        rows = items.lazy().sort("item_code", "valid_from", "version").collect()
        coded = [column for column in TABLES["items"].columns if column.codes and column.name in rows.columns]
        return cls(rows.with_columns(pl.col(column.name).cast(pl.Enum(column.codes or ())) for column in coded))

    def in_force(self, codes: pl.Series, at: pl.Series) -> pl.Series:
        """The row of the version in force at each instant; of several the one that began last; null where none is."""
        found, _ = self._search(codes, at)
        return found

    def nearest(self, codes: pl.Series, at: pl.Series) -> pl.Series:
        """The row of the version that began last before each instant, in force or not; else the item's first one."""
        _, begun = self._search(codes, at)
        return begun

    def named(self, codes: pl.Series, versions: pl.Series) -> pl.Series:
        """The row of each version that is named; null where the item has no such version."""
        asked = pl.DataFrame({"item_code": codes.cast(pl.String), "version": versions})
        known = self.rows.select("item_code", "version").with_row_index("row")
        return asked.join(known, on=["item_code", "version"], how="left", maintain_order="left")["row"]

    def take(self, column: str, rows: pl.Series) -> pl.Series:
        """A column of the versions at the rows found; null where there is none."""
        if self.rows.is_empty():
            return pl.Series(column, [None] * rows.len(), dtype=self.rows.schema[column])
        return self.rows[column].gather(rows)

    @property
    def codes(self) -> pl.Series:
        """The codes of all items, each once."""
        return self._codes["item_code"]

    @cached_property
    def _codes(self) -> pl.DataFrame:
        """item_code, first (row), count."""
        return (
            self.rows.with_row_index("row")
            .group_by("item_code", maintain_order=True)
            .agg(pl.col("row").min().cast(pl.Int64).alias("first"), pl.len().cast(pl.Int64).alias("count"))
        )

    def _search(self, codes: pl.Series, at: pl.Series) -> tuple[pl.Series, pl.Series]:
        place = codes.cast(pl.Enum(self.codes), strict=False).to_physical().cast(pl.Int64)
        known = (place.is_not_null() & at.is_not_null()).to_numpy()
        number = place.fill_null(0).to_numpy()[known]
        instant = at.dt.cast_time_unit("us").to_physical().fill_null(0).to_numpy()[known]
        first, count = (self._codes[name].to_numpy() for name in ("first", "count"))
        since = self.rows["valid_from"].to_physical().to_numpy()
        until = self.rows["valid_to"].to_physical().fill_null(_NEVER).to_numpy()
        if not count.size:
            return _rows(np.full(number.size, -1), known), _rows(np.full(number.size, -1), known)
        # Most items have one version: that is looked at for all of them together, later ones only where there are any.
        begun = first[number]
        found = np.where((since[begun] <= instant) & (instant < until[begun]), begun, -1)
        left = np.arange(number.size)
        for rank in range(1, int(count.max())):
            left = left[count[number[left]] > rank]
            row = first[number[left]] + rank
            has_begun = since[row] <= instant[left]
            begun[left[has_begun]] = row[has_begun]
            holds = has_begun & (instant[left] < until[row])
            found[left[holds]] = row[holds]
        return _rows(found, known), _rows(begun, known)


def with_item(
    cases: pl.DataFrame, items: ItemVersions | pl.DataFrame, columns: Sequence[str] = ITEM_COLUMNS
) -> pl.DataFrame:
    """Cases with what the version of their item says.

    The version is the one that the case names; where it names none (or one that nobody knows) the one in force at
    acceptance, before that at application.

    Args:
        cases: item_code, item_version, apply_time, accept_time.
        items: the table `items`, or its versions.
        columns: columns of `items` wanted.

    Returns:
        The cases and the columns (codes as Enums), null where no version holds; `item_in_force`: whether the version
        was in force at that time. `theme` falls back to the item's version nearest in time, so that no case loses its
        theme.
    """
    versions = items if isinstance(items, ItemVersions) else ItemVersions.of(items)
    at = cases.select(pl.coalesce("accept_time", "apply_time")).to_series()
    codes = cases["item_code"]
    row, begun = versions._search(codes, at)
    in_force = row.is_not_null()
    if cases["item_version"].null_count() < cases.height:
        row = pl.select(pl.coalesce(versions.named(codes, cases["item_version"]), row)).to_series()
        since, until = versions.take("valid_from", row), versions.take("valid_to", row)
        in_force = ((since <= at) & ((at < until) | until.is_null())).fill_null(value=False)
    found = [versions.take(name, row).alias(name) for name in columns]
    if "theme" in columns:
        nearest = pl.select(pl.coalesce(row, begun)).to_series()
        found[list(columns).index("theme")] = versions.take("theme", nearest).alias("theme")
    return cases.with_columns(*found, in_force.alias("item_in_force"))


def with_due(
    cases: pl.DataFrame, items: ItemVersions | pl.DataFrame, pauses: pl.DataFrame, work: WorkCalendar, t: datetime
) -> pl.DataFrame:
    """Cases with the version of their item, their deadline, and whether they are late at t (超期).

    Args:
        cases: cases as of t.
        items: the table `items`, or its versions.
        pauses: `case_pauses` as of t.
        work: the city's working days.
        t: the instant.

    Returns:
        As `with_item` and `with_deadline`.

    Raises:
        OutsideCalendar: a deadline needs days that the working days do not cover.
    """
    return with_deadline(with_item(cases, items), pauses, work, t)


def with_deadline(cases: pl.DataFrame, pauses: pl.DataFrame, work: WorkCalendar, t: datetime) -> pl.DataFrame:
    """Cases with the day until which they must be done, and whether they are late at t (超期).

    Args:
        cases: cases as of t, with case_type, promise_days, day_unit of `with_item`.
        pauses: `case_pauses` as of t.
        work: the city's working days.
        t: the instant.

    Returns:
        The cases with
        due_base: the deadline before pauses; null where there is none,
        due_adj: the deadline moved on by the pauses that began while the case was not overdue,
        clock_stopped: whether such a pause is still open at t,
        overdue: finished after due_adj; or open, due_adj passed and no such pause open.

    Raises:
        OutsideCalendar: a deadline needs days that the working days do not cover.
    """
    rows = cases.with_columns(due_base(cases, work)).with_row_index("row__")
    moved = _paused(rows, pauses, work, t)
    rows = rows.join(moved, on="row__", how="left", maintain_order="left").with_columns(
        pl.coalesce("due_adj", "due_base").alias("due_adj"), pl.col("clock_stopped").fill_null(value=False)
    )
    passed = pl.col("due_adj") < pl.lit(t).dt.convert_time_zone(work.timezone)
    overdue = (
        pl.when(pl.col("status") == "finished")
        .then(pl.col("finish_time") > pl.col("due_adj"))
        .otherwise(is_open() & passed & ~pl.col("clock_stopped"))
    )
    return rows.with_columns(overdue.fill_null(value=False).alias("overdue")).drop("row__")


def due_base(cases: pl.DataFrame, work: WorkCalendar) -> pl.Series:
    """24:00 of the last day the item leaves, or the deadline that the source gives for promised items."""
    instant = (pl.col("case_type") == "instant").fill_null(value=False)
    promised = (pl.col("case_type") == "promise") & pl.col("promise_due").is_null()
    days = pl.when(instant).then(0).when(promised).then(pl.col("promise_days"))
    # An instant item is due on a natural-day deadline of no days: on the first working day from acceptance on.
    natural = instant | (pl.col("day_unit") == "natural").fill_null(value=False)
    plan = cases.select(days=days, natural=natural, at=pl.when(days.is_not_null()).then("accept_time"))
    computed = work.due(work.day_of(plan["at"]), plan["days"], plan["natural"])
    given = pl.when(~instant).then("promise_due")
    return cases.select(pl.coalesce(given, computed).alias("due_base")).to_series()


def _paused(cases: pl.DataFrame, pauses: pl.DataFrame, work: WorkCalendar, t: datetime) -> pl.DataFrame:
    """Deadlines of the cases that were paused: row__, due_adj, clock_stopped."""
    *_, whole = pause_rounds(cases, pauses, work, t)
    return whole.select("row__", moved_on(whole, work).alias("due_adj"), "clock_stopped")


def pause_rounds(cases: pl.DataFrame, pauses: pl.DataFrame, work: WorkCalendar, t: datetime) -> Iterator[pl.DataFrame]:
    """The state of all paused cases before their first pause, after the first of each, after the second, and so on.

    Whether a pause counts depends on the deadline as the pauses before it have left it. A state has row__, natural,
    due (by all spans before the last), span_begin, span_end (the last span that counts), clock_stopped.
    """
    at = pl.lit(t).dt.convert_time_zone(work.timezone)
    spells = (
        cases.lazy()
        .filter(pl.col("due_base").is_not_null())
        .select(
            "row__", "project_no", "due_base",
            (pl.col("day_unit") == "natural").fill_null(value=False).alias("natural"),
            pl.coalesce("accept_time", "apply_time").alias("from"),
            pl.coalesce("finish_time", "closed_time", at).alias("until"),
        )
        .join(pauses.lazy().select("project_no", "start_at", "end_at"), on="project_no")
        .with_columns(
            pl.max_horizontal("start_at", "from").alias("begin"),
            pl.min_horizontal("end_at", "until").alias("end"),
            pl.col("end_at").is_null().alias("open"),
        )
        .filter(pl.col("begin") < pl.col("end"))
        .sort("row__", "start_at", "end")
        .with_columns(pl.int_range(pl.len()).over("row__").alias("rank"))
        .collect()
    )  # fmt: skip
    instant = pl.Datetime("us", work.timezone)
    state = spells.filter(pl.col("rank") == 0).select(
        "row__", "natural", pl.col("due_base").alias("due"),
        pl.lit(None, dtype=instant).alias("span_begin"), pl.lit(None, dtype=instant).alias("span_end"),
        pl.lit(value=False).alias("clock_stopped"),
    )  # fmt: skip
    yield state
    for _, pause in sorted(spells.partition_by("rank", as_dict=True).items()):
        going_on = state.join(pause.select("row__"), on="row__", how="semi", maintain_order="left")
        resting = state.join(pause.select("row__"), on="row__", how="anti", maintain_order="left")
        state = pl.concat([_after_pause(going_on, pause, work), resting])
        yield state


def _after_pause(state: pl.DataFrame, pause: pl.DataFrame, work: WorkCalendar) -> pl.DataFrame:
    """The state of cases after one more pause of each.

    `due` is the deadline by all spans that are closed for good, span_begin … span_end the span that may still grow.
    """
    begin, end, began = (pause[name] for name in ("begin", "end", "start_at"))
    due = moved_on(state, work)
    within = (begin < state["span_end"]).fill_null(value=False)  # the clock stands: nothing can be overdue
    counts = within | (began <= due)
    joins = within | (counts & (begin == state["span_end"]).fill_null(value=False))
    fresh = counts & ~joins
    longer = pl.max_horizontal("span_end", end)
    return state.with_columns(
        pl.when(fresh).then(due).otherwise("due").alias("due"),
        pl.when(fresh).then(begin).otherwise("span_begin").alias("span_begin"),
        pl.when(joins).then(longer).when(fresh).then(end).otherwise("span_end").alias("span_end"),
        pl.col("clock_stopped") | (counts & pause["open"]),
    )


def moved_on(state: pl.DataFrame, work: WorkCalendar) -> pl.Series:
    """The deadline moved on by the span: by the days of the unit after the day it began up to the day it ended.

    Days are added to the deadline as they are: a natural-day deadline that lands on a rest day stays there, since only
    the base is said to move to a working day.
    """
    began, ended = work.day_of(state["span_begin"]), work.due_day_of(state["span_end"])
    day = work.due_day_of(pl.select(pl.when(began.is_not_null()).then(state["due"])).to_series())
    passed = (ended.cast(pl.Int32) - began.cast(pl.Int32)).clip(0)
    natural = pl.select(pl.when(state["natural"]).then((day.cast(pl.Int32) + passed).cast(pl.Date))).to_series()
    working = pl.select(pl.when(~state["natural"]).then(work.between(began, ended))).to_series()
    later = pl.select(pl.coalesce(natural, work.add(day, working))).to_series()
    return pl.select(pl.coalesce(work.on_day(state["due"], later), state["due"])).to_series()


def _rows(found: _Ints, known: npt.NDArray[np.bool_]) -> pl.Series:
    """Row numbers at the places that are known, null elsewhere and where none was found."""
    whole = np.full(known.size, -1)
    whole[known] = found
    rows = pl.Series("row", whole, dtype=pl.Int64)
    return pl.select(pl.when(rows >= 0).then(rows)).to_series().cast(pl.UInt32)
