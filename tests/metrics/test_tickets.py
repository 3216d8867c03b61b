"""What follows from a ticket's times and its hall's hours, against loops over plain rows."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from metrics.spells import NEVER
from tests.metrics.handmade import clock, hall, opening, ticket
from tests.metrics.random_city import TODAY, TZ, random_city
from tests.metrics.slow.records import DAY, MINUTE, Row, Tables, last_close, net, suspect, view

TIMES = ("take", "call", "start", "end", "known_until", "begun", "leaves", "over", "gone")


def moment(micro: int) -> dt.datetime | None:
    return None if micro == NEVER else dt.datetime.fromtimestamp(micro / 1_000_000, TZ)


def shown(tables: Tables) -> dict[str, Row]:
    """Visits by ticket, times as times, lengths in minutes."""
    rows = {}
    for row in view(tables).visits.iter_rows(named=True):
        lengths = {n: None if row[n] is None else row[n] / 60_000_000 for n in ("wait", "waited", "handle")}
        rows[row["ticket_id"]] = row | {name: moment(row[name]) for name in TIMES} | lengths
    return rows


def last_instant(tables: Tables, place: str, at: dt.datetime) -> dt.datetime:
    midnight = dt.datetime.combine(at.date() + DAY, dt.time(), TZ)
    return last_close(tables, place, at.date()) or midnight


def slow(tables: Tables, row: Row) -> dict[str, Any]:
    """The same as `visits` promises, said over again."""
    place, take, call, start, end = (row[n] for n in ("hall_id", "take_time", "call_time", "start_time", "end_time"))
    begun = min((m for m in (call, start) if m), default=None)
    leaves = min(m for m in (call, start, end, max(take, last_instant(tables, place, take))) if m)
    handled = start or call
    served = row["status"] in ("done", "returned") and end and handled and end > handled
    given_back = row["status"] == "cancelled" and end and end - take <= 2 * MINUTE
    gone = None
    if row["status"] == "abandoned" and end:
        gone = end
    elif not begun and not end:
        closing = last_close(tables, place, take.date())
        gone = max(closing, take) if closing else None
    return {
        "take": take,
        "call": call,
        "start": start,
        "end": end,
        "date": take.date(),
        "known_until": end if given_back or (row["status"] == "void" and end) else None,
        "begun": begun,
        "leaves": leaves,
        "over": last_instant(tables, place, begun) if begun else None,
        "wait": net(tables, place, take, call) / MINUTE if call else None,
        "waited": net(tables, place, take, leaves) / MINUTE,
        "gone": gone,
        "handle": (end - handled) / MINUTE if served else None,
        "suspect": suspect(row),
        "transfer": row["transferred_from"] is not None,
    }


@given(seed=st.integers(0, 10**6))
@settings(max_examples=12, deadline=None, phases=(Phase.explicit, Phase.generate))
def test_visits_are_tickets_with_what_follows_from_their_times(seed: int) -> None:
    tables = random_city(seed, 20)
    found = shown(tables)
    assert found.keys() == {row["ticket_id"] for row in tables["tickets"] if not row["is_test"]}
    for row in tables["tickets"]:
        if row["is_test"]:
            continue
        for name, wanted in slow(tables, row).items():
            mine = found[row["ticket_id"]][name]
            exact = pytest.approx(wanted) if isinstance(wanted, float) else wanted
            assert mine == exact, (row, name)
    order = view(tables).visits.select("take", "ticket_id").rows()
    assert order == sorted(order)


def only(row: Row, **tables: Any) -> Row:  # noqa: ANN401
    return shown(hall(row, **tables))[row["ticket_id"]]


def test_lunch_counts_in_no_wait_and_a_wait_over_180_minutes_is_marked() -> None:
    assert only(ticket("a", "11:50", "13:10", "13:20"))["wait"] == 20
    assert only(ticket("a", "12:10", "12:50", "13:20"))["wait"] == 0
    assert only(ticket("a", "9:00", "12:00", "12:20"))["suspect"] is False
    assert only(ticket("a", "9:00", "12:00:01", "12:20"))["suspect"] is True


def test_service_is_from_its_start_or_its_call_where_no_start_is_told() -> None:
    assert only(ticket("a", "9:00", "9:10", "9:20", start="9:12"))["handle"] == 8
    assert only(ticket("a", "9:00", "9:10", "9:20"))["handle"] == 10
    assert only(ticket("a", "9:00", "9:10", "9:20", status="returned"))["handle"] == 10
    assert only(ticket("a", "9:00", "9:10", "9:20", status="no_show"))["handle"] is None
    assert only(ticket("a", "9:00", "9:10", "9:10"))["handle"] is None
    assert only(ticket("a", "9:00", "9:10"))["handle"] is None


def test_who_is_never_called_is_gone_at_the_last_closing() -> None:
    waiting = only(ticket("a", "11:00"))
    assert (waiting["leaves"], waiting["gone"], waiting["waited"]) == (clock("17:00"), clock("17:00"), 300)
    late = only(ticket("a", "17:30"))
    assert (late["leaves"], late["gone"], late["waited"]) == (clock("17:30"), clock("17:30"), 0)


def test_who_is_called_after_closing_was_served_late_and_is_not_gone() -> None:
    late = only(ticket("a", "16:00", "17:20", "17:30"))
    assert (late["leaves"], late["gone"], late["wait"], late["handle"]) == (clock("17:00"), None, 80, 10)


def test_who_is_served_without_a_call_neither_waits_nor_is_gone() -> None:
    served = only(ticket("a", "9:00", start="9:10"))
    assert (served["leaves"], served["begun"]) == (clock("9:10"), clock("9:10"))
    assert (served["gone"], served["wait"]) == (None, None)


def test_a_ticket_taken_on_a_day_the_hall_is_shut_waits_no_longer_than_that_day() -> None:
    shut = only(ticket("a", "10:00"), calendar=opening("H", TODAY))
    assert shut["leaves"] == clock("0:00", TODAY + DAY)
    assert shut["gone"] is None


def test_a_slip_is_given_back_within_two_minutes() -> None:
    assert only(ticket("a", "9:00", end="9:02", status="cancelled"))["known_until"] == clock("9:02")
    assert only(ticket("a", "9:00", end="9:02:01", status="cancelled"))["known_until"] is None
    assert only(ticket("a", "9:00", end="11:00", status="void"))["known_until"] == clock("11:00")
