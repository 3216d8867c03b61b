"""What is counted of cases: acceptances (scope S), finished cases, submissions."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from metrics.asof import as_of
from metrics.calendar import WorkCalendar
from metrics.cases import ItemVersions, with_deadline, with_item
from metrics.rates.records import Grid, RateRecords
from metrics.standard.columns import LATEST

#: What every row is put by: its period, its seat, and the item it is about.
KEY = ("period", "seat", "dept_code", "item_code", "theme")
ONLINE = ("pc", "app", "mini")
_COLUMNS = (
    *("project_no", "item_code", "item_version", "hall_id", "dept_code", "region_code", "channel", "platform"),
    *("apply_time", "accept_time", "promise_due", "finish_time", "closed_time", "status", "auto_approved"),
    *("delivery", "visit_count", "cross_region", "is_test"),
)

#: Every row that is counted at all.
EVERY = pl.col("period").is_not_null()
_UNIFIED = pl.col("platform") == "ywtb2"
_WINDOW = pl.col("channel") == "window"
_ONLINE = pl.col("channel").is_in(ONLINE)
_KNOWN = pl.col("visit_count").is_not_null() & pl.col("delivery").is_not_null()
#: Scope S of real (not test) cases: accepted, the item 依申请, in force at acceptance, no exception.
IN_SCOPE = (
    pl.col("accept_time").is_not_null(),
    pl.col("item_in_force"),
    pl.col("apply_based"),
    ~pl.col("ywtb_exception"),
)
SCOPE = {
    "scope": EVERY,
    "scope_y": _UNIFIED,
    "scope_unknown": pl.col("platform") == "unknown",
    "scope_y_or_unknown": pl.col("platform").is_in(["ywtb2", "unknown"]),
    "scope_window": _WINDOW,
    "scope_window_y": _WINDOW & _UNIFIED,
    "scope_online": _ONLINE,
    "scope_kiosk": pl.col("channel") == "kiosk",
    "scope_cross_region": pl.col("cross_region"),
    "scope_full_known": _KNOWN,
    "scope_full_online": _KNOWN & _ONLINE & (pl.col("visit_count") == 0) & (pl.col("delivery") != "window"),
}
FINISHED = {
    "finished": EVERY,
    "finished_visits_known": pl.col("visit_count").is_not_null(),
    "finished_one_visit": pl.col("visit_count") <= 1,
    "finished_auto": pl.col("auto_approved"),
    "finished_same_day": pl.col("finish_day") == pl.col("accept_day"),
}
DUE = {
    "finished_due": EVERY,
    "finished_late": pl.col("overdue"),
    "finished_early": pl.col("finish_day") <= pl.col("early_day"),
}
SUBMITTED = {"submitted": EVERY, "submitted_delayed": pl.col("delayed")}


def placed_cases(records: RateRecords, grid: Grid) -> pl.DataFrame:
    """Cases as of t with seat, theme and the version of their item; test rows included, nothing counted yet.

    Returns:
        The columns needed of cases, `seat`, theme, case_type, apply_based, promise_days, day_unit, ywtb_exception,
        item_in_force.
    """
    rows = records.cases.select(_COLUMNS)
    cases = (rows if grid.t is None else as_of("cases", rows, grid.t)).collect()
    seat = pl.select(pl.coalesce(grid.hall_seat(cases["hall_id"]), grid.region_seat(cases["region_code"])))
    placed = with_item(cases, ItemVersions.of(records.items))
    return placed.with_columns(seat.to_series().alias("seat")).drop("hall_id", "region_code", "item_version")


def count_cases(cases: pl.DataFrame, records: RateRecords, grid: Grid) -> list[pl.DataFrame]:
    """Counts of scope S, of finished cases, of their deadlines and of submissions.

    Args:
        cases: as `placed_cases` gives them.
        records: pauses and working days.
        grid: periods and seats.

    Returns:
        Frames with KEY and counts.
    """
    real = cases.filter(~pl.col("is_test"))
    accepted = real.filter(IN_SCOPE)
    pauses = records.case_pauses.select("project_no", "kind", "start_at", "end_at")
    known = (pauses if grid.t is None else as_of("case_pauses", pauses, grid.t)).collect()
    # `finished` is what the times say; a case that was closed after all counts as rejected or withdrawn.
    ended = real.filter(pl.col("finish_time").is_not_null(), pl.col("status") == "finished")
    finished = finished_days(_in_periods(ended, "finish_time", grid), records.work)
    return [
        counted(_in_periods(accepted, "accept_time", grid), SCOPE),
        counted(finished, FINISHED),
        counted(held_to_deadline(finished, known, records.work), DUE),
        counted(submitted(_in_periods(real, "apply_time", grid), known, records.work, grid.t), SUBMITTED),
    ]


def counted(rows: pl.DataFrame, counts: dict[str, pl.Expr]) -> pl.DataFrame:
    """How many rows of each key hold what each count asks for; unknown (null) does not hold."""
    sums = [expr.fill_null(value=False).sum().cast(pl.Int64).alias(name) for name, expr in counts.items()]
    return rows.group_by(KEY).agg(sums)


def _in_periods(rows: pl.DataFrame, column: str, grid: Grid) -> pl.DataFrame:
    return rows.with_columns(grid.period_of(rows[column]).alias("period")).filter(pl.col("period").is_not_null())


def finished_days(rows: pl.DataFrame, work: WorkCalendar) -> pl.DataFrame:
    """Finished cases with the days of their acceptance and end."""
    return rows.with_columns(
        work.day_of(rows["finish_time"]).alias("finish_day"), work.day_of(rows["accept_time"]).alias("accept_day")
    )


def held_to_deadline(finished: pl.DataFrame, pauses: pl.DataFrame, work: WorkCalendar) -> pl.DataFrame:
    """Finished promised cases that had a deadline, whether they were late, and the last day that counts as early."""
    promised = finished.filter(pl.col("case_type") == "promise")
    # All of them have ended, so their deadlines no longer depend on an instant.
    due = with_deadline(promised, pauses, work, LATEST)
    due = due.filter(pl.col("due_adj").is_not_null())
    return due.with_columns(work.before(work.due_day_of(due["due_adj"])).alias("early_day"))


def submitted(rows: pl.DataFrame, pauses: pl.DataFrame, work: WorkCalendar, t: datetime | None) -> pl.DataFrame:
    """Submissions whose next working day has ended, and whether nobody had answered by then."""
    deadline = work.end_of(work.add(work.day_of(rows["apply_time"]), 1))
    rows = rows.with_columns(deadline.alias("deadline"))
    if t is not None:
        rows = rows.filter(pl.col("deadline") <= pl.lit(t).dt.convert_time_zone(work.timezone))
    answered = (pl.min_horizontal("accept_time", "closed_time") <= pl.col("deadline")).fill_null(value=False)
    asked = pauses.lazy().filter(pl.col("kind") == "correction").select("project_no", "start_at")
    silent = rows.lazy().filter(~answered).select("project_no", "deadline")
    corrected = silent.join(asked, on="project_no").filter(pl.col("start_at") <= pl.col("deadline"))
    names = corrected.select("project_no").unique().collect()["project_no"]
    return rows.with_columns((~answered & ~pl.col("project_no").is_in(names.implode())).alias("delayed"))
