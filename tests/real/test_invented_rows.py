"""The four sources whose rows may not lie here, by rows made up after their pattern."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.real.bringing import Brought, bring_twice, changes_nothing

CALL = {
    "vru+line": "L1",
    "call_id": "1",
    "customer_id": "0",
    "priority": "0",
    "type": "PS",
    "date": "990301",
    "vru_entry": "9:00:00",
    "vru_exit": "9:00:10",
    "vru_time": "10",
    "q_start": "9:00:10",
    "q_exit": "9:01:10",
    "q_time": "60",
    "outcome": "AGENT",
    "ser_start": "9:01:12",
    "ser_exit": "9:05:00",
    "ser_time": "228",
    "server": "A1",
}
REQUEST = {
    "rec_id": "1",
    "create_time": "2018-03-01",
    "district": "坪山区",
    "sub_type": "路灯",
    "dispose_unit": "某局",
    "event_source": "12345",
    "archive_status": "按期办结",
    "archive_code": "intime",
}
STEP = {
    "case:channel": "Desk",
    "case:concept:name": "c1",
    "case:deadline": "2011-05-30 00:00:00+02:00",
    "case:department": "General",
    "case:enddate": "2011-05-02 10:00:00.500000+02:00",
    "case:responsible": "r1",
    "case:startdate": "2011-05-01 09:00:00+02:00",
    "concept:instance": "s1",
    "concept:name": "look",
    "org:resource": "r2",
    "time:timestamp": "2011-05-01 11:00:00.250000+02:00",
}
ANSWER = {
    "Comment ID": "X 1 - Q1",
    "Date": "03/04/2022",
    "Service type 1": "Ward",
    "FFT categorical answer": "2",
}


def bring(place: Path, profile: str, *rows: dict[str, Any], separator: str = ",") -> Brought:
    file = place / ("rows.txt" if separator == "\t" else "rows.csv")
    lines = [separator.join(rows[0]), *(separator.join(row.values()) for row in rows)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    brought = bring_twice(profile, [file], place, separator)
    brought.folder.close()
    assert changes_nothing(brought)
    return brought


def bring_calls(place: Path, *changes: dict[str, str]) -> Brought:
    calls = [CALL | {"call_id": str(number)} | change for number, change in enumerate(changes, start=1)]
    return bring(place, "bank_calls", *calls, separator="\t")


def clocks(brought: Brought) -> dict[str, tuple[str | None, ...]]:
    names = ("take_time", "call_time", "start_time", "end_time")
    return {
        row["ticket_no"]: tuple(None if row[name] is None else row[name].strftime("%d %H:%M:%S") for name in names)
        for row in brought.rows("tickets")
    }


NO_QUEUE = {"q_start": "0:00:00", "q_exit": "0:00:00"}
NO_SERVICE = {"ser_start": "0:00:00", "ser_exit": "0:00:00", "server": "NO_SERVER"}


def test_calls_queued_put_through_and_hung_up(tmp_path: Path) -> None:
    brought = bring_calls(
        tmp_path,
        {},
        NO_QUEUE | {"ser_start": "9:00:12"},
        NO_SERVICE | {"outcome": "HANG"},
        NO_QUEUE | NO_SERVICE | {"outcome": "HANG"},
        {"outcome": "PHANTOM"},
    )
    assert clocks(brought) == {
        "1": ("01 09:00:10", "01 09:01:10", "01 09:01:12", "01 09:05:00"),
        "2": ("01 09:00:10", "01 09:00:10", "01 09:00:12", "01 09:05:00"),
        "3": ("01 09:00:10", None, None, "01 09:01:10"),
        "4": ("01 09:00:10", None, None, "01 09:00:10"),
    }


def test_an_agents_clock_may_be_two_seconds_behind_and_no_more(tmp_path: Path) -> None:
    brought = bring_calls(
        tmp_path,
        {"ser_start": "9:01:08"},
        {"ser_start": "9:01:09", "ser_exit": "9:01:09"},
        {"ser_start": "9:01:07"},
    )
    assert clocks(brought) == {
        "1": ("01 09:00:10", "01 09:01:10", "01 09:01:10", "01 09:05:00"),
        "2": ("01 09:00:10", "01 09:01:10", "01 09:01:10", "01 09:01:10"),
    }
    assert brought.refused("tickets") == {"L1-3": ["order:call_time<=start_time"]}


def test_midnight_is_told_from_not_applicable(tmp_path: Path) -> None:
    late = {"vru_entry": "23:59:50", "vru_exit": "23:59:58"}
    brought = bring_calls(
        tmp_path,
        late | {"q_start": "0:00:00", "q_exit": "0:00:30", "ser_start": "0:00:31", "ser_exit": "0:02:00"},
        late | {"q_start": "23:59:58", "q_exit": "0:00:00", "ser_start": "0:00:00", "ser_exit": "0:02:00"},
        late | NO_QUEUE | {"ser_start": "23:59:59", "ser_exit": "0:02:00"},
    )
    assert clocks(brought) == {
        "1": ("02 00:00:00", "02 00:00:30", "02 00:00:31", "02 00:02:00"),
        "2": ("01 23:59:58", "02 00:00:00", "02 00:00:00", "02 00:02:00"),
        "3": ("01 23:59:58", "01 23:59:58", "01 23:59:59", "02 00:02:00"),
    }


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"outcome": "ROBOT"}, "code:status"),
        ({"type": "XX"}, "code:queue_id"),
        ({"priority": "3"}, "code:queue_id"),
        ({"q_exit": "9:61:10"}, "type:q_exit_at"),
        ({"date": "990231"}, "type:vru_exit_at"),
        ({"ser_start": "0:00:00", "ser_exit": "0:00:00"}, "needs:end_time"),
    ],
)
def test_a_call_that_the_rules_do_not_cover_is_refused(tmp_path: Path, change: dict[str, str], reason: str) -> None:
    brought = bring_calls(tmp_path, {}, change)
    [(key, reasons)] = brought.refused("tickets").items()
    assert key == "L1-2"
    assert reason in reasons
    assert set(clocks(brought)) == {"1"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"archive_code": "overtime"}, "code:status"),
        ({"event_source": "12350"}, "code:channel"),
        ({"district": "龙岗区"}, "code:region_code"),
        ({"create_time": "2018-02-30"}, "type:apply_time"),
        ({"create_time": "2018-10-02"}, "future:apply_time"),
        ({"dispose_unit": "-"}, "required:dept_code"),
        ({"sub_type": "-"}, "required:item_code"),
    ],
)
def test_a_request_that_the_rules_do_not_cover_is_refused(tmp_path: Path, change: dict[str, str], reason: str) -> None:
    brought = bring(tmp_path, "pingshan", REQUEST, REQUEST | {"rec_id": "2"} | change)
    assert reason in brought.refused("cases")["2"]
    assert [row["project_no"] for row in brought.rows("cases")] == ["1"]


def test_a_community_is_one_unit_with_and_without_its_street(tmp_path: Path) -> None:
    units = ["甲社区", "甲社区（乙街道办事处）", "城建办（乙街道办事处）", "城建办", "乙街道综合执法队（乙街道办事处）"]
    brought = bring(
        tmp_path,
        "pingshan",
        *(REQUEST | {"rec_id": str(n), "dispose_unit": unit} for n, unit in enumerate(units)),
        REQUEST | {"rec_id": "t", "dispose_unit": "测试单位"},
    )
    found = {row["project_no"]: (row["dept_code"], row["is_test"]) for row in brought.rows("cases")}
    assert found == {
        "0": ("甲社区", False),
        "1": ("甲社区", False),
        "2": ("城建办（乙街道办事处）", False),
        "3": ("城建办", False),
        "4": ("乙街道综合执法队", False),
        "t": ("测试单位", True),
    }


def test_a_case_told_by_its_steps_is_one_case_and_one_told_in_two_ways_is_refused(tmp_path: Path) -> None:
    other = STEP | {"case:concept:name": "c2"}
    brought = bring(
        tmp_path,
        "wabo",
        STEP,
        STEP | {"concept:instance": "s2"},
        other | {"concept:instance": "s3"},
        other | {"concept:instance": "s4", "case:deadline": "2011-06-30 00:00:00+02:00"},
    )
    assert [row["project_no"] for row in brought.rows("cases")] == ["c1"]
    assert brought.refused("cases") == {"c2": ["conflict"]}
    assert brought.counts("case_steps") == (4, 4, 0, 0, 0)


def test_a_persons_rows_are_one_review_and_contradictory_ones_are_refused(tmp_path: Path) -> None:
    second = ANSWER | {"Comment ID": "X 2 - Q1"}
    brought = bring(
        tmp_path,
        "nhs_fft",
        ANSWER,
        ANSWER | {"Comment ID": "X 1 - Q2"},
        second,
        second | {"Comment ID": "X 2 - Q2", "FFT categorical answer": "5"},
        ANSWER | {"Comment ID": "X 3 - Q1", "FFT categorical answer": "6"},
        ANSWER | {"Comment ID": "X 4 - Q1", "FFT categorical answer": "8"},
        ANSWER | {"Comment ID": "X 5 - Q1", "Date": "04/13/2022"},
    )
    assert [(row["review_id"], row["level"], row["assess_time"].month) for row in brought.rows("reviews")] == [
        ("X 1", 4, 4)
    ]
    assert brought.refused("reviews")["X 2"] == ["conflict"]
    assert "code:level" in brought.refused("reviews")["X 4"]
    assert "type:assess_time" in brought.refused("reviews")["X 5"]
    assert sum(brought.first.left_out["reviews"].values()) == 1
