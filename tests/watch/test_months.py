"""The store of months: what it gives equals a fresh count, it is made anew exactly when something has changed."""

import os
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cockpit.demo.city import write_city
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.settings import Settings
from cockpit.watch.month_keeper import MonthKeeper
from cockpit.watch.months import EVERY, KEPT, MonthStore, months_with_data
from cockpit.watch.numbers import count_rates
from metrics.periods import parse
from metrics.rates import PLACE_COLUMNS
from tests.board.small_city import bring_in, case

ZONE = ZoneInfo("Asia/Shanghai")
T = datetime(2026, 10, 21, 9, tzinfo=ZONE)
CLOSED, RUNNING = parse("2026-09"), parse("2026-10")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    place = tmp_path_factory.mktemp("months")
    write_city(place / "files", halls=3, days=30, until=date(2026, 10, 20))
    folder = open_folder(Settings(data_dir=place / "data"), create=True)
    import_files(folder, load_profile("standard"), [place / "files"], by="demo")
    yield folder
    folder.close()


@pytest.fixture
def folder(city: DataFolder) -> DataFolder:
    """The city, with nothing counted yet."""
    MonthStore(city.lake).clear()
    return city


_numbers = count()


def come_in(folder: DataFolder, moment: datetime) -> None:
    """One more case, applied for and accepted at an instant."""
    hall = folder.lake.snapshot().scan("halls").select("hall_id").collect().item(0, 0)
    name = f"more-{next(_numbers)}"
    bring_in(folder, {"cases": [{**case(name, hall, moment), "accept_time": moment}]}, batch_id=name)


def test_what_is_kept_equals_a_fresh_count(folder: DataFolder) -> None:
    store, snapshot = MonthStore(folder.lake), folder.lake.snapshot()
    for period in (CLOSED, RUNNING):
        store.month(snapshot, period, T)
        kept = store.latest(period)
        assert kept is not None and kept.counted_at == T
        fresh = count_rates(folder.lake, [period], T)
        for by in PLACE_COLUMNS:
            assert_frame_equal(kept.rates.rates(by), fresh.rates(by), check_row_order=False)


def test_a_closed_month_is_read_and_not_counted_again(folder: DataFolder) -> None:
    store, snapshot = MonthStore(folder.lake), folder.lake.snapshot()
    first = store.month(snapshot, CLOSED, T)
    (place,) = store.path.glob("2026-09.*")
    made = place.stat().st_mtime_ns
    again = MonthStore(folder.lake).month(snapshot, CLOSED, T + timedelta(hours=1))
    assert (again.mark, again.counted_at) == (first.mark, T)
    assert place.stat().st_mtime_ns == made


def test_a_batch_that_touches_a_later_month_leaves_the_closed_one(folder: DataFolder) -> None:
    store = MonthStore(folder.lake)
    marks = [store.mark(folder.lake.snapshot(), period, T) for period in (CLOSED, RUNNING)]
    come_in(folder, datetime(2026, 10, 7, 9, tzinfo=ZONE))
    after = [store.mark(folder.lake.snapshot(), period, T) for period in (CLOSED, RUNNING)]
    assert marks[0] == after[0]
    assert marks[1] != after[1]


def test_a_late_correction_makes_the_month_anew(folder: DataFolder) -> None:
    store = MonthStore(folder.lake)
    before = store.month(folder.lake.snapshot(), CLOSED, T)
    come_in(folder, datetime(2026, 9, 28, 9, tzinfo=ZONE))
    after = store.month(folder.lake.snapshot(), CLOSED, T)
    assert after.panorama.cells["accepted"].sum() == before.panorama.cells["accepted"].sum() + 1


def test_the_last_submissions_of_a_month_are_judged_when_their_time_has_passed(folder: DataFolder) -> None:
    store, snapshot = MonthStore(folder.lake), folder.lake.snapshot()
    soon, later = (store.mark(snapshot, CLOSED, T + timedelta(days=days)) for days in (0, 300))
    assert soon == later  # the holidays of October are over
    assert store.mark(snapshot, RUNNING, T) != store.mark(snapshot, RUNNING, T + timedelta(minutes=1))


def test_what_has_not_happened_yet_counts_in_no_month(folder: DataFolder) -> None:
    """The clock of the one who asks stands before the end of the records."""
    store, snapshot, early = MonthStore(folder.lake), folder.lake.snapshot(), datetime(2026, 10, 8, 12, tzinfo=ZONE)
    assert store.mark(snapshot, CLOSED, early) != store.mark(snapshot, CLOSED, T)
    found = store.month(snapshot, CLOSED, early)
    fresh = count_rates(folder.lake, [CLOSED], early)
    assert_frame_equal(found.rates.rates("hall"), fresh.rates("hall"), check_row_order=False)


def test_all_months_are_made_ahead_and_what_is_out_of_date_goes(folder: DataFolder) -> None:
    store, snapshot = MonthStore(folder.lake), folder.lake.snapshot()
    assert [period.label for period in months_with_data(snapshot, T)] == ["2026-10", "2026-09"]
    assert store.refresh(snapshot, T) == 2
    assert store.refresh(snapshot, T + timedelta(minutes=1), least=EVERY) == 0
    assert store.refresh(snapshot, T + EVERY, least=EVERY) == 1  # the running month
    assert len(list(store.path.glob("2026-10.*"))) == 2  # somebody may be reading the older one
    for place in store.path.glob("2026-10.*"):
        os.utime(place, times=((T - 2 * KEPT).timestamp(),) * 2)
    store.prune(T + EVERY)
    kept = store.latest(RUNNING)
    assert kept is not None and kept.counted_at == T + EVERY
    assert len(list(store.path.glob("2026-10.*"))) == 1
    store.clear()
    assert store.latest(CLOSED) is None


def test_a_damaged_or_half_deleted_folder_is_as_if_it_were_not_there(folder: DataFolder) -> None:
    store, snapshot = MonthStore(folder.lake), folder.lake.snapshot()
    store.month(snapshot, CLOSED, T)
    (place,) = store.path.glob("2026-09.*")
    (place / "cells.parquet").write_bytes(b"no parquet")
    assert store.latest(CLOSED) is None
    assert store.month(snapshot, CLOSED, T).rates.cells.height > 0


def test_a_process_shows_what_there_is_and_counts_anew_at_most_every_five_minutes(folder: DataFolder) -> None:
    keeper, both = MonthKeeper(folder.lake), [RUNNING, CLOSED]
    first = keeper.counts(folder.lake.snapshot(), both, T, needed=[RUNNING])
    assert (list(first.months), first.waiting) == (["2026-10"], ("2026-09",))
    keeper.settle()
    full = keeper.counts(folder.lake.snapshot(), both, T)
    assert set(full.months) == {"2026-09", "2026-10"} and full.state != first.state
    come_in(folder, datetime(2026, 10, 7, 9, tzinfo=ZONE))
    soon, late = T + EVERY / 2, T + 2 * EVERY
    assert keeper.counts(folder.lake.snapshot(), both, soon).state == full.state
    shown = keeper.counts(folder.lake.snapshot(), both, late)
    assert shown.months["2026-10"].counted_at == T  # at once, as it was
    keeper.settle()
    assert keeper.counts(folder.lake.snapshot(), both, late).months["2026-10"].counted_at == late
    assert keeper.counts(folder.lake.snapshot(), both, late).months["2026-09"].counted_at == T


def test_working_days_of_finished_cases_are_kept_too(folder: DataFolder) -> None:
    month = MonthStore(folder.lake).month(folder.lake.snapshot(), CLOSED, T)
    due = month.rates.rates("city", ["overdue_finish_rate"]).row(0, named=True)
    assert month.panorama.times["cases"].sum() == due["denominator"]
    late = month.panorama.times.filter(pl.col("used") > pl.col("allowed"))["cases"].sum()
    assert late == due["numerator"]
