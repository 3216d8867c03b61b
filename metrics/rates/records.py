"""What the rates are counted from, and the grid of periods and places into which every row is put."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

from metrics.calendar import WorkCalendar
from metrics.periods import Period

#: Cases without a hall stand beside the halls of their county under this name.
NO_HALL = "无大厅(线上)"
#: County of what has neither a hall nor a region.
NO_REGION = "未知区域"
#: Digits of a region code that name the county.
COUNTY_DIGITS = 6
_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class RateRecords:
    """The tables from which rates are counted, with the columns of the standard.

    They may hold more rows than the periods need, and must hold: all cases accepted, finished or submitted in the
    periods, with their pauses; all reviews given in them, and bad ones whose deadline of mending lies in them; tickets
    taken, called or ended in them; and the cases and tickets that these reviews, tickets and complaints name.

    Attributes:
        halls: 大厅.
        calendar: opening sessions; where a day has none, waiting ends with the day.
        departments: 部门.
        items: all versions of all 事项.
        cases: 办件.
        case_pauses: 暂停.
        tickets: 取号.
        reviews: 评价.
        complaints: 投诉.
        work: the city's working days; must reach as far as the deadlines do.
        window_minutes: hall_id, date, busy_minutes, open_minutes, one row per hall and day (or finer, they are added
            up); None where nothing is known of windows, which then gives no saturation.
    """

    halls: pl.LazyFrame
    calendar: pl.LazyFrame
    departments: pl.LazyFrame
    items: pl.LazyFrame
    cases: pl.LazyFrame
    case_pauses: pl.LazyFrame
    tickets: pl.LazyFrame
    reviews: pl.LazyFrame
    complaints: pl.LazyFrame
    work: WorkCalendar
    window_minutes: pl.LazyFrame | None = None


@dataclass(frozen=True, eq=False)
class Grid:
    """Periods and seats of the rows; a seat is a hall, or a county for what has no hall.

    Attributes:
        periods: periods in their order, none within another.
        zone: the city's zone.
        halls: hall_id, county, region_code, in the order of seats.
        regions: the six-digit codes met in cases without a hall.
        t: the instant; None = all that is in the records has happened.
    """

    periods: Sequence[Period]
    zone: str
    halls: pl.DataFrame
    regions: Sequence[str]
    t: datetime | None

    @classmethod
    def of(cls, records: RateRecords, periods: Sequence[Period], t: datetime | None) -> Grid:
        """The grid of these records.

        Raises:
            ValueError: there is no period, or two of them overlap.
        """
        ordered = sorted(periods)
        overlap = [(one, other) for one, other in zip(ordered, ordered[1:], strict=False) if other.start < one.end]
        if overlap or not ordered:
            told = f"{overlap[0][0].label} and {overlap[0][1].label} overlap" if overlap else "there is none"
            raise ValueError(f"rates need periods that do not overlap: {told}")
        halls = records.halls.select("hall_id", "county", "region_code").sort("hall_id").collect()
        without = records.cases.filter(pl.col("hall_id").is_null())
        regions = without.select(_county_code().unique().alias("code")).collect()["code"].drop_nulls().sort()
        return cls(ordered, records.work.timezone, halls, regions.to_list(), t)

    def period_of(self, times: pl.Series) -> pl.Series:
        """The number of the period in which each instant lies; null for none."""
        us = times.to_physical()
        known = us.fill_null(np.iinfo(np.int64).min).to_numpy()
        begins, ends = self._bounds
        number = np.searchsorted(begins, known, side="right") - 1
        inside = (number >= 0) & (known < ends[number])
        found = pl.Series(times.name, np.where(inside, number, -1), dtype=pl.Int32)
        return pl.select(pl.when(found >= 0).then(found)).to_series()

    @cached_property
    def span(self) -> tuple[datetime, datetime]:
        """The first instant of all periods and the first after them."""
        zone = ZoneInfo(self.zone)
        return self.periods[0].instants(zone)[0], self.periods[-1].instants(zone)[1]

    def within(self, column: str) -> pl.Expr:
        """Whether a time lies between the beginning of the first and the end of the last period."""
        start, end = self.span
        return pl.col(column).is_between(pl.lit(start), pl.lit(end), closed="left").fill_null(value=False)

    @cached_property
    def counties(self) -> list[str]:
        """Counties by number: those of the halls, regions without a hall under their code, the unknown one last."""
        named = [*self.halls["county"].unique(maintain_order=True), *self._county_of_region.values()]
        return [*dict.fromkeys(name for name in named if name != NO_REGION), NO_REGION]

    @cached_property
    def seats(self) -> pl.DataFrame:
        """Every seat: seat, hall_id (null = no hall), county."""
        halls = self.halls.select("hall_id", "county")
        online = pl.DataFrame({"county": self.counties}).select(
            pl.lit(None, dtype=pl.String).alias("hall_id"), "county"
        )
        return pl.concat([halls, online]).with_row_index("seat").with_columns(pl.col("seat").cast(pl.Int32))

    @property
    def nowhere(self) -> int:
        """The seat of what has neither a hall nor a region."""
        return self.seats.height - 1

    def hall_seat(self, halls: pl.Series) -> pl.Series:
        """The seat of each hall; null where there is none."""
        return halls.cast(pl.Enum(self.halls["hall_id"]), strict=False).to_physical().cast(pl.Int32)

    def region_seat(self, codes: pl.Series) -> pl.Series:
        """The seat beside the halls of a region's county; that of the unknown region where there is none."""
        number = {name: self.halls.height + at for at, name in enumerate(self.counties)}
        seats = pl.Series([number[self._county_of_region[code]] for code in self.regions], dtype=pl.Int32)
        county = codes.str.slice(0, COUNTY_DIGITS).cast(pl.Enum(self.regions), strict=False).to_physical()
        found = seats.gather(county) if seats.len() else pl.Series([None] * codes.len(), dtype=pl.Int32)
        return found.fill_null(self.nowhere)

    @cached_property
    def _county_of_region(self) -> dict[str, str]:
        """The county's name by the six digits that most of its halls have; the code itself where no hall lies there."""
        known = (
            self.halls.group_by(_county_code().alias("code"), "county")
            .len()
            .sort("len", "county", descending=[True, False])
            .unique("code", keep="first", maintain_order=True)
        )
        names = dict(known.select("code", "county").iter_rows())
        return {code: names.get(code, code) for code in self.regions}

    @cached_property
    def _bounds(self) -> tuple[_Ints, _Ints]:
        zone = ZoneInfo(self.zone)
        ends = pl.Series([edge for period in self.periods for edge in period.instants(zone)])
        edges = ends.dt.cast_time_unit("us").to_physical().to_numpy().reshape(-1, 2)
        return edges[:, 0], edges[:, 1]


def _county_code() -> pl.Expr:
    return pl.col("region_code").str.slice(0, COUNTY_DIGITS)
