"""What all tests stand on: the city's time zone, an environment without settings, and real servers and browsers."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

os.environ["TZ"] = "Asia/Shanghai"
time.tzset()
# The settings of whoever runs the tests must not reach them, nor the processes that they start.
for _name in [name for name in os.environ if name.startswith("COCKPIT_") and name != "COCKPIT_REAL_DIR"]:
    del os.environ[_name]

import pytest  # noqa: E402 - the zone comes first

from tests.postgres import PostgresServer, binaries  # noqa: E402


def _absent(what: str) -> NoReturn:
    """Skip for want of a system package, saying so; on an integration server that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} 没有安装", pytrace=False)
    pytest.skip(f"{what} 没有安装")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[PostgresServer]:
    """A real PostgreSQL: called, it gives a fresh database; `stop()` and `start()` take it away and bring it back."""
    bin_dir = binaries()
    if bin_dir is None:
        _absent("PostgreSQL 服务器")
    server = PostgresServer(bin_dir)
    try:
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The system's Chromium, for the tests that look at pages as people do."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    _absent("Chromium 浏览器")


@pytest.fixture(scope="session")
def real_dir() -> Path:
    """The folder with the real sources that others made; the tests that need it are skipped where it is not named."""
    given = os.environ.get("COCKPIT_REAL_DIR")
    if not given:
        pytest.skip("没有设置 COCKPIT_REAL_DIR（真实数据文件所在的文件夹）")
    folder = Path(given).resolve()
    if not folder.is_dir():
        pytest.fail(f"COCKPIT_REAL_DIR 指的文件夹 {folder} 不存在", pytrace=False)
    return folder


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder that is not there yet, for one test alone."""
    return tmp_path / "data"
