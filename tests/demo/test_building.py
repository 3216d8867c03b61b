"""A demo city comes into its folder span by span, and however often that is stopped, it ends as if built at once."""

import datetime as dt
import json
import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.demo.building import BY, COMING, Building, DaysIn, lay_out, plan_build, sole, summed
from cockpit.demo.city import plan_city
from cockpit.demo.history import PLANNED_AHEAD, STEP
from cockpit.demo.ledger import LEDGER, Ledger, read_ledger, write_ledger
from cockpit.demo.stopping import Stop, Stopped
from cockpit.demo.truth import QUIET, TRUTH
from cockpit.errors import Busy, StorageError
from cockpit.intake.counting import BatchResult
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.lake.folder import DataFolder
from cockpit.records.store import TableCounts
from metrics.standard import TABLES
from tests.demo.demo_folder import assert_same, at, at_once, opened, planned, stored
from tests.intake.valid_city import city_files, ticket

UNTIL = dt.date(2026, 10, 20)
NOW = at(UNTIL, 10, 42, 30)
FIRST = UNTIL - dt.timedelta(days=21)


@pytest.fixture(scope="module")
def expected() -> dict[str, pl.DataFrame]:
    return at_once(NOW, first=FIRST, last=UNTIL)


@pytest.fixture
def folder(data_dir: Path) -> DataFolder:
    made = opened(data_dir)
    yield made
    made.close()


def test_a_city_built_in_spans_is_the_city_made_up_at_once(
    folder: DataFolder, expected: dict[str, pl.DataFrame]
) -> None:
    building = planned(folder, NOW)
    told: list[DaysIn] = []
    building.build(told.append)
    assert_same(stored(folder), expected)
    assert building.ledger == read_ledger(folder.path)
    assert building.ledger.complete
    assert (building.ledger.as_of, building.ledger.fed_until) == (NOW, NOW)
    # Reference tables, then two spans before today, then today with the days that are planned ahead.
    assert [days.done for days in told] == [0, 0, 10, 21, 29]
    assert {days.days for days in told} == {22 + PLANNED_AHEAD}
    assert told[-1].doing is None
    assert told[-1].rows == sum(counts.read for counts in building.result.tables.values())
    assert {batch.by for batch in folder.records.batches(100)} == {BY}
    assert folder.lake.snapshot().quarantine().collect().is_empty()
    city = plan_city(halls=3, days=22, until=UNTIL)
    assert pl.read_parquet(folder.path / TRUTH).equals(city.truth())
    assert pl.read_parquet(folder.path / QUIET).equals(city.quiet_days())


def test_the_latest_days_can_come_first(folder: DataFolder, expected: dict[str, pl.DataFrame]) -> None:
    building = planned(folder, NOW, latest_first=5)
    building.build(shown_only=True)
    assert building.ledger.shown
    assert not building.ledger.complete
    tickets = stored(folder)["tickets"]["take_time"]
    assert tickets.dt.date().min() == UNTIL - dt.timedelta(days=4)
    assert tickets.dt.date().max() == UNTIL
    building.build()
    assert building.ledger.complete
    assert_same(stored(folder), expected)


def test_while_only_the_latest_days_are_in_every_device_has_the_state_that_it_had_then(
    folder: DataFolder, expected: dict[str, pl.DataFrame]
) -> None:
    """Else whatever has not failed for weeks would count as off, in every hall, until the first day is in."""
    building = planned(folder, NOW, latest_first=5)
    building.build(shown_only=True)
    begin = at(building.ledger.spans[0].first)
    lasting = pl.col("to_at").is_null() | (pl.col("to_at") > begin)
    wanted = expected["device_states"].filter(lasting, pl.col("from_at") <= NOW)
    assert wanted.filter(pl.col("from_at") < begin)["device_id"].n_unique() == expected["devices"].height
    assert_same({"device_states": stored(folder)["device_states"]}, {"device_states": wanted})
    building.build()
    assert_same(stored(folder), expected)


def test_a_build_killed_between_a_batch_and_its_note_goes_on_and_brings_it_in_again_without_a_change(
    folder: DataFolder, expected: dict[str, pl.DataFrame]
) -> None:
    building = planned(folder, NOW, latest_first=9)
    building.bring_next()
    building.bring_next()
    before = building.ledger
    building.bring_next()
    write_ledger(folder.path, before)
    again = planned(folder, NOW + dt.timedelta(days=2), latest_first=9)
    again.bring_next()
    assert again.result.tables["tickets"].read > 500
    assert all(counts.read == counts.unchanged for counts in again.result.tables.values())
    again.build()
    assert_same(stored(folder), expected)


def test_labels_are_there_before_the_first_row(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    building = planned(folder, NOW)
    bring = Building.bring
    monkeypatch.setattr(
        Building, "bring", lambda self, *given: (seen.append((folder.path / TRUTH).exists()), bring(self, *given))
    )
    building.bring_next()
    assert seen == [True]
    assert (folder.path / LEDGER).exists()


def test_the_same_arguments_again_find_the_same_city_also_on_a_later_day(folder: DataFolder) -> None:
    building = planned(folder, NOW, days=2)
    building.build()
    later = NOW + dt.timedelta(days=9)
    assert plan_build(folder, halls=3, days=2, seed=7, now=later) == building.ledger
    assert plan_build(folder, halls=3, days=2, seed=7, now=later, until=UNTIL) == building.ledger


@pytest.mark.parametrize(
    "other", [{"halls": 4}, {"days": 3}, {"seed": 8}, {"until": UNTIL - dt.timedelta(days=1)}], ids=str
)
def test_another_city_is_refused_with_what_is_there(folder: DataFolder, other: dict[str, object]) -> None:
    planned(folder, NOW, days=2).bring_next()
    asked = {"halls": 3, "days": 2, "seed": 7, "now": NOW} | other
    with pytest.raises(StorageError, match=f"--halls 3 --days 2 --until {UNTIL} --seed 7.*请用同样的参数继续"):
        plan_build(folder, **asked)


def test_real_records_and_a_demo_city_are_not_mixed_in_either_order(folder: DataFolder, tmp_path: Path) -> None:
    planned(folder, NOW, days=2).bring_next()
    files = city_files(tmp_path / "files", tickets=[ticket(1)])
    import_files(folder, load_profile("standard"), [files], by="王")
    with pytest.raises(StorageError, match="已有真实数据.*请用 --data"):
        plan_build(folder, halls=3, days=2, seed=7, now=NOW)
    other = opened(tmp_path / "real")
    import_files(other, load_profile("standard"), [files], by="王")
    with pytest.raises(StorageError, match="已有真实数据"):
        plan_build(other, halls=3, days=2, seed=7, now=NOW)
    assert read_ledger(other.path) is None
    other.close()


def test_a_demo_city_whose_ledger_is_gone_is_not_taken_for_real_records(folder: DataFolder) -> None:
    planned(folder, NOW, days=2).bring_next()
    (folder.path / LEDGER).unlink()
    with pytest.raises(StorageError, match="进度文件 demo/city.json 不见了；请用备份恢复"):
        plan_build(folder, halls=3, days=2, seed=7, now=NOW)


def test_waiting_ends_when_somebody_asks_to_stop() -> None:
    stop = Stop()
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGUSR1))
    before = signal.signal(signal.SIGUSR1, stop)
    try:
        begun = time.monotonic()
        timer.start()
        stop.wait(30)
        stop.wait(30)
        assert 0.1 < time.monotonic() - begun < 10
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert stop.asked


def test_nothing_is_written_before_the_first_batch_is_begun(folder: DataFolder) -> None:
    planned(folder, NOW)
    assert read_ledger(folder.path) is None


def test_only_one_process_builds_or_feeds_a_city(folder: DataFolder) -> None:
    other = opened(folder.path)
    with sole(folder), pytest.raises(Busy, match="正由另一个进程建立或续演；请先停止"), sole(other):
        pass
    with sole(other):
        pass
    other.close()


def test_being_asked_to_stop_ends_a_build_at_once_while_nothing_is_written(folder: DataFolder) -> None:
    building = planned(folder, NOW)
    building.bring_next()
    with pytest.raises(Stopped), building.stop.at_once():
        building.stop()
    assert building.stop.asked
    with pytest.raises(Stopped):
        building.bring_next()
    assert building.ledger == read_ledger(folder.path)
    again = Building(folder, building.ledger, Stop())
    again.stop()
    again.build()
    assert again.batches == 0


def test_a_city_up_to_an_earlier_day_is_told_to_the_end_of_that_day(folder: DataFolder) -> None:
    plan = plan_build(folder, halls=3, days=2, seed=7, now=NOW, until=UNTIL - dt.timedelta(days=3))
    assert plan.as_of == at(UNTIL - dt.timedelta(days=2))


def test_a_city_of_a_day_that_has_just_begun_can_be_built(folder: DataFolder) -> None:
    building = planned(folder, at(UNTIL), days=1)
    building.build()
    assert building.ledger.complete
    assert "tickets" not in stored(folder)


@given(days=st.integers(1, 700), latest=st.none() | st.integers(1, 800))
@settings(max_examples=60, deadline=None)
def test_spans_hold_every_day_once_and_none_is_long(days: int, latest: int | None) -> None:
    plan = lay_out(3, days, 7, NOW, None, latest, "Asia/Shanghai")
    told = [span.first + dt.timedelta(days=n) for span in plan.spans for n in range(span.days)]
    assert len(told) == len(set(told)) == days + PLANNED_AHEAD
    assert (min(told), max(told)) == (plan.first_day, UNTIL + dt.timedelta(days=PLANNED_AHEAD))
    assert all(1 <= span.days <= STEP for span in plan.spans)
    first = plan.spans[: plan.first_needed]
    assert sum(span.days for span in first) == min(days, latest or days) + PLANNED_AHEAD
    assert [span.first for span in first] == sorted(span.first for span in first)
    rest = plan.spans[plan.first_needed :]
    assert [span.first for span in rest] == sorted(span.first for span in rest)
    assert all(span.last < first[0].first for span in rest)


def test_counts_of_batches_are_added_up_over_all_tables() -> None:
    one = BatchResult("a", {"tickets": TableCounts(5, 2, 1, 1, 1)}, {"tickets": {"x": 1}}, {})
    two = BatchResult("b", {"tickets": TableCounts(7, 4, 0, 1, 2), "cases": TableCounts(1, 1, 0, 0, 0)},
                      {"tickets": {"x": 1, "y": 2}}, {})  # fmt: skip
    total = summed([one, two])
    assert total.batch_id == "b"
    assert total.tables["tickets"] == TableCounts(12, 6, 1, 2, 3)
    assert total.tables["cases"] == TableCounts(1, 1, 0, 0, 0)
    assert total.reasons == {"tickets": {"x": 2, "y": 2}}
    nothing = summed([])
    assert nothing.batch_id is None
    assert set(nothing.tables) == set(TABLES)
    assert set(nothing.tables.values()) == {TableCounts(0, 0, 0, 0, 0)}


def test_a_disk_that_refuses_is_told_in_a_sentence_and_nothing_has_come_in(folder: DataFolder) -> None:
    building = planned(folder, NOW, days=1)
    (folder.path / "demo").mkdir()
    (folder.path / COMING).write_text("in the way")
    with pytest.raises(StorageError, match="coming 写不进去.*请检查"):
        building.bring_next()
    assert folder.records.batches(1) == []
    assert not building.ledger.registered
    (folder.path / COMING).unlink()
    building.build()
    assert building.ledger.complete
    assert sorted(path.name for path in (folder.path / "demo").iterdir()) == [
        "city.json", "quiet.parquet", "truth.parquet"
    ]  # fmt: skip


def test_labels_that_cannot_be_written_are_told_in_a_sentence(folder: DataFolder) -> None:
    (folder.path / TRUTH).mkdir(parents=True)
    with pytest.raises(StorageError, match="truth.parquet 写不进去.*请检查"):
        planned(folder, NOW, days=1).bring_next()
    assert folder.records.batches(1) == []


# -- the ledger ---------------------------------------------------------------------------------------------------


@pytest.fixture
def ledger(folder: DataFolder) -> Ledger:
    return plan_build(folder, halls=3, days=30, seed=7, now=NOW, latest_first=10)


def test_a_ledger_is_read_back_as_it_was_written(tmp_path: Path, ledger: Ledger) -> None:
    further = replace(ledger.with_done(ledger.spans[1]), live=True, fed_until=NOW + dt.timedelta(hours=3))
    write_ledger(tmp_path, further)
    assert read_ledger(tmp_path) == further
    assert [span.done for span in further.spans] == [False, True, *([False] * (len(ledger.spans) - 2))]
    write_ledger(tmp_path, ledger)
    assert read_ledger(tmp_path) == ledger


def test_a_ledger_half_written_when_the_power_went_leaves_the_former_one(tmp_path: Path, ledger: Ledger) -> None:
    write_ledger(tmp_path, ledger)
    (tmp_path / LEDGER).with_suffix(".part").write_text('{"form": 1, "ha')
    assert read_ledger(tmp_path) == ledger
    write_ledger(tmp_path, replace(ledger, live=True))
    assert [path.name for path in (tmp_path / "demo").iterdir()] == ["city.json"]


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"form": 2}', '{"form": 1}'])
def test_a_damaged_ledger_is_told_in_a_sentence(tmp_path: Path, ledger: Ledger, damage: str) -> None:
    write_ledger(tmp_path, ledger)
    (tmp_path / LEDGER).write_text(damage)
    with pytest.raises(StorageError, match="city.json 已损坏；请"):
        read_ledger(tmp_path)


def test_an_instant_without_a_zone_in_a_ledger_is_damage(tmp_path: Path, ledger: Ledger) -> None:
    write_ledger(tmp_path, ledger)
    document = json.loads((tmp_path / LEDGER).read_text())
    (tmp_path / LEDGER).write_text(json.dumps(document | {"as_of": "2026-10-20T10:00:00"}))
    with pytest.raises(StorageError, match="已损坏"):
        read_ledger(tmp_path)


def test_a_folder_that_cannot_be_written_to_is_told_in_a_sentence(tmp_path: Path, ledger: Ledger) -> None:
    (tmp_path / "demo").write_text("in the way")
    with pytest.raises(StorageError, match="写不进去.*请检查"):
        write_ledger(tmp_path, ledger)
