"""The rates at a grid of instants: the same rows and the same counts as the rates, each row from when it is known.

A rate of a month to date changes because more rows come to count and a few stop counting, not because of what a row
says; so the rows of `metrics.rates` and their counts by name are taken as they are, and each stands from its own
instant on. One instant and every evening of a year are the same pass.
"""

from __future__ import annotations

import polars as pl

from metrics.evidence import Evidence
from metrics.rates.case_counts import DUE, FINISHED, IN_SCOPE, SCOPE, finished_days, held_to_deadline
from metrics.rates.editions import rates_of
from metrics.rates.review_counts import GIVEN
from metrics.spells import NEVER
from metrics.view import View

#: The edition of the rates that the indicators 2026.1 name.
EDITION = "2026.1"
_NEVER = pl.lit(NEVER, dtype=pl.Int64)
_NONE, _ONE = pl.lit(value=False), pl.lit(value=True)


def rate_rows(view: View, rate_id: str) -> pl.DataFrame:
    """The rows that a rate is made of, as `metrics.evidence.Evidence.within` takes them.

    Args:
        view: the records.
        rate_id: id of a rate over scope S, over finished cases, of good reviews or of reviewed services.

    Returns:
        hall_id, county, item_code (null where they do not apply), table, key, moment (by which the row belongs to a
        period), since, until (microseconds), numerator, denominator (0 or 1, not both 0).

    Raises:
        ValueError: rates made of other counts have no rows here.
    """
    (rate,) = rates_of(EDITION, [rate_id])
    above, below = rate.numerator or "", rate.denominator
    if {above, below} <= SCOPE.keys():
        return _rows(_scope(view), SCOPE[above], SCOPE[below])
    if {above, below} <= FINISHED.keys():
        return _rows(_finished(view), FINISHED[above], FINISHED[below])
    if {above, below} <= DUE.keys():
        return _rows(_due(view), DUE[above], DUE[below])
    if {above, below} <= GIVEN.keys():
        return _rows(_given(view), GIVEN[above], GIVEN[below])
    if (above, below) == ("reviews_active", "services_evaluable"):
        parts = (_rows(_given(view), GIVEN[above], _NONE), _rows(_finished(view), _NONE, FINISHED["finished"]),
                 _rows(_without_case(view), _NONE, _ONE))  # fmt: skip
        return pl.concat(parts)
    raise ValueError(f"{rate_id} is made of {above} ÷ {below}, of which no rows are kept at a grid of instants")


def rate_evidence(view: View, rate_id: str, instants: pl.DataFrame) -> Evidence:
    """The rows that a rate is made of in the windows of the instants (at, start, end), at hall, county and item."""
    return Evidence.within(rate_rows(view, rate_id), instants)


_PLACES = ("hall_id", "county", "item_code")
_SHAPE = (*_PLACES, "table", "key", "moment", "since", "until", "numerator", "denominator")


def _rows(rows: pl.DataFrame, above: pl.Expr, below: pl.Expr) -> pl.DataFrame:
    """Rows with what they add; what is unknown (null) does not count."""
    counts = [
        e.fill_null(value=False).cast(pl.Int64).alias(n) for e, n in ((above, "numerator"), (below, "denominator"))
    ]
    return rows.with_columns(counts).filter(pl.any_horizontal(pl.col("numerator", "denominator") != 0)).select(_SHAPE)


def _as_rows(frame: pl.DataFrame, table: str, key: str, moment: str, until: pl.Expr) -> pl.DataFrame:
    return frame.with_columns(
        pl.lit(table).alias("table"),
        pl.col(key).alias("key"),
        pl.col(moment).alias("moment"),
        pl.col(moment).alias("since"),
        until.alias("until"),
        # The counts of the rates ask for a row's period; here its window is found later, by its moment.
        pl.lit(0).alias("period"),
        *(pl.lit(None, dtype=pl.String).alias(name) for name in _PLACES if name not in frame.columns),
    )


def _scope(view: View) -> pl.DataFrame:
    """Cases of scope S, from their acceptance."""
    return _as_rows(view.casework.filter(IN_SCOPE), "cases", "project_no", "accept", _NEVER)


def _finished(view: View) -> pl.DataFrame:
    """Finished cases from their finish; one that is rejected or withdrawn after all counts until then."""
    # At each instant at which such a row stands the case is finished, whatever it became later.
    done = view.casework.filter(pl.col("finish") < _NEVER).with_columns(pl.lit("finished").alias("status"))
    return _as_rows(finished_days(done, view.work), "cases", "project_no", "finish", pl.col("closed"))


def _due(view: View) -> pl.DataFrame:
    return held_to_deadline(_finished(view), view.records["case_pauses"], view.work)


def _given(view: View) -> pl.DataFrame:
    """Reviews with a hall from when they are given, until they are found to be none."""
    held = view.opinions.filter(pl.col("hall_id").is_not_null()).with_columns(_ONE.alias("valid"))
    unknown = ("named", "callback_time", "callback_satisfied")
    frame = held.with_columns(pl.lit(None).alias(name) for name in unknown if name not in held.columns)
    return _as_rows(frame, "reviews", "review_id", "assess", pl.col("valid_until")).with_columns(
        pl.max_horizontal("since", "placed_from").alias("since")
    )


def _without_case(view: View) -> pl.DataFrame:
    """Done tickets until the case they name is known, for good where there is none."""
    done = view.visits.filter(pl.col("status") == "done", pl.col("end") < NEVER)
    cases = view.records["cases"].lazy().select("project_no", pl.col("apply_time").to_physical().alias("known"))
    named = done.lazy().select("project_no").drop_nulls().unique()
    known = cases.join(named, on="project_no", how="semi").collect()
    frame = done.join(known, on="project_no", how="left", maintain_order="left")
    return _as_rows(frame, "tickets", "ticket_id", "end", pl.col("known").fill_null(_NEVER))
