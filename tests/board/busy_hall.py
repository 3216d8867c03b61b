"""A county with five halls of one kind, one of them written out by hand: today at 10:07 and eight Mondays before."""

from __future__ import annotations

from typing import Any

from tests.board.small_city import NOW, Rows, at, delivery, hall, ticket

WEEKS = range(1, 9)
TABLES = ("tickets", "window_sessions", "attendance", "device_states", "window_plan", "roster")


def opening(hall_id: str, days: int, session: int, opens: str, closes: str) -> dict[str, Any]:
    date = (at("00:00", days)).date()
    times = {"open_at": at(opens, days), "close_at": at(closes, days)}
    return {"hall_id": hall_id, "date": date, "session": session, "day_type": "work", "bad_data": False, **times}


def window(window_id: str, hall_id: str, *, tidal: bool = False) -> dict[str, Any]:
    return {
        **{"window_id": window_id, "hall_id": hall_id, "name": f"{window_id}号<b>窗口</b>", "service_group": "综合"},
        **{"queue_ids": [f"q{hall_id}"], "is_tidal": tidal},
    }


def spell(number: int, window_id: str, start: str, end: str | None, days: int = 0) -> dict[str, Any]:
    times = {"start_at": at(start, days), "end_at": at(end, days) if end else None}
    return {"session_id": f"x{number}{days}", "window_id": window_id, "staff_id": "p1", "state": "open", **times}


def busy_hall() -> dict[str, Rows]:
    """Hall a: who waits now are two; on the Monday k weeks before k people waited at this time of day."""
    halls = [hall(name, f"厅{name}", "云栖区", "county") for name in "abcde"] + [hall("z", "市本级", "市本级", "city")]
    past = [
        row
        for week in WEEKS
        for row in (
            *(ticket("a", at("10:00", -7 * week), at("10:20", -7 * week), at("10:30", -7 * week)) for _ in range(week)),
            # One call in the half hour before, after a wait of as many minutes as weeks.
            ticket("a", at(f"09:{50 - week}", -7 * week), at("09:50", -7 * week), at("09:59", -7 * week)),
        )
    ]
    today = [
        ticket("a", at("09:01"), at("09:05"), at("09:20"), window_id="w1", item_code="i1"),
        ticket("a", at("09:40"), at("10:00"), window_id="w1", item_code="i1", staff_id="p1"),
        ticket("a", at("09:50")),
        ticket("a", at("10:05")),
        ticket("a", at("09:10"), None, at("09:30")) | {"status": "abandoned"},
    ]
    # Yesterday's week: waits of 1 to 5 minutes in the five halls, twenty calls each.
    peers = [
        ticket(name, at("10:00", -4), at(f"10:0{wait}", -4), at("10:30", -4))
        for wait, name in enumerate("abcde", 1)
        for _ in range(20)
    ]
    tickets = [row | {"queue_id": f"q{row['hall_id']}"} for row in (*past, *today, *peers)]
    return {
        "halls": halls,
        "calendar": [
            *(opening("a", -7 * week, 1, "09:00", "12:00") for week in range(9)),
            *(opening("a", -7 * week, 2, "13:30", "17:00") for week in range(9)),
            *(opening(name, -4, 1, "09:00", "17:00") for name in "abcde"),
            {"hall_id": "a", "date": at("00:00", -1).date(), "session": 1, "day_type": "rest", "bad_data": False},
        ],
        "departments": [{"dept_code": "d1", "name": "部门"}],
        "items": [
            {
                **{"item_code": "i1", "version": "1", "name": "户口<script>登记</script>", "dept_code": "d1"},
                **{"theme": "livelihood", "case_type": "instant", "needs_case": False, "apply_based": True},
                **{"day_unit": "workday", "online_capable": True, "ywtb_exception": False},
                "valid_from": at("00:00", -300),
            }
        ],
        "queues": [
            {"queue_id": f"q{name}", "hall_id": name, "name": "综合", "queue_type": "normal"} for name in "abcde"
        ],
        "windows": [window("w1", "a"), window("w2", "a"), window("w3", "a", tidal=True), window("w9", "b")],
        "window_plan": [
            {"window_id": name, "start_at": at("09:00"), "end_at": at("12:00"), "staff_id": "p1"}
            for name in ("w1", "w2")
        ],
        "window_sessions": [
            spell(1, "w1", "09:00", None),
            spell(2, "w2", "09:00", "09:30"),
            *(spell(3, "w1", "09:00", "12:00", -7 * week) for week in WEEKS),
        ],
        "roster": [
            {"staff_id": name, "start_at": at("09:00"), "hall_id": "a", "end_at": at("17:00"), "role": "clerk"}
            for name in ("p1", "p2")
        ],
        "attendance": [
            {"staff_id": "p1", "start_at": at("08:55"), "hall_id": "a", "window_id": "w1", "end_at": None},
            {"staff_id": "p2", "start_at": at("09:00"), "hall_id": "a", "window_id": "w2", "end_at": at("09:30")},
        ],
        "devices": [
            {"device_id": name, "hall_id": "a", "kind": "kiosk", "key_device": name == "d1"} for name in ("d1", "d2")
        ],
        "device_states": [
            {"device_id": "d1", "from_at": at("08:00"), "to_at": at("09:45"), "online": True},
            {"device_id": "d2", "from_at": at("08:00"), "to_at": None, "online": True},
        ],
        "tickets": tickets,
        "deliveries": [delivery(table, "a", at("10:05")) for table in TABLES],
    }


assert NOW.weekday() == 0
