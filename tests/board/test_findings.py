"""问题清单 over a real data folder: what is listed for whom, in which order, and the rows behind it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cockpit.board.findings import LATEST, findings, weeks
from cockpit.board.findings_rows import findings_rows, findings_sheet
from cockpit.door.roles import Role
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from cockpit.watch.halls_today import ONLINE
from metrics.finding import PLACE, all_findings
from tests.board.busy_hall import busy_hall, spell, window
from tests.board.small_city import NOW, at, build, case, ticket

LOCAL = Viewer.local()


def of_halls(*halls: str) -> Viewer:
    return Viewer("主任", frozenset(halls), Role.MANAGER)


def odd_week() -> dict[str, Any]:
    """Three days ago a window idled for 80 minutes at hall a, one for 40 at hall b; and cases without a hall."""
    tables = dict(busy_hall())
    people = [
        ticket(name, at("09:05", -3), at(call, -3), at("11:00", -3), window_id=window_id) | {"queue_id": f"q{name}"}
        for name, call, window_id in (("a", "10:25", "w1"), ("b", "09:45", "w9"))
    ]
    cases = [case(f"n{n}", None, at("08:00", -2), at("09:00", -2)) for n in range(4)]
    return tables | {
        "windows": [window("w1", "a"), window("w9", "b")],
        "window_plan": [],
        "attendance": [],
        "tickets": [*tables["tickets"], *people],
        "window_sessions": [spell(7, "w1", "09:00", "12:00", -3), spell(8, "w9", "09:00", "12:00", -3)],
        "calendar": [
            *tables["calendar"],
            *(
                {
                    **{"hall_id": name, "date": at("00:00", -3).date(), "session": 1, "day_type": "work"},
                    **{"open_at": at("09:00", -3), "close_at": at("17:00", -3), "bad_data": False},
                }
                for name in "ab"
            ),
        ],
        "cases": cases,
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    folder = build(tmp_path_factory.mktemp("odd") / "data", odd_week(), refuse=False)
    yield folder
    folder.close()


def test_the_last_seven_closed_days_come_first(folder: DataFolder) -> None:
    found = weeks(folder, NOW)

    assert next(iter(found)) == LATEST
    assert found[LATEST] == (at("00:00", -7).date(), NOW.date())
    assert found["2026-10-05"] == found[LATEST]  # today is a Monday
    assert len(found) == 13


def test_the_worst_in_multiples_of_its_threshold_comes_first(folder: DataFolder) -> None:
    shown = findings(folder, LOCAL, *weeks(folder, NOW)[LATEST], NOW)
    rows = shown.rows.select("kind", "hall", "times").rows()

    # 80 minutes of 30, four cases of 3, 40 minutes of 30 — equal ones by name.
    assert rows == [
        ("idle_while_waiting", "厅a", pytest.approx(80 / 30)),
        ("contradictory_cases", ONLINE, pytest.approx(4 / 3)),
        ("idle_while_waiting", "厅b", pytest.approx(40 / 30)),
    ]
    first = shown.rows.row(0, named=True)
    assert first["what"] == "空闲而有人等的分钟数 80，窗口开着的分钟数 180；等候 80 人·分钟"
    assert (first["since"], first["days"], first["where"]) == (at("00:00", -3).date(), 1, "w1号<b>窗口</b>")


def test_kinds_say_how_many_and_what_never_came(folder: DataFolder) -> None:
    shown = findings(folder, LOCAL, *weeks(folder, NOW)[LATEST], NOW)
    counts = {one.kind: one.count for one in shown.kinds}

    assert set(counts) == set(all_findings())
    assert (counts["idle_while_waiting"], counts["contradictory_cases"]) == (2, 1)
    assert counts["headcount_against_tickets"] is None  # no headcount was ever delivered
    assert counts["odd_item_times"] == 0


def test_everybody_sees_only_their_own(folder: DataFolder) -> None:
    week = weeks(folder, NOW)[LATEST]

    assert findings(folder, of_halls("b"), *week, NOW).rows["hall_id"].to_list() == ["b"]
    assert findings(folder, of_halls("c"), *week, NOW).rows.is_empty()
    assert findings(folder, Viewer("大屏", frozenset(), Role.WALL), *week, NOW).rows.is_empty()
    county = Viewer("县", frozenset("abcde"), Role.MANAGER, counties=frozenset({"云栖区"}))
    assert findings(folder, county, *week, NOW).rows["hall_id"].to_list() == ["a", "b"]
    assert findings(folder, LOCAL, *week, NOW, hall_id="b").rows["hall_id"].to_list() == ["b"]
    with pytest.raises(Refused):
        findings(folder, of_halls("b"), *week, NOW, hall_id="a")


def params(folder: DataFolder, row: int) -> dict[str, str]:
    start, end = weeks(folder, NOW)[LATEST]
    one = findings(folder, LOCAL, start, end, NOW).rows.row(row, named=True)
    place = {name: one[name] for name in PLACE if one[name]}
    return {"start": f"{start}", "end": f"{end}", "problem": one["kind"], **place}


def test_the_rows_behind_a_finding_add_up_to_it(folder: DataFolder) -> None:
    stretches = findings_rows(folder, LOCAL, params(folder, 0), NOW)
    contradictions = findings_rows(folder, LOCAL, params(folder, 1), NOW)

    assert stretches.frame["minutes"].sum() == 80.0
    assert stretches.frame["begin"].to_list() == [at("09:05", -3)]
    assert contradictions.frame["subject"].to_list() == ["n0", "n1", "n2", "n3"]
    assert set(contradictions.frame["note"]) == {"没有受理就办结"}
    assert [field.title for field in stretches.fields] == ["日期", "窗口", "开始", "结束", "时长", "说明"]


def test_rows_outside_the_scope_are_refused_like_those_that_do_not_exist(folder: DataFolder) -> None:
    said = set()
    for viewer, asked in (
        (of_halls("b"), params(folder, 0)),
        (of_halls("b"), params(folder, 1)),
        (LOCAL, params(folder, 0) | {"hall_id": "nowhere"}),
        (LOCAL, params(folder, 0) | {"problem": "nothing"}),
        (LOCAL, params(folder, 0) | {"start": "2020-01-01"}),
        (LOCAL, {}),
    ):
        with pytest.raises(Refused) as refused:
            findings_rows(folder, viewer, asked, NOW)
        said.add(refused.value.sentence)

    assert len(said) == 1


def test_the_list_to_take_along_is_the_list_on_the_page(folder: DataFolder) -> None:
    shown = findings(folder, LOCAL, *weeks(folder, NOW)[LATEST], NOW)

    assert findings_sheet(shown).frame.height == 3
    assert findings_sheet(shown, "contradictory_cases").frame["hall"].to_list() == [ONLINE]


def test_without_data_there_is_no_week(tmp_path: Path) -> None:
    folder = build(tmp_path / "data", {"halls": busy_hall()["halls"]}, refuse=False)

    assert weeks(folder, NOW) == {}
    folder.close()
