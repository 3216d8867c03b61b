"""Facts of closed days: kept, made anew when a day's records change, equal to a fresh computation at any time."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cockpit import clock
from cockpit.demo.city import write_city
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.lake.facts import FactStore
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.lake.maintenance import maintain_folder
from cockpit.settings import Settings
from metrics.facts.kinds import FactKind, all_kinds
from metrics.records import Records, empty

UNTIL = dt.date(2026, 10, 14)
START, END = dt.date(2026, 9, 25), dt.date(2026, 10, 14)
NOW = dt.datetime(2026, 10, 15, 12, tzinfo=dt.UTC)
KINDS = sorted(all_kinds())


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a small city of 20 days over two months."""
    place = tmp_path_factory.mktemp("facts")
    write_city(place / "files", halls=4, days=20, until=UNTIL, seed=3)
    with_folder = open_folder(Settings(data_dir=place / "data"), create=True)
    import_files(with_folder, load_profile("standard"), [place / "files"], by="test", now=NOW)
    with_folder.close()
    return place


@pytest.fixture
def folder(built: Path) -> Iterator[DataFolder]:
    """The data folder, without any facts kept."""
    opened = open_folder(Settings(data_dir=built / "data"))
    FactStore(opened.lake).clear({})
    yield opened
    opened.close()


def fresh(folder: DataFolder, kind: FactKind) -> pl.DataFrame:
    """The same facts, computed from all records at once."""
    snapshot = folder.lake.snapshot()
    tables = {
        name: snapshot.scan(name).select(empty(name, snapshot.timezone).columns).collect()
        for name in (*kind.events, *kind.dated, *kind.references)
    }
    made = kind.compute(Records(tables, snapshot.timezone))
    return made.filter(pl.col("date").is_between(START, END, closed="left"))


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sort(frame.columns)


@pytest.mark.parametrize("name", KINDS)
def test_facts_from_the_store_equal_a_fresh_computation(folder: DataFolder, name: str) -> None:
    kind = all_kinds()[name]
    stored = FactStore(folder.lake).facts(folder.lake.snapshot(), kind, START, END)
    assert stored.height > 100
    assert_frame_equal(in_order(stored), in_order(fresh(folder, kind)))
    again = FactStore(folder.lake).facts(folder.lake.snapshot(), kind, START, END)
    assert_frame_equal(in_order(again), in_order(stored))


def files(folder: DataFolder) -> dict[str, float]:
    return {place.name: place.stat().st_mtime_ns for place in FactStore(folder.lake).path.glob("queues-*/*.parquet")}


def test_a_commit_that_touches_a_day_makes_this_day_anew_and_no_other(folder: DataFolder, tmp_path: Path) -> None:
    kind = all_kinds()["queues"]
    store = FactStore(folder.lake)
    before = store.facts(folder.lake.snapshot(), kind, START, END)
    kept = files(folder)
    day = dt.date(2026, 10, 10)
    mended = (
        folder.lake.snapshot()
        .scan("tickets")
        .select(empty("tickets", folder.timezone).columns)
        .filter(pl.col("take_time").dt.date() == day, pl.col("status") == "done")
        .head(5)
        .collect()
        .with_columns(status=pl.lit("void"), updated_at=pl.lit(NOW))
    )
    mended.write_parquet(tmp_path / "tickets.parquet")
    import_files(folder, load_profile("standard"), [tmp_path / "tickets.parquet"], by="test", now=NOW)
    after = store.facts(folder.lake.snapshot(), kind, START, END)
    assert_frame_equal(in_order(after), in_order(fresh(folder, kind)))
    assert before["taken"].sum() - after["taken"].sum() == 5
    changed = {name: at for name, at in files(folder).items() if kept.get(name) != at}
    assert [name[:10] for name in changed] == [str(day)]
    # What was true a moment ago may still be read by whoever began before the import.
    assert facts_kept(folder, keep_minutes=60) == len(kept) + 1
    grow_old(folder, hours=2)
    assert facts_kept(folder, keep_minutes=60) == len(kept)
    assert_frame_equal(store.facts(folder.lake.snapshot(), kind, START, END), after)


def test_a_correction_counts_though_the_clock_was_set_back(
    folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It then seems to have come in before the rows that it corrects."""
    kind, store = all_kinds()["queues"], FactStore(folder.lake)
    before = store.facts(folder.lake.snapshot(), kind, START, END)
    wrong = (
        folder.lake.snapshot()
        .scan("tickets")
        .select(empty("tickets", folder.timezone).columns)
        .filter(pl.col("take_time").dt.date() == dt.date(2026, 10, 9), pl.col("status") == "done")
        .head(5)
        .collect()
        .with_columns(status=pl.lit("void"), updated_at=pl.lit(NOW))
    )
    wrong.write_parquet(tmp_path / "tickets.parquet")
    earlier = clock.now() - dt.timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: earlier)
    import_files(folder, load_profile("standard"), [tmp_path / "tickets.parquet"], by="test", now=NOW)
    after = store.facts(folder.lake.snapshot(), kind, START, END)
    assert before["taken"].sum() - after["taken"].sum() == 5
    assert_frame_equal(in_order(after), in_order(fresh(folder, kind)))


def test_maintenance_takes_away_facts_that_nobody_reads_any_more(folder: DataFolder) -> None:
    store, snapshot = FactStore(folder.lake), folder.lake.snapshot()
    whole = store.facts(snapshot, all_kinds()["queues"], START, END)
    kept = len(files(folder))
    a_day, another = sorted(store.path.glob("queues-*/*.parquet"))[-2:]
    out_of_date = another.with_name(f"{another.name[:10]}.{'0' * 16}.parquet")
    out_of_date.write_bytes(another.read_bytes())
    killed = another.with_suffix(".killed.part")
    killed.write_bytes(b"half")
    # Of a day that nobody has asked for since its records changed the old facts are all there is.
    a_day = a_day.rename(a_day.with_name(f"{a_day.name[:10]}.{'0' * 16}.parquet"))
    assert facts_kept(folder, keep_minutes=60) == kept + 2
    grow_old(folder, hours=2)
    assert facts_kept(folder, keep_minutes=60) == kept
    assert a_day.exists() and another.exists()
    assert not out_of_date.exists() and not killed.exists()
    assert_frame_equal(store.facts(snapshot, all_kinds()["queues"], START, END), whole)
    assert facts_kept(folder, keep_minutes=60) == kept + 1
    grow_old(folder, hours=2)
    assert facts_kept(folder, keep_minutes=60) == kept
    assert not a_day.exists()


def facts_kept(folder: DataFolder, keep_minutes: float) -> int:
    """How many files of facts there are after the upkeep that the job runner does."""
    lake = folder.settings.lake.model_copy(update={"keep_minutes": keep_minutes})
    done = maintain_folder(replace(folder, settings=folder.settings.model_copy(update={"lake": lake})))
    (facts,) = (upkeep for upkeep in done if upkeep.table == "facts")
    assert facts.files_after == len([place for place in FactStore(folder.lake).path.rglob("*") if place.is_file()])
    return facts.files_after


def grow_old(folder: DataFolder, hours: float) -> None:
    """Let all facts have been made earlier than they were."""
    for place in FactStore(folder.lake).path.glob("*/*"):
        made = place.stat().st_mtime - hours * 3600
        os.utime(place, (made, made))


def test_a_changed_calendar_makes_its_day_anew(folder: DataFolder, tmp_path: Path) -> None:
    kind = all_kinds()["queues"]
    store = FactStore(folder.lake)
    store.facts(folder.lake.snapshot(), kind, START, END)
    kept = files(folder)
    row = (
        folder.lake.snapshot()
        .scan("calendar")
        .select(empty("calendar", folder.timezone).columns)
        .filter(pl.col("date") == dt.date(2026, 10, 13), pl.col("open_at").is_not_null())
        .head(1)
        .collect()
        .with_columns(pl.col("open_at") + pl.duration(minutes=30), updated_at=pl.lit(NOW))
    )
    row.write_parquet(tmp_path / "calendar.parquet")
    import_files(folder, load_profile("standard"), [tmp_path / "calendar.parquet"], by="test", now=NOW)
    after = store.facts(folder.lake.snapshot(), kind, START, END)
    assert_frame_equal(in_order(after), in_order(fresh(folder, kind)))
    assert [name[:10] for name in files(folder) if name not in kept] == ["2026-10-13"]


def test_a_half_written_file_is_never_read(folder: DataFolder) -> None:
    kind = all_kinds()["queues"]
    store = FactStore(folder.lake)
    facts = store.facts(folder.lake.snapshot(), kind, START, END)
    victim = next(store.path.glob("queues-*/2026-10-12.*.parquet"))
    whole = victim.read_bytes()
    victim.unlink()
    victim.with_suffix(".killed.part").write_bytes(whole[:100])
    again = store.facts(folder.lake.snapshot(), kind, START, END)
    assert_frame_equal(in_order(again), in_order(facts))


def test_days_without_records_have_no_facts(folder: DataFolder) -> None:
    kind = all_kinds()["queues"]
    none = FactStore(folder.lake).facts(folder.lake.snapshot(), kind, dt.date(2020, 1, 1), dt.date(2020, 2, 1))
    assert none.is_empty()
    assert set(none.columns) >= {"hall_id", "queue_id", "date", "taken"}


def test_all_facts_can_be_made_anew(folder: DataFolder) -> None:
    store, snapshot = FactStore(folder.lake), folder.lake.snapshot()
    store.facts(snapshot, all_kinds()["queues"], START, END)
    before = files(folder)
    days = store.rebuild(snapshot, all_kinds(), END)
    after = files(folder)
    assert set(after) == set(before)
    assert days == len({name[:10] for name in after})  # holidays have no tickets, so no facts
    assert all(after[name] > at for name, at in before.items())
