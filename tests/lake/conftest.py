import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lake.driving import Driver
from tests.lake.installation import Installation, Stage
from tests.lake.two_batches import write_batches
from tests.postgres import PostgresServer


@pytest.fixture(scope="session")
def batches(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Files of a first and a second batch."""
    return write_batches(tmp_path_factory.mktemp("batches"))


@pytest.fixture(scope="session")
def stage_on(
    batches: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Callable[[str], Stage]:
    """A stage on sqlite or on postgresql, made once each."""
    made: dict[str, Stage] = {}

    def make(backend: str) -> Stage:
        if backend not in made:
            place = tmp_path_factory.mktemp(backend)
            url = ""
            if backend == "postgresql":
                server: PostgresServer = request.getfixturevalue("postgres_url")
                url = server()
            template = Installation(place / "template", url)
            template.bring(batches[0])
            trial = template.copy(place / "trial")
            trial.bring(batches[1])
            made[backend] = Stage(template, *batches, template.content(), trial.content())
            trial.remove()
        return made[backend]

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, stage_on: Callable[[str], Stage]) -> Stage:
    """An installation with the first batch, on both kinds of state database."""
    return stage_on(request.param)


@pytest.fixture
def city(stage: Stage, tmp_path: Path) -> Iterator[Installation]:
    """A copy of the stage's installation for one test alone."""
    copy = stage.template.copy(tmp_path / "data")
    yield copy
    copy.remove()


@pytest.fixture(scope="session")
def drivers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[int], Driver]]:
    """Processes that can be killed; each number is one of them."""
    running: dict[int, Driver] = {}

    def driver(number: int) -> Driver:
        if number not in running:
            running[number] = Driver(tmp_path_factory.mktemp(f"driver-{number}"))
        return running[number]

    yield driver
    for one in running.values():
        one.close()


@pytest.fixture
def driver(drivers: Callable[[int], Driver]) -> Driver:
    """A process that can be killed."""
    return drivers(1)


@pytest.fixture
def copies(tmp_path: Path) -> Iterator[Callable[[Installation], Installation]]:
    """Makes copies of installations, each thrown away when the next is made."""
    last: list[Installation] = []
    numbers = iter(range(10**6))

    def copy(template: Installation) -> Installation:
        if last:
            last.pop().remove()
        last.append(template.copy(tmp_path / f"copy-{next(numbers)}"))
        return last[0]

    yield copy
    for one in last:
        one.remove()
    shutil.rmtree(tmp_path, ignore_errors=True)
