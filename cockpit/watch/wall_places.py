"""What the places of alerts are called on wall screens: names of halls, queues, windows, items, departments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.incidents import Place
from cockpit.lake.store import Snapshot
from cockpit.plain import one_line
from metrics.standard import TABLES

#: A name longer than this is cut.
LONGEST = 24
_NAMED = {
    "hall_id": ("halls", "short_name"),
    "queue_id": ("queues", "name"),
    "window_id": ("windows", "name"),
    "item_code": ("items", "name"),
    "dept_code": ("departments", "name"),
}


@dataclass(frozen=True)
class Names:
    """The names of a city's places.

    Attributes:
        by_column: place column → id → name.
        counties: hall_id → county.
    """

    by_column: Mapping[str, Mapping[str, str]]
    counties: Mapping[str, str]

    def said(self, place: Place) -> str:
        """The place in words; the parts it has no name for under their ids."""
        return " · ".join(short(self.by_column.get(name, {}).get(value, value)) for name, value in place) or "全市"

    def county(self, place: Place) -> str | None:
        """The county in which a place lies; None where it lies in none."""
        where = dict(place)
        return self.counties.get(where["hall_id"]) if "hall_id" in where else where.get("county")


def short(text: str) -> str:
    """A name in one line, without signs that no eye sees, at most so long."""
    said = " ".join(one_line(text).split())
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"


def names(snapshot: Snapshot, lake: str) -> Names:
    """The names as they are in this state of the data.

    Args:
        snapshot: the state.
        lake: tells lakes apart, for what is kept of them.
    """
    state = lake, *(snapshot.heads.get(table) for table, _ in _NAMED.values())
    if state not in _kept:
        found = {column: _pairs(snapshot, table, column, name) for column, (table, name) in _NAMED.items()}
        found["source_table"] = {name: table.title.partition(":")[0] for name, table in TABLES.items()}
        _kept.clear()
        _kept[state] = Names(found, _pairs(snapshot, "halls", "hall_id", "county"))
    return _kept[state]


def _pairs(snapshot: Snapshot, table: str, column: str, name: str) -> dict[str, str]:
    rows = snapshot.scan(table).select(column, name).drop_nulls().unique(column, keep="last").collect()
    return dict(rows.iter_rows())


#: The names of the lake that was asked for last.
_kept: dict[tuple[object, ...], Names] = {}
