"""Who looks at a page, and how much of the city that person may see; every read model and every action asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from cockpit.door.roles import PAGES, RIGHTS, Right, Role
from cockpit.errors import Refused


@dataclass(frozen=True)
class Viewer:
    """A person or a screen that looks at the pages.

    Attributes:
        name: account name; what the audit names.
        scope: the halls this viewer may see; None = the whole city.
        role: what this viewer is here for.
        shown_name: how the pages call this person.
        counties: counties seen wholly, with what belongs to no hall there; empty for the city and for single halls.
        staff_id: the person's number in the records of the halls, where the account names one.
    """

    name: str
    scope: frozenset[str] | None
    role: Role
    shown_name: str = ""
    counties: frozenset[str] = frozenset()
    staff_id: str | None = None

    @classmethod
    def local(cls) -> Viewer:
        """Whoever works at the machine itself with its files: the command line. No page may use it."""
        return cls(name="本机", scope=None, role=Role.DATA)

    @property
    def sees_city(self) -> bool:
        """Whether this viewer sees the whole city, rows without a hall included."""
        return self.scope is None

    def sees_hall(self, hall_id: str) -> bool:
        """Whether this hall is within the viewer's scope."""
        return self.scope is None or hall_id in self.scope

    def sees_county(self, county: str) -> bool:
        """Whether the whole county is within the viewer's scope."""
        return self.scope is None or county in self.counties

    def sees_place(self, place: Iterable[tuple[str, str]]) -> bool:
        """Whether an alert's place is within the scope: its hall, else its county; all else is the whole city's."""
        where = dict(place)
        if "hall_id" in where:
            return self.sees_hall(where["hall_id"])
        return self.sees_county(where["county"]) if "county" in where else self.sees_city

    def opens(self, page: str) -> bool:
        """Whether this viewer's role opens the page of this name."""
        return page in PAGES[self.role]

    def may(self, right: Right) -> bool:
        """Whether this viewer's role may do this."""
        return right in RIGHTS[self.role]

    def must(self, right: Right) -> None:
        """Go on only if the role may do this.

        Raises:
            Refused: it may not.
        """
        if not self.may(right):
            raise Refused("您的角色没有这项权限，没有改动任何内容；如确需办理，请联系系统管理员调整角色。")

    def must_see(self, hall_id: str | None) -> None:
        """Go on only if this hall, or for None the whole city, is within the viewer's scope.

        Raises:
            Refused: it is not; said alike for halls that do not exist, so that nobody can find out which do.
        """
        if not (self.sees_city if hall_id is None else self.sees_hall(hall_id)):
            raise Refused("这不在您负责的范围内，或者并不存在；请从页面上列出的大厅中选择。")

    def within(self, rows: pl.LazyFrame, column: str = "hall_id", county: str | None = None) -> pl.LazyFrame:
        """Only the rows that this viewer may see.

        Args:
            rows: anything with a hall per row.
            column: its column of the hall.
            county: its column of the county, where rows without a hall are to be seen by who sees their county.
        """
        if self.scope is None:
            return rows
        seen = pl.col(column).is_in(sorted(self.scope))
        if county is not None and self.counties:
            seen |= pl.col(column).is_null() & pl.col(county).is_in(sorted(self.counties))
        return rows.filter(seen.fill_null(False))
