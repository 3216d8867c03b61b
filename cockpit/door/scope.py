"""Which halls a binding means: an account is bound to the city, to counties or to single halls."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
from polars.exceptions import PolarsError

from cockpit.door.roles import Role
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused, StorageError
from cockpit.lake.folder import DataFolder
from cockpit.records.people import AccountRecord, WallRecord

UNREADABLE = "数据目录里的大厅清单读不出来；请检查数据目录所在的磁盘和读取权限，恢复以后页面会自己显示。"
CITY, COUNTY, HALL = "city", "county", "hall"
TITLES = {CITY: "全市", COUNTY: "县（市、区）", HALL: "大厅"}


def viewer_of_account(folder: DataFolder, account: AccountRecord) -> Viewer:
    """The person of an account, seeing the halls that its counties have now."""
    return Viewer(
        name=account.name,
        scope=halls_of(folder, account.bound_to, account.places),
        role=Role(account.role),
        shown_name=account.shown_name,
        counties=frozenset(account.places if account.bound_to == COUNTY else ()),
        staff_id=account.staff_id,
    )


def viewer_of_wall(folder: DataFolder, wall: WallRecord) -> Viewer:
    """A wall screen."""
    return Viewer(
        name=f"大屏 {wall.name}",
        scope=halls_of(folder, wall.bound_to, wall.places),
        role=Role.WALL,
        shown_name=wall.name,
        counties=frozenset(wall.places if wall.bound_to == COUNTY else ()),
    )


def halls_of(folder: DataFolder, bound_to: str, places: Iterable[str]) -> frozenset[str] | None:
    """The halls a binding means now; None = the whole city, whatever is not understood = none at all."""
    if bound_to == CITY:
        return None
    if bound_to == HALL:
        return frozenset(places)
    return frozenset(known_halls(folder).filter(pl.col("county").is_in(list(places)))["hall_id"])


def known_halls(folder: DataFolder) -> pl.DataFrame:
    """Every hall of the city: hall_id, county, short_name.

    Raises:
        StorageError: the table of halls cannot be read, so nobody can tell what a county means.
    """
    snapshot = folder.lake.snapshot()
    key = str(folder.path), snapshot.heads.get("halls")
    if key not in _known:
        try:
            halls = snapshot.scan("halls").select("hall_id", "county", "short_name").collect()
        except (PolarsError, OSError) as error:
            raise StorageError(UNREADABLE) from error
        _known.clear()
        _known[key] = halls
    return _known[key]


#: The halls of the data as they are now; asked for at every drawing of every page.
_known: dict[tuple[str, int | None], pl.DataFrame] = {}


def checked_places(folder: DataFolder, bound_to: str, places: Iterable[str]) -> tuple[str, ...]:
    """The places of a binding, each of which the data know.

    Raises:
        Refused: a place is not known, or there is none.
    """
    wanted = tuple(sorted({place.strip() for place in places if place.strip()}))
    if bound_to == CITY:
        return ()
    if bound_to not in TITLES or not wanted:
        raise Refused("没有写明负责哪里；请指明全市、若干县（市、区）或若干大厅。")
    column = "county" if bound_to == COUNTY else "hall_id"
    unknown = sorted(set(wanted) - set(known_halls(folder)[column]))
    if unknown:
        what = "县（市、区）" if bound_to == COUNTY else "大厅编号"
        raise Refused(f"数据里没有这些{what}：{'、'.join(unknown)}；请核对名称，或先导入大厅清单。")
    return wanted
