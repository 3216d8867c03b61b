"""A hall's own database as a source: what changed since the last time, nothing twice, nothing missed."""

import sqlite3
from pathlib import Path

import pytest

from cockpit.errors import RefusedFile, SettingsError
from cockpit.intake.counting import BatchResult
from cockpit.intake.profile import Profile, load_profile
from cockpit.intake.sql_import import import_database
from cockpit.lake.folder import DataFolder
from tests.intake.valid_city import NOW, ids, is_one_sentence, quarantined, rows_of, state

QUERY = "select no, dept, kind, at, changed from complaint where changed >= :since order by changed"
PROFILE = """
title = "投诉系统"
source_system = "complaints"
[source]
url_variable = "HALL_DATABASE"
[[tables]]
table = "complaints"
query = "{query}"
watermark = "{watermark}"
since = "{since}"
[tables.columns]
complaint_id = {{ column = "no" }}
dept_code = {{ column = "dept" }}
kind = {{ column = "kind" }}
created_at = {{ column = "at" }}
updated_at = {{ column = "changed" }}
"""


def profile(place: Path, query: str = QUERY, watermark: str = "changed", since: str = "") -> Profile:
    path = place / "complaints.toml"
    path.write_text(PROFILE.format(query=query, watermark=watermark, since=since), encoding="utf-8")
    return load_profile(str(path))


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sqlite3.Connection:
    path = tmp_path / "source.sqlite"
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("create table complaint (no text, dept text, kind text, at text, changed text, seq integer)")
    monkeypatch.setenv("HALL_DATABASE", f"sqlite:///{path}")
    return database


def add(source: sqlite3.Connection, no: str, changed: str, kind: str = "onsite", seq: int = 0) -> None:
    row = (no, "d1", kind, "2026-10-12 08:00:00", f"2026-10-12 {changed}", seq)
    source.execute("insert into complaint values (?,?,?,?,?,?)", row)


def take(folder: DataFolder, how: Profile) -> BatchResult:
    result = import_database(folder, how, by="tester", now=NOW)
    for counts in result.tables.values():
        assert counts.read == counts.inserted + counts.updated + counts.unchanged + counts.quarantined
    return result


def refused(folder: DataFolder, how: Profile) -> str:
    before, marks = state(folder), folder.records.watermark(how.name, "complaints")
    with pytest.raises(RefusedFile) as caught:
        import_database(folder, how, by="tester", now=NOW)
    assert state(folder) == before
    assert folder.records.watermark(how.name, "complaints") == marks
    assert is_one_sentence(caught.value.sentence)
    told = folder.records.refusals(1)[0]
    assert (told.profile, told.reason) == (how.name, caught.value.sentence)
    return caught.value.sentence


def test_only_what_changed_since_the_last_time_is_read(
    city: DataFolder, source: sqlite3.Connection, tmp_path: Path
) -> None:
    how = profile(tmp_path)
    add(source, "1", "09:00:00")
    add(source, "2", "09:05:00", kind="gone")
    assert take(city, how).tables["complaints"].read == 2
    assert city.records.watermark("complaints", "complaints") == "2026-10-12 09:05:00"
    source.execute("update complaint set kind = 'onsite', changed = '2026-10-12 09:10:00' where no = '2'")
    counts = take(city, how).tables["complaints"]
    assert (counts.read, counts.inserted) == (1, 1)
    assert ids(city, "complaints") == ["1", "2"]
    assert quarantined(city) == []


def test_a_row_written_late_with_the_same_mark_is_not_missed(
    city: DataFolder, source: sqlite3.Connection, tmp_path: Path
) -> None:
    how = profile(tmp_path)
    add(source, "1", "09:00:00")
    take(city, how)
    add(source, "2", "09:00:00")
    counts = take(city, how).tables["complaints"]
    assert (counts.inserted, counts.unchanged) == (1, 1)


def test_the_same_again_changes_nothing(city: DataFolder, source: sqlite3.Connection, tmp_path: Path) -> None:
    how = profile(tmp_path)
    add(source, "1", "09:00:00")
    add(source, "2", "09:00:00", kind="gone")
    take(city, how)
    before, held = rows_of(city, "complaints"), quarantined(city)
    assert take(city, how).tables["complaints"].unchanged == 1
    assert rows_of(city, "complaints").equals(before)
    assert quarantined(city) == held
    source.execute("delete from complaint")
    assert take(city, how).tables["complaints"].read == 0
    assert city.records.watermark("complaints", "complaints") == "2026-10-12 09:00:00"


def test_a_mark_that_is_a_number_grows_as_a_number(
    city: DataFolder, source: sqlite3.Connection, tmp_path: Path
) -> None:
    query = QUERY.replace("changed from", "changed, seq from").replace("changed >=", "seq >=")
    how = profile(tmp_path, query, "seq", "0")
    for seq in (9, 10, 100):
        add(source, str(seq), "09:00:00", seq=seq)
    take(city, how)
    assert city.records.watermark("complaints", "complaints") == "100"


def test_a_batch_that_fails_does_not_move_the_mark(
    city: DataFolder, source: sqlite3.Connection, tmp_path: Path
) -> None:
    how = profile(tmp_path)
    add(source, "1", "09:00:00")
    source.execute("alter table complaint rename to away")
    refused(city, how)
    source.execute("alter table away rename to complaint")
    assert take(city, how).tables["complaints"].inserted == 1


def test_a_query_with_a_fault_is_refused(city: DataFolder, source: sqlite3.Connection, tmp_path: Path) -> None:
    sentence = refused(city, profile(tmp_path, "selekt 1"))
    assert "selekt" in sentence
    assert "查询语句" in sentence


def test_a_database_that_is_away_is_told(city: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALL_DATABASE", "postgresql+psycopg://reader:geheim@127.0.0.1:1/hall")
    sentence = refused(city, profile(tmp_path))
    assert "127.0.0.1" in sentence
    assert "geheim" not in sentence


@pytest.mark.parametrize("address", ["nonsense geheim", "nosuch://geheim@x/y", ""])
def test_an_address_that_is_none_is_told_without_its_secret(
    city: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("HALL_DATABASE", address)
    with pytest.raises(SettingsError, match="HALL_DATABASE") as caught:
        take(city, profile(tmp_path))
    assert "geheim" not in caught.value.sentence
    assert is_one_sentence(caught.value.sentence)


def test_a_query_without_a_column_that_the_profile_names_is_refused(
    city: DataFolder, source: sqlite3.Connection, tmp_path: Path
) -> None:
    add(source, "1", "09:00:00")
    sentence = refused(city, profile(tmp_path, QUERY.replace("dept, ", "")))
    assert "dept" in sentence
    assert "dept" in refused(city, profile(tmp_path, QUERY.replace("dept, ", "dept, no as dept, ")))
    assert "when_changed" in refused(city, profile(tmp_path, watermark="when_changed"))


def test_numbers_bytes_and_nothing_come_as_text(city: DataFolder, source: sqlite3.Connection, tmp_path: Path) -> None:
    source.execute("insert into complaint values (7, cast('d1' as blob), 'onsite', '2026-10-12 08:00:00', null, 1)")
    how = profile(tmp_path, QUERY.replace(" where changed >= :since", ""))
    assert take(city, how).tables["complaints"].inserted == 1
    assert ids(city, "complaints") == ["7"]
    assert city.records.watermark("complaints", "complaints") is None
