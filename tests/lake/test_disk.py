"""A disk that is full, too small or read-only: one sentence, nothing half done, and it works again afterwards."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.errors import StorageError
from cockpit.lake.ground import LOG
from tests.lake.driving import Driver
from tests.lake.installation import MOSTLY_SQLITE, Installation, Stage, content_of, differing

SIZE = 24 << 20


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = os.geteuid() == 0 and _run("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place))
    if not mounted:
        pytest.skip("这里不能挂载磁盘（需要管理员权限）；文件大小受限的测试仍会进行")
    yield place
    _run("umount", "-l", str(place))


def _run(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def fill(disk: Path, leave: int) -> Path:
    """Fill a disk but for some bytes."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - leave)
    return ballast


def files_of_rows(city: Installation) -> set[Path]:
    return {path for path in (city.data / "lake").rglob("*") if path.is_file() and path.parent.name != LOG}


def one_sentence(error: StorageError, *words: str) -> None:
    said = error.sentence
    assert any(word in said for word in words), said
    assert said.endswith("。")
    assert said.count("。") == 1
    assert "\n" not in said


@MOSTLY_SQLITE
@pytest.mark.parametrize("leave", [0, 16, 48, 64, 80, 112])
def test_a_full_disk(stage: Stage, disk: Path, leave: int) -> None:
    city = stage.template.copy(disk / "data")
    with city.opened() as looking:  # as the web server does
        assert differing(content_of(looking), stage.before) == []
        ballast = fill(disk, leave << 10)
        lying = files_of_rows(city)
        with pytest.raises(StorageError) as refused:
            city.bring(stage.second)
        one_sentence(refused.value, "磁盘已满", "磁盘读写出错")
        assert files_of_rows(city) == lying  # what was written in vain takes no room
        assert differing(content_of(looking), stage.before) == []
    ballast.unlink()
    assert differing(city.content(), stage.before) == []
    city.bring(stage.second)
    assert differing(city.content(), stage.after) == []
    city.remove()


@MOSTLY_SQLITE
def test_a_disk_that_is_full_in_the_end_is_not_filled_further_by_trying_again(stage: Stage, disk: Path) -> None:
    city = stage.template.copy(disk / "data")
    ballast = fill(disk, 96 << 10)
    for _ in range(3):
        with pytest.raises(StorageError):
            city.bring(stage.second)
    left = shutil.disk_usage(disk).free
    for _ in range(5):
        with pytest.raises(StorageError):
            city.bring(stage.second)
    assert shutil.disk_usage(disk).free >= left - (16 << 10)
    ballast.unlink()
    city.remove()


def test_a_disk_that_becomes_read_only(stage: Stage, disk: Path) -> None:
    city = stage.template.copy(disk / "data")
    assert _run("mount", "-o", "remount,ro", str(disk))
    with pytest.raises(StorageError) as refused:
        city.bring(stage.second)
    one_sentence(refused.value, "磁盘只读", "数据库只读", "打不开文件")
    if city.url:
        assert differing(city.content(), stage.before) == []
    assert _run("mount", "-o", "remount,rw", str(disk))
    city.bring(stage.second)
    assert differing(city.content(), stage.after) == []
    city.remove()


@MOSTLY_SQLITE
@pytest.mark.parametrize("limit", [1024, 4096, 8192, 20_480])
def test_files_that_may_not_grow(stage: Stage, city: Installation, driver: Driver, limit: int) -> None:
    """Runs everywhere: the system refuses to let any file grow beyond a limit, as a full disk does."""
    said = driver.start(city, "import", stage.second, file_limit=limit).end()
    assert said == "done" or said.startswith("refused StorageError: "), said
    if said == "done":
        assert differing(city.content(), stage.after) == []
        return
    one_sentence(StorageError(said), "文件大小受限", "磁盘已满", "磁盘读写出错")
    assert differing(city.content(), stage.before) == []
    city.bring(stage.second)
    assert differing(city.content(), stage.after) == []
