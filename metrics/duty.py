"""Who is to be on duty (排班) and who is there (考勤), by person and hall.

Every person counts by staff_id, whatever the role. An attendance belongs to the day on which it begins; without an end,
or with one that was reported for a later day, it lasts until t, at most until the person's last rostered end of that
day. Where a person is rostered, being there counts, at whichever of the city's halls the attendance was recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from metrics.hours import numbers
from metrics.known import Known, crossing, merged, union
from metrics.spells import NEVER, Ints, Spells, micros


@dataclass(frozen=True)
class Duty:
    """Rosters and attendance under small numbers.

    Attributes:
        roster: table `roster` of the standard.
        attendance: table `attendance`.
        halls: hall_id of all halls, in the order of their numbers.
    """

    roster: pl.DataFrame
    attendance: pl.DataFrame
    halls: pl.Series

    @cached_property
    def posts(self) -> pl.DataFrame:
        """Every person at every hall where the person is ever rostered: staff_id, hall (number); a row is a post."""
        return (
            self.roster.select("staff_id", pl.Series("hall", numbers(self.roster["hall_id"], self.halls)))
            .unique()
            .sort("staff_id", "hall")
        )

    @cached_property
    def hall(self) -> Ints:
        """Number of the hall of each post."""
        return self.posts["hall"].to_numpy()

    @cached_property
    def rostered(self) -> Spells:
        """When each post is to be filled."""
        rows = self.roster_rows
        return merged(Spells(rows.place, rows.start, rows.end))

    @cached_property
    def roster_rows(self) -> Known:
        """The same, each minute under the roster it comes from (row of `roster`)."""
        halls = pl.Series("hall", numbers(self.roster["hall_id"], self.halls))
        post = (
            self.roster.select("staff_id", halls)
            .join(self.posts.with_row_index("post"), on=["staff_id", "hall"], how="left", maintain_order="left")["post"]
            .cast(pl.Int64)
            .to_numpy()
        )
        start, end = micros(self.roster["start_at"]), micros(self.roster["end_at"])
        return union(Known.of(post, start, end, np.arange(len(post))))

    @cached_property
    def attended(self) -> Known:
        """When each post was filled as rostered; rows are those of `attendance`."""
        rostered = self.rostered
        within = Known.of(rostered.place, rostered.start, rostered.end, np.arange(len(rostered)))
        return crossing(self._there, within)

    @cached_property
    def _there(self) -> Known:
        """When the person of each post was there at all, by post."""
        day = pl.col("start_at").dt.date().alias("day")
        ends = self.roster.group_by("staff_id", day).agg(pl.col("end_at").max().alias("last_end"))
        frame = (
            self.attendance.select("staff_id", "start_at", "end_at", day)
            .with_row_index("row")
            .join(ends, on=["staff_id", "day"], how="left", maintain_order="left")
            .join(self.posts.with_row_index("post").select("staff_id", "post"), on="staff_id", maintain_order="left")
        )
        same_day = (frame["end_at"].dt.date() == frame["day"]).fill_null(value=False).to_numpy()
        start = micros(frame["start_at"])
        end = np.where(same_day, micros(frame["end_at"]), NEVER)
        post, row = (frame[name].cast(pl.Int64).to_numpy() for name in ("post", "row"))
        last = np.where(frame["last_end"].is_null(), start, micros(frame["last_end"]))
        # What lies beyond the last rostered end lies in no roster of the day.
        return union(Known.of(post, start, np.minimum(end, last), row))
