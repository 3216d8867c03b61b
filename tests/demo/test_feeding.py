"""The demo city goes on: nothing is lost, whatever stops the feed, and its rows are those of a city made up at once."""

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.demo.building import Building
from cockpit.demo.feeding import TICK, Feed, Pace
from cockpit.demo.ledger import read_ledger
from cockpit.demo.stopping import Stop, Stopped
from cockpit.demo.truth import TRUTH
from cockpit.lake.folder import DataFolder
from tests.demo.demo_folder import Clock, assert_same, at, at_once, opened, planned, stored

UNTIL = dt.date(2026, 10, 20)
NOW = at(UNTIL, 16, 40, 30)
DAYS = 4
FIRST = UNTIL - dt.timedelta(days=DAYS - 1)


@pytest.fixture
def folder(data_dir: Path) -> Iterator[DataFolder]:
    made = opened(data_dir, writer_wait_seconds=0)
    yield made
    made.close()


def unheard(sentence: str) -> None:
    raise AssertionError(sentence)


def fed(building: Building, clock: Clock, until: dt.datetime, speed: float = 1.0) -> Feed:
    """Feed until the clock has come to an instant."""
    feed = Feed(building, clock.now, unheard, speed)
    building.stop = Stop()

    def look() -> None:
        if clock.instant >= until:
            building.stop()

    clock.on_wait = look
    feed.run(wait=clock.wait)
    return feed


def test_some_minutes_of_ticks_end_like_a_city_made_up_at_once(folder: DataFolder) -> None:
    building = planned(folder, NOW, days=DAYS)
    building.build()
    clock = Clock(NOW)
    fed(building, clock, NOW + dt.timedelta(minutes=5))
    ledger = read_ledger(folder.path)
    assert ledger is not None
    assert ledger.live
    assert ledger.fed_until == NOW + dt.timedelta(minutes=4)
    assert_same(stored(folder), at_once(ledger.fed_until, first=FIRST, last=UNTIL))
    # One tick a minute, and in between it sleeps.
    assert building.batches <= 4 + 4
    assert sum(clock.waits) >= 5 * 60


def test_after_a_midnight_the_city_has_a_new_day_with_its_plans_and_labels(folder: DataFolder) -> None:
    building = planned(folder, NOW, days=DAYS)
    building.build()
    night = at(UNTIL, 23, 59, 30)
    morning = at(UNTIL + dt.timedelta(days=1), 9, 2)
    fed(building, Clock(night), night + dt.timedelta(seconds=60))
    fed(building, Clock(morning), morning + dt.timedelta(seconds=61))
    ledger = read_ledger(folder.path)
    assert ledger is not None
    assert ledger.last_day == UNTIL + dt.timedelta(days=1)
    assert (ledger.until, ledger.days) == (UNTIL, DAYS)
    assert_same(stored(folder), at_once(ledger.fed_until, first=FIRST, last=ledger.last_day))
    assert pl.read_parquet(folder.path / TRUTH).equals(building.city.truth())
    # Whoever starts anew finds the city as far as it has come.
    again = Building(folder, ledger)
    assert again.city.last_day == ledger.last_day


def test_nothing_is_lost_when_the_feed_has_been_away_for_weeks(folder: DataFolder) -> None:
    building = planned(folder, NOW, days=DAYS)
    building.build()
    batches = building.batches
    back = at(UNTIL + dt.timedelta(days=24), 11, 7)
    fed(building, Clock(back), back + dt.timedelta(seconds=1))
    ledger = building.ledger
    assert ledger.fed_until == back
    assert_same(stored(folder), at_once(back, first=FIRST, last=back.date()))
    # The new calendar; twenty days and four in one piece each; today.
    assert building.batches - batches == 4


def test_the_history_that_is_still_missing_comes_in_between_the_ticks(folder: DataFolder) -> None:
    building = planned(folder, NOW, days=10, latest_first=2)
    building.build(shown_only=True)
    assert len(building.ledger.missing) == 1
    clock = Clock(NOW)
    fed(building, clock, NOW + dt.timedelta(minutes=2))
    assert building.ledger.complete
    first = UNTIL - dt.timedelta(days=9)
    assert_same(stored(folder), at_once(building.ledger.fed_until, first=first, last=UNTIL))


def test_a_feed_that_never_rests_brings_missing_history_too(folder: DataFolder) -> None:
    """Where the clock runs as fast as the imports, every batch is due at once."""
    building = planned(folder, NOW, days=10, latest_first=2)
    building.build(shown_only=True)

    class Rushing(Clock):
        def now(self) -> dt.datetime:
            self.instant += TICK
            if building.ledger.complete:
                building.stop()
            return self.instant

    with suppress(Stopped):
        Feed(building, Rushing(NOW).now, unheard, patience=2).run(wait=lambda seconds: None)
    assert building.ledger.complete
    assert building.batches >= 3 + 2 + 1
    first = UNTIL - dt.timedelta(days=9)
    assert_same(stored(folder), at_once(building.ledger.fed_until, first=first, last=UNTIL))


def test_a_tick_that_fails_is_told_and_tried_again_and_nothing_is_lost(folder: DataFolder) -> None:
    building = planned(folder, NOW, days=DAYS)
    building.build()
    clock = Clock(NOW + dt.timedelta(minutes=3))
    other = opened(folder.path)
    lease = other.records.lease("lake-writer", seconds=30, wait=0)
    lease.__enter__()
    told: list[str] = []

    def later() -> None:
        if len(told) == 2 and building.ledger.fed_until == NOW:
            lease.__exit__(None, None, None)
        if building.ledger.fed_until > NOW:
            building.stop()

    clock.on_wait = later
    Feed(building, clock.now, told.append).run(wait=clock.wait)
    assert len(told) == 2
    assert all("正在写入数据" in sentence for sentence in told)
    assert_same(stored(folder), at_once(building.ledger.fed_until, first=FIRST, last=UNTIL))
    other.close()


def test_a_tick_with_nothing_new_makes_no_batch(folder: DataFolder) -> None:
    building = planned(folder, at(UNTIL, 3), days=1)
    building.build()
    batches = len(folder.records.batches(100))
    night = at(UNTIL, 3, 4)
    fed(building, Clock(night), night + dt.timedelta(seconds=1))
    assert building.ledger.fed_until == night
    assert len(folder.records.batches(100)) == batches


def test_small_batches_leave_few_files_and_no_heap_of_old_ones(data_dir: Path) -> None:
    folder = opened(data_dir, compact_files=3)
    building = planned(folder, at(UNTIL, 9, 30), days=2)
    building.build()
    clock = Clock(at(UNTIL, 9, 30))
    building.stop = Stop()
    clock.on_wait = lambda: building.stop() if clock.instant > at(UNTIL, 9, 35) else None
    Feed(building, clock.now, unheard, tidy_after=5).run(wait=clock.wait)
    files = folder.lake.snapshot().files("tickets").filter(pl.col("part") == "2026-10")
    assert files.height <= 2
    folder.close()


# -- the pace -----------------------------------------------------------------------------------------------------

LONG_AGO = at(dt.date(2026, 10, 1), 8)
BEGAN = at(dt.date(2026, 10, 20), 9, 0, 15)


def test_at_speed_1_the_city_s_time_is_the_real_one() -> None:
    pace = Pace(LONG_AGO, BEGAN)
    assert pace.instant(BEGAN) == BEGAN
    assert pace.instant(BEGAN + dt.timedelta(seconds=90.7)) == BEGAN + dt.timedelta(seconds=90)
    assert pace.seconds_to(BEGAN + TICK, BEGAN) == 60


def test_a_fast_city_lives_from_where_it_was_fed_until_it_has_caught_up() -> None:
    pace = Pace(LONG_AGO, BEGAN, 60)
    assert pace.instant(BEGAN + dt.timedelta(seconds=10)) == LONG_AGO + dt.timedelta(minutes=10)
    assert pace.seconds_to(LONG_AGO + TICK, BEGAN) == 1
    caught_up = BEGAN + (BEGAN - LONG_AGO) / 59 + dt.timedelta(seconds=2)
    assert pace.instant(caught_up) == caught_up.replace(microsecond=0)
    later = caught_up + dt.timedelta(hours=5)
    assert pace.instant(later) == later.replace(microsecond=0)
    assert pace.seconds_to(later + TICK, later) == pytest.approx(60, abs=1)


@given(
    speed=st.floats(1, 3600),
    behind=st.timedeltas(dt.timedelta(0), dt.timedelta(days=90)),
    steps=st.lists(st.timedeltas(dt.timedelta(0), dt.timedelta(days=2)), max_size=20),
)
def test_the_city_s_time_never_goes_back_nor_beyond_the_real_one(
    speed: float, behind: dt.timedelta, steps: list[dt.timedelta]
) -> None:
    pace = Pace(BEGAN - behind, BEGAN, speed)
    now, before = BEGAN, (BEGAN - behind).replace(microsecond=0)
    for step in steps:
        now += step
        found = pace.instant(now)
        assert before <= found <= now
        before = found
