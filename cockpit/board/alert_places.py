"""Where an alert is (预警地点), in words: names of halls, queues, windows, items, departments instead of their ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.incidents import Place
from cockpit.board.keeping import Keeper
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from metrics.standard import TABLES

#: Place column → table and column in which its name stands.
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
        levels: hall_id → what kind of hall it is.
    """

    by_column: Mapping[str, Mapping[str, str]]
    counties: Mapping[str, str]
    levels: Mapping[str, str]

    def said(self, place: Place, *, hall: bool = True) -> str:
        """The place in words; the parts it has no name for under their ids.

        Args:
            place: columns and values.
            hall: whether its hall is named as well.
        """
        parts = [(name, value) for name, value in place if hall or name != "hall_id"]
        return " · ".join(self.by_column.get(name, {}).get(value, value) for name, value in parts) or "全厅"

    def county(self, place: Place) -> str:
        """The county in which a place lies; "" where it lies in none."""
        where = dict(place)
        return self.counties.get(where["hall_id"], "") if "hall_id" in where else where.get("county", "")


def names(folder: DataFolder, now: datetime) -> Names:
    """The names as they are now; made anew where one of their tables has changed.

    Raises:
        PolarsError: a table cannot be read.
    """
    snapshot = folder.lake.snapshot()
    state = tuple(snapshot.heads.get(table) for table, _ in _NAMED.values())
    return _kept.get((str(folder.path), state), now, lambda: _read(snapshot))


def _read(snapshot: Snapshot) -> Names:
    found: dict[str, dict[str, str]] = {
        column: _pairs(snapshot, table, column, name) for column, (table, name) in _NAMED.items()
    }
    found["source_table"] = {name: table.title.partition(":")[0] for name, table in TABLES.items()}
    counties, levels = (_pairs(snapshot, "halls", "hall_id", name) for name in ("county", "level"))
    return Names(found, counties, levels)


def _pairs(snapshot: Snapshot, table: str, column: str, name: str) -> dict[str, str]:
    if not snapshot.has(table):
        return {}
    rows = snapshot.scan(table).select(column, name).drop_nulls().unique(column, keep="last").collect()
    return dict(rows.iter_rows())


_kept: Keeper[Names] = Keeper(entries=4, minutes=60)
