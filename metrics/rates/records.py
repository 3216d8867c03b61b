"""What the rates are counted from, and the grid of periods and places into which every row is put."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from metrics.calendar import WorkCalendar
from metrics.cases import ItemVersions
from metrics.groups import unpacked
from metrics.periods import Period
from metrics.spells import Ints
from metrics.standard.reference import THEMES

#: Cases without a hall stand beside the halls of their county under this name.
NO_HALL = "无大厅(线上)"
#: County of what has neither a hall nor a region.
NO_REGION = "未知区域"
#: Digits of a region code that name the county.
COUNTY_DIGITS = 6
#: The columns of each table that are looked at.
NEEDED: dict[str, tuple[str, ...]] = {
    "halls": ("hall_id", "county", "region_code"),
    "calendar": ("hall_id", "date", "session", "open_at", "close_at", "day_type", "bad_data"),
    "departments": ("dept_code",),
    "items": (
        *("item_code", "version", "dept_code", "theme", "case_type", "apply_based", "legal_days", "promise_days"),
        *("day_unit", "online_capable", "ywtb_exception", "valid_from", "valid_to"),
    ),
    "cases": (
        *("project_no", "item_code", "item_version", "hall_id", "dept_code", "region_code", "channel", "platform"),
        *("apply_time", "accept_time", "promise_due", "finish_time", "closed_time", "status", "auto_approved"),
        *("delivery", "visit_count", "cross_region", "is_test"),
    ),
    "case_pauses": ("project_no", "kind", "start_at", "end_at"),
    "tickets": (
        *("ticket_id", "hall_id", "item_code", "take_time", "call_time", "start_time", "end_time", "status"),
        *("project_no", "is_test"),
    ),
    "reviews": (
        *("hall_id", "project_no", "ticket_id", "level", "origin", "named", "assess_time", "valid", "verify_time"),
        *("callback_time", "rectify_due", "rectify_time", "callback_satisfied"),
    ),
    "complaints": ("hall_id", "kind", "created_at", "closed_at", "project_no"),
}


@dataclass(frozen=True, eq=False)
class RateRecords:
    """The tables from which rates are counted, with at least the columns of the standard in `NEEDED`.

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
    """Where every row is put: its period, its seat and its subject, all as whole numbers and together as one key.

    A seat is a hall, or a county for what has no hall. A subject is a department, an item and a theme, each of them
    or none.

    Attributes:
        periods: periods in their order, none within another.
        zone: the city's zone.
        halls: hall_id, county, region_code, in the order of seats.
        regions: the six-digit codes met in cases without a hall.
        departments: codes of all departments.
        versions: all versions of all items.
        t: the instant; None = all that is in the records has happened.
    """

    periods: Sequence[Period]
    zone: str
    halls: pl.DataFrame
    regions: Sequence[str]
    departments: pl.Series
    versions: ItemVersions
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
        owners = [frame.select("dept_code").unique() for frame in (records.departments, records.items, records.cases)]
        departments = pl.concat(owners).unique().sort("dept_code").collect()["dept_code"]
        versions = ItemVersions.of(records.items)
        zone = records.work.timezone
        here = t and t.astimezone(ZoneInfo(zone))
        return cls(ordered, zone, halls, regions.to_list(), departments, versions, here)

    @property
    def instant(self) -> pl.Expr:
        """The instant t in the city's zone; null where there is none."""
        return pl.lit(self.t, dtype=pl.Datetime("us", self.zone))

    def period_of(self, times: pl.Series) -> pl.Series:
        """The number of the period in which each instant lies; null for none."""
        us = times.to_physical()
        known = us.fill_null(np.iinfo(np.int64).min).to_numpy()
        begins, ends = self._bounds
        number = np.searchsorted(begins, known, side="right").astype(np.int32) - 1
        gapless = bool((begins[1:] == ends[:-1]).all())
        outside = (number < 0) | (known >= (ends[-1] if gapless else ends[number]))
        found = pl.Series(times.name, number)
        return found.set(pl.Series(outside), None) if outside.any() else found

    def keyed(self, rows: pl.DataFrame, times: str) -> pl.DataFrame:
        """The rows whose time lies in a period, with their key; rows have `seat`, and may have `subject`."""
        period = self.period_of(rows[times])
        inside = rows if period.null_count() == 0 else rows.filter(period.is_not_null())
        subject = pl.col("subject") if "subject" in rows.columns else pl.lit(0, dtype=pl.Int64)
        return inside.with_columns(self.key(pl.lit(period.drop_nulls()), pl.col("seat"), subject))

    def key(self, period: pl.Expr, seat: pl.Expr, subject: pl.Expr) -> pl.Expr:
        """Period, seat and subject as one number."""
        places = period.cast(pl.Int64) * self.seats.height + seat
        return (places * self.subjects_at_most + subject).alias("key")

    def place_of(self, keys: Ints) -> Ints:
        """Period and seat of each key as one number."""
        return keys // self.subjects_at_most

    def subject_of(self, keys: Ints) -> Ints:
        """Period and subject of each key as one number."""
        place, subject = np.divmod(keys, self.subjects_at_most)
        return place // self.seats.height * self.subjects_at_most + subject

    def places(self, numbers: Ints) -> pl.DataFrame:
        """What `place_of` gave, in columns: period, seat, hall_id, county."""
        period, seat = np.divmod(numbers, self.seats.height)
        return pl.DataFrame({"period": period.astype(np.int32)}).hstack(self.seats[seat])

    def subjects(self, numbers: Ints) -> pl.DataFrame:
        """What `subject_of` gave, in columns: period, dept_code, item_code, theme; null where it has no such part."""
        period, subject = np.divmod(numbers, self.subjects_at_most)
        listed = {"dept_code": self.departments, "item_code": self._items, "theme": pl.Series(THEMES)}
        parts = zip(listed.items(), self.parts(subject), strict=True)
        named = [_none_first(codes)[part].alias(name) for (name, codes), part in parts]
        return pl.DataFrame({"period": period.astype(np.int32)}).hstack(named)

    def decoded(self, counts: pl.DataFrame) -> pl.DataFrame:
        """Counts with period, hall_id, county, dept_code, item_code and theme in place of the key."""
        keys = counts["key"].to_numpy()
        seats = self.places(self.place_of(keys)).select("period", "hall_id", "county")
        subjects = self.subjects(self.subject_of(keys)).drop("period")
        return pl.concat([seats, subjects, counts.drop("key")], how="horizontal")

    def parts(self, subject: Ints) -> list[Ints]:
        """Numbers of department, item and theme of each subject, from 1; 0 where it has no such part."""
        return unpacked(subject, (self._items.len() + 1, len(THEMES) + 1))

    def subject(self, departments: pl.Series, items: pl.Series, themes: pl.Series) -> pl.Series:
        """Department, item and theme as one number; what is null has no part in it."""
        found = np.zeros(items.len(), dtype=np.int64)
        for codes, values in ((self.departments, departments), (self._items, items), (pl.Series(THEMES), themes)):
            part = (
                values.cast(pl.String).cast(pl.Enum(codes), strict=False) if values.dtype != pl.Enum(codes) else values
            )
            found = found * (codes.len() + 1) + (part.to_physical().cast(pl.Int64) + 1).fill_null(0).to_numpy()
        return pl.Series("subject", found)

    @cached_property
    def hall_codes(self) -> pl.Enum:
        """All halls, in the order of seats."""
        return pl.Enum(self.halls["hall_id"])

    def hall_seat(self, halls: pl.Series) -> pl.Series:
        """The seat of each hall; null where there is none."""
        return halls.cast(self.hall_codes, strict=False).to_physical().cast(pl.Int64).alias("seat")

    def region_seat(self, codes: pl.Series) -> pl.Series:
        """The seat beside the halls of a region's county; that of the unknown region where there is none."""
        number = {name: self.halls.height + at for at, name in enumerate(self.counties)}
        seats = pl.Series([number[self._county_of_region[code]] for code in self.regions], dtype=pl.Int64)
        county = codes.str.slice(0, COUNTY_DIGITS).cast(pl.Enum(self.regions), strict=False).to_physical()
        found = seats.gather(county) if seats.len() else pl.Series([None] * codes.len(), dtype=pl.Int64)
        return found.fill_null(self.nowhere)

    @property
    def nowhere(self) -> int:
        """The seat of what has neither a hall nor a region."""
        return self.seats.height - 1

    @cached_property
    def counties(self) -> list[str]:
        """Counties by number: those of the halls, regions without a hall under their code, the unknown one last."""
        named = [*self.halls["county"].unique(maintain_order=True), *self._county_of_region.values()]
        return [*dict.fromkeys(name for name in named if name != NO_REGION), NO_REGION]

    @cached_property
    def seats(self) -> pl.DataFrame:
        """Every seat: seat, hall_id (`NO_HALL` beside the halls), county."""
        halls = self.halls.select("hall_id", "county")
        online = pl.DataFrame({"county": self.counties}).select(pl.lit(NO_HALL).alias("hall_id"), "county")
        return pl.concat([halls, online]).with_row_index("seat").with_columns(pl.col("seat").cast(pl.Int64))

    @property
    def _items(self) -> pl.Series:
        return self.versions.codes

    @property
    def subjects_at_most(self) -> int:
        """How many subjects there can be."""
        return (self.departments.len() + 1) * (self._items.len() + 1) * (len(THEMES) + 1)

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
    def _bounds(self) -> tuple[Ints, Ints]:
        zone = ZoneInfo(self.zone)
        ends = pl.Series([edge for period in self.periods for edge in period.instants(zone)])
        edges = ends.dt.cast_time_unit("us").to_physical().to_numpy().reshape(-1, 2)
        return edges[:, 0], edges[:, 1]


def matched(asking: pl.Series, asked: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Which rows name which: the row numbers of one list of identifiers and of the other where the two are equal.

    Identifiers are long texts: they are brought together by a hash of 64 bits, which is a third of the work, and then
    compared as they are, so that nothing depends on the hash being unique.

    Args:
        asking: identifiers that rows name, null where they name none.
        asked: identifiers of what may be named.
    """
    ask, given = (pl.LazyFrame({"name": names}).with_row_index("row") for names in (asking, asked))
    hashed = pl.col("name").hash().alias("hash")
    rows = given.select("row", hashed).join(
        ask.filter(pl.col("name").is_not_null()).select(pl.col("row").alias("by"), hashed), on="hash"
    )
    pairs = rows.select("by", "row").collect()
    same = asking.gather(pairs["by"]) == asked.gather(pairs["row"])
    found = pairs if same.all() else pairs.filter(same)
    return found["by"], found["row"]


def _none_first(codes: pl.Series) -> pl.Series:
    return pl.concat([pl.Series([None], dtype=pl.String), codes.cast(pl.String)])


def _county_code() -> pl.Expr:
    return pl.col("region_code").str.slice(0, COUNTY_DIGITS)
