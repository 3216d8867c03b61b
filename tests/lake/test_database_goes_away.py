"""PostgreSQL that goes away while a batch comes in: one sentence, nothing half done, the same import completes it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from cockpit.errors import StorageError
from tests.lake.driving import Driver
from tests.lake.installation import Installation, Stage, differing
from tests.lake.severing_proxy import SeveringProxy
from tests.postgres import PostgresServer


@pytest.fixture
def stage(stage_on: Callable[[str], Stage]) -> Stage:
    return stage_on("postgresql")


@pytest.fixture
def server(postgres_url: PostgresServer) -> Iterator[PostgresServer]:
    """The server, running again after the test."""
    yield postgres_url
    postgres_url.start()


def one_sentence(said: str, city: Installation) -> None:
    """What people read is one line that ends like a sentence and tells no password."""
    assert said.endswith("。")
    assert said.count("。") == 1
    assert "\n" not in said
    assert str(sa.make_url(city.url).password) not in said


@pytest.mark.parametrize("step", ["judged", "merged tickets", "written deliveries", "before head"])
def test_the_server_crashes_in_mid_import(
    stage: Stage, city: Installation, driver: Driver, server: PostgresServer, step: str
) -> None:
    child = driver.start(city, "import", stage.second, stop_at=step)
    child.until_frozen()
    server.stop()
    child.go_on()
    said = child.end()
    assert said.startswith("refused StorageError: 状态数据库 postgresql+psycopg://cockpit:***@")
    assert "（连接中断）" in said or "（连不上）" in said or "暂时无法确认" in said
    one_sentence(said, city)
    server.start()
    assert differing(city.content(), stage.before) == []
    city.bring(stage.second)
    assert differing(city.content(), stage.after) == []


def test_a_batch_that_is_in_is_not_called_back_because_the_server_crashes_afterwards(
    stage: Stage, city: Installation, driver: Driver, server: PostgresServer
) -> None:
    child = driver.start(city, "import", stage.second, stop_at="after head")
    child.until_frozen()
    server.stop()
    child.go_on()
    assert child.end() == "done"
    server.start()
    assert differing(city.content(), stage.after) == []


def test_the_server_is_not_there_at_the_start(
    stage: Stage, city: Installation, driver: Driver, server: PostgresServer
) -> None:
    server.stop()
    said = driver.start(city, "import", stage.second).end()
    assert "（连不上）" in said
    one_sentence(said, city)
    server.start()
    assert differing(city.content(), stage.before) == []


def through(proxy: SeveringProxy, city: Installation) -> Installation:
    url = sa.make_url(city.url).set(port=proxy.port).render_as_string(hide_password=False)
    return Installation(city.data, url)


def test_the_wire_is_cut_before_the_commit_arrives(stage: Stage, city: Installation, server: PostgresServer) -> None:
    with SeveringProxy(server.port, "before") as proxy:
        with pytest.raises(StorageError) as refused:
            through(proxy, city).bring(stage.second)
        assert proxy.has_cut
    one_sentence(refused.value.sentence, city)
    assert "（连接中断）" in refused.value.sentence
    assert differing(city.content(), stage.before) == []
    city.bring(stage.second)
    assert differing(city.content(), stage.after) == []


def test_the_wire_is_cut_before_the_commit_is_answered(
    stage: Stage, city: Installation, server: PostgresServer
) -> None:
    with SeveringProxy(server.port, "after") as proxy:
        result = through(proxy, city).bring(stage.second)
        assert proxy.has_cut
    assert differing(city.content(), stage.after) == []
    with city.opened() as folder:
        assert [batch.batch_id for batch in folder.records.batches()][0] == result.batch_id


def test_the_wire_stays_cut_after_a_commit_that_was_not_answered(
    stage: Stage, city: Installation, server: PostgresServer
) -> None:
    with SeveringProxy(server.port, "after", stays_away=True) as proxy:
        with pytest.raises(StorageError, match="暂时无法确认本批是否已经生效") as refused:
            through(proxy, city).bring(stage.second)
        assert proxy.has_cut
    one_sentence(refused.value.sentence, city)
    # It was carried out; the same import again finds every row in place.
    assert differing(city.content(), stage.after) == []
    again = city.bring(stage.second)
    assert {(counts.inserted, counts.updated) for counts in again.tables.values()} == {(0, 0)}


def test_another_database_is_not_taken_for_this_folder_s(
    stage: Stage, city: Installation, server: PostgresServer, tmp_path: Path
) -> None:
    before = sorted((path, path.stat().st_size) for path in (city.data / "lake").rglob("*"))
    with pytest.raises(StorageError, match="却是空的"):
        Installation(city.data, server()).bring(stage.second)
    other = Installation(tmp_path / "other", server())
    other.bring(stage.first)
    for mixed in (Installation(city.data, other.url), Installation(other.data, city.url)):
        with pytest.raises(StorageError, match="不是同一套") as refused:
            mixed.bring(stage.second)
        one_sentence(refused.value.sentence, mixed)
    with pytest.raises(StorageError, match="不是同一套"):
        Installation(tmp_path / "empty", city.url).bring(stage.second)
    assert sorted((path, path.stat().st_size) for path in (city.data / "lake").rglob("*")) == before
    assert differing(city.content(), stage.before) == []
