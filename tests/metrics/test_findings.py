"""Findings: every kind on a small week by hand, and the idle minutes on random halls as plain loops find them."""

import datetime as dt
from statistics import median
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from metrics.finding import BEHIND, COLUMNS, Week, all_findings
from metrics.records import Records
from tests.metrics.handmade import clock, hall, ticket
from tests.metrics.random_windows import TODAY, at, random_windows
from tests.metrics.slow import windows as slow
from tests.metrics.slow.records import DAY, MINUTE, ZONE, Row, Tables, frames, view
from tests.metrics.slow.spans import Span, crossed

PHASES = (Phase.explicit, Phase.generate)


def week(tables: Tables, before: Tables | None = None) -> Week:
    """The seven days up to today."""
    empty: Tables = {"tickets": [], "headcounts": []}
    return Week(view(tables), TODAY - 6 * DAY, TODAY + DAY, Records(frames(empty | (before or {})), ZONE))


def found(kind: str, asked: Week) -> list[Row]:
    """Its findings, and every one held against the rows behind it by their number."""
    one = all_findings()[kind]
    frame = one.find(asked)
    rows = one.behind(asked, frame)
    assert frame.columns == list(COLUMNS) and rows.columns[-len(BEHIND) :] == list(BEHIND)
    assert (frame["size"] >= one.threshold).all()
    places = frame.select(pl.col("hall_id", "window_id", "item_code", "staff_id").name.prefix("of_"))
    assert rows.join(places, on=places.columns, how="anti", nulls_equal=True).is_empty()
    assert places.join(rows, on=places.columns, how="anti", nulls_equal=True).is_empty()
    return frame.sort("size", descending=True).to_dicts()


def window(name: str, **more: Any) -> Row:  # noqa: ANN401
    return {
        "window_id": name, "hall_id": "H", "service_group": "g", "queue_ids": ["Q"], "is_tidal": False, **more
    }  # fmt: skip


def spell(window_id: str, start: str, end: str, state: str = "open", day: dt.date = TODAY) -> Row:
    times = {"start_at": clock(start, day), "end_at": clock(end, day)}
    return {"session_id": f"{window_id}{day}{start}", "window_id": window_id, "state": state, **times}


def test_every_kind_says_its_rule_and_what_to_look_at() -> None:
    kinds = all_findings()

    assert len(kinds) == 8
    for kind in kinds.values():
        assert kind.rule.endswith("。") and "看" in kind.check and kind.threshold > 0
        assert kind.find.__doc__ and kind.behind.__doc__


def test_a_week_without_any_record_has_no_finding() -> None:
    asked = week(hall() | {"windows": [], "items": [], "cases": []})

    assert all(kind.find(asked).is_empty() for kind in all_findings().values())


def test_a_window_that_stands_idle_while_somebody_waits() -> None:
    # w1 works from 9:00 to 9:10; from 9:10 to 9:50 it stands idle while a waits from 9:15 on: 35 minutes, and b from
    # 9:40 on: 10 minutes more. w2 pauses all the time: a pause is no idleness.
    tables = hall(
        ticket("x", "8:59", "9:00", "9:10", window_id="w1"),
        ticket("a", "9:15", "9:50", "10:00", window_id="w1"),
        ticket("b", "9:40", "9:50", "10:00", window_id="w2"),
        windows=[window("w1"), window("w2")],
        window_sessions=[spell("w1", "9:00", "12:00"), spell("w2", "9:00", "9:50", "pause")],
    )

    (one,) = found("idle_while_waiting", week(tables))

    assert (one["window_id"], one["numerator"], one["denominator"]) == ("w1", 35.0, 180.0)
    assert (one["detail"], one["since"], one["days"]) == ("等候 45 人·分钟", TODAY, 1)


def slow_idle(tables: Tables, name: str) -> list[tuple[Span, float]]:
    """The idle stretches of a window as loops find them, each with the minutes that people waited in it."""
    end = at(TODAY + DAY, 0)
    (row,) = [one for one in tables["windows"] if one["window_id"] == name]
    rows = sorted(
        (one for one in tables["window_sessions"] if one["window_id"] == name),
        key=lambda one: (one["start_at"], one["session_id"]),
    )
    followed = zip(rows, [*rows[1:], {"start_at": end}], strict=True)
    whole = [
        (one["start_at"], min(one["end_at"], then["start_at"])) for one, then in followed if one["state"] == "open"
    ]
    whole = [span for span in whole if span[1] > span[0]]
    busy = slow.busy_spans(tables, row, end)
    idle: list[Span] = []
    for start, stop in whole:
        marks = sorted({start, stop, *(edge for span in busy for edge in span if start < edge < stop)})
        pieces = list(zip(marks, marks[1:], strict=False))
        idle += [(a, b) for a, b in pieces if not any(c <= a and b <= d for c, d in busy)]
    waits = slow.waiting_spans(tables, slow.queues_of(row), end)
    stretches = [span for span in crossed(idle, waits) if span[1] - span[0] >= 3 * MINUTE]
    every = []
    for one in tables["tickets"]:
        every += slow.waiting_spans(tables | {"tickets": [one]}, slow.queues_of(row), end)
    return [(span, sum((b - a) / MINUTE for a, b in crossed([span], every))) for span in stretches]


@settings(max_examples=15, deadline=None, phases=PHASES)
@given(seed=st.integers(0, 10**9))
def test_idle_stretches_are_what_plain_loops_find(seed: int) -> None:
    tables = random_windows(seed, days=1)
    # Where spells of one window overlap, which of them holds is another question.
    tables["window_sessions"] = [
        row | {"end_at": row["end_at"] if row["end_at"] and row["end_at"].date() == TODAY else row["start_at"]}
        for row in tables["window_sessions"]
    ]
    asked = week(tables)
    kind = all_findings()["idle_while_waiting"]
    everything = pl.DataFrame({"hall_id": ["H1", "H2"]}).join(
        pl.DataFrame({"window_id": [row["window_id"] for row in tables["windows"]]}), how="cross"
    )

    rows = kind.behind(asked, everything)

    for row in tables["windows"]:
        mine = rows.filter(pl.col("of_window_id") == row["window_id"])
        expected = slow_idle(tables, row["window_id"])
        assert mine["minutes"].sum() == pytest.approx(sum((b - a) / MINUTE for (a, b), _ in expected))
        assert mine.height == len(expected)
        people = sum(float(note.split()[1]) for note in mine["note"])
        assert people == pytest.approx(sum(waited for _, waited in expected), abs=0.06 * len(expected) + 1e-6)


def test_somebody_present_all_day_who_serves_nobody() -> None:
    def there(person: str, window_id: str, end: str, day: dt.date) -> Row:
        times = {"start_at": clock("9:00", day), "end_at": clock(end, day)}
        return {"staff_id": person, "hall_id": "H", "window_id": window_id, **times}

    yesterday = TODAY - DAY
    tables = hall(
        ticket("a", "9:15", "9:50", "10:00", window_id="w1", staff_id="p1"),
        ticket("b", "9:15", "9:50", "10:00", window_id="w1", staff_id="p1", day=yesterday),
        ticket("c", "9:15", "9:50", "10:00", window_id="w2", staff_id="p2", day=yesterday),
        windows=[window("w1"), window("w2"), window("w3")],
        attendance=[
            there("p1", "w1", "17:00", TODAY),
            there("p2", "w2", "17:00", TODAY),  # nobody called at w2 today
            there("p2", "w2", "17:00", yesterday),  # but yesterday
            there("p3", "w3", "12:59", TODAY),  # less than 4 hours
            there("p4", "w1", "17:00", TODAY),  # somebody else called at the window
            there("p2", "w2", "17:00", TODAY - 2 * DAY),  # nobody called in the whole hall
        ],
    )

    (one,) = found("attended_without_service", week(tables))

    assert (one["window_id"], one["staff_id"]) == ("w2", "p2")
    assert (one["numerator"], one["denominator"], one["since"], one["days"]) == (1.0, 2.0, TODAY, 1)


def test_done_tickets_of_items_that_need_a_case_without_one() -> None:
    def done(number: int, item: str, project: str | None) -> Row:
        return ticket(
            f"{item}{number}", "9:00", "9:05", "9:10", item_code=item, project_no=project, ticket_no=f"A{number}"
        )

    items = [
        {"item_code": code, "version": "1", "needs_case": needs, "valid_from": at(TODAY - 99 * DAY, 0)}
        for code, needs in (("i", True), ("j", False), ("k", True))
    ]
    tables = hall(
        *(done(n, "i", "p1") for n in range(4)),
        *(done(n, "i", None) for n in range(10, 14)),
        done(20, "i", "nowhere"),
        *(done(n, "j", None) for n in range(9)),
        *(done(n, "k", None) for n in range(4)),  # too few
        items=items,
        cases=[{"project_no": "p1", "is_test": False}],
    )

    (one,) = found("done_without_case", week(tables))

    assert (one["item_code"], one["numerator"], one["denominator"]) == ("i", 5.0, 9.0)


def test_an_item_that_takes_far_longer_than_before() -> None:
    def lengths(item: str, minutes: list[int], day: dt.date) -> list[Row]:
        return [
            ticket(f"{item}{day}{n}", "9:00", "9:05", f"{9 + (5 + m) // 60}:{(5 + m) % 60:02}", item_code=item, day=day,
                   ticket_no="A")
            for n, m in enumerate(minutes)
        ]  # fmt: skip

    usual = [9, 10, 10, 11, 12] * 9
    now = {
        "slow": [20, 21, 22, 19, 23, 20, 18, 25, 21, 22],
        "same": [10, 11, 9, 10, 12, 10, 11, 9, 10, 10],
        "few": [40] * 9,
    }
    before = [row for item in now for row in lengths(item, usual, TODAY - 9 * DAY)]
    tables = hall(*(row for item, minutes in now.items() for row in lengths(item, minutes, TODAY)))

    (one,) = found("odd_item_times", week(tables, {"tickets": before}))

    # The median of an even number of logarithms is the geometric mean of the two in the middle.
    middle = sorted(now["slow"])[4:6]
    assert one["item_code"] == "slow"
    assert one["numerator"] == pytest.approx((middle[0] * middle[1]) ** 0.5)
    assert one["denominator"] == pytest.approx(median(usual))
    assert one["size"] == pytest.approx(one["numerator"] / one["denominator"])
    assert one["detail"] == "变长，本周 10 件，此前 8 周 45 件"


def test_windows_that_serve_outside_their_plan_or_are_never_opened() -> None:
    plans = [
        {"window_id": name, "start_at": clock("9:00"), "end_at": clock("10:00"), "staff_id": "p"}
        for name in ("w1", "w2")
    ]
    early = [ticket(f"a{n}", "9:00", "10:20", "10:25", window_id="w1", ticket_no="A") for n in range(5)]
    late = [ticket(f"b{n}", "9:00", "11:00", "11:05", window_id="w1", ticket_no="A") for n in range(10)]
    tables = hall(
        *early,
        *late,
        windows=[window("w1"), window("w2")],
        window_plan=plans,
        window_sessions=[spell("w1", "9:00", "12:00")],
    )

    (outside,) = found("unplanned_service", week(tables))
    (shut,) = found("planned_never_opened", week(tables))

    # 10:20 lies within the half hour after the plan's end.
    assert (outside["window_id"], outside["numerator"], outside["denominator"]) == ("w1", 10.0, 15.0)
    assert (shut["window_id"], shut["numerator"], shut["denominator"]) == ("w2", 1.0, 1.0)
    assert shut["since"] == TODAY


def test_cases_that_contradict_themselves() -> None:
    def case(name: str, accept: str = "9:00", finish: str = "10:00", **more: Any) -> Row:  # noqa: ANN401
        times = {"accept_time": clock(accept) if accept else None, "finish_time": clock(finish)}
        return {"project_no": name, "hall_id": "H", "status": "finished", "is_test": False, **times, **more}

    pause = {"project_no": "b", "start_at": clock("9:30"), "end_at": None}
    steps = [
        {"project_no": "c", "started_at": clock("9:30"), "ended_at": clock("10:30")},
        {"project_no": "d", "started_at": clock("9:30"), "ended_at": clock("10:00")},
    ]
    tables = hall() | {
        "cases": [case("a", accept=""), case("b"), case("c"), case("d"), case("t", accept="", is_test=True),
                  case("o", accept="", finish_time=clock("9:00", TODAY - 9 * DAY))],
        "case_pauses": [pause],
        "case_steps": steps,
    }  # fmt: skip

    (one,) = found("contradictory_cases", week(tables))

    assert (one["numerator"], one["denominator"]) == (3.0, 4.0)
    assert one["detail"] is not None and all(
        f"{why} 1 件" in one["detail"] for why in ("没有受理就办结", "办结时仍在暂停")
    )


def test_people_at_the_doors_do_not_fit_the_tickets() -> None:
    def day(back: int, people: int, tickets: int) -> tuple[list[Row], list[Row]]:
        date = TODAY - back * DAY
        rows = [ticket(f"{back}-{n}", "9:00", day=date) for n in range(tickets)]
        return rows, [{"hall_id": "H", "source": "door", "at": clock("10:00", date), "entered": people}]

    past = [day(back, 60, 40) for back in range(8, 28)]
    now = [day(0, 60, 40), day(1, 200, 40), day(2, 35, 40), day(3, 5, 29)]
    tables = hall(*(row for rows, _ in now for row in rows)) | {"headcounts": [row for _, rows in now for row in rows]}
    before = {
        "tickets": [row for rows, _ in past for row in rows],
        "headcounts": [row for _, rows in past for row in rows],
    }

    (one,) = found("headcount_against_tickets", week(tables, before))

    # Yesterday 5 people a ticket against 1.5; the day before fewer people than tickets; three days ago too few tickets.
    assert (one["numerator"], one["denominator"], one["days"]) == (235.0, 80.0, 2)
    assert one["since"] == TODAY - 2 * DAY
