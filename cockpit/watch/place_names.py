"""Where an alert is (预警地点), in words: names of halls, queues, windows, items, departments instead of their ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from alerts.incidents import Place
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.plain import one_line
from metrics.standard import TABLES

#: Where there is little room a name longer than this is cut.
LONGEST = 24
_NAMED = {
    "hall_id": ("halls", "short_name"),
    "queue_id": ("queues", "name"),
    "window_id": ("windows", "name"),
    "item_code": ("items", "name"),
    "dept_code": ("departments", "name"),
}


def short(text: str) -> str:
    """A name in one line, without signs that no eye sees, at most so long."""
    said = " ".join(one_line(text).split())
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"


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

    def said(self, place: Place, *, hall: bool = True, as_: Callable[[str], str] = str, without: str = "全厅") -> str:
        """The place in words; the parts it has no name for under their ids.

        Args:
            place: columns and values.
            hall: whether its hall is named as well.
            as_: what becomes of each name.
            without: what a place without parts is called.
        """
        parts = [(name, value) for name, value in place if hall or name != "hall_id"]
        return " · ".join(as_(self.by_column.get(name, {}).get(value, value)) for name, value in parts) or without

    def county(self, place: Place) -> str:
        """The county in which a place lies; "" where it lies in none."""
        where = dict(place)
        return self.counties.get(where["hall_id"], "") if "hall_id" in where else where.get("county", "")


def names(folder: DataFolder, snapshot: Snapshot | None = None) -> Names:
    """The names as they are in a state of the data, by default the present one; read anew where a table has changed.

    Raises:
        StorageError: a file of the lake is damaged, or the disk refused.
    """
    state_of = snapshot or folder.lake.snapshot()
    state = str(folder.path), *(state_of.heads.get(table) for table, _ in _NAMED.values())
    if state not in _kept:
        found = {column: _pairs(state_of, table, column, name) for column, (table, name) in _NAMED.items()}
        found["source_table"] = {name: table.title.partition(":")[0] for name, table in TABLES.items()}
        counties, levels = (_pairs(state_of, "halls", "hall_id", name) for name in ("county", "level"))
        if len(_kept) >= _MOST:
            _kept.clear()
        _kept[state] = Names(found, counties, levels)
    return _kept[state]


def _pairs(snapshot: Snapshot, table: str, column: str, name: str) -> dict[str, str]:
    if not snapshot.has(table):
        return {}
    rows = snapshot.scan(table).select(column, name).drop_nulls().unique(column, keep="last").collect()
    return dict(rows.iter_rows())


_MOST = 4
_kept: dict[tuple[object, ...], Names] = {}
