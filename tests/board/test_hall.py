"""The page of one hall over a real data folder: its numbers by hand, the rows behind them, its peers, who sees it."""

import datetime as dt
from collections.abc import Iterator
from statistics import median

import polars as pl
import pytest

from cockpit.board.hall import HallPage, hall_choices, hall_page
from cockpit.board.hall_peers import month_compared, peers
from cockpit.board.hall_rows import hall_rows
from cockpit.board.quantity import Quantity
from cockpit.door.roles import Role
from cockpit.door.viewer import Viewer
from cockpit.errors import Refused
from cockpit.lake.folder import DataFolder
from tests.board.busy_hall import WEEKS, busy_hall
from tests.board.small_city import NOW, at, build

LOCAL = Viewer.local()


def of_halls(*halls: str) -> Viewer:
    return Viewer("主任", frozenset(halls), Role.MANAGER)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    folder = build(tmp_path_factory.mktemp("busy") / "data", busy_hall(), refuse=False)
    yield folder
    folder.close()


@pytest.fixture(scope="module")
def page(folder: DataFolder) -> HallPage:
    return hall_page(folder, of_halls("a"), "a", None, NOW)


def numbers(*quantities: Quantity) -> dict[str, Quantity]:
    return {quantity.key: quantity for quantity in quantities}


def test_now_is_what_the_records_say(page: HallPage) -> None:
    found = numbers(*page.figures)

    assert page.phase == "open" and page.hours == "09:00–12:00、13:30–17:00" and page.level == "县级大厅"
    assert page.reaches == at("10:05")
    assert found["waiting"].value == 2  # taken 9:50 and 10:05
    assert found["longest"].value == 17.0
    assert (found["wait"].numerator, found["wait"].denominator, found["wait"].value) == (20.0, 1, 20.0)  # 9:40 to 10:00
    assert found["wait"].small  # one call is too few
    assert (found["open"].value, found["open"].denominator) == (1, 2)  # w2 was shut at 9:30
    # 9:07 to 10:07: w1 open 60, w2 to 9:30 23 minutes; busy 9:07–9:20, half a minute of change, and 10:00–10:07.
    assert (found["saturation"].numerator, found["saturation"].denominator) == (20.5, 83.0)
    assert (found["staff"].value, found["staff"].denominator, found["staff"].note) == (1, 2, "排班 2 人，缺 1 人")
    assert (found["devices"].value, found["devices"].note) == (1, "在用 2 台，离线 1 台")


def test_the_day_so_far_counts_from_the_morning(page: HallPage) -> None:
    found = numbers(*page.today)

    assert found["taken"].value == 5
    assert (found["day_wait"].numerator, found["day_wait"].denominator) == (24.0, 2)
    assert (found["lost"].numerator, found["lost"].denominator) == (1, 3)
    # w1 67 of 67 planned minutes, w2 30 of 67.
    assert (found["opened"].numerator, found["opened"].denominator) == (97.0, 134.0)
    assert (found["attended"].numerator, found["attended"].denominator) == (97.0, 134.0)


def test_usual_is_the_median_of_the_eight_mondays(page: HallPage) -> None:
    found = numbers(*page.figures, *page.today)

    def base(key: str) -> float | None:
        return found[key].comparisons[0].base

    assert base("waiting") == median(WEEKS)
    assert base("wait") == median(WEEKS)  # one call each, after k minutes
    assert base("longest") == 7.0
    assert base("open") == 1.0 and base("staff") == 0.0
    assert base("taken") == median(week + 1 for week in WEEKS)
    assert found["waiting"].comparisons[0].of == "此前 8 个同类日同一时刻的中位数"


def test_the_course_has_its_usual_band(page: HallPage) -> None:
    slots = {row["minute"]: row for row in page.course.to_dicts()}

    assert min(slots) == 540 and max(slots) == 17 * 60 - 15 and 12 * 60 not in slots
    assert (slots[540]["arrived"], slots[540]["waiting"]) == (2, 1)  # 9:01, 9:10; who gave up at 9:30 waits at 9:15
    # Between 10:00 and 10:15 k people came, and wait.
    assert (slots[600]["waiting_usual"], slots[600]["waiting_low"], slots[600]["waiting_high"]) == (4.5, 1.0, 8.0)
    assert slots[600]["waiting"] is None  # has not happened yet


def test_windows_queues_people_and_devices(page: HallPage) -> None:
    seats = {row["window_id"]: row for row in page.seats.to_dicts()}
    queue = page.queues.frame.row(0, named=True)
    people = page.staff.frame.select("staff_id", "state").rows()

    assert {name: row["state"] for name, row in seats.items()} == {"w1": "serving", "w2": "missing", "w3": "shut"}
    assert seats["w1"]["since"] == at("10:00") and seats["w1"]["served"] == 1 and seats["w1"]["item"]
    assert (queue["waiting"], queue["longest"], queue["calls"], queue["wait"]) == (2, 17.0, 2, 12.0)
    assert queue["windows"] == 1
    assert people == [("p2", "缺岗"), ("p1", "在岗")]
    assert page.devices.frame.select("device_id", "state", "off").rows() == [
        ("d1", "离线", "22 分钟"),
        ("d2", "在线", "—"),
    ]


@pytest.mark.parametrize("day", [None, at("00:00", -7).date()])
def test_the_rows_behind_a_number_add_up_to_it(folder: DataFolder, day: object) -> None:
    page = hall_page(folder, LOCAL, "a", day, NOW)  # type: ignore[arg-type]

    for key, quantity in numbers(*page.figures, *page.today).items():
        assert quantity.rows is not None
        frame = hall_rows(folder, LOCAL, dict(quantity.rows.params), NOW).frame
        if key in {"waiting", "taken"}:
            assert frame.height == quantity.value
        elif key in {"wait", "day_wait"} and quantity.denominator:
            assert (frame["waited"].sum(), frame.height) == (
                pytest.approx(quantity.numerator),
                quantity.denominator,
            )
        elif key == "longest" and frame.height:
            assert frame["waited"].max() == quantity.value
        elif key in {"saturation", "day_saturation"}:
            assert frame["busy"].sum() == pytest.approx(quantity.numerator)
            assert frame["open"].sum() == pytest.approx(quantity.denominator)
        elif key == "opened" and quantity.numerator is not None:
            assert frame["open_planned"].sum() == pytest.approx(quantity.numerator)
        elif key == "lost":
            assert frame.height == quantity.numerator


def test_a_past_day_is_shown_whole(folder: DataFolder) -> None:
    page = hall_page(folder, LOCAL, "a", at("00:00", -14).date(), NOW)
    found = numbers(*page.figures)

    assert page.phase == "past" and not page.today
    assert found["taken"].value == 3  # two at ten o'clock and the one before
    assert (found["day_wait"].numerator, found["day_wait"].denominator) == (2 * 20 + 2, 3)
    assert page.course["arrived"].sum() == 3
    assert found["attended"].value is None  # nobody said who was there


def test_a_day_without_doors_says_so_and_has_no_number(folder: DataFolder) -> None:
    page = hall_page(folder, LOCAL, "a", at("00:00", -1).date(), NOW)

    assert page.phase == "shut" and page.figures == () and page.course.is_empty()


def test_what_was_not_delivered_is_no_number_and_never_zero(folder: DataFolder) -> None:
    page = hall_page(folder, LOCAL, "b", None, NOW)

    assert {quantity.value for quantity in page.figures} == {None}
    assert set(page.seats["state"]) == {"no_data"}
    assert page.queues.frame["waiting"].to_list() == [None]


def test_the_first_minute_and_the_last_are_not_open(folder: DataFolder) -> None:
    def phase(clock: str) -> str:
        return hall_page(folder, LOCAL, "a", NOW.date(), at(clock)).phase

    assert [phase(clock) for clock in ("09:00", "09:01", "12:00", "12:01", "17:00", "17:01")] == [
        "early", "open", "open", "pause", "open", "late"
    ]  # fmt: skip


@pytest.mark.parametrize("hall_id", ["b", "z", "nowhere", ""])
def test_a_hall_outside_is_refused_like_one_that_does_not_exist(folder: DataFolder, hall_id: str) -> None:
    viewer = of_halls("a")
    said = set()
    asked = {"hall": hall_id, "day": f"{NOW.date()}", "at": "10:07:00", "number": "waiting"}
    for ask in (
        lambda: hall_page(folder, viewer, hall_id, None, NOW),
        lambda: peers(folder, viewer, hall_id, NOW.date(), NOW),
        lambda: hall_rows(folder, viewer, asked, NOW),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        said.add(refused.value.sentence)
    with pytest.raises(Refused) as unknown:
        hall_page(folder, LOCAL, "nowhere", None, NOW)

    assert said == {unknown.value.sentence}


def test_only_what_one_may_see_can_be_chosen(folder: DataFolder) -> None:
    assert hall_choices(folder, of_halls("a", "c")) == {"a": "厅a", "c": "厅c"}
    assert list(hall_choices(folder, LOCAL)) == ["z", "a", "b", "c", "d", "e"]
    assert hall_choices(folder, Viewer("大屏", frozenset(), Role.WALL)) == {}


@pytest.mark.parametrize("broken", [{}, {"hall": "a"}, {"hall": "a", "day": "x", "at": "10:00", "number": "waiting"}])
def test_rows_that_nobody_offered_are_refused(folder: DataFolder, broken: dict[str, str]) -> None:
    with pytest.raises(Refused):
        hall_rows(folder, LOCAL, broken, NOW)


def test_a_hall_stands_among_those_of_its_level(folder: DataFolder) -> None:
    compared = peers(folder, LOCAL, "b", NOW.date(), NOW)

    assert compared is not None and compared.others == 4 and compared.period == "2026-10-01 至 2026-10-11"
    wait = next(one for one in compared.standings if one.key == "wait_avg")
    # Of the month up to yesterday: a 1 minute and last Monday's calls, b 2, c 3, d 4, e 5.
    last = [20.0, 1.0]  # k = 1: one waited 20 minutes from ten o'clock on, one 1 minute
    own = (20 * 1 + sum(last)) / 22
    assert (wait.value, wait.rank, wait.of) == (2.0, 2, 5)
    assert wait.median == pytest.approx(median([own, 3.0, 4.0, 5.0]))
    assert compared.seen is not None and compared.seen.frame.height == 5


def test_all_days_of_a_month_are_compared_by_the_same_days() -> None:
    def said(day: str, today: str) -> str:
        period = month_compared(dt.date.fromisoformat(day), dt.date.fromisoformat(today))
        return f"{period.start}..{period.last_day}"

    assert said("2026-10-12", "2026-10-12") == said("2026-10-03", "2026-10-12") == "2026-10-01..2026-10-11"
    assert said("2026-10-01", "2026-10-01") == said("2026-09-07", "2026-10-01") == "2026-09-01..2026-09-30"
    assert said("2026-12-31", "2027-02-01") == "2026-12-01..2026-12-31"


def test_who_sees_one_hall_learns_no_figure_of_another(folder: DataFolder) -> None:
    compared = peers(folder, of_halls("b"), "b", NOW.date(), NOW)
    two = peers(folder, of_halls("b", "c"), "b", NOW.date(), NOW)

    assert compared is not None and compared.seen is None
    assert two is not None and two.seen is not None and set(two.seen.frame["hall_id"]) == {"b", "c"}


def test_too_few_of_a_level_are_not_compared(folder: DataFolder) -> None:
    compared = peers(folder, LOCAL, "z", NOW.date(), NOW)

    assert compared is not None and compared.others == 0
    assert {(one.median, one.rank) for one in compared.standings} == {(None, None)}


def test_nothing_of_another_hall_is_on_the_page(page: HallPage) -> None:
    frames = [page.queues.frame, page.staff.frame, page.devices.frame, page.seats]

    assert all(set(frame["hall_id"]) <= {"a"} for frame in frames)
    assert page.seats.select(pl.col("window_id").str.contains("w9").any()).item() is False
