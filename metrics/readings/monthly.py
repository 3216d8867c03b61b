"""Rates of the month to date (一网通办、网上办、跑一次、超期、评价), and of the whole month on the morning after."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from metrics.closed import at_found, covered_anywhere, covered_counties, everywhere
from metrics.evidence import Evidence
from metrics.rated import rate_rows
from metrics.reading import Quantity, finished
from metrics.readings.handling import LEFT_OUT
from metrics.view import View

#: Rates that ask whether a deadline was kept.
OF_DEADLINES = ("overdue_finish_rate",)


@dataclass(frozen=True)
class MonthToDate:
    """A rate as a reading (月累计): each evening for the month so far, on the 1st for the month before; %.

    Numerator, denominator and who is left out are those of the rate in the rates 2026.1, as known at t. Sample: the
    denominator. Extra left_out of a rate of deadlines: cases that count nowhere, for the known working days do not
    reach their deadline.

    Attributes:
        id: the indicator.
        rate: id of the rate.
        place: column of the place: hall_id, county or item_code. Every hall and every county of a hall is a place; an
            item is one when it has a row in the month.
        source: table that must have been delivered.
        least: smallest sample.
    """

    id: str
    rate: str
    place: str
    source: str
    least: int

    def measure(self, view: View, instants: pl.DataFrame) -> pl.DataFrame:
        """The rate at each place and instant."""
        rows = rate_rows(view, self.rate, (self.place,))
        evidence = _counting(rows, instants)
        asked = self._asked(view, evidence, instants)
        frame = evidence.tally(asked, (self.place, "start"))
        covered = {"hall_id": View.covered_window, "county": covered_counties, "item_code": covered_anywhere}[
            self.place
        ]
        frame = frame.with_columns(
            pl.col("denominator").alias("sample"),
            pl.lit(None, dtype=pl.Float64).alias("baseline"),
            covered(view, frame, self.source),
        )
        if self._extras:
            beyond = Evidence.within(rows.filter(~pl.col("known")).drop("known"), instants)
            left_out = beyond.tally(asked, (self.place, "start"))["denominator"]
            frame = frame.with_columns(left_out.alias(*LEFT_OUT))
        share = pl.col("numerator") / pl.col("denominator") * 100
        enough = pl.col("sample") >= self.least
        return finished(frame, (self.place,), enough=enough, value=share, extras=self._extras)

    def behind(self, view: View, instants: pl.DataFrame) -> pl.DataFrame:
        """The rows that make the rate at each place and instant."""
        evidence = _counting(rate_rows(view, self.rate, (self.place, "table", "key")), instants)
        return evidence.behind(self._asked(view, evidence, instants), (self.place, "start"))

    def quantity(self) -> Quantity:
        """The quantity that this rate is."""
        return Quantity(self.id, "M", (self.place,), (self.source,), "%", self.measure, self.behind, self._extras)

    @property
    def _extras(self) -> tuple[str, ...]:
        return LEFT_OUT if self.rate in OF_DEADLINES else ()

    def _asked(self, view: View, evidence: Evidence, instants: pl.DataFrame) -> pl.DataFrame:
        if self.place == "hall_id":
            return everywhere(instants, view.halls.to_frame("hall_id"))
        if self.place == "county":
            return everywhere(instants, view.records["halls"].select("county").unique().sort("county"))
        return at_found(evidence.rows.with_columns(pl.Series("since", evidence.since)), instants, self.place)


def _counting(rows: pl.DataFrame, instants: pl.DataFrame) -> Evidence:
    """The rows that count, in their months."""
    return Evidence.within(rows.filter("known").drop("known"), instants)


#: By indicator, in the order of the indicators 2026.1: 16, 20–24, 27, 28.
QUANTITIES = tuple(
    rate.quantity()
    for rate in (
        MonthToDate("overdue_finish_rate", "overdue_finish_rate", "hall_id", "cases", 100),
        MonthToDate("ywtb_case_rate", "ywtb_case_rate", "county", "cases", 50),
        MonthToDate("ywtb_window_rate", "ywtb_window_rate", "hall_id", "cases", 50),
        MonthToDate("ywtb_item_rate", "ywtb_item_rate", "item_code", "cases", 10),
        MonthToDate("online_apply_rate", "online_apply_rate", "county", "cases", 100),
        MonthToDate("one_visit_rate", "one_visit_rate", "hall_id", "cases", 50),
        MonthToDate("active_good_rate", "review_good_rate", "hall_id", "reviews", 50),
        MonthToDate("active_review_rate", "review_active_rate", "hall_id", "reviews", 100),
    )
)
