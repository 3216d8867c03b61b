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
    evidence = Evidence.within(_returned(view, instants), instants)
    return _shares(view, evidence, instants, sample=pl.col("denominator"))


def behind_return_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Submissions of the week; those sent back or to be completed count above as well."""
    evidence = Evidence.within(_returned(view, instants), instants)
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
    evidence = Evidence.within(_second_ways(view, _earlier(instants)), _earlier(instants))
    found = _shares(view, evidence, _earlier(instants), sample=pl.col("denominator"))
    return found


def behind_online_to_window_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Online submissions of applicants that are known; those who came to a window count above as well."""
    shifted = _earlier(instants)
    evidence = Evidence.within(_second_ways(view, shifted), shifted)
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


def _submissions(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Applications of the windows (no tests): item_code, table, key, moment, and what decides about them."""
    apply, first, last = pl.col("apply_time"), instants["start"].min(), instants["end"].max()
    real = view.records["cases"].lazy().filter(~pl.col("is_test"), apply >= pl.lit(first), apply < pl.lit(last))
    own = ("item_code", "status", "channel", "delivery", "applicant_hash", "apply_time", "finish_time", "closed_time")
    rows = real.select(pl.lit("cases").alias("table"), pl.col("project_no").alias("key"), *own).collect()
    return moments(rows, moment="apply_time", finish="finish_time", closed="closed_time")


def _counts(numerator: int, denominator: int) -> tuple[pl.Expr, pl.Expr]:
    return (
        pl.lit(numerator, dtype=pl.Int64).alias("numerator"),
        pl.lit(denominator, dtype=pl.Int64).alias("denominator"),
    )


_SHAPE = ("item_code", "table", "key", "moment", "since", "until", "numerator", "denominator")


def _returned(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Submissions, and once more, counting above, from when they came back."""
    rows = _submissions(view, instants)
    asked = (
        view.records["case_pauses"]
        .filter(pl.col("kind") == "correction")
        .select(pl.col("project_no").alias("key"), pl.col("start_at").to_physical().alias("since"))
    )
    rejected = rows.filter(pl.col("status") == "rejected").select("key", pl.col("closed").alias("since"))
    back = pl.concat([rejected, asked]).group_by("key").agg(pl.col("since").min()).filter(pl.col("since") < _NEVER)
    above = rows.join(back, on="key", maintain_order="left").with_columns(_NEVER.alias("until"), *_counts(1, 0))
    return pl.concat([_all(rows), above.select(_SHAPE)])


def _all(rows: pl.DataFrame, denominator: pl.Expr | None = None) -> pl.DataFrame:
    below = pl.lit(1, dtype=pl.Int64) if denominator is None else denominator
    since, above = pl.col("moment").alias("since"), pl.lit(0, dtype=pl.Int64).alias("numerator")
    return rows.with_columns(since, _NEVER.alias("until"), above, below.alias("denominator")).select(_SHAPE)


def _second_ways(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """All submissions; those online by a known applicant count below; and once more above while a ticket says so."""
    rows = _submissions(view, instants)
    home = pl.col("channel").is_in(ONLINE) & (pl.col("delivery").ne_missing(pl.lit("window")))
    counts = home & pl.col("applicant_hash").is_not_null()
    online = rows.filter(counts).select("key", "item_code", "table", "moment", "finish", "applicant_hash")
    whose = ("applicant_hash", "item_code")
    # Numbers are found faster than texts; that the texts are the same is looked at afterwards.
    number = (pl.col("applicant_hash").hash(1) ^ pl.col("item_code").hash(2)).alias("number")
    first = pl.lit(online["moment"].min(), dtype=pl.Int64)
    tickets = (
        view.visits.lazy()
        .filter(pl.all_horizontal(pl.col(whose).is_not_null()), pl.col("take") >= first)
        .select(number, *(pl.col(name).alias(f"their_{name}") for name in whose), "take", "known_until")
    )
    came = (
        online.lazy()
        .with_columns(number)
        .join(tickets, on="number")
        .filter(
            *(pl.col(name) == pl.col(f"their_{name}") for name in whose),
            pl.col("take") >= pl.col("moment"),
            pl.col("take") < pl.col("moment") + SECOND_WAY,
            pl.col("take") < pl.col("finish"),
        )
        .select("key", pl.col("take").alias("since"), pl.col("known_until").alias("until"))
        .collect()
    )
    above = merged(came, "key").join(
        online.select("item_code", "table", "key", "moment"), on="key", maintain_order="left"
    )
    return pl.concat([_all(rows, counts.cast(pl.Int64)), above.with_columns(*_counts(1, 0)).select(_SHAPE)])


QUANTITIES = (
    Quantity("return_rate", "W", ("item_code",), ("cases",), "%", return_rate, behind_return_rate),
    Quantity(
        "online_to_window_rate", "W", ("item_code",), ("cases",), "%",
        online_to_window_rate, behind_online_to_window_rate,
    ),
)  # fmt: skip
