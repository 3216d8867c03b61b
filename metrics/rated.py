"""The rates at a grid of instants: the same rows and the same counts as the rates, each row from when it is known.

A rate of a month to date changes because more rows come to count and a few stop counting, not because of what a row
says; so the rows of `metrics.rates` and their counts by name are taken as they are, and each stands from its own
instant on. One instant and every evening of a year are the same pass.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from metrics.calendar import OutsideCalendar
from metrics.rates.case_counts import DUE, FINISHED, IN_SCOPE, SCOPE, with_early_day
from metrics.rates.editions import rates_of
from metrics.rates.review_counts import GIVEN
from metrics.reach import LONGEST, beyond
from metrics.spells import NEVER
from metrics.view import View

#: The edition of the rates that the indicators 2026.1 name.
EDITION = "2026.1"
_NEVER = pl.lit(NEVER, dtype=pl.Int64)
_NONE, _ONE = pl.lit(value=False), pl.lit(value=True)


def rate_rows(view: View, rate_id: str, columns: Sequence[str]) -> pl.DataFrame:
    """The rows that a rate is made of, as `metrics.evidence.Evidence.within` takes them.

    Args:
        view: the records.
        rate_id: id of a rate over scope S, over finished cases, of good reviews or of reviewed services.
        columns: wanted of hall_id, county, item_code (null where they do not apply), table, key.

    Returns:
        The columns, moment (by which the row belongs to a period), since, until (microseconds), numerator, denominator
        (0 or 1, not both 0), known (whether it counts: not where its deadline lies beyond the known working days, see
        `metrics.reach`).

    Raises:
        ValueError: rates made of other counts have no rows here.
    """
    (rate,) = rates_of(EDITION, [rate_id])
    above, below = rate.numerator or "", rate.denominator
    for counts, rows in ((SCOPE, _scope), (FINISHED, _finished), (DUE, _due), (GIVEN, _given)):
        # The day of the finish is not kept in these rows.
        if {above, below} <= counts.keys() - {"finished_same_day"}:
            return _rows(rows(view), counts[above], counts[below], columns)
    if (above, below) == ("reviews_active", "services_evaluable"):
        return pl.concat(
            [
                _rows(_given(view), GIVEN[above], _NONE, columns),
                _rows(_finished(view), _NONE, FINISHED["finished"], columns),
                _rows(_without_case(view), _NONE, _ONE, columns),
            ]
        )
    raise ValueError(f"{rate_id} is made of {above} ÷ {below}, of which no rows are kept at a grid of instants")


_PLACES = ("hall_id", "county", "item_code")


def _rows(rows: pl.LazyFrame, above: pl.Expr, below: pl.Expr, columns: Sequence[str]) -> pl.DataFrame:
    """Rows with what they add; what is unknown (null) does not count."""
    counts = {"numerator": above, "denominator": below}
    flags = [flag.fill_null(value=False).cast(pl.Int64).alias(name) for name, flag in counts.items()]
    counted = rows.with_columns(flags).filter(pl.any_horizontal(pl.col(*counts) != 0))
    return counted.select(*columns, "moment", "since", "until", *counts, "known").collect()


def _as_rows(
    frame: pl.LazyFrame, table: str, key: str, moment: str, until: pl.Expr, places: tuple[str, ...] = _PLACES
) -> pl.LazyFrame:
    return frame.with_columns(
        _ONE.alias("known"),
        pl.lit(table).alias("table"),
        pl.col(key).alias("key"),
        pl.col(moment).alias("moment"),
        pl.col(moment).alias("since"),
        until.alias("until"),
        *(pl.lit(None, dtype=pl.String).alias(name) for name in _PLACES if name not in places),
    )


def _scope(view: View) -> pl.LazyFrame:
    """Cases of scope S, from their acceptance."""
    return _as_rows(
        view.casework.lazy().filter(pl.col("accept") < _NEVER, IN_SCOPE), "cases", "project_no", "accept", _NEVER
    )


def _finished(view: View) -> pl.LazyFrame:
    """Finished cases from their finish; one that is rejected or withdrawn after all counts until then."""
    # At each instant at which such a row stands the case is finished, whatever it became later.
    done = view.casework.lazy().filter(pl.col("finish") < _NEVER).with_columns(pl.lit("finished").alias("status"))
    return _as_rows(done, "cases", "project_no", "finish", pl.col("closed"))


def _due(view: View) -> pl.LazyFrame:
    """Finished promised cases with their deadlines."""
    promised = _finished(view).filter(pl.col("case_type") == "promise").collect()
    pauses = view.records["case_pauses"]
    try:
        return with_early_day(promised, pauses, view.work).lazy()
    except OutsideCalendar:
        reach = beyond(view.work, promised, pauses)
        short = promised.with_columns(pl.col("promise_days").clip(upper_bound=LONGEST))
        rows = with_early_day(short, pauses, reach.work)
        known = reach.tells_deadlines(rows, rows["due_base"], rows["due_adj"])
        return rows.with_columns(known.alias("known")).lazy()


def _given(view: View) -> pl.LazyFrame:
    """Reviews with a hall from when they are given, until they are found to be none."""
    held = view.opinions.lazy().filter(pl.col("hall_id").is_not_null()).with_columns(_ONE.alias("valid"))
    rows = _as_rows(held, "reviews", "review_id", "assess", pl.col("valid_until"), ("hall_id",))
    return rows.with_columns(pl.max_horizontal("since", "placed_from").alias("since"))


def _without_case(view: View) -> pl.LazyFrame:
    """Done tickets until the case they name is known, for good where there is none."""
    done = view.visits.lazy().filter(pl.col("status") == "done", pl.col("end") < NEVER)
    cases = view.records["cases"].lazy().select("project_no", pl.col("apply_time").to_physical().alias("known"))
    known = done.join(cases, on="project_no", how="left", maintain_order="left")
    return _as_rows(known, "tickets", "ticket_id", "end", pl.col("known").fill_null(_NEVER), ("hall_id", "item_code"))
