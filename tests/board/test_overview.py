"""The first screen's read model over a real data folder: what it shows, what it leaves open, which day it chooses."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cockpit.board.doors import Doors
from cockpit.board.overview import Overview, overview
from cockpit.door.roles import Role
from cockpit.door.viewer import Viewer
from cockpit.lake.folder import DataFolder
from cockpit.watch.halls_today import ONLINE, HallToday
from tests.board.small_city import NOW, at, bring_in, build, case, hall, opening, small_city

LOCAL = Viewer.local()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    folder = build(tmp_path_factory.mktemp("small") / "data")
    yield folder
    folder.close()


@pytest.fixture(scope="module")
def view(folder: DataFolder) -> Overview:
    return overview(folder, LOCAL, NOW)


def by_name(view: Overview) -> dict[str, HallToday]:
    return {hall.name: hall for hall in view.halls}


def test_a_hall_with_tickets_shows_what_its_records_say(view: Overview) -> None:
    shown = by_name(view)["市本级"]

    assert (shown.open, shown.tickets, shown.waiting, shown.open_windows) == (True, 4, 2, 1)
    assert (shown.submitted, shown.finished, shown.reviews, shown.bad_reviews) == (1, 1, 2, 1)
    assert not shown.windows_by_queue


def test_nothing_happened_is_zero_and_nothing_delivered_is_no_number(view: Overview) -> None:
    shown = by_name(view)["云栖"]

    assert (shown.tickets, shown.waiting, shown.open_windows) == (0, 0, 0)
    assert (shown.submitted, shown.finished) == (None, None)  # its cases ended three days ago
    assert shown.reviews is None
    assert shown.open is False


def test_a_hall_that_gives_only_states_shows_the_latest_of_each_queue(view: Overview) -> None:
    shown = by_name(view)["石桥"]

    assert (shown.tickets, shown.waiting, shown.open_windows, shown.windows_by_queue) == (None, 5, 4, True)
    assert shown.seen_at == at("10:00")
    assert shown.open is None


def test_a_hall_that_never_delivered_shows_no_number_at_all(view: Overview) -> None:
    shown = by_name(view)["空港园"]

    assert {shown.tickets, shown.waiting, shown.open_windows, shown.submitted, shown.reviews} == {None}


def test_what_belongs_to_no_hall_stands_last(view: Overview) -> None:
    assert [hall.name for hall in view.halls] == ["市本级", "云栖", "石桥", "空港园", ONLINE]
    assert (view.halls[-1].submitted, view.halls[-1].finished, view.halls[-1].tickets) == (1, 0, None)


def test_the_city_is_the_sum_of_those_that_delivered(view: Overview) -> None:
    city = view.total

    assert (city.tickets, city.waiting, city.open_windows) == (4, 7, 5)
    assert (city.submitted, city.finished, city.reviews, city.bad_reviews) == (2, 1, 2, 1)
    assert view.city == city.name == "临江市"


def test_today_is_shown_as_of_now_and_compared_with_the_same_weekday(view: Overview) -> None:
    assert view.moment is not None and view.moment.live and view.moment.at == NOW
    assert view.course is not None and view.course.usual_days == 4
    # Four Mondays with 1, 2, 3 and 4 tickets at nine: the median is 2.5. The quarter that runs says nothing yet.
    assert view.course.slots.rows() == [(540, 1, 2.5), (555, 0, 0.0), (570, 1, 0.0), (585, 1, 0.0), (600, None, 0.0)]


def test_an_extract_shows_its_last_day_as_of_its_last_event(folder: DataFolder) -> None:
    later = overview(folder, LOCAL, NOW + timedelta(days=40))

    assert later.moment is not None and not later.moment.live
    assert later.moment.day == NOW.date()
    assert later.moment.at - at("10:05") == timedelta(microseconds=1)
    assert later.freshness.reaches == at("10:05")
    assert later.total.tickets == 4
    assert later.course is not None
    assert later.course.slots["today"].to_list() == [1, 0, 1, 1, 1]
    assert not later.stale(30)


def calendar(days: int, *spans: tuple[str, str], hall_id: str = "s1") -> list[dict[str, object]]:
    """A hall's day so many days later; without hours it is shut."""
    row = opening(hall_id, 1, "09:00", "17:00") | {"date": at("00:00", days).date()}
    if not spans:
        return [row | {"day_type": "rest", "open_at": None, "close_at": None}]
    return [
        row | {"session": number, "open_at": at(opens, days), "close_at": at(closes, days)}
        for number, (opens, closes) in enumerate(spans, 1)
    ]


def test_the_calendar_tells_whether_the_halls_are_shut_today_and_when_they_open_next(tmp_path: Path) -> None:
    tables = dict(small_city())
    tables["calendar"] = [
        *tables["calendar"],
        *calendar(1),
        *calendar(1, hall_id="c1"),
        *calendar(2),
        *calendar(2, ("10:00", "12:00"), ("13:30", "17:00"), hall_id="c1"),
    ]
    folder = build(tmp_path / "data", tables, refuse=False)

    def told(clock: str, days: int, viewer: Viewer = LOCAL) -> Doors:
        return overview(folder, viewer, at(clock, days)).doors

    nine, at_ten = at("09:00"), at("10:00", 2)
    assert told("08:00", 0) == Doors(opens=nine, shut_today=False, following=nine)
    assert told("09:00", 0) == Doors(opens=nine, shut_today=False, following=at("10:30"))
    assert told("10:07", 1) == Doors(opens=None, shut_today=True, following=at_ten)
    assert told("12:00", 2) == Doors(opens=at_ten, shut_today=False, following=at("13:30", 2))
    assert told("18:00", 2) == Doors(opens=at_ten, shut_today=False, following=None)
    # Of a day after the calendar's end nobody can say that the halls are shut; and each sees its own halls.
    assert told("10:00", 3) == Doors(opens=None, shut_today=False, following=None)
    assert told("11:00", 2, Viewer("大厅主任", frozenset({"s1"}), Role.MANAGER)) == Doors(
        None, shut_today=True, following=None
    )
    folder.close()


def test_data_are_stale_only_while_somebody_should_be_bringing_them(folder: DataFolder) -> None:
    assert not overview(folder, LOCAL, NOW).stale(30)
    assert overview(folder, LOCAL, at("11:00")).stale(30)
    assert not overview(folder, LOCAL, at("23:00")).stale(30)  # every hall with a calendar is shut


def test_events_ahead_of_the_clock_do_not_make_the_data_younger_than_now(folder: DataFolder) -> None:
    fresh = overview(folder, LOCAL, at("09:55")).freshness

    assert fresh.latest_event == at("09:55")
    assert fresh.age_minutes(at("09:55")) == 0


def test_a_viewer_sees_only_the_halls_of_their_scope(folder: DataFolder) -> None:
    seen = overview(folder, Viewer("大厅主任", frozenset({"t1"}), Role.MANAGER), NOW)

    assert [hall.name for hall in seen.halls] == ["石桥"]
    assert (seen.total.waiting, seen.total.submitted) == (5, None)
    assert seen.course is not None and seen.course.title == "队列等候"
    assert seen.imports == () and seen.quarantine is None


def test_a_viewer_of_no_hall_sees_nothing(folder: DataFolder) -> None:
    seen = overview(folder, Viewer("无权", frozenset(), Role.MANAGER), NOW)

    assert seen.halls == () and seen.course is None and seen.total.waiting is None


def test_imports_and_whole_refusals_stand_in_one_history(view: Overview) -> None:
    batch, refusal = view.imports

    assert batch.counts is not None
    counts = batch.counts
    assert counts.read == counts.inserted + counts.updated + counts.unchanged + counts.quarantined
    assert (batch.by, batch.profile, counts.quarantined, batch.tables["取号"].quarantined) == (
        "数据管理员",
        "standard",
        8,
        7,
    )
    assert (refusal.counts, refusal.refusal, refusal.files) == (None, "第 1 行缺少列 apply_time。", ("cases.csv",))
    assert batch.at > refusal.at


def test_the_quarantine_says_how_many_why_and_shows_the_first_rows(view: Overview) -> None:
    held = view.quarantine
    assert held is not None and held.total == 8

    groups = {(group.table, group.code): group for group in held.groups}
    late = groups["tickets", "order:take_time<=call_time"]
    assert late.count == 7 and late.title == "取号" and "时间先后颠倒" in late.reason
    assert [row.line for row in late.rows] == [2, 3, 4, 5, 6]
    assert late.rows[0].content == {"ticket_id": "bad2"}
    both = groups["tickets", "code:channel"].rows[0]
    assert "时间先后颠倒" in both.others[0]
    assert groups["cases", "needs:finish_time"].rows[0].line is None
    assert sum(group.count for group in held.groups) == 9  # one row has two reasons


def test_a_city_of_cases_alone_shows_the_day_its_last_case_came_in(tmp_path: Path) -> None:
    tables = {"cases": [case("p1", None, at("09:30", -9), at("12:00")), case("p2", None, at("10:30", -9))]}
    folder = build(tmp_path / "data", tables, refuse=False)

    view = overview(folder, LOCAL, NOW + timedelta(days=1))

    assert view.moment is not None and view.moment.day == at("09:30", -9).date()
    assert view.moment.at == at("00:00", -8)  # the last event is later than that day: the whole day is known
    assert (view.total.submitted, view.total.finished, view.total.tickets) == (2, 0, None)
    assert view.course is not None and view.course.title == "办件申请" and view.course.usual_days == 0
    assert view.freshness.latest_event == at("12:00")
    folder.close()


def test_a_folder_with_reference_rows_alone_shows_its_imports_and_no_numbers(tmp_path: Path) -> None:
    folder = build(tmp_path / "data", {"halls": [hall("h", "某", "某县", "county")]}, refuse=False)

    view = overview(folder, LOCAL, NOW)

    assert view.moment is None and view.course is None and not view.empty
    assert len(view.imports) == 1 and view.freshness.reaches is None
    folder.close()


def test_a_new_folder_is_empty(tmp_path: Path) -> None:
    from cockpit.lake.folder import open_folder
    from tests.board.small_city import settings_for

    folder = open_folder(settings_for(tmp_path / "data"), create=True)

    assert overview(folder, LOCAL, NOW).empty
    folder.close()


def test_a_holiday_is_no_example_and_has_none(tmp_path: Path) -> None:
    tables = dict(small_city())
    holiday = {"hall_id": "s1", "date": at("00:00", -7).date(), "session": 1, "day_type": "holiday", "bad_data": False}
    tables["calendar"] = [*tables["calendar"], holiday]
    folder = build(tmp_path / "data", tables, refuse=False)

    view = overview(folder, LOCAL, NOW)

    assert view.course is not None and view.course.usual_days == 0  # three Mondays are too few
    folder.close()


def test_a_new_batch_shows_at_once(tmp_path: Path) -> None:
    folder = build(tmp_path / "data", refuse=False)
    before = overview(folder, LOCAL, NOW)
    bring_in(folder, {"cases": [case("p7", "s1", at("10:01"))]}, batch_id="b2")

    after = overview(folder, LOCAL, NOW)

    assert (before.total.submitted, after.total.submitted) == (2, 3)
    assert [entry.counts.inserted for entry in after.imports if entry.counts][0] == 1
    folder.close()
