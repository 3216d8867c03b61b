"""Facts of queues in 5 minutes, against a loop over the tickets; and that they add up."""

import datetime as dt
from collections import defaultdict

import polars as pl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from metrics.facts.queues import COUNTS, KINDS, queue_facts
from metrics.records import Records
from tests.metrics.handmade import clock, hall, opening, ticket
from tests.metrics.random_city import TODAY, random_city
from tests.metrics.slow.records import DAY, MINUTE, ZONE, Row, Tables, net, sessions, suspect, view, visitors

Key = tuple[str, str, dt.date, dt.datetime, int | None]


def interval(tables: Tables, place: str, moment: dt.datetime) -> tuple[dt.datetime, int | None]:
    """End of the 5 minutes in which something happened, and the session."""
    end = moment.replace(minute=moment.minute // 5 * 5, second=0, microsecond=0) + 5 * MINUTE
    for row in sessions(tables, place, moment.date()):
        if row["open_at"] <= moment < row["close_at"]:
            return min(end, row["close_at"]), row["session"]
    return end, None


def slow(tables: Tables) -> dict[Key, Row]:
    """Every count of every interval in which something happened."""
    found: dict[Key, Row] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    micro = dt.timedelta(microseconds=1)
    for row in visitors(tables):
        where = row["hall_id"], row["queue_id"], row["take_time"].date()
        fit = 0 if suspect(row) else 1
        own = 0 if row["transferred_from"] else 1
        counts = found[*where, *interval(tables, row["hall_id"], row["take_time"])]
        counts["taken"] += 1
        counts["own"] += own
        counts["own_usual"] += own * fit
        if row["call_time"]:
            wait = net(tables, row["hall_id"], row["take_time"], row["call_time"]) // micro
            counts = found[*where, *interval(tables, row["hall_id"], row["call_time"])]
            counts["calls"] += 1
            counts["wait"] += wait
            counts["calls_usual"] += fit
            counts["wait_usual"] += wait * fit
        begun = row["start_time"] or row["call_time"]
        if row["status"] in ("done", "returned") and begun and row["end_time"] and row["end_time"] > begun:
            counts = found[*where, *interval(tables, row["hall_id"], row["end_time"])]
            counts["handled"] += 1
            counts["handle"] += (row["end_time"] - begun) // micro
    return dict(found)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.generate))
def test_facts_are_what_a_look_at_every_ticket_counts(seed: int) -> None:
    tables = random_city(seed, 15)
    facts = view(tables).queue_facts
    place = ["hall_id", "queue_id", "date", "at", "session"]
    assert facts.columns == [*place, *COUNTS]
    found = {tuple(row[c] for c in place): {c: row[c] for c in COUNTS} for row in facts.iter_rows(named=True)}
    assert found == slow(tables)
    assert facts.height == len(found)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=8, deadline=None, phases=(Phase.explicit, Phase.generate))
def test_facts_of_each_day_alone_are_those_of_all_days_together(seed: int) -> None:
    """So that a closed day's facts may be kept."""
    tables = random_city(seed, 15)
    whole = view(tables)
    (kind,) = KINDS
    parts = [
        kind.compute(Records(dict(whole.records.tables) | {"tickets": part}, ZONE))
        for _, part in whole.records["tickets"].group_by(pl.col("take_time").dt.date())
    ]
    together = pl.concat(parts).sort("queue_id", "at", "session", "hall_id", "date")
    assert_frame_equal(together, whole.queue_facts)
    taken = whole.queue_facts.group_by("hall_id", "date").agg(pl.col("taken").sum())
    assert {(h, d): n for h, d, n in taken.iter_rows() if n} == {
        key: sum((r["hall_id"], r["take_time"].date()) == key for r in visitors(tables))
        for key in {(r["hall_id"], r["take_time"].date()) for r in visitors(tables)}
    }


def test_intervals_are_half_open_and_cut_to_their_session() -> None:
    morning, later = ("8:59", "9:00", "9:04:59", "9:05", "11:57"), ("11:58", "12:01", "12:02", "16:59", "17:00")
    tables = hall(
        *(ticket(taken, taken) for taken in morning + later),
        calendar=opening("H", TODAY, "9:00-11:58", "12:02-17:00"),
    )
    facts = view(tables).queue_facts
    assert facts.select("at", "session", "taken").rows() == [
        (clock("9:00"), None, 1),
        (clock("9:05"), 1, 2),
        (clock("9:10"), 1, 1),
        (clock("11:58"), 1, 1),
        (clock("12:00"), None, 1),
        (clock("12:05"), None, 1),
        (clock("12:05"), 2, 1),
        (clock("17:00"), 2, 1),
        (clock("17:05"), None, 1),
    ]


def test_a_day_without_tickets_or_a_city_without_hours_has_facts_all_the_same() -> None:
    nothing = view(hall())
    assert nothing.queue_facts.is_empty()
    assert nothing.queue_facts.columns[-len(COUNTS) :] == list(COUNTS)
    shut = view(hall(ticket("a", "9:00", "9:10", "9:20"), calendar=[]))
    assert shut.queue_facts["session"].to_list() == [None] * 3
    assert queue_facts(shut.visits, shut.sessions)["wait"].sum() == 10 * 60_000_000


def test_a_service_that_ends_the_next_day_belongs_to_the_day_of_its_ticket() -> None:
    late = ticket("a", "16:00", "16:55") | {"end_time": clock("9:02", TODAY + DAY), "status": "done"}
    tables = hall(late)
    tables["calendar"] += opening("H", TODAY + DAY, "9:00-12:00")
    facts = view(tables).queue_facts.filter(pl.col("handled") > 0)
    assert facts.select("date", "at", "session").rows() == [(TODAY, clock("9:05", TODAY + DAY), 1)]
