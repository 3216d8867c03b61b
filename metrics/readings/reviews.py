"""Reviews (好差评): bad ones, praise that no customer gave, bad ones that nobody looks after."""

from __future__ import annotations

import polars as pl

from metrics.cases import with_item
from metrics.closed import at_found
from metrics.evidence import Evidence, merged
from metrics.rates.review_counts import BAD_LEVEL, MENDING_DAYS
from metrics.reading import Quantity, finished
from metrics.spells import MINUTE, NEVER
from metrics.view import View

#: How long a bad review counts as news, and how long it is followed whether somebody looks after it.
NEWS, FOLLOWED = "7d", "90d"
#: Working days to verify a bad review.
VERIFY_DAYS = 1
#: So soon after the end of a service nobody has reviewed it but the clerk; so many alike from one device neither.
HASTE = 3_000_000
ROW, ROW_WITHIN = 10, 10 * MINUTE
REVIEWS_ENOUGH = 30
_NEVER = pl.lit(NEVER, dtype=pl.Int64)


def bad_review_7d(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How many people said in the last week that a hall served them badly (差评数).

    Active valid reviews of level 1–2 in the 7 days before t; reviews. `at_one_window`: the most of them at any one
    window (two are orange at least). None is a reading of 0. Source: the indicators 2026.1, 26.
    """
    evidence = _bad_news(view)
    asked = instants.with_row_index("question").with_columns(pl.col("question").cast(pl.Int64))
    most = (
        evidence.standing(asked, ("hall_id",))
        .drop_nulls("window_id")
        .group_by("question", "window_id")
        .len("at_one_window")
        .group_by("question")
        .agg(pl.col("at_one_window").max().cast(pl.Int64))
    )
    frame = evidence.tally(asked, ("hall_id",)).join(most, on="question", how="left", maintain_order="left")
    return _count(view, frame.with_columns(pl.col("at_one_window").fill_null(0)), extras=("at_one_window",))


def behind_bad_review_7d(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """The bad reviews of the 7 days before each instant."""
    return _bad_news(view).behind(instants, ("hall_id",))


def bad_review_overdue(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How many bad reviews nobody has looked after in time (差评处置超时).

    Bad reviews (active, valid, level 1–2) of the 90 days before t that are still unverified after 24:00 of the next
    working day, or still unrectified after their due (`rectify_due`, else 24:00 of the 5th working day after the day of
    the review); reviews. No data where the hall never delivered a `verify_time`, for then nobody can say. Source: the
    indicators 2026.1, 30; the rates 2026.1, `rectify_on_time_rate`.
    """
    # What people verify in the cockpit itself comes to the reviews as a verify_time before it comes here.
    verifying = (
        view.opinions.filter(pl.col("verify") < _NEVER)
        .group_by("hall_id")
        .agg(pl.max_horizontal("verify", "placed_from").min().alias("verifies_from"))
    )
    frame = (
        _neglected(view)
        .tally(instants, ("hall_id",))
        .join(verifying, on="hall_id", how="left", maintain_order="left")
        .with_columns((pl.col("verifies_from") < pl.col("at").to_physical()).fill_null(value=False).alias("told"))
    )
    return _count(view, frame)


def behind_bad_review_overdue(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """The bad reviews that nobody has looked after in time."""
    return _neglected(view).behind(instants, ("hall_id",))


def review_suspect_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Which share of a window's reviews a clerk probably gave instead of the customers (疑似代评率).

    Active reviews of the week that came at most 3 s after the end of their service or before it (the end is that of the
    ticket; without a ticket the finish of an instant case; else unknown), or as the 10th and later of one level from
    one device within 10 min ÷ active reviews of the week; %. Places: windows with a review in the week. Sample: 30
    active reviews. Source: the indicators 2026.1, 29.
    """
    seen = Evidence.within(_at_windows(view), instants)
    found = seen.rows.with_columns(pl.Series("since", seen.since))
    asked = at_found(found, instants, "window_id").join(_windows(view), on="window_id", maintain_order="left")
    frame = Evidence.within(_suspects(view), instants).tally(asked, ("window_id", "start"))
    frame = frame.with_columns(
        pl.col("denominator").alias("sample"),
        pl.lit(None, dtype=pl.Float64).alias("baseline"),
        view.covered_window(frame, "reviews"),
    )
    share = pl.col("numerator") / pl.col("denominator") * 100
    enough = pl.col("sample") >= REVIEWS_ENOUGH
    return finished(frame, ("hall_id", "window_id"), enough=enough, value=share)


def behind_review_suspect_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """The active reviews of the week; the suspect ones count above as well."""
    asked = _windows(view).join(instants, how="cross")
    found = Evidence.within(_suspects(view), instants).behind(asked, ("window_id", "start"))
    return found.join(_windows(view), on="window_id", maintain_order="left").select(
        "hall_id", "window_id", "at", "table", "key", "numerator", "denominator"
    )


def _count(view: View, frame: pl.DataFrame, extras: tuple[str, ...] = ()) -> pl.DataFrame:
    """Readings of a number of reviews; `told` says where the hall's word is missing."""
    told = pl.col("told") if "told" in frame.columns else pl.lit(value=True)
    frame = frame.with_columns(view.covered_window(frame, "reviews")).with_columns(
        pl.lit(None, dtype=pl.Float64).alias("denominator"),
        pl.col("numerator").alias("sample"),
        pl.lit(None, dtype=pl.Float64).alias("baseline"),
        (pl.col("covered") & told).alias("covered"),
    )
    always = pl.lit(value=True)
    return finished(frame, ("hall_id",), enough=always, value=pl.col("numerator"), extras=extras)


def _bad(view: View) -> pl.DataFrame:
    """Bad reviews with a hall: `opinions` and table, key, numerator."""
    bad = (pl.col("origin") == "active") & (pl.col("level") <= BAD_LEVEL) & pl.col("hall_id").is_not_null()
    return view.opinions.filter(bad).with_columns(
        pl.lit("reviews").alias("table"),
        pl.col("review_id").alias("key"),
        pl.lit(1, dtype=pl.Int64).alias("numerator"),
        pl.max_horizontal("assess", "placed_from").alias("since"),
    )


def _older(by: str) -> pl.Expr:
    """The instant (microseconds) so much after the review, by the clock of the city."""
    return pl.col("assess_time").dt.offset_by(by).to_physical()


def _bad_news(view: View) -> Evidence:
    return Evidence.of(
        _bad(view).select(
            "hall_id", "window_id", "table", "key", "numerator", "since",
            pl.min_horizontal("valid_until", _older(NEWS)).alias("until"),
        )
    )  # fmt: skip


def _neglected(view: View) -> Evidence:
    bad = _bad(view)
    day = view.work.day_of(bad["assess_time"])
    last = [view.work.end_of(view.work.add(day, days)).to_physical() for days in (VERIFY_DAYS, MENDING_DAYS)]
    timed = bad.with_columns(
        last[0].alias("verify_due"),
        pl.coalesce(pl.col("rectify_due").to_physical(), last[1]).alias("rectify_due"),
        pl.min_horizontal("valid_until", _older(FOLLOWED)).alias("until"),
    )
    late = [
        timed.select(
            "key",
            pl.max_horizontal("since", f"{step}_due").alias("since"),
            pl.min_horizontal("until", step).alias("until"),
        )
        for step in ("verify", "rectify")
    ]
    rows = timed.select("hall_id", "table", "key", "numerator")
    return Evidence.of(merged(pl.concat(late), "key").join(rows, on="key", maintain_order="left"))


def _windows(view: View) -> pl.DataFrame:
    return view.records["windows"].select("hall_id", "window_id")


def _at_windows(view: View) -> pl.DataFrame:
    """All reviews at windows: window_id, moment, since, until."""
    return view.opinions.select(
        "window_id", pl.col("assess").alias("moment"), pl.col("assess").alias("since"), _NEVER.alias("until")
    )


def _suspects(view: View) -> pl.DataFrame:
    """Active reviews at windows, and once more, counting above, for as long as they look suspect."""
    active = view.opinions.filter(pl.col("origin") == "active", pl.col("window_id").is_not_null())
    rows = active.select(
        "window_id",
        pl.lit("reviews").alias("table"),
        pl.col("review_id").alias("key"),
        pl.col("assess").alias("moment"),
    )
    all_of_them = rows.with_columns(
        pl.lit(0, dtype=pl.Int64).alias("numerator"),
        pl.lit(1, dtype=pl.Int64).alias("denominator"),
        pl.col("moment").alias("since"),
        _NEVER.alias("until"),
    )
    doubted = pl.concat([_in_a_row(view), _hasty(view, active)])
    suspect = merged(doubted, "key").join(rows, on="key", maintain_order="left").with_columns(
        pl.lit(1, dtype=pl.Int64).alias("numerator"), pl.lit(0, dtype=pl.Int64).alias("denominator")
    )  # fmt: skip
    return pl.concat([all_of_them, suspect.select(all_of_them.columns)])


def _in_a_row(view: View) -> pl.DataFrame:
    """Reviews that are the 10th or a later one of a level from a device within 10 min: key, since, until."""
    alike = ["device_id", "level"]
    earlier = pl.col("assess").shift(ROW - 1).over(alike)
    near = pl.col("assess") - earlier < ROW_WITHIN
    given = view.opinions.lazy().filter(pl.col("origin") == "active", pl.col("device_id").is_not_null())
    rows = (
        given.select(pl.col("device_id").cast(pl.Categorical), "level", "assess", "review_id").sort("assess").collect()
    )
    # Few devices ever have such a row; only theirs are put in order to the last.
    some = rows.filter(near).select(alike).unique()
    return (
        rows.join(some, on=alike, how="semi")
        .sort("assess", "review_id")
        .filter(near)
        .select(pl.col("review_id").alias("key"), pl.col("assess").alias("since"), _NEVER.alias("until"))
    )


def _hasty(view: View, active: pl.DataFrame) -> pl.DataFrame:
    """Reviews that came before the service could be over: key, since (when its end was known), until."""
    known = active.lazy().select(pl.col("review_id").alias("key"), "ticket_id", "project_no", "assess")
    take, end = pl.col("take_time").to_physical().alias("take"), pl.col("end_time").to_physical().alias("end")
    tickets = view.records["tickets"].lazy().select("ticket_id", take, end)
    finish = pl.col("finish_time").to_physical().alias("end")
    finishes = _instant_finishes(view, active).lazy().select("project_no", finish)
    since, hasty = pl.max_horizontal("assess", "end").alias("since"), pl.col("assess") <= pl.col("end") + HASTE
    by_ticket = known.join(tickets, on="ticket_id").filter(hasty).select("key", since, _NEVER.alias("until"))
    by_case = known.join(finishes, on="project_no").filter(hasty).select("key", since, "ticket_id").collect()
    # The case speaks until a ticket is known.
    until = (
        by_case.lazy()
        .join(tickets, on="ticket_id", how="left")
        .select("key", "since", pl.col("take").fill_null(_NEVER).alias("until"))
    )
    return pl.concat([by_ticket, until]).collect()


def _instant_finishes(view: View, active: pl.DataFrame) -> pl.DataFrame:
    """Cases of instant items that are reviewed: project_no, finish_time."""
    named = active.lazy().select("project_no").drop_nulls().unique()
    needed = ("project_no", "item_code", "item_version", "apply_time", "accept_time", "finish_time")
    cases = view.records["cases"].lazy().select(needed).filter(pl.col("finish_time").is_not_null())
    found = with_item(cases.join(named, on="project_no", how="semi").collect(), view.records["items"], ["case_type"])
    return found.filter(pl.col("case_type") == "instant").select("project_no", "finish_time")


QUANTITIES = (
    Quantity(
        "bad_review_7d", "D", ("hall_id",), ("reviews",), "条", bad_review_7d, behind_bad_review_7d, ("at_one_window",)
    ),
    Quantity(
        "bad_review_overdue", "D", ("hall_id",), ("reviews",), "条", bad_review_overdue, behind_bad_review_overdue
    ),
    Quantity(
        "review_suspect_rate", "W", ("hall_id", "window_id"), ("reviews",), "%",
        review_suspect_rate, behind_review_suspect_rate,
    ),
)  # fmt: skip
