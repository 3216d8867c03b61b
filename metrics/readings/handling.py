"""Handling and deadlines (办理与时限): cases nearly late, late, not taken up in time, piling up; by department."""

from __future__ import annotations

import numpy as np
import polars as pl

from metrics.closed import covered_anywhere, evenings, everywhere
from metrics.evidence import Evidence, moments
from metrics.instants import EVENING
from metrics.rates.case_counts import with_delay
from metrics.reach import Reach
from metrics.reading import Quantity, finished
from metrics.spells import NEVER, Ints
from metrics.view import View

#: Promised days from which a case can be nearly late; cases without which a share says nothing.
LONG_PROMISE, CASES_ENOUGH = 5, 20
#: Working days whose submissions are looked at.
ANSWERED_WITHIN = 5
#: Working days of finishes, working days to compare with, how many of them must be known, open cases needed.
FINISHES_OVER, COMPARED, COMPARED_LEAST, OPEN_ENOUGH = 20, 60, 20, 50
#: Extra of readings of deadlines: cases that count nowhere, for the known working days do not reach their deadline.
LEFT_OUT = ("left_out",)
_NEVER = pl.lit(NEVER, dtype=pl.Int64)
_PLACE = ("dept_code",)
_SHAPE = ("dept_code", "table", "key", "since", "until", "numerator", "denominator")


def due_soon_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Which share of a department's promised cases must be done by tomorrow (临期未办结率).

    Open, unpaused, not overdue promised cases with 5 promised days or more whose deadline, pauses counted in, lies
    before 24:00 of the next working day ÷ all such cases; %. Sample: 20 cases. Extra left_out: open cases whose
    deadline the known working days do not reach, which count nowhere. Source: the indicators 2026.1, 14.
    """
    asked = _asked(view, instants)
    return _share(view, _due_soon(view), asked, pl.col("denominator") >= CASES_ENOUGH, _beyond(view))


def behind_due_soon_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Promised cases whose clock runs; those due by the next working day count above as well."""
    return _due_soon(view).behind(_asked(view, instants), _PLACE)


def overdue_open(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Which share of a department's open cases is late (超期未办结).

    Open cases past their deadline, pauses counted in ÷ open cases with a deadline (paused ones included); %, 0 where
    none is open. A level also needs 3 such cases. Extra left_out: as of 临期未办结率. Source: the indicators 2026.1,
    15.
    """
    return _share(view, _overdue(view), _asked(view, instants), pl.lit(value=True), _beyond(view))


def behind_overdue_open(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Open cases with a deadline; the late ones count above as well."""
    return _overdue(view).behind(_asked(view, instants), _PLACE)


def accept_delay_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Which share of applications a department left without an answer until the next working day was over (受理迟延率).

    Of the submissions whose next working day is one of the 5 last ended ones: neither accepted nor answered by its
    24:00 ÷ all; %. Sample: 20 submissions. Source: the indicators 2026.1, 17; the rates 2026.1, `accept_delay_rate`.
    """
    return _share(view, _unanswered(view), _asked(view, instants), pl.col("denominator") >= CASES_ENOUGH)


def behind_accept_delay_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Submissions whose next working day is one of the 5 last ended ones; the unanswered ones count above as well."""
    return _unanswered(view).behind(_asked(view, instants), _PLACE)


def backlog_ratio(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Whether a department's pile of open cases grows beyond what it usually works off (在办积压比).

    Open cases ÷ mean daily finishes of the last 20 working days (today's included, as far as they are known) = days of
    work in hand; ÷ its own median over the evenings of the 60 working days before; ratio. Finishes on other days count
    nowhere. Numerator: open cases; denominator: finishes on the 20 working days; baseline: the median. Sample: 50 open
    cases, and 20 of the 60 evenings with a finish in their 20 days. Source: the indicators 2026.1, 19.
    """
    asked = _asked(view, instants)
    past = _evenings_before(view, asked)
    whole = _pile(view).tally(pl.concat([asked.select("dept_code", "date", "at"), past]), _PLACE)
    frame = asked.hstack(whole.head(asked.height).select("numerator", "denominator"))
    usual = _usual_pile(view, frame, whole.tail(past.height))
    frame = frame.join(usual, on=["dept_code", "date"], how="left", maintain_order="left")
    frame = frame.with_columns(pl.col("numerator").alias("sample"), covered_anywhere(view, frame, "cases"))
    days = pl.col("numerator") / (pl.col("denominator") / FINISHES_OVER)
    enough = (pl.col("sample") >= OPEN_ENOUGH) & (pl.col("denominator") > 0) & (pl.col("baseline") > 0)
    return finished(frame, _PLACE, enough=enough.fill_null(value=False), value=days / pl.col("baseline"))


def behind_backlog_ratio(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Open cases, which count above, and cases finished on the last 20 working days, which count below."""
    return _pile(view).behind(_asked(view, instants), _PLACE)


def _asked(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    departments = view.records["departments"].select("dept_code").sort("dept_code")
    return everywhere(evenings(instants), departments)


def _share(
    view: View, evidence: Evidence, asked: pl.DataFrame, enough: pl.Expr, left_out: Evidence | None = None
) -> pl.DataFrame:
    """Readings of a share of cases by department; 0 where there is none and none is needed."""
    frame = evidence.tally(asked, _PLACE)
    extras: tuple[str, ...] = ()
    if left_out is not None:
        extras = LEFT_OUT
        frame = frame.with_columns(left_out.tally(asked, _PLACE)["numerator"].alias(*LEFT_OUT))
    frame = frame.with_columns(
        pl.col("denominator").alias("sample"),
        pl.lit(None, dtype=pl.Float64).alias("baseline"),
        covered_anywhere(view, frame, "cases"),
    )
    share = pl.when(pl.col("denominator") > 0).then(pl.col("numerator") / pl.col("denominator") * 100).otherwise(0.0)
    return finished(frame, _PLACE, enough=enough, value=share, extras=extras)


def _part(rows: pl.DataFrame, since: pl.Expr, until: pl.Expr, numerator: int, denominator: int) -> pl.DataFrame:
    return rows.with_columns(
        pl.lit("cases").alias("table"),
        pl.col("project_no").alias("key"),
        since.alias("since"),
        until.alias("until"),
        pl.lit(numerator, dtype=pl.Int64).alias("numerator"),
        pl.lit(denominator, dtype=pl.Int64).alias("denominator"),
    ).select(_SHAPE)


def _due_soon(view: View) -> Evidence:
    promised = (pl.col("case_type") == "promise") & (pl.col("promise_days") >= LONG_PROMISE)
    rows = view.running.filter(promised, "known")
    # By the last working day before the due day, the next working day reaches it. A due beyond the known working days
    # is not near.
    edges = view.work.end_of(pl.Series([view.work.first, view.work.last]))
    near = rows["due"].is_between(edges[0], edges[1])
    reach = Reach.of(view.work)
    due_day = reach.work.due_day_of(pl.select(pl.when(near).then(rows["due"])).to_series())
    eve = reach.work.before(due_day)
    soon_from = reach.work.end_of(eve.dt.offset_by("-1d")).to_physical()
    # Where the working days before the due day are not known, nobody can say from when on it is near.
    timed = rows.with_columns(soon_from.fill_null(NEVER).alias("soon_from")).filter(reach.tells(eve, due_day))
    until = pl.min_horizontal("until", "ends", pl.col("due").to_physical())
    soon = pl.max_horizontal("since", pl.col("soon_from") - 1)
    return Evidence.of(pl.concat([_part(timed, pl.col("since"), until, 0, 1), _part(timed, soon, until, 1, 0)]))


def _overdue(view: View) -> Evidence:
    rows = view.running.filter("known")
    # A case counts until its deadline is no longer known.
    unknown = view.running.filter(~pl.col("known")).group_by("project_no").agg(pl.col("since").min().alias("lost"))
    first = rows.filter("first").join(unknown, on="project_no", how="left", maintain_order="left")
    opened = _part(first, pl.col("accept"), pl.min_horizontal("ends", "lost"), 0, 1)
    late = rows.filter(pl.col("late_from") < pl.col("ends"))
    return Evidence.of(pl.concat([opened, _part(late, pl.col("late_from"), pl.col("ends"), 1, 0)]))


def _beyond(view: View) -> Evidence:
    """Open cases from when on the known working days do not reach their deadline."""
    rows = view.running.filter(~pl.col("known")).sort("since").unique("project_no", keep="first")
    return Evidence.of(_part(rows, pl.col("since"), pl.col("ends"), 1, 0))


def _unanswered(view: View) -> Evidence:
    columns = ("project_no", "dept_code", "apply_time", "accept_time", "closed_time")
    submitted = view.casework.select(columns)
    reach = Reach.of(view.work, [submitted["apply_time"]], 1)
    rows = with_delay(submitted, view.records["case_pauses"], reach.work, None)
    # A submission outside the known working days is none of the last five.
    day, answered_by = reach.work.day_of(rows["apply_time"]), reach.work.due_day_of(rows["deadline"])
    rows = rows.filter(reach.tells(day, answered_by))
    fifth = _later_workday(view, view.work.due_day_of(rows["deadline"]), ANSWERED_WITHIN)
    until = view.work.end_of(fifth).to_physical().fill_null(NEVER)
    timed = moments(rows, ended="deadline").with_columns(until.alias("over"))
    since, over = pl.col("ended"), pl.col("over")
    return Evidence.of(pl.concat([_part(timed, since, over, 0, 1), _part(timed.filter("delayed"), since, over, 1, 0)]))


def _pile(view: View) -> Evidence:
    cases = view.casework.select("project_no", "dept_code", "accept", "ends").filter(pl.col("accept") < _NEVER)
    done = view.casework.select("project_no", "dept_code", "finish_time", "finish", "closed")
    done = done.filter(pl.col("finish") < _NEVER)
    reach = Reach.of(view.work, [done["finish_time"]])
    day = reach.work.day_of(done["finish_time"])
    # It counts until the 20th working day after its own begins: then the last 20 no longer hold it.
    over = _midnight(view, _later_workday(view, day, FINISHES_OVER)).fill_null(NEVER)
    done = done.with_columns(over.alias("over")).filter(reach.works(day))
    return Evidence.of(
        pl.concat(
            [
                _part(cases, pl.col("accept"), pl.col("ends"), 1, 0),
                _part(done, pl.col("finish"), pl.min_horizontal("over", "closed"), 0, 1),
            ]
        )
    )


def _evenings_before(view: View, asked: pl.DataFrame) -> pl.DataFrame:
    """The evenings of the 60 working days before each day asked, for each department: dept_code, date, at."""
    workdays, days = _workdays(view), asked["date"].unique()
    before = np.searchsorted(workdays, days.to_physical().to_numpy())
    first, last = max(int(before.min(initial=len(workdays))) - COMPARED, 0), int(before.max(initial=0))
    past = pl.DataFrame({"date": pl.Series(workdays[first:last]).cast(pl.Int32).cast(pl.Date)})
    evening = (pl.col("date").cast(pl.Datetime("us")) + pl.duration(hours=EVENING.hour)).dt.replace_time_zone(
        view.work.timezone
    )
    return everywhere(past.with_columns(evening.alias("at")), asked.select("dept_code").unique())


def _usual_pile(view: View, asked: pl.DataFrame, past: pl.DataFrame) -> pl.DataFrame:
    """What is usual for each department: dept_code, date, baseline (median of the 60 working days before).

    Args:
        view: the records.
        asked: dept_code, date.
        past: dept_code, date (every working day from the 60th before the first asked on), numerator, denominator.
    """
    worth = pl.when(pl.col("denominator") > 0).then(pl.col("numerator") * FINISHES_OVER / pl.col("denominator"))
    usual = worth.rolling_median(COMPARED, min_samples=COMPARED_LEAST).over("dept_code", order_by="date")
    known = past.select("dept_code", pl.col("date").alias("past"), usual.alias("baseline"))
    # The median up to the last working day before each day asked.
    workdays, days = _workdays(view), asked["date"].unique()
    before = np.searchsorted(workdays, days.to_physical().to_numpy())
    last = pl.Series("past", workdays[np.maximum(before - 1, 0)]).cast(pl.Int32).cast(pl.Date)
    return (
        pl.DataFrame({"date": days, "past": last})
        .filter(pl.Series(before > 0, dtype=pl.Boolean))
        .join(known, on="past")
        .select("dept_code", "date", "baseline")
    )


def _workdays(view: View) -> Ints:
    """Days since 1970 of all known working days."""
    work = view.work
    first: int = pl.Series([work.first]).to_physical().item()
    return np.flatnonzero(work.working).astype(np.int64) + first


def _later_workday(view: View, days: pl.Series, count: int) -> pl.Series:
    """The count-th working day after each working day; null where the known ones end before."""
    workdays = _workdays(view)
    found = np.searchsorted(workdays, days.to_physical().to_numpy()) + count
    inside = found < len(workdays)
    later = pl.Series(workdays[np.where(inside, found, 0)]).cast(pl.Int32).cast(pl.Date)
    return pl.select(pl.when(pl.Series(inside)).then(later)).to_series()


def _midnight(view: View, days: pl.Series) -> pl.Series:
    """The instant (microseconds) at which each day begins."""
    return view.work.end_of(days.dt.offset_by("-1d")).to_physical()


QUANTITIES = tuple(
    Quantity(name, "D", _PLACE, ("cases",), unit, measure, behind, extras)
    for name, unit, measure, behind, extras in (
        ("due_soon_rate", "%", due_soon_rate, behind_due_soon_rate, LEFT_OUT),
        ("overdue_open", "%", overdue_open, behind_overdue_open, LEFT_OUT),
        ("accept_delay_rate", "%", accept_delay_rate, behind_accept_delay_rate, ()),
        ("backlog_ratio", "倍", backlog_ratio, behind_backlog_ratio, ()),
    )
)
