"""A data folder over each kind of state database, and a clock that the test moves."""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from cockpit import clock
from cockpit.door import passwords
from cockpit.lake.folder import DataFolder
from cockpit.records import door_tables as d
from cockpit.records.tables import audit
from tests.board.small_city import NOW, build
from tests.postgres import PostgresServer
from tests.web.people import CHEAP, opened

Move = Callable[[float], dt.datetime]


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    """A data folder without data, its state in SQLite or in PostgreSQL; made once, because that takes its time."""
    url = ""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_url")
        url = server()
    with opened(tmp_path_factory.mktemp("door") / "data", url) as folder:
        yield folder


@pytest.fixture(scope="session")
def shared_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    """The small city, made once."""
    folder = build(tmp_path_factory.mktemp("door") / "data")
    yield folder
    folder.close()


@pytest.fixture
def folder(shared: DataFolder) -> DataFolder:
    """A data folder without data, in which nobody has been yet."""
    return without_people(shared)


@pytest.fixture
def small(shared_city: DataFolder) -> DataFolder:
    """The small city, in which nobody has been yet."""
    return without_people(shared_city)


def without_people(folder: DataFolder) -> DataFolder:
    """The same folder as if nobody had ever been in it."""
    tables = (d.sessions, d.sign_in_failures, d.account_places, d.accounts, d.wall_places, d.walls, audit)
    with folder.records.transaction() as connection:
        for table in tables:
            connection.execute(sa.delete(table))
    shutil.rmtree(folder.path / "secrets", ignore_errors=True)
    return folder


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real hashes that cost next to nothing: the tests make hundreds."""
    monkeypatch.setattr(passwords, "_hasher", CHEAP)


@pytest.fixture
def move(monkeypatch: pytest.MonkeyPatch) -> Move:
    """Stops the product's clock, and moves it on by so many seconds when called."""
    now = [NOW.astimezone(dt.UTC)]
    monkeypatch.setattr(clock, "now", lambda: now[0])

    def on(seconds: float) -> dt.datetime:
        now[0] += dt.timedelta(seconds=seconds)
        return now[0]

    return on
