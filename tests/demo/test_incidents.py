"""Each kind of incident acts on its cause, where and when its label says, and nowhere else.

One city with every kind placed by hand is held against the same city without any.
"""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cockpit.demo.almanac import DAY
from cockpit.demo.catalogue import ITEMS
from cockpit.demo.city import City, plan_city
from cockpit.demo.departments import DEPARTMENTS
from cockpit.demo.incidents import Active
from cockpit.demo.kinds import KINDS
from cockpit.demo.mishaps import Mishaps
from metrics.standard import TABLES
from tests.demo.conftest import UNTIL
from tests.demo.placed_incidents import DEPT, ITEM, OTHER_DEPT, OTHER_ITEM, PLACED, THIRD_ITEM

Tables = dict[str, pl.DataFrame]
ZONE = "Asia/Shanghai"
WAIT = (pl.col("call_time") - pl.col("take_time")).dt.total_seconds() / 60
HANDLE = (pl.col("end_time") - pl.col("start_time")).dt.total_seconds().log()


@dataclass(frozen=True)
class ByHand(Mishaps):
    """Mishaps that are not left to chance."""

    def during(self, days: range) -> Active:
        return Active.of(i for i in PLACED.values() if i.touches(days.start * DAY, days.stop * DAY))


def told(city: City) -> Tables:
    return {**city.reference_tables(), **city.span(city.first_day, city.last_planned_day)}


@pytest.fixture(scope="module")
def placed() -> Tables:
    city = plan_city(halls=7, days=60, until=UNTIL)
    by_hand = ByHand(city.mishaps.halls, city.mishaps.counties, city.mishaps.almanac, city.mishaps.seed)
    return told(replace(city, mishaps=by_hand))


def moment(seconds: int) -> dt.datetime:
    return dt.datetime(1970, 1, 1) + dt.timedelta(seconds=seconds)  # noqa: DTZ001 - wall clock


def during(kind: str, column: str) -> pl.Expr:
    entry = PLACED[kind]
    clock = pl.col(column).dt.replace_time_zone(None)
    return clock.is_between(moment(entry.onset), moment(entry.end), closed="left")


def at(kind: str) -> pl.Expr:
    return pl.col("hall_id") == f"H{PLACED[kind].hall + 1:03d}"


def at_windows(kind: str) -> pl.Expr:
    entry = PLACED[kind]
    return pl.col("window_id").is_in([f"H{entry.hall + 1:03d}-W{window + 1:02d}" for window in entry.windows])


def test_every_kind_is_tried_here() -> None:
    assert set(PLACED) == {kind.key for kind in KINDS}


@pytest.mark.parametrize("name", ["tickets", "window_sessions", "headcounts", "attendance"])
def test_elsewhere_and_at_other_times_everything_is_as_without_incidents(
    name: str, calm: Tables, placed: Tables
) -> None:
    """Hall-days that no incident touches; reviews and cases may be spoken of differently, but these come the same."""
    hall = {"window_sessions": pl.col("window_id").str.head(4)}.get(name, pl.col("hall_id"))
    time = pl.col(TABLES[name].time).dt.date()
    keep = pl.lit(True)
    for entry in PLACED.values():
        first, last = moment(entry.onset).date(), moment(entry.end).date() + dt.timedelta(days=1)
        if entry.kind in ("online_fault",):  # people come to any hall some days later
            keep &= ~time.is_between(first, last + dt.timedelta(days=15))
        elif entry.hall >= 0 and entry.kind != "numbers_missing":
            keep &= ~((hall == f"H{entry.hall + 1:03d}") & time.is_between(first, last))
    before, after = calm[name].filter(keep), placed[name].filter(keep)
    assert before.height > 0.05 * calm[name].height
    unmarked = [column for column in before.columns if column not in ("project_no", "updated_at")]
    assert_frame_equal(before.select(unmarked), after.select(unmarked))


def test_a_crowd_brings_more_people_and_longer_waits(calm: Tables, placed: Tables) -> None:
    for kind, more in (("crowd", 2.5), ("tide", 1.3)):
        before = calm["tickets"].filter(at(kind), during(kind, "take_time"))
        after = placed["tickets"].filter(at(kind), during(kind, "take_time"))
        assert after.height > more * before.height
        assert after.select(WAIT.mean()).item() > 5 * before.select(WAIT.mean()).item()


def test_people_wait_long_where_things_go_wrong(calm: Tables, placed: Tables) -> None:
    long = [t["tickets"].drop_nulls("call_time").filter(WAIT > 25).height for t in (calm, placed)]
    assert long[1] > 3 * long[0]


def test_a_tide_comes_to_its_own_section_only(calm: Tables, placed: Tables) -> None:
    here = pl.col("queue_id").str.starts_with("H001-QB")
    kept = [t["tickets"].filter(at("tide"), during("tide", "take_time"), ~here).height for t in (calm, placed)]
    assert kept[0] == pytest.approx(kept[1], rel=0.1)


@pytest.mark.parametrize("kind", ["clerks_away", "late_opening", "empty_post"])
def test_an_empty_window_calls_nobody_and_the_clock_says_where_the_clerk_was(
    kind: str, calm: Tables, placed: Tables
) -> None:
    called = [t["tickets"].filter(at_windows(kind), during(kind, "call_time")).height for t in (calm, placed)]
    assert called[0] > 5
    assert called[1] == 0
    plans = [t["window_plan"].filter(at_windows(kind)) for t in (calm, placed)]
    assert_frame_equal(*plans)
    there = []
    middle = pl.lit(moment((PLACED[kind].onset + PLACED[kind].end) // 2)).dt.replace_time_zone(ZONE)
    for tables in (calm, placed):
        at_post = (pl.col("start_at") <= middle) & (pl.col("end_at") > middle)
        there.append(tables["attendance"].filter(at_windows(kind), at_post).height)
    assert there[0] > 0
    assert there[1] == (there[0] if kind == "empty_post" else 0)


def test_a_call_fault_makes_people_miss_their_call(calm: Tables, placed: Tables) -> None:
    share = []
    for tables in (calm, placed):
        called = tables["tickets"].filter(at("call_fault"), during("call_fault", "call_time"))
        share.append(called.select((pl.col("status") == "no_show").mean()).item())
    assert share[0] < 0.05
    assert 0.3 < share[1] < 0.6


def test_devices_down_are_offline_just_then(placed: Tables) -> None:
    off = placed["device_states"].filter(~pl.col("online"), during("devices_down", "from_at"))
    off = off.filter(pl.col("device_id").str.starts_with("H001"))
    long = off.filter(pl.col("to_at") - pl.col("from_at") > pl.duration(minutes=100))
    assert long.height == 3


def test_a_late_source_delivers_nothing_and_then_everything(calm: Tables, placed: Tables) -> None:
    mine = (pl.col("hall_id") == "H001") & (pl.col("table") == "tickets")
    today = pl.col("covers_until").dt.date() == dt.date(2026, 9, 10)
    ordinary, held = (t["deliveries"].filter(mine, today).sort("covers_until") for t in (calm, placed))
    gap = held.select(pl.col("covers_until").diff().max()).item()
    assert dt.timedelta(minutes=120) < gap < dt.timedelta(minutes=190) or gap > dt.timedelta(hours=3)
    assert held.height < ordinary.height - 8
    biggest = held.filter(pl.col("covers_until").dt.hour() < 18)["rows_read"].max()
    assert biggest > 3 * ordinary.filter(pl.col("covers_until").dt.hour() < 18)["rows_read"].max()
    clocks = (pl.col("hall_id") == "H001") & (pl.col("table") == "attendance")
    assert held.height + 8 < placed["deliveries"].filter(clocks, today).height


def test_a_section_that_falls_idle_keeps_its_windows_open(calm: Tables, placed: Tables) -> None:
    queues = pl.col("queue_id").str.starts_with("H001-QC")
    taken = [t["tickets"].filter(queues, during("idle_section", "take_time")).height for t in (calm, placed)]
    assert taken[1] < 0.45 * taken[0]
    assert_frame_equal(calm["window_plan"], placed["window_plan"])


def test_slow_systems_and_new_clerks_take_longer(calm: Tables, placed: Tables) -> None:
    slow = [
        t["tickets"].filter(pl.col("queue_id").str.starts_with("H001-QD"), during("system_slow", "take_time"))
        for t in (calm, placed)
    ]
    before, after = (frame.filter(pl.col("status") == "done").select(HANDLE.mean()).item() for frame in slow)
    assert after - before == pytest.approx(np.log(1.9), abs=0.12)
    new = [t["tickets"].filter(at_windows("new_clerk"), during("new_clerk", "call_time")) for t in (calm, placed)]
    before, after = (frame.filter(pl.col("status") == "done").select(HANDLE.mean()).item() for frame in new)
    assert after - before == pytest.approx(np.log(2.5), abs=0.3)


def test_a_department_that_sits_on_its_cases_ends_them_late(calm: Tables, placed: Tables) -> None:
    mine = pl.col("dept_code") == DEPARTMENTS[DEPT].code
    late = []
    for tables in (calm, placed):
        begun = tables["cases"].filter(mine, during("dept_sits", "accept_time"), pl.col("promise_due").is_not_null())
        late.append(begun.select((pl.col("finish_time") > pl.col("promise_due")).mean()).item())
    assert late[0] < 0.08  # those that were paused
    assert late[1] > 0.25
    others = [t["cases"].filter(~mine, pl.col("channel") != "window")["finish_time"] for t in (calm, placed)]
    assert others[0].null_count() == pytest.approx(others[1].null_count(), rel=0.2)


def test_submissions_that_lie_are_accepted_days_later(calm: Tables, placed: Tables) -> None:
    mine = pl.col("dept_code") == DEPARTMENTS[OTHER_DEPT].code
    hours = (pl.col("accept_time") - pl.col("apply_time")).dt.total_hours()
    shares = []
    for tables in (calm, placed):
        begun = tables["cases"].filter(
            mine, during("slow_accept", "apply_time"), pl.col("channel").is_in(["pc", "app", "mini"])
        )
        shares.append(begun.select((hours > 44).mean()).item())
    assert shares[1] > shares[0] + 0.2


def test_a_wrong_guide_sends_people_back(calm: Tables, placed: Tables) -> None:
    shares = []
    for tables in (calm, placed):
        corrections = tables["case_pauses"].filter(pl.col("kind") == "correction")["project_no"].implode()
        begun = tables["cases"].filter(
            pl.col("item_code") == ITEMS[THIRD_ITEM].code, during("wrong_guide", "apply_time")
        )
        back = pl.col("project_no").is_in(corrections) | (pl.col("status") == "rejected")
        shares.append(begun.select(back.mean()).item())
    assert shares[0] < 0.12
    assert shares[1] > shares[0] + 0.25


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        ("bypass_hall", (pl.col("hall_id") == "H003") & (pl.col("channel") == "window")),
        ("bypass_county", pl.col("region_code").str.head(6) == "998101"),
        ("bypass_item", pl.col("item_code") == ITEMS[OTHER_ITEM].code),
    ],
)
def test_a_bypass_takes_acceptances_off_the_platform(kind: str, where: pl.Expr, calm: Tables, placed: Tables) -> None:
    shares = []
    for tables in (calm, placed):
        accepted = tables["cases"].filter(where, during(kind, "accept_time"))
        shares.append(accepted.select((pl.col("platform") == "ywtb2").mean()).item())
    assert shares[0] > 0.85
    assert shares[1] == pytest.approx(shares[0] * (1 - PLACED[kind].size), abs=0.08)


def test_an_outage_drives_people_off_the_net(calm: Tables, placed: Tables) -> None:
    where = pl.col("region_code").str.head(6) == "998102"
    net = pl.col("channel").is_in(["pc", "app", "mini"])
    before, after = (t["cases"].filter(where, during("online_outage", "apply_time")) for t in (calm, placed))
    assert after.filter(net).height < 0.35 * before.filter(net).height
    assert after.filter(~net).height > 1.5 * before.filter(~net).height


def test_who_is_stuck_online_comes_to_a_window_for_the_same_item(calm: Tables, placed: Tables) -> None:
    came = []
    for tables in (calm, placed):
        item = pl.col("item_code") == ITEMS[ITEM].code
        online = tables["cases"].filter(item, during("online_fault", "apply_time"), pl.col("channel") != "window")
        tickets = tables["tickets"].filter(item).drop_nulls("applicant_hash")
        pairs = online.drop_nulls("applicant_hash").join(tickets, on="applicant_hash")
        soon = pl.col("take_time").is_between(pl.col("apply_time"), pl.col("apply_time") + pl.duration(days=10))
        open_still = pl.col("finish_time").is_null() | (pl.col("take_time") < pl.col("finish_time"))
        came.append(pairs.filter(soon, open_still)["project_no"].n_unique() / online.height)
    assert came[0] < 0.03
    assert came[1] > 0.25


def test_people_have_to_come_again_where_papers_are_asked_for_twice(calm: Tables, placed: Tables) -> None:
    once = [
        t["cases"]
        .filter(at("more_visits"), during("more_visits", "apply_time"))
        .drop_nulls("visit_count")
        .select((pl.col("visit_count") <= 1).mean())
        .item()
        for t in (calm, placed)
    ]
    assert once[0] > 0.95
    assert once[1] < 0.7


def test_bad_service_earns_bad_reviews(calm: Tables, placed: Tables) -> None:
    for kind, where in (("rude_clerk", at_windows("rude_clerk")), ("poor_service", at("poor_service"))):
        bad = [
            t["reviews"].filter(where, during(kind, "assess_time"), pl.col("level") <= 2).height for t in (calm, placed)
        ]
        assert bad[0] <= 1
        assert bad[1] >= 5, kind


def test_where_nobody_is_asked_few_review(calm: Tables, placed: Tables) -> None:
    active = [
        t["reviews"]
        .filter(at("review_silence"), during("review_silence", "assess_time"), pl.col("origin") == "active")
        .filter(pl.col("window_id").is_not_null())
        .height
        for t in (calm, placed)
    ]
    assert active[1] < 0.2 * active[0]


def test_faked_praise_comes_within_seconds_of_the_end(placed: Tables) -> None:
    reviews = placed["reviews"].filter(at_windows("faked_praise"), during("faked_praise", "assess_time"))
    active = reviews.filter(pl.col("origin") == "active").join(
        placed["tickets"].select("ticket_id", "end_time"), on="ticket_id"
    )
    hasty = (pl.col("assess_time") - pl.col("end_time")).dt.total_seconds() <= 3
    assert active.select(hasty.mean()).item() > 0.4
    assert set(active.filter(hasty)["level"]) == {5}


def test_neglected_bad_reviews_lie_until_the_hall_wakes_up(placed: Tables) -> None:
    bad = placed["reviews"].filter(
        at("neglected_reviews"), during("neglected_reviews", "assess_time"), pl.col("level") <= 2
    )
    assert bad.height >= 5
    woke = pl.lit(moment(PLACED["neglected_reviews"].end - DAY)).dt.replace_time_zone(ZONE)
    assert bad.filter(pl.col("verify_time") < woke).is_empty()


def test_a_wave_of_complaints_is_as_high_as_its_label(calm: Tables, placed: Tables) -> None:
    count = [
        t["complaints"].filter(at("complaints_wave"), during("complaints_wave", "created_at")).height
        for t in (calm, placed)
    ]
    assert count[1] == count[0] + 12


def test_missed_checks_are_never_done(calm: Tables, placed: Tables) -> None:
    open_checks = []
    for tables in (calm, placed):
        due = tables["health_checks"].filter(at("checks_missed"), during("checks_missed", "due_at"))
        assert due.height > 20
        open_checks.append(due["done_at"].null_count() / due.height)
    assert open_checks[0] < 0.05
    assert open_checks[1] == pytest.approx(0.5, abs=0.05)


def test_numbers_that_are_not_written_leave_the_cases_alone(calm: Tables, placed: Tables) -> None:
    needs = [item.code for item in ITEMS if item.needs_case]
    linked = []
    for tables in (calm, placed):
        done = tables["tickets"].filter(
            at("numbers_missing"), during("numbers_missing", "take_time"), pl.col("item_code").is_in(needs)
        )
        linked.append(done.filter(pl.col("status") == "done").select(pl.col("project_no").is_not_null().mean()).item())
    assert linked[0] > 0.95
    assert linked[1] < 0.75
    opened = [
        t["cases"].filter(at("numbers_missing"), during("numbers_missing", "apply_time")).height for t in (calm, placed)
    ]
    assert opened[0] == pytest.approx(opened[1], rel=0.05)


def test_garbage_is_counted_where_its_source_delivers(calm: Tables, placed: Tables) -> None:
    share = []
    for tables in (calm, placed):
        mine = tables["deliveries"].filter(
            pl.col("hall_id") == "H002", pl.col("source_system") == "queue", during("garbage_rows", "covers_until")
        )
        share.append(mine["rows_quarantined"].sum() / mine["rows_read"].sum())
    assert share[0] < 0.01
    assert share[1] == pytest.approx(0.15, abs=0.03)
