"""While the data of a hall are late, refused or its devices off, what lives on them is not judged; then it is again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from alerts.bad_data import NOTHING_BAD, WITNESSES, concerned, held_back, red_spells
from alerts.catalogue import catalogue
from alerts.course import course
from alerts.levels import judged
from alerts.lines import asked_of
from alerts.machine import REASONS, Reason
from tests.alerts.days import clock
from tests.alerts.published import of_2026_1
from tests.alerts.storyline import AT, frame

#: What each source of the hall delivers: all but reviews and cases from the queueing system.
SOURCES = pl.DataFrame(
    [("H1", "queueing", table) for table in ("tickets", "window_sessions", "headcounts", "reviews")]
    + [("H1", "personnel", table) for table in ("roster", "attendance", "health_checks")]
    + [("H2", "queueing", "tickets")],
    schema=["hall_id", "source_system", "table"], orient="row",
)  # fmt: skip
TICKETS = {
    "footfall_peak", "hall_occupancy", "tidal_wait_rise", "wait_avg", "wait_sla_rate", "wait_max_open",
    "queue_per_window", "abandon_rate", "window_saturation", "demand_capacity_ratio", "window_idle_rate",
    "handle_time_drift", "complaint_z", "off_post_minutes", "link_rate",
}  # fmt: skip


def changes(place: dict[str, str], *moves: tuple[str, int, int]) -> pl.DataFrame:
    rows = [{**place, "at": clock(at), "before": before, "level": level} for at, before, level in moves]
    return pl.DataFrame(rows, schema_overrides={"at": AT})


LATE = {"hall_id": "H1", "source_system": "queueing", "source_table": "tickets"}


def bad(witness: str, place: dict[str, str], *moves: tuple[str, int, int]) -> pl.DataFrame:
    return concerned(witness, red_spells(changes(place, *moves), tuple(place)), SOURCES)


def held(data: pl.DataFrame, at: str, hall: str = "H1") -> set[str]:
    """The indicators that are held back at a hall and an instant."""
    found = set()
    for id_, definition in of_2026_1().items():
        place = dict.fromkeys(definition.grain, "x") | ({"hall_id": hall} if "hall_id" in definition.grain else {})
        line: dict[str, Any] = {"reading": "value", "value": 1.0}
        read = frame(definition, [(place, clock(at), line)]).drop("held")
        if held_back(read, definition, data)["held"].item():
            found.add(id_)
    return found


def test_spells_of_red_begin_with_red_and_end_with_anything_else() -> None:
    first = (("09:00", 0, 1), ("09:05", 1, 3), ("09:30", 3, 2))
    found = red_spells(changes(LATE, *first, ("09:40", 2, 3), ("10:00", 3, 0), ("11:00", 0, 3)), tuple(LATE))
    assert found.select("since", "until").rows() == [
        (clock("09:05"), clock("09:30")),
        (clock("09:40"), clock("10:00")),
        (clock("11:00"), None),
    ]


def test_late_tickets_hold_back_what_lives_on_tickets_in_that_hall_alone() -> None:
    data = bad("data_lag", LATE, ("10:00", 0, 3), ("11:00", 3, 0))
    assert held(data, "09:55") == set()
    assert held(data, "10:00") == TICKETS
    assert held(data, "10:55") == TICKETS
    assert held(data, "11:00") == set()
    assert held(data, "10:30", "H2") == set()


def test_orange_holds_nothing_back() -> None:
    assert held(bad("data_lag", LATE, ("10:00", 0, 2)), "10:30") == set()


@pytest.mark.parametrize(
    ("table", "wanted"),
    [
        ("window_sessions", {"queue_per_window", "window_saturation", "demand_capacity_ratio", "window_open_rate",
                             "window_idle_rate", "off_post_minutes"}),
        ("attendance", {"staff_on_duty_rate"}),
        ("headcounts", {"hall_occupancy"}),
        ("device_states", set()),
    ],
)  # fmt: skip
def test_each_table_holds_back_what_lives_on_it(table: str, wanted: set[str]) -> None:
    data = bad("data_lag", LATE | {"source_table": table}, ("10:00", 0, 3))
    assert held(data, "10:30") == wanted


def test_a_source_whose_rows_are_refused_holds_back_what_lives_on_anything_it_delivers() -> None:
    data = bad("invalid_row_rate", {"hall_id": "H1", "source_system": "personnel"}, ("10-11 20:00", 0, 3))
    assert held(data, "10-12 10:00") == {"staff_on_duty_rate", "health_check_gap"}
    assert (
        held(bad("invalid_row_rate", {"hall_id": "H1", "source_system": "unheard of"}, ("10:00", 0, 3)), "10:30")
        == set()
    )


def test_devices_that_are_off_hold_back_what_they_record() -> None:
    data = bad("device_offline", {"hall_id": "H1"}, ("10:00", 0, 3))
    assert held(data, "10:30") == TICKETS | {"staff_on_duty_rate"}


def test_what_says_that_data_are_bad_and_what_lies_in_no_hall_are_never_held_back() -> None:
    whole = pl.concat(
        [bad("data_lag", LATE | {"source_table": table}, ("10:00", 0, 3)) for table in ("tickets", "cases", "reviews")]
    )
    found = held(whole, "10:30")
    assert not found & set(WITNESSES)
    assert not {id_ for id_ in found if "hall_id" not in catalogue()[id_].grain}
    assert "bad_review_7d" in found and "overdue_open" not in found


def test_two_bad_tables_at_once_leave_one_line_for_each_reading() -> None:
    data = pl.concat(
        [bad("data_lag", LATE | {"source_table": table}, ("10:00", 0, 3)) for table in ("tickets", "window_sessions")]
    )
    definition = catalogue()["queue_per_window"]
    read = frame(
        definition,
        [
            ({"hall_id": "H1", "queue_id": f"Q{number}"}, clock("10:30"), {"reading": "value", "value": 1.0})
            for number in range(3)
        ],
    )
    assert held_back(read.drop("held"), definition, data)["held"].to_list() == [True] * 3


def test_where_nothing_is_bad_nothing_is_held_back() -> None:
    assert held(NOTHING_BAD, "10:30") == set()


def test_a_level_stays_while_it_is_held_back_and_recovers_when_the_data_are_back() -> None:
    definition, place = catalogue()["wait_avg"], {"hall_id": "H1", "queue_id": "Q1"}
    instants = [clock("10:00") + dt.timedelta(minutes=5 * number) for number in range(24)]
    # Red at once; calm from 10:10 on, but the tickets are late from 10:10 to 11:00.
    lines = [(place, at, {"reading": "value", "value": 45.0 if at < clock("10:10") else 5.0}) for at in instants]
    data = bad("data_lag", LATE, ("10:10", 0, 3), ("11:00", 3, 0))
    ready = judged(held_back(frame(definition, lines).drop("held"), definition, data), definition)
    asked = asked_of(definition, pl.DataFrame({"hall_id": "H1", "at": instants}, schema_overrides={"at": AT}))
    closings = pl.DataFrame(
        {"hall_id": "H1", "date": dt.date(2026, 10, 12), "last_close": clock("17:00")},
        schema_overrides={"last_close": AT},
    )
    moved = course(ready, definition, asked, closings)
    assert [(row["at"], row["level"], REASONS[Reason(row["reason"])]) for row in moved.iter_rows(named=True)] == [
        (clock("10:05"), 3, "达到阈值"),
        (clock("11:15"), 0, "已恢复"),
    ]
