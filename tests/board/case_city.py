"""A city whose cases are made by a fixed draw, and whose numbers a few lines of plain Python count again."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from cockpit.board.spans import Span, Where, places_offered
from cockpit.door.roles import Role
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.lake.store import Snapshot
from cockpit.watch.month_keeper import Counts, MonthKeeper
from tests.board.small_city import HALLS, NOW, ZONE, build, case

Row = Mapping[str, Any]
TODAY = NOW.date()
CITY = Viewer("中心领导", None, Role.LEADER)
#: The manager of the town's hall, and somebody who sees its county wholly.
MANAGER = Viewer("主任", frozenset({"t1"}), Role.MANAGER)
COUNTY = Viewer("县里", frozenset({"c1", "t1"}), Role.LEADER, counties=frozenset({"云栖区"}))
#: Bound to two halls of different counties; a wall; somebody who may see nothing.
TWO = Viewer("两厅", frozenset({"t1", "p1"}), Role.DUTY)
NOBODY = Viewer("无权", frozenset(), Role.MANAGER)
COUNTY_OF = {hall["hall_id"]: hall["county"] for hall in HALLS} | {None: "云栖区"}
CHANNELS = ("window", "window", "pc", "app", "mini", "kiosk", "mail")
PLATFORMS = ("ywtb2",) * 8 + ("dept", "manual_backfill", "unknown")


def item(code: str, name: str, **more: object) -> dict[str, Any]:
    return {
        "item_code": code, "version": "1", "name": name, "dept_code": "d1", "theme": "business", "case_type": "promise",
        "needs_case": True, "apply_based": True, "legal_days": 20, "promise_days": 3, "day_unit": "workday",
        "online_capable": True, "ywtb_exception": False, "valid_from": datetime(2025, 1, 1, tzinfo=ZONE), **more,
    }  # fmt: skip


ITEMS = [
    item("i1", "食品经营许可<b>"),
    item("i2", "不动产登记", theme="realestate", case_type="instant", promise_days=None),
    item("i3", "公证咨询", apply_based=False),
    item("i4", "涉密审批", ywtb_exception=True),
]


def cases(amount: int = 900) -> list[dict[str, Any]]:
    """Cases of August to October, at all halls and none."""
    draw = random.Random(7)
    rows = []
    for number in range(amount):
        hall = draw.choice(["c1", "c1", "s1", "t1", "p1", None])
        apply = datetime(2026, 8, 3, 9, tzinfo=ZONE) + timedelta(minutes=draw.randrange(69 * 24 * 60))
        finish = apply + timedelta(days=draw.randrange(12), minutes=5)
        ended = draw.random() < 0.8 and finish < NOW
        rows.append(
            case(f"p{number}", hall, apply, finish if ended else None)
            | {
                "accept_time": apply + timedelta(minutes=1),
                "item_code": draw.choice(["i1", "i1", "i1", "i2", "i2", "i3", "i4"]),
                "channel": draw.choice(CHANNELS),
                "platform": draw.choice(PLATFORMS),
                "region_code": "330000000000",
                "visit_count": draw.choice([None, 0, 1, 2]),
                "delivery": draw.choice([None, "online", "window"]),
                "cross_region": draw.random() < 0.1,
                "is_test": draw.random() < 0.05,
            }
        )
    return rows


def case_city(path: Path) -> tuple[DataFolder, list[dict[str, Any]]]:
    """The city in a data folder, and its cases."""
    rows = cases()
    tables = {
        "halls": HALLS,
        "departments": [{"dept_code": "d1", "name": "市场监管局"}],
        "items": ITEMS,
        "cases": rows,
    }
    return build(path, tables, refuse=False), rows


def counted(folder: DataFolder, period: str, now: datetime = NOW) -> tuple[Snapshot, Counts, Span]:
    """The counts for a time, all of them made."""
    snapshot, span = folder.lake.snapshot(), Span.of(period, now.date())
    return snapshot, MonthKeeper(folder.lake).counts(snapshot, span.wanted, now, span.wanted), span


def where(snapshot: Snapshot, viewer: Viewer, value: str) -> Where:
    return places_offered(snapshot, viewer)[value]


def real(rows: list[dict[str, Any]], first: date, end: date, keep: Callable[[Row], bool]) -> Iterator[Row]:
    """Real cases accepted in some days."""
    return (row for row in rows if not row["is_test"] and first <= row["accept_time"].date() < end and keep(row))


def scope(rows: list[dict[str, Any]], first: date, end: date, keep: Callable[[Row], bool]) -> list[Row]:
    """Scope S of the rates: 依申请, no exception, no test."""
    return [row for row in real(rows, first, end, keep) if row["item_code"] in {"i1", "i2"}]


def everywhere(_: Row) -> bool:
    return True


def yes(rows: list[Row]) -> int:
    return sum(row["platform"] == "ywtb2" for row in rows)
