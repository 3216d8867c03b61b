"""Applications that come back (退件、补正), and those begun online that end at a window (线上转线下)."""

from __future__ import annotations

import polars as pl

from metrics.closed import at_found, covered_anywhere
from metrics.evidence import Evidence, merged, moments
from metrics.rates.case_counts import ONLINE
from metrics.reading import Quantity, finished
from metrics.spells import DAY, NEVER
from metrics.view import View

#: Submissions without which a share of an item says nothing.
SUBMISSIONS_ENOUGH = 30
#: So long after an application online a ticket is taken for the same matter; and whoever came later is not waited for.
SECOND_WAY = 10 * DAY
SECOND_WAY_BY_CLOCK, WEEK = "-10d", "-7d"
_NEVER = pl.lit(NEVER, dtype=pl.Int64)
_PLACE = ("item_code", "start")


def return_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Which share of a matter's applications is sent back or must be completed (退件补正率).

    Submissions of the week that were rejected or had a correction pause, as known at t ÷ submissions of the week; %.
    Places: items with a submission in the week. Sample: 30 submissions. Test rows count nowhere. Source: the
    indicators 2026.1, 18.
    """
    evidence = Evidence.within(_returned(view), instants)
    return _shares(view, evidence, instants, sample=pl.col("denominator"))


def behind_return_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Submissions of the week; those sent back or to be completed count above as well."""
    evidence = Evidence.within(_returned(view), instants)
    return evidence.behind(_asked(evidence, instants), _PLACE)


def online_to_window_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How many people who applied online came to a window for it all the same (线上转线下率).

    Online submissions (pc, app, mini) of the 7 days that end 10 days before the week's end, not to be handed over at a
    window (`delivery`; unknown is not), whose applicant takes a ticket for the same item within 10 days and before the
    case is finished ÷ those submissions with an applicant; %. Places: items with a submission in those 7 days. Sample:
    30 of them. Test rows count nowhere, nor do void tickets. Source: the indicators 2026.1, 25.
    """
    # The seven days are the window in which submissions lie; what is looked at reaches to the week's end, and so must
    # the deliveries.
    evidence = Evidence.within(_second_ways(view), _earlier(instants))
    found = _shares(view, evidence, _earlier(instants), sample=pl.col("denominator"))
    return found


def behind_online_to_window_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Online submissions of applicants that are known; those who came to a window count above as well."""
    shifted = _earlier(instants)
    evidence = Evidence.within(_second_ways(view), shifted)
    return evidence.behind(_asked(evidence, shifted), _PLACE)


def _earlier(instants: pl.DataFrame) -> pl.DataFrame:
    """The 7 days that end 10 days before the week's end; `week_end` keeps that."""
    last = pl.col("end").dt.offset_by(SECOND_WAY_BY_CLOCK)
    return instants.with_columns(
        last.dt.offset_by(WEEK).alias("start"), last.alias("end"), pl.col("end").alias("week_end")
    )


def _asked(evidence: Evidence, instants: pl.DataFrame) -> pl.DataFrame:
    return at_found(evidence.rows.with_columns(pl.Series("since", evidence.since)), instants, "item_code")


def _shares(view: View, evidence: Evidence, instants: pl.DataFrame, sample: pl.Expr) -> pl.DataFrame:
    frame = evidence.tally(_asked(evidence, instants), _PLACE)
    until = frame.with_columns(pl.col("week_end").alias("end")) if "week_end" in frame.columns else frame
    frame = frame.with_columns(
        sample.alias("sample"),
        pl.lit(None, dtype=pl.Float64).alias("baseline"),
        covered_anywhere(view, until, "cases"),
    )
    share = pl.col("numerator") / pl.col("denominator") * 100
    return finished(frame, ("item_code",), enough=pl.col("sample") >= SUBMISSIONS_ENOUGH, value=share)


def _submissions(view: View) -> pl.DataFrame:
    """Applications (no tests): item_code, table, key, moment, and what decides about them."""
    cases = view.records["cases"].filter(~pl.col("is_test"))
    return moments(cases, moment="apply_time", finish="finish_time", closed="closed_time").select(
        "item_code",
        pl.lit("cases").alias("table"),
        pl.col("project_no").alias("key"),
        "moment",
        "finish",
        "closed",
        "status",
        "channel",
        "delivery",
        "applicant_hash",
    )


def _counts(numerator: int, denominator: int) -> tuple[pl.Expr, pl.Expr]:
    return (
        pl.lit(numerator, dtype=pl.Int64).alias("numerator"),
        pl.lit(denominator, dtype=pl.Int64).alias("denominator"),
    )


_SHAPE = ("item_code", "table", "key", "moment", "since", "until", "numerator", "denominator")


def _returned(view: View) -> pl.DataFrame:
    """Submissions, and once more, counting above, from when they came back."""
    rows = _submissions(view)
    asked = (
        moments(view.records["case_pauses"].filter(pl.col("kind") == "correction"), asked="start_at")
        .group_by(pl.col("project_no").alias("key"))
        .agg(pl.col("asked").min())
    )
    rejected = pl.when(pl.col("status") == "rejected").then("closed").otherwise(_NEVER)
    back = rows.join(asked, on="key", how="left", maintain_order="left").with_columns(
        pl.min_horizontal(rejected, "asked").alias("since"), _NEVER.alias("until"), *_counts(1, 0)
    )
    return pl.concat([_all(rows), back.filter(pl.col("since") < _NEVER).select(_SHAPE)])


def _all(rows: pl.DataFrame, denominator: int = 1) -> pl.DataFrame:
    return rows.with_columns(
        pl.col("moment").alias("since"), _NEVER.alias("until"), *_counts(0, denominator)
    ).select(_SHAPE)  # fmt: skip


def _second_ways(view: View) -> pl.DataFrame:
    """All submissions; those online by a known applicant count below; and once more above while a ticket says so."""
    rows = _submissions(view)
    home = pl.col("channel").is_in(ONLINE) & (pl.col("delivery").ne_missing(pl.lit("window")))
    online = rows.filter(home, pl.col("applicant_hash").is_not_null())
    others = rows.filter(~(home & pl.col("applicant_hash").is_not_null()))
    tickets = view.visits.filter(pl.col("applicant_hash").is_not_null()).select(
        "applicant_hash", "item_code", "take", "known_until"
    )
    came = (
        online.join(tickets, on=["applicant_hash", "item_code"])
        .filter(
            pl.col("take") >= pl.col("moment"),
            pl.col("take") < pl.col("moment") + SECOND_WAY,
            pl.col("take") < pl.col("finish"),
        )
        .select("key", pl.col("take").alias("since"), pl.col("known_until").alias("until"))
    )
    above = merged(came, "key").join(
        online.select("item_code", "table", "key", "moment"), on="key", maintain_order="left"
    )
    return pl.concat([_all(online), _all(others, denominator=0), above.with_columns(*_counts(1, 0)).select(_SHAPE)])


QUANTITIES = (
    Quantity("return_rate", "W", ("item_code",), ("cases",), "%", return_rate, behind_return_rate),
    Quantity(
        "online_to_window_rate", "W", ("item_code",), ("cases",), "%",
        online_to_window_rate, behind_online_to_window_rate,
    ),
)  # fmt: skip
