"""How a hall stands: by hand, and on random halls as plain loops find it; what is usual; its seats and its people."""

import datetime as dt
import math
from random import Random

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from metrics.halls import now, same_time, so_far, usual
from metrics.presence import devices, presence
from metrics.seats import seats, window_minutes
from metrics.view import View
from tests.metrics.handmade import clock, hall, ticket
from tests.metrics.random_windows import TODAY, WINDOWS, at, grid, random_windows
from tests.metrics.slow import staff, waits
from tests.metrics.slow import windows as slow
from tests.metrics.slow.records import DAY, MINUTE, Tables, cut, last_close, net, session_at, view, visitors
from tests.metrics.slow.spans import crossed, minutes, stands, union

PHASES = (Phase.explicit, Phase.generate)
MIDNIGHT = at(TODAY, 0)


def asked(city: View, places: list[tuple[str, dt.datetime, dt.datetime]]) -> pl.DataFrame:
    """Halls and instants with the beginning of their hour."""
    shape = pl.Datetime("us", city.records.timezone)
    schema = {"hall_id": pl.String, "at": shape, "since": shape}
    return pl.DataFrame(places, schema=schema, orient="row").with_columns(start=pl.lit(MIDNIGHT).cast(shape))


@settings(max_examples=25, deadline=None, phases=PHASES)
@given(seed=st.integers(0, 10**9))
def test_a_hall_stands_as_plain_loops_find_it(seed: int) -> None:
    tables = random_windows(seed)
    city = view(tables)
    places = [
        (name, t, slow.window_of(tables, name, t)[0])
        for t in grid(Random(seed), 6)
        for name in WINDOWS
        if session_at(tables, name, t)
    ]

    found = now(city, asked(city, places)).to_dicts()

    for row, (name, t, since) in zip(found, places, strict=True):
        known = cut(tables, t)
        queue = [
            one
            for one in visitors(known)
            if one["hall_id"] == name
            and one["take_time"].date() == t.date()
            and not (one["call_time"] or one["start_time"] or one["end_time"])
            and (last_close(known, name, t.date()) or t) >= t
        ]
        half = session_at(known, name, t)
        assert half is not None
        calls = waits.calls_of(known, name, max(t - 30 * MINUTE, half["open_at"]), t)
        own = slow.of_hall(known, name)
        posts = {one["staff_id"] for one in known["roster"] if one["hall_id"] == name}
        mine = [one for one in known["roster"] if one["hall_id"] == name]
        duty = {
            person: union((one["start_at"], one["end_at"]) for one in mine if one["staff_id"] == person)
            for person in posts
        }
        due = [person for person in posts if stands(duty[person], t)]
        assert row["waiting"] == len(queue)
        longest = max((net(known, name, one["take_time"], t) / MINUTE for one in queue), default=None)
        assert row["longest"] == (None if longest is None else pytest.approx(longest))
        assert row["calls"] == len(calls)
        assert row["wait"] == pytest.approx(sum(waits.wait(known, one) for one in calls))
        assert row["open"] == sum(slow.is_open(known, window, t) for window in own)
        assert row["planned"] == sum(stands(union(slow.plans(known, window)), t) for window in own)
        assert row["busy"] == pytest.approx(sum(minutes(slow.busy_spans(known, w, t), since, t) for w in own))
        opened = sum(minutes(union(slow.open_spans(known, w, t)), since, t) for w in own)
        assert row["open_minutes"] == pytest.approx(opened)
        assert row["rostered"] == len(due)
        assert row["there"] == sum(stands(staff.attended(known, person, t), t) for person in due)


@settings(max_examples=25, deadline=None, phases=PHASES)
@given(seed=st.integers(0, 10**9))
def test_a_day_so_far_is_what_plain_loops_add_up(seed: int) -> None:
    tables = random_windows(seed)
    city = view(tables)
    places = [(name, t, t) for t in (*grid(Random(seed), 3), MIDNIGHT + DAY) for name in WINDOWS]

    found = so_far(city, asked(city, places)).to_dicts()

    for row, (name, t, _) in zip(found, places, strict=True):
        known = cut(tables, t)
        people = [one for one in visitors(known) if one["hall_id"] == name and one["take_time"] >= MIDNIGHT]
        called = [one for one in people if one["call_time"]]
        lengths = sorted(waits.wait(known, one) for one in called)
        closing = last_close(known, name, TODAY)

        # Who is called after the closing, or signs off by himself then, was served late and did not give up.
        times = ("call_time", "start_time", "end_time")
        late = {one["ticket_id"] for one in tables["tickets"] if any(one[name] for name in times)}
        gone = [
            one
            for one in people
            if (one["end_time"] and one["status"] == "abandoned")
            or (one["ticket_id"] not in late and closing is not None and max(closing, one["take_time"]) < t)
        ]
        missed = [one for one in called if one["end_time"] and one["status"] == "no_show"]
        own = slow.of_hall(known, name)
        assert row["taken"] == sum(one["transferred_from"] is None for one in people)
        assert row["calls"] == len(called)
        assert row["wait"] == pytest.approx(sum(lengths))
        assert row["p90"] == (pytest.approx(lengths[math.ceil(len(lengths) * 0.9) - 1]) if lengths else None)
        assert row["lost"] == len({one["ticket_id"] for one in (*gone, *missed)})
        assert row["came_up"] == len({one["ticket_id"] for one in (*gone, *called)})
        assert row["busy"] == pytest.approx(sum(minutes(slow.busy_spans(known, w, t), MIDNIGHT, t) for w in own))
        planned = [(w, union(slow.plans(known, w))) for w in own]
        assert row["planned"] == pytest.approx(sum(minutes(spans, MIDNIGHT, t) for _, spans in planned))
        both = sum(minutes(crossed(spans, union(slow.open_spans(known, w, t))), MIDNIGHT, t) for w, spans in planned)
        assert row["open_planned"] == pytest.approx(both)


@settings(max_examples=15, deadline=None, phases=PHASES)
@given(seed=st.integers(0, 10**9))
def test_the_windows_add_up_to_their_hall(seed: int) -> None:
    tables = random_windows(seed)
    city = view(tables)
    for t in grid(Random(seed), 3):
        whole = so_far(city, asked(city, [("H1", t, t)])).row(0, named=True)
        each = window_minutes(city, MIDNIGHT, t).filter(pl.col("hall_id") == "H1")
        plan = seats(city, MIDNIGHT, t).filter(pl.col("hall_id") == "H1")
        people = presence(city, MIDNIGHT, t).filter(pl.col("hall_id") == "H1")

        for name in ("busy", "open", "planned", "open_planned"):
            assert each[name].sum() == pytest.approx(whole[name])
        assert plan["busy"].sum() == pytest.approx(whole["busy"])
        assert plan["planned_minutes"].sum() == pytest.approx(whole["planned"])
        assert people["rostered"].sum() == pytest.approx(whole["rostered"])
        assert people["attended"].sum() == pytest.approx(whole["attended"])
        assert plan.height == len(WINDOWS["H1"])


def seating() -> Tables:
    """Six windows at 10:00, each in another state."""

    def spell(name: str, window: str, start: str, end: str = "", state: str = "open") -> dict[str, object]:
        times = {"start_at": clock(start), "end_at": clock(end) if end else None}
        return {"session_id": name, "window_id": window, "state": state, "staff_id": f"p{window}", **times}

    return hall(
        ticket("a", "9:30", "9:50", window_id="1", staff_id="p1", item_code="i"),
        ticket("b", "9:10", "9:20", "9:40", window_id="2", staff_id="p2"),
        ticket("c", "9:55", "9:58", window_id="6", staff_id="p6"),
        windows=[
            {"window_id": w, "hall_id": "H", "service_group": "g", "queue_ids": ["Q"], "is_tidal": w == "5"}
            for w in "123456"
        ],
        window_plan=[{"window_id": w, "start_at": clock("9:00"), "end_at": clock("12:00")} for w in "1234"],
        window_sessions=[
            spell("x1", "1", "9:00"),
            spell("x2", "2", "9:00"),
            spell("x3", "3", "9:00", "9:55"),
            spell("x4", "3", "9:55", state="pause"),
        ],
        device_states=[
            {"device_id": "on", "from_at": clock("8:00"), "to_at": None, "online": True},
            {"device_id": "off", "from_at": clock("8:00"), "to_at": clock("9:45"), "online": True},
        ],
        devices=[
            {"device_id": name, "hall_id": "H", "kind": "kiosk", "key_device": name == "off"}
            for name in ("on", "off", "never")
        ],
    )


def test_every_window_says_what_it_is_doing() -> None:
    found = {row["window_id"]: row for row in seats(view(seating()), clock("0:00"), clock("10:00")).to_dicts()}

    states = {window: row["state"] for window, row in found.items()}
    assert states == {"1": "serving", "2": "idle", "3": "pause", "4": "missing", "5": "shut", "6": "serving"}
    assert found["1"]["since"] == clock("9:50") and found["1"]["ticket_id"] == "a"
    assert found["2"]["since"] == clock("9:40") and found["2"]["served"] == 1  # idle since the last one left
    assert found["2"]["busy"] == 20.0 and found["2"]["open"] == 60.0
    assert found["3"]["since"] == clock("9:55") and found["6"]["staff_id"] == "p6"
    assert found["4"]["since"] is None and found["5"]["is_tidal"]


def test_after_closing_nobody_sits_at_a_window_any_more() -> None:
    found = seats(view(seating()), clock("0:00"), clock("17:05"))

    assert set(found["state"]) == {"shut"}


def test_a_device_is_off_since_its_last_state_ended() -> None:
    rows = devices(view(seating()), clock("10:00")).select("device_id", "online", "since").rows()

    assert rows == [("off", False, clock("9:45")), ("never", False, None), ("on", True, clock("8:00"))]


def test_usual_is_the_median_of_at_least_four_days() -> None:
    values = pl.DataFrame({"row": [0, 0, 0, 0, 1, 1, 1], "n": [3, 1, 4, 10, 5, 5, 5]})

    rows = usual(values).sort("row").to_dicts()

    assert rows[0] == {"row": 0, "n": 3.5, "n_low": 1.0, "n_high": 10.0, "n_days": 4}
    assert rows[1] == {"row": 1, "n": None, "n_low": None, "n_high": None, "n_days": 3}


def test_the_same_time_is_looked_for_on_the_same_weekday() -> None:
    tables = hall(*(ticket(f"k{n}", "9:55", day=TODAY - 7 * n * DAY) for n in range(1, 11)), days=10)
    city = view(tables)
    at_ten = asked(city, [("H", clock("10:00"), clock("9:00"))]).with_columns(
        date=pl.lit(TODAY), row=pl.lit(0, dtype=pl.Int64)
    )

    past = same_time(at_ten, city.sessions, city.first_days)

    assert past["at"].to_list() == [clock("10:00", TODAY - 7 * n * DAY) for n in range(1, 9)]
    assert now(city, past)["waiting"].to_list() == [1] * 8
