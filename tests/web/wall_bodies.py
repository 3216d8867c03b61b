"""What wall screens are shown in the tests: snapshots of a made-up city in each of the states a screen must stand."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from cockpit.lake.folder import DataFolder
from cockpit.records.wall_snapshots import WallSnapshot, write_snapshots

ZONE = ZoneInfo("Asia/Shanghai")
#: A Monday morning.
NOW = dt.datetime(2026, 11, 2, 10, 31, tzinfo=ZONE)
AT = NOW.replace(minute=30)
COUNTIES = ("市本级", "云栖区", "临江县", "听潮区", "望岚县", "枫渡县", "石帆市", "晴汀区", "澄雾县")
RATES = {"ywtb_case_rate": 90.0, "ywtb_window_rate": 90.0, "ywtb_items_on_target": None, "review_good_rate": None}
STATES = ("normal", "quiet", "red", "stale", "nothing")


def shown(state: str) -> dict[str, Any]:
    """The snapshot of a state: normal, quiet, red (a crowd), stale (data stopped), nothing (no data today)."""
    levels = {
        "normal": {11: 2, 40: 1, 41: 1},
        "red": {10: 3, 19: 3, 20: 2, **dict.fromkeys(range(30, 60), 1)},
        "stale": {11: 2},
    }.get(state, {})
    live = state != "nothing"
    halls = [hall(number, levels.get(number, 0), live=live) for number in range(82)]
    incidents = sorted((incident(number, level) for number, level in levels.items()), key=lambda one: -one["level"])
    reaches = {"stale": AT - dt.timedelta(minutes=52), "nothing": AT - dt.timedelta(hours=16)}.get(state, AT)
    return {
        "at": AT.isoformat(), "reaches": reaches.isoformat(),
        "resumes": (AT + dt.timedelta(minutes=5)).isoformat(), "city": "示范市", "bound_to": "city", "places": [],
        "now": numbers(halls, live=live), "arrivals": course() if live else None,
        "cases": {"so_far": 1359, "usual_so_far": 1431.0, "ratio": 0.95} if live else None, "month": month(),
        "halls": halls, "incidents": incidents[:40],
        "counts": {str(level): sum(one["level"] == level for one in incidents) for level in (1, 2, 3)},
        "later": {"1": 87, "2": 98, "3": 19} if state == "normal" else dict.fromkeys("123", 0),
        "need": [need(one, halls) for one in incidents[:8]], "strip": strip(incidents),
        "calm_since": None if incidents else AT.replace(hour=9, minute=35).isoformat(),
    }  # fmt: skip


def hall(number: int, level: int, *, live: bool) -> dict[str, Any]:
    """One of 82 halls in nine counties."""
    place, county = number // 9, number % 9
    return {
        "id": f"H{number + 1:03d}", "name": f"{'云临听望枫石晴澄市'[county]}{'中桥溪坞渚皋笺影籁澹'[place % 10]}镇",
        "county": COUNTIES[county], "row": 4 * (county // 3) + place // 4, "col": 4 * (county % 3) + place % 4,
        "level": level, "later": {7: 1, 23: 3}.get(number, 0), "open": (number % 17 != 5) if live else None,
        "waiting": (number * 7 % 13 + 30 * (level > 2)) if live else None, "windows": number % 9 + 2 if live else None,
        "tickets": number * 11 % 90 if live else None, "bad_reviews": int(number % 29 == 3) if live else None,
        "wait": round(number * 5 % 11 + 0.4, 2) if live else None,
    }  # fmt: skip


def numbers(halls: list[dict[str, Any]], *, live: bool) -> dict[str, Any]:
    """The city now."""
    if not live:
        names = ("waiting", "wait", "tickets", "cases", "windows", "saturation", "reviews", "bad_reviews", "halls_open")
        return dict.fromkeys(names) | {"halls": len(halls)}
    return {
        "waiting": sum(one["waiting"] for one in halls), "wait": 5.35, "tickets": 12808, "cases": 11359,
        "windows": 381, "saturation": 52.3, "reviews": 1773, "bad_reviews": 3,
        "halls_open": sum(one["open"] for one in halls), "halls": len(halls),
    }  # fmt: skip


def course() -> dict[str, Any]:
    """Quarters of an hour from 8:30 to 17:15; ten are over."""
    minute = [510 + 15 * slot for slot in range(36)]
    usual = [60.0 + 40 * (slot % 12) for slot in range(36)]
    later = [None] * 8 + [1.0] * 28
    return {
        "minute": minute, "today": [int(value * 0.95) if slot < 8 else None for slot, value in enumerate(usual)],
        "low": [value * 0.9 for value in usual], "usual": usual, "high": [value * 1.15 for value in usual],
        "expected_low": [on and value * 0.85 for on, value in zip(later, usual, strict=True)],
        "expected": [on and value * 0.95 for on, value in zip(later, usual, strict=True)],
        "expected_high": [on and value * 1.1 for on, value in zip(later, usual, strict=True)],
        "so_far": 2808, "usual_so_far": 2950.0, "still": [5160.0, 5400.0, 5670.0], "ratio": 0.95,
    }  # fmt: skip


def month() -> dict[str, Any]:
    """The month's rates, one of them below its target."""
    values = dict(zip(RATES, (91.14, 88.2, 66.67, 99.75), strict=True))
    return {
        "month": "2026-11", "counted_at": AT.replace(hour=2).isoformat(),
        "rates": {
            name: {"numerator": 4206, "denominator": 4615, "value": values[name], "target": target}
            for name, target in RATES.items()
        },
        "counties": {county: dict(values) for county in COUNTIES},
    }  # fmt: skip


def incident(number: int, level: int) -> dict[str, Any]:
    """An incident in one of the halls."""
    where = hall(number, level, live=True)
    since = (AT - dt.timedelta(minutes=5 + number)).isoformat()
    found = {
        "id": f"20261102T0200Z-crowd-{where['id']}", "level": level, "place": where["name"], "hall_id": where["id"],
        "county": where["county"], "title": "排队拥挤", "what": "平均等候", "more": 2, "since": since, "live": True,
        "state": "待签收" if number % 2 else "处置中", "state_since": since,
        "told": "大厅主任" if level > 1 else "值班长",
    }  # fmt: skip
    if level == 3:
        found["reading"] = {
            "value": 41.5, "unit": "分钟", "name": "平均等候", "threshold": 30.0, "level": "红", "direction": "up",
            "past": True,
        }  # fmt: skip
        found["action"] = "推送增开窗口建议"
    return found


def need(one: dict[str, Any], halls: list[dict[str, Any]]) -> dict[str, Any]:
    """The hall of an incident."""
    where = next(hall for hall in halls if hall["id"] == one["hall_id"])
    return {name: where[name] for name in ("id", "name", "county", "level", "waiting", "wait")} | {
        "count": 1,
        "why": one["title"],
    }


def strip(incidents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What happened last."""
    return [
        {"at": one["since"], "what": "开始报警", "kind": "opened", "level": one["level"], "place": one["place"],
         "title": one["title"]}
        for one in incidents[:12]
    ]  # fmt: skip


def put(folder: DataFolder, body: dict[str, Any], at: dt.datetime | None = None, scope: str = "city") -> None:
    """Write a snapshot as the runner does."""
    write_snapshots(
        folder.records.database, [WallSnapshot(scope, at or dt.datetime.fromisoformat(body["at"]), "v", body)]
    )
