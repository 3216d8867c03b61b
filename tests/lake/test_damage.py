"""What lies on the disk is damaged or does not fit: people get a sentence that names it, and nothing is made worse."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from cockpit.errors import StorageError
from cockpit.lake.folder import open_folder
from cockpit.lake.identity import ID_FILE
from cockpit.lake.maintenance import maintain_folder
from cockpit.lake.store import reading
from cockpit.records.database import Database
from cockpit.settings import Settings
from tests.lake.installation import Installation, Stage, differing


@pytest.fixture
def stage(stage_on: Callable[[str], Stage]) -> Stage:
    return stage_on("sqlite")


def a_file(city: Installation, table: str) -> Path:
    return sorted((city.data / "lake" / table).rglob("*.parquet"))[0]


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def garbled(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4 : len(content) // 2] = bytes(len(content) // 2 - 4)
    path.write_bytes(content)


DAMAGES = {"不见了": Path.unlink, "大小不对": cut_off, "已损坏": garbled}


@pytest.mark.parametrize("table", ["tickets", "halls", "quarantine"])
@pytest.mark.parametrize("said", DAMAGES)
def test_a_damaged_file_is_named(stage: Stage, city: Installation, table: str, said: str) -> None:
    damaged = a_file(city, table)
    DAMAGES[said](damaged)
    with city.opened() as folder:
        snapshot = folder.lake.snapshot()
        with (
            pytest.raises(StorageError, match=f"数据表 {table} 的文件 .*{damaged.name}.*{said}.*。$"),
            reading(snapshot),
        ):
            snapshot.raw(table).collect()
    with pytest.raises(StorageError, match=f"数据表 {table} .*。$"):
        city.bring(stage.second)


def test_other_errors_while_reading_are_not_taken_for_damage(city: Installation) -> None:
    with city.opened() as folder:
        snapshot = folder.lake.snapshot()
        with pytest.raises(OSError, match="something else"), reading(snapshot):
            snapshot.raw("tickets").collect()
            raise OSError("something else")


@pytest.mark.parametrize("how", ["gone", "empty", "no JSON"])
def test_a_damaged_log_is_told(stage: Stage, city: Installation, how: str) -> None:
    entry = city.data / "lake/cases/_delta_log/00000000000000000000.json"
    if how == "gone":
        entry.unlink()
    else:
        entry.write_text("" if how == "empty" else "{", encoding="utf-8")
    with city.opened() as folder, pytest.raises(StorageError, match="数据表 cases 的版本 0 读不出来.*。$"):
        folder.lake.snapshot().raw("cases")
    with pytest.raises(StorageError, match="数据表 cases .*。$"):
        city.bring(stage.second)


def test_a_table_older_than_its_head_is_not_written_to(stage: Stage, city: Installation, tmp_path: Path) -> None:
    """A data folder from yesterday's backup with today's state database: the head's version is not there."""
    shutil.copytree(city.data / "lake", tmp_path / "yesterday")
    city.bring(stage.second)
    shutil.rmtree(city.data / "lake")
    shutil.move(tmp_path / "yesterday", city.data / "lake")
    for _ in range(2):
        with pytest.raises(StorageError, match="缺少版本 .*对不上.*备份"):
            city.bring(stage.second)
    shutil.rmtree(city.data / "lake")
    with pytest.raises(StorageError, match="缺少版本 .*对不上.*备份"):
        city.bring(stage.second)


def test_a_state_database_that_was_deleted_does_not_take_the_records_with_it(
    stage: Stage, city: Installation, tmp_path: Path
) -> None:
    for path in city.data.glob("records.sqlite*"):
        path.rename(tmp_path / path.name)
    with pytest.raises(StorageError, match="却是空的.*备份恢复状态数据库"):
        city.bring(stage.second)
    for path in city.data.glob("records.sqlite*"):
        path.unlink()
    (tmp_path / "records.sqlite").rename(city.data / "records.sqlite")
    assert differing(city.content(), stage.before) == []


def test_a_folder_without_its_number_is_not_opened(stage: Stage, city: Installation) -> None:
    (city.data / ID_FILE).unlink()
    with pytest.raises(StorageError, match=f"编号 无.*不是同一套.*{ID_FILE} 丢失请用备份恢复"):
        city.bring(stage.second)


def test_a_folder_made_before_there_were_numbers_is_given_one(stage: Stage, city: Installation) -> None:
    (city.data / ID_FILE).unlink()
    database = Database(city.settings().records_url)
    with database.transaction() as connection:
        connection.execute(sa.text("DELETE FROM installation WHERE name = 'folder_id'"))
    database.close()
    with city.opened() as folder:
        assert folder.records.installation()["folder_id"] == (city.data / ID_FILE).read_text("ascii").strip()
    assert differing(city.content(), stage.before) == []


@pytest.mark.parametrize("name", ["a%20b", "a[1]", "a^b", "a|b", "a\\b", "a?b", "a#b", "a*b"])
def test_a_path_that_a_storage_layer_would_misread_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(StorageError, match="不能用的字符.*请换一个路径.*。$"):
        open_folder(Settings(data_dir=tmp_path / name), create=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["数据 目录", "a b+{c}'d&e;f:g~\"h<i>$HOME(j)"])
def test_any_other_path_will_do(stage: Stage, tmp_path: Path, name: str) -> None:
    city = Installation(tmp_path / name)
    city.bring(stage.first)
    city.bring(stage.second)
    with city.opened(compact_files=2) as folder:
        maintain_folder(folder)
    assert differing(city.content(), stage.after) == []
