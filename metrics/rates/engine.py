"""The one engine of the rates: everything is counted once, then added up for whatever places are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

import polars as pl

from metrics.periods import Period
from metrics.rates.case_counts import count_cases, placed_cases
from metrics.rates.counts import Counts, added
from metrics.rates.definition import PLACE_COLUMNS, Place, Rate
from metrics.rates.editions import CURRENT, rates_of
from metrics.rates.item_counts import count_items
from metrics.rates.records import NO_HALL, Grid, RateRecords
from metrics.rates.review_counts import count_complaints, count_reviews
from metrics.rates.targets import counted_anew
from metrics.rates.ticket_counts import count_tickets
from metrics.standard import TABLES

_NAMES = ("hall_id", "county", "dept_code", "item_code", "theme")
ANSWER = ("rate", "period", *_NAMES, "numerator", "denominator", "value", "definition_version")


@dataclass(frozen=True, eq=False)
class Tally:
    """Everything counted that the rates are made of, for some periods; make it by `tally`.

    Attributes:
        periods: labels of the periods, by number.
        seats: seat, hall_id, county.
        at_seats: period (number), hall_id, county, and counts that add up.
        of_subjects: period, dept_code, item_code, theme, and counts that add up; also those of the catalogue of items,
            in rows of a department alone.
        anew: for each kind of place what does not add up: period, the names of the place, and counts.
        places: for each kind of place the places there are, with data or without.
    """

    periods: tuple[str, ...]
    seats: pl.DataFrame
    at_seats: pl.DataFrame
    of_subjects: pl.DataFrame
    anew: dict[Place, list[pl.DataFrame]]
    places: dict[Place, pl.DataFrame]

    def rates(self, by: Place, ids: Sequence[str] | None = None, version: str = CURRENT) -> pl.DataFrame:
        """Every rate for every place of a kind.

        Args:
            by: kind of place.
            ids: rates wanted; None = all that are told for this kind of place.
            version: version of the definitions.

        Returns:
            rate, period (label), hall_id, county, dept_code, item_code, theme (null where they do not name the place),
            numerator (null for quantiles), denominator, value (null where the denominator is 0), definition_version.
            One row per rate, period and place; places without data have theirs too. Rates that are told only if
            something is there (`shown_if`) have rows only then.

        Raises:
            UnknownRate: there is no such rate or version.
        """
        wanted = [rate for rate in rates_of(version, ids) if by in rate.places]
        counts = self._counts(by)
        return pl.concat(
            [_figures(counts, rate) for rate in wanted] or [_figures(counts, rates_of(version)[0]).clear()]
        )

    @classmethod
    def joined(cls, tallies: Sequence[Tally]) -> Tally:
        """Tallies of different periods as one, so that a large city can be counted month by month in little memory.

        Args:
            tallies: at least one; no period in two of them, all of the same halls.
        """
        begins = list(accumulate((len(part.periods) for part in tallies), initial=0))
        seats = tallies[0].seats
        halls = seats.filter(pl.col("hall_id") != NO_HALL)
        for part in tallies:
            if not part.seats.filter(pl.col("hall_id") != NO_HALL).equals(halls):
                raise ValueError("tallies of different halls cannot be joined")

        def together(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
            """One frame of the tallies' own, each with its periods numbered on."""
            moved = [part.with_columns(pl.col("period") + begin) for part, begin in zip(parts, begins, strict=False)]
            return pl.concat(moved, how="diagonal")

        kinds = tallies[0].places.keys()
        return cls(
            periods=tuple(label for part in tallies for label in part.periods),
            seats=seats,
            at_seats=together([part.at_seats for part in tallies]),
            of_subjects=together([part.of_subjects for part in tallies]),
            anew={
                kind: [together(frames) for frames in zip(*(part.anew[kind] for part in tallies), strict=True)]
                for kind in tallies[0].anew
            },
            places={
                kind: pl.concat([part.places[kind] for part in tallies]).unique(maintain_order=True) for kind in kinds
            },
        )

    def _counts(self, by: Place) -> pl.DataFrame:
        """All counts of each period and place of a kind, 0 where nothing was counted."""
        names = PLACE_COLUMNS[by]
        key = ["period", *names]
        sources = [frame for frame in (self.at_seats, self.of_subjects) if set(names) <= set(frame.columns)]
        counts = pl.DataFrame({"period": range(len(self.periods))}, schema={"period": pl.Int32})
        counts = counts.with_columns(pl.Series("label", self.periods, dtype=pl.String))
        if names:
            counts = counts.join(self.places[by], how="cross")
        known = set(counts.columns)
        for source in sources:
            # A city is both: what its halls counted stands first, the catalogue of items only in the other.
            fresh = [name for name in source.columns if name not in known and name not in _NAMES]
            known |= set(fresh)
            sums = source.group_by(key).agg(pl.col(fresh).sum())
            counts = counts.join(sums, on=key, how="left", maintain_order="left")
        for part in self.anew.get(by, ()):
            counts = counts.join(part, on=key, how="left", maintain_order="left")
        unnamed = [pl.lit(None, dtype=pl.String).alias(name) for name in _NAMES if name not in names]
        return counts.with_columns(pl.exclude("period", "label", "wait_p90", *_NAMES).fill_null(0)).with_columns(
            unnamed
        )


def compute_rates(
    records: RateRecords,
    periods: Period | Sequence[Period],
    by: Place,
    rates: Sequence[str] | None = None,
    version: str = CURRENT,
    t: datetime | None = None,
) -> pl.DataFrame:
    """Every rate of RATES for the places of one kind, with numerator and denominator.

    Args:
        records: the tables.
        periods: one period or several that do not overlap.
        by: city, county, hall, department, item or theme.
        rates: rates wanted; None = all that are told for such places.
        version: version of the definitions.
        t: the instant as of which things are counted; None = all that is in the records has happened.

    Returns:
        As `Tally.rates`.

    Raises:
        UnknownRate: there is no such rate or version.
        ValueError: periods overlap.
        OutsideCalendar: the working days do not reach as far as a deadline.
    """
    return tally(records, [periods] if isinstance(periods, Period) else periods, t).rates(by, rates, version)


def tally(records: RateRecords, periods: Sequence[Period], t: datetime | None = None) -> Tally:
    """Count everything once, for the rates of all kinds of places.

    Args:
        records: the tables.
        periods: periods that do not overlap; a year by its months costs one pass.
        t: the instant as of which things are counted; None = all that is in the records has happened.
    """
    grid = Grid.of(records, periods, t)
    cases = placed_cases(records, grid)
    tickets = count_tickets(cases, records, grid)
    scope, *rest = count_cases(cases, records, grid)
    of_subjects = [scope, *rest, *count_reviews(cases, records, grid)]
    of_seats = [count_complaints(cases, records, grid), *tickets.counts, _minutes(records, grid)]
    seated, told = added([*of_subjects, *of_seats], grid.place_of), added(of_subjects, grid.subject_of)
    at_seats = grid.places(seated.keys).drop("seat").hstack(pl.DataFrame(seated.columns))
    evaluable = (pl.col("finished") + pl.col("tickets_without_case")).alias("services_evaluable")
    subjects = grid.subjects(told.keys).hstack(pl.DataFrame(told.columns))
    subjects = pl.concat([subjects, count_items(subjects, grid)], how="diagonal")
    return Tally(
        periods=tuple(period.label for period in grid.periods),
        seats=grid.seats,
        at_seats=at_seats.with_columns(evaluable),
        of_subjects=subjects,
        anew=counted_anew(scope, tickets.waits, grid),
        places=_places(records, at_seats, subjects),
    )


def _figures(counts: pl.DataFrame, rate: Rate) -> pl.DataFrame:
    """One rate of every period and place."""
    below = pl.col(rate.denominator).cast(pl.Float64)
    above = pl.lit(None, dtype=pl.Float64) if rate.numerator is None else pl.col(rate.numerator).cast(pl.Float64)
    value = rate.scale * above / below if rate.value is None else pl.col(rate.value)
    shown = counts if rate.shown_if is None else counts.filter(pl.col(rate.shown_if) > 0)
    return shown.select(
        pl.lit(rate.id).alias("rate"),
        pl.col("label").alias("period"),
        *_NAMES,
        above.alias("numerator"),
        below.alias("denominator"),
        pl.when(below > 0).then(value).alias("value"),
        pl.lit(rate.version).alias("definition_version"),
    )


def _minutes(records: RateRecords, grid: Grid) -> Counts:
    """Busy and open minutes of windows."""
    types = {"hall_id": pl.String, "date": pl.Date, "busy_minutes": pl.Float64, "open_minutes": pl.Float64}
    given = pl.LazyFrame(schema=types) if records.window_minutes is None else records.window_minutes
    days = given.select(pl.col(name).cast(dtype) for name, dtype in types.items()).collect()
    # A day lies in a period as its noon does, whatever the clock does at midnight.
    noon = (pl.col("date").cast(pl.Datetime("us")) + pl.duration(hours=12)).dt.replace_time_zone(grid.zone)
    rows = grid.keyed(days.with_columns(grid.hall_seat(days["hall_id"]), noon.alias("noon")), "noon")
    return Counts.of(rows.group_by("key").agg(pl.col("busy_minutes", "open_minutes").sum()))


def _places(records: RateRecords, seated: pl.DataFrame, told: pl.DataFrame) -> dict[Place, pl.DataFrame]:
    """The places of each kind: those of the reference tables, and what else was met."""
    halls = records.halls.select("hall_id", "county").sort("hall_id").collect()
    themes = next(column.codes for column in TABLES["items"].columns if column.name == "theme")
    listed: dict[Place, pl.DataFrame] = {
        "county": halls.select("county"),
        "hall": halls,
        "department": records.departments.select("dept_code").sort("dept_code").collect(),
        "item": records.items.select("item_code").sort("item_code").collect(),
        "theme": pl.DataFrame({"theme": themes}, schema={"theme": pl.String}),
    }
    met = {}
    for kind in listed:
        names = PLACE_COLUMNS[kind]
        counts = seated if set(names) <= set(seated.columns) else told
        met[kind] = counts.select(names).drop_nulls().unique().sort(names)
    return {kind: pl.concat([listed[kind], met[kind]]).unique(maintain_order=True) for kind in listed}
