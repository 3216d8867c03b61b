"""What happens at the counters of the demo city could have happened: no overtaking, no window in two places."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.demo.service import OVERTIME, Line, Post, Presence, Spell, serve
from tests.demo.conftest import City

MINUTE = 60


def line(*people: tuple[int, int, int], rank: int = 0) -> Line:
    """People by (time of ticket, patience, length of service), all in one queue, without walks and gaps."""
    return Line(
        take=[take for take, _, _ in people],
        rank=[rank] * len(people),
        leave=[take + patience for take, patience, _ in people],
        walk=[0] * len(people),
        work=[work for _, _, work in people],
        gap=[0] * len(people),
        no_show=[1.0] * len(people),
    )


def test_two_windows_take_people_in_the_order_of_their_tickets() -> None:
    people = line((0, 9999, 300), (10, 9999, 100), (20, 9999, 50), (30, 9999, 50))
    serve(people, [Post(0, 0, 1.0, [Spell(0, 3600)]), Post(1, 1, 1.0, [Spell(0, 3600)])])
    assert people.call == [0, 10, 110, 160]
    assert people.window == [0, 1, 1, 1]
    assert people.end == [300, 110, 160, 210]


def test_who_gave_up_is_passed_over_and_never_called() -> None:
    people = line((0, 9999, 600), (10, 60, 100), (20, 9999, 100))
    serve(people, [Post(0, 0, 1.0, [Spell(0, 3600)])])
    assert people.call == [0, -1, 600]


def test_the_priority_queue_is_called_first_and_keeps_its_own_order() -> None:
    people = line((0, 9999, 100), (10, 9999, 100), (20, 9999, 100), (30, 9999, 100))
    people.rank = [1, 1, 0, 0]
    serve(people, [Post(0, 0, 1.0, [Spell(0, 3600)], (0, 1))])
    assert people.call == [0, 300, 100, 200]


def test_a_break_begins_when_the_customer_has_gone_and_keeps_its_length() -> None:
    people = line((0, 9999, 500), (10, 9999, 100))
    presences = serve(people, [Post(0, 7, 1.0, [Spell(0, 300, pause=120), Spell(420, 3600)])])
    assert people.call == [0, 620]
    assert presences == [
        Presence(0, 7, 0, 500, open=True),
        Presence(0, 7, 500, 620, open=False),
        Presence(0, 7, 620, 3600, open=True),
    ]


def test_after_closing_those_still_there_are_served_for_a_while() -> None:
    people = line((0, 99999, 1000), (10, 99999, OVERTIME), (20, 99999, 100))
    presences = serve(people, [Post(0, 0, 1.0, [Spell(0, 900, overtime=True)])])
    assert people.call == [0, 1000, -1]
    assert presences[-1].end == 1000 + OVERTIME


def test_slower_people_take_longer() -> None:
    people = line((0, 9999, 100))
    serve(people, [Post(0, 0, 1.5, [Spell(0, 3600)])])
    assert people.end == [150]


spells = st.lists(st.integers(5, 40), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(
    people=st.lists(
        st.tuples(st.integers(0, 7200), st.integers(30, 4000), st.integers(20, 900), st.booleans()), max_size=40
    ),
    windows=st.lists(st.tuples(st.integers(0, 600), spells, st.booleans()), min_size=1, max_size=4),
)
def test_no_window_is_idle_while_somebody_waits_and_nobody_is_overtaken(
    people: list[tuple[int, int, int, bool]], windows: list[tuple[int, list[int], bool]]
) -> None:
    people = sorted(people)
    waiting = line(*[person[:3] for person in people])
    waiting.rank = [int(person[3]) for person in people]
    waiting.no_show = [0.0 if person[2] % 7 == 0 else 1.0 for person in people]
    posts = []
    for number, (begin, lengths, overtime) in enumerate(windows):
        own: list[Spell] = []
        for place, length in enumerate(lengths):
            finish = begin + length * MINUTE
            last = place == len(lengths) - 1
            own.append(Spell(begin, finish, 0 if last else 180, overtime and last))
            begin = finish + 180
        posts.append(Post(number, number, 1.0, own, (0, 1)))
    presences = serve(waiting, posts)

    called = [i for i in range(len(people)) if waiting.call[i] >= 0]
    for i in called:
        assert waiting.take[i] <= waiting.call[i] < waiting.leave[i]
        at = [p for p in presences if p.window == waiting.window[i] and p.begin <= waiting.call[i] < p.end]
        assert [p.open for p in at] == [True]
        assert waiting.end[i] <= at[0].end
    for rank in (0, 1):
        mine = [i for i in range(len(people)) if waiting.rank[i] == rank]
        gone = [waiting.call[i] if waiting.call[i] >= 0 else waiting.leave[i] for i in mine]
        for place, i in enumerate(mine):
            if waiting.call[i] >= 0:
                assert all(earlier <= waiting.call[i] for earlier in gone[:place])
    for post in posts:
        busy = sorted((waiting.call[i], waiting.end[i]) for i in called if waiting.window[i] == post.window)
        assert all(end <= start for (_, end), (start, _) in zip(busy, busy[1:], strict=False))
        for presence in presences:
            if presence.window != post.window or not presence.open:
                continue
            free_from = presence.begin
            for start, end in [*(b for b in busy if presence.begin <= b[0] < presence.end), (presence.end, 0)]:
                idle = (free_from, start)
                for i in range(len(people)):
                    left = waiting.call[i] if waiting.call[i] >= 0 else waiting.leave[i]
                    assert min(left, idle[1]) <= max(waiting.take[i], idle[0]), "idle while somebody waits"
                free_from = end


def test_nobody_in_the_city_is_called_before_an_earlier_ticket_of_the_same_queue(city: City) -> None:
    tickets = city.tables["tickets"].sort("queue_id", "take_time", "ticket_id")
    gone = pl.coalesce("call_time", "end_time").dt.epoch("us")
    before = gone.cum_max().shift(1).over("queue_id", pl.col("take_time").dt.date())
    overtaken = tickets.filter(pl.col("call_time").is_not_null(), pl.col("call_time").dt.epoch("us") < before)
    assert overtaken.is_empty()
    assert tickets.filter(pl.col("call_time") - pl.col("take_time") > pl.duration(minutes=5)).height > 3_000


@pytest.mark.parametrize("who", ["window_id", "staff_id"])
def test_no_window_and_no_clerk_serves_two_people_at_once(city: City, who: str) -> None:
    spells = city.tables["tickets"].drop_nulls("call_time").sort(who, "call_time", "end_time")
    overlap = spells.filter(pl.col("call_time") < pl.col("end_time").shift(1).over(who))
    assert overlap.is_empty()


def test_people_are_called_only_at_a_window_that_is_open_by_the_clerk_who_sits_there(city: City) -> None:
    opened = city.tables["window_sessions"].filter(pl.col("state") == "open").sort("start_at")
    called = city.tables["tickets"].drop_nulls("call_time").sort("call_time")
    found = called.join_asof(
        opened.select("window_id", "start_at", "end_at", clerk="staff_id"),
        left_on="call_time",
        right_on="start_at",
        by="window_id",
        check_sortedness=False,
    )
    outside = pl.col("end_at").is_null() | (pl.col("end_time") > pl.col("end_at"))
    assert found.filter(outside).is_empty()
    assert (found["clerk"] == found["staff_id"]).all()


def test_spells_of_a_window_do_not_overlap_and_their_clerk_is_there(city: City) -> None:
    spells = city.tables["window_sessions"].sort("window_id", "start_at")
    assert spells.filter(pl.col("start_at") < pl.col("end_at").shift(1).over("window_id")).is_empty()
    there = city.tables["attendance"].sort("staff_id", "start_at")
    assert there.filter(pl.col("start_at") <= pl.col("end_at").shift(1).over("staff_id")).is_empty()
    found = spells.sort("start_at").join_asof(
        there.sort("start_at").select("staff_id", came="start_at", left="end_at"),
        left_on="start_at",
        right_on="came",
        by="staff_id",
        check_sortedness=False,
    )
    assert found.filter(pl.col("left").is_null() | (pl.col("end_at") > pl.col("left"))).is_empty()


def test_tickets_are_taken_while_the_hall_is_open(city: City) -> None:
    sessions = city.tables["calendar"].drop_nulls("open_at").sort("open_at")
    taken = city.tables["tickets"].filter(pl.col("transferred_from").is_null()).sort("take_time")
    found = taken.join_asof(
        sessions.select("hall_id", "open_at", "close_at"),
        left_on="take_time",
        right_on="open_at",
        by="hall_id",
        check_sortedness=False,
    )
    assert found.filter(pl.col("close_at").is_null() | (pl.col("take_time") >= pl.col("close_at"))).is_empty()


def test_a_transferred_ticket_is_taken_when_the_first_window_lets_go(city: City) -> None:
    tickets = city.tables["tickets"]
    moved = tickets.drop_nulls("transferred_from").join(
        tickets, left_on="transferred_from", right_on="ticket_id", suffix="_first"
    )
    sent_on = moved.filter(pl.col("status_first") == "returned")
    assert sent_on.height > 300
    assert (sent_on["take_time"] == sent_on["end_time_first"]).all()
    assert (sent_on["queue_id"] != sent_on["queue_id_first"]).all()


def test_who_missed_the_call_comes_back_with_a_new_ticket_of_the_same_queue(city: City) -> None:
    tickets = city.tables["tickets"]
    back = tickets.drop_nulls("transferred_from").join(
        tickets, left_on="transferred_from", right_on="ticket_id", suffix="_first"
    )
    back = back.filter(pl.col("status_first") != "returned")
    assert back.height > 100
    assert set(back["status_first"]) == {"no_show"}
    assert (back["queue_id"] == back["queue_id_first"]).all()
    assert (back["take_time"] > back["end_time_first"]).all()


def test_the_window_is_one_that_serves_the_queue(city: City) -> None:
    served = city.tables["windows"].explode("queue_ids").select("window_id", queue_id="queue_ids")
    called = city.tables["tickets"].drop_nulls("window_id")
    assert called.join(served, on=["window_id", "queue_id"], how="anti").is_empty()
