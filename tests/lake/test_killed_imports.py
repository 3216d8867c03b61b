"""A killed import is wholly in or wholly out, whatever the moment; the same import again completes it."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit import clock
from cockpit.lake.maintenance import maintain_folder
from cockpit.records.heads import forget_heads
from tests.lake.driving import Driver
from tests.lake.installation import MOSTLY_SQLITE, Installation, Stage, content_of, differing
from tests.lake.two_batches import SECOND_COUNTS

#: Random moments on each kind of state database, and many more in `make proof`.
MOMENTS = [
    ("sqlite", 24),
    ("postgresql", 6),
    pytest.param("sqlite", 400, marks=pytest.mark.proof),
    pytest.param("postgresql", 120, marks=pytest.mark.proof),
]
STEPS = [
    "read tickets.csv",
    "judged",
    "written queues",
    *(f"{done} {table}" for table in ("tickets", "cases", "reviews", "quarantine") for done in ("merged", "written")),
    "written deliveries",
    "before head",
    "after head",
]
Copies = Callable[[Installation], Installation]


def in_or_out(stage: Stage, city: Installation) -> str:
    """Whether the second batch is wholly in or wholly out, as a new process sees it."""
    with city.opened() as folder:
        content = content_of(folder)
        known = {batch.batch_id for batch in folder.records.batches()}
        delivered = folder.lake.snapshot().raw("deliveries").collect()["batch_id"]
    assert set(delivered) == known
    if differing(content, stage.before) == []:
        assert len(known) == 1
        return "out"
    assert differing(content, stage.after) == []
    assert len(known) == 2
    return "in"


def completes(stage: Stage, city: Installation, state: str) -> None:
    """The same import again leads to the same rows, and counts them rightly."""
    result = city.bring(stage.second)
    for table, counts in result.tables.items():
        read, inserted, updated, unchanged, quarantined = SECOND_COUNTS[table]
        known = inserted + updated if state == "in" else 0
        expected = (read, inserted, updated, unchanged, quarantined)
        if known:
            expected = (read, 0, 0, unchanged + known, quarantined)
        assert tuple(vars(counts).values()) == expected, table
    again = differing(city.content(), stage.after)
    assert again == ([] if state == "out" else ["deliveries"])


@pytest.mark.parametrize(("stage", "moments"), MOMENTS, indirect=["stage"])
def test_killed_at_random_moments(stage: Stage, driver: Driver, copies: Copies, moments: int) -> None:
    chance = random.Random(20261031)
    city = copies(stage.template)
    child = driver.start(city, "import", stage.second)
    assert child.end() == "done"
    whole = child.seconds
    found = []
    for number in range(moments):
        city = copies(stage.template)
        child = driver.start(city, "import", stage.second)
        child.until("began")
        time.sleep(whole * (number + chance.random()) / moments)
        child.kill()
        if child.end() == "done":
            # The machine has become faster since the first import was timed: the rest is aimed at the new length.
            whole = min(whole, child.seconds)
        state = in_or_out(stage, city)
        found.append(state)
        completes(stage, city, state)
    assert found.count("out") >= moments // 4


@MOSTLY_SQLITE
@pytest.mark.parametrize("step", STEPS[:-2])
def test_killed_before_the_commit(stage: Stage, driver: Driver, copies: Copies, step: str) -> None:
    killed_at(step, stage, driver, copies)


@pytest.mark.parametrize("step", STEPS[-2:])
def test_killed_around_the_commit(stage: Stage, driver: Driver, copies: Copies, step: str) -> None:
    killed_at(step, stage, driver, copies)


def killed_at(step: str, stage: Stage, driver: Driver, copies: Copies) -> None:
    city = copies(stage.template)
    child = driver.start(city, "import", stage.second, kill_at=step)
    assert child.end() == step
    state = in_or_out(stage, city)
    assert state == ("in" if step == "after head" else "out")
    completes(stage, city, state)


@MOSTLY_SQLITE
@pytest.mark.parametrize("table", ["tickets", "queues", "quarantine"])
def test_killed_while_putting_back(stage: Stage, driver: Driver, copies: Copies, table: str) -> None:
    city = copies(stage.template)
    driver.start(city, "import", stage.second, kill_at="before head").end()
    child = driver.start(city, "import", stage.second, kill_at=f"put back {table}")
    assert child.end() == f"put back {table}"
    assert in_or_out(stage, city) == "out"
    completes(stage, city, "out")


@MOSTLY_SQLITE
def test_a_first_import_that_is_killed_leaves_an_empty_city(
    batches: tuple[Path, Path], stage: Stage, driver: Driver, tmp_path: Path
) -> None:
    city = Installation(tmp_path / "new")
    for step in ("written halls", "written tickets", "put back halls", "before head"):
        child = driver.start(city, "import", batches[0], kill_at=step)
        assert child.end() == step
        with city.opened() as folder:
            assert folder.lake.snapshot().empty
            assert folder.records.batches() == []
            assert not folder.settled
    city.bring(batches[0])
    assert differing(city.content(), stage.before) == []


@MOSTLY_SQLITE
@pytest.mark.parametrize("step", ["rewritten tickets", "cleaned tickets", "cleaned halls", "put back deliveries"])
def test_killed_maintenance_changes_no_row(stage: Stage, driver: Driver, copies: Copies, step: str) -> None:
    city = copies(stage.template)
    city.bring(stage.second)
    after = city.content()
    if step.startswith("put back"):
        driver.start(city, "import", stage.first, kill_at="before head").end()
    child = driver.start(city, "maintain", lake={"compact_files": 2}, kill_at=step)
    assert child.end() == step
    assert differing(city.content(), after) == []
    assert driver.start(city, "maintain", lake={"compact_files": 2}).end() == "done"
    assert differing(city.content(), after) == []
    city.bring(stage.second)
    assert differing(city.content(), after) == ["deliveries"]


@MOSTLY_SQLITE
def test_killed_imports_leave_nothing_on_the_disk_that_maintenance_does_not_clear(
    stage: Stage, driver: Driver, copies: Copies
) -> None:
    city = copies(stage.template)
    city.bring(stage.second)
    for step in ("written queues", "merged tickets", "written cases", "before head"):
        driver.start(city, "import", stage.first, stage.second, kill_at=step).end()
    for unfinished in ("tickets/_delta_log/00000000000000000099.json#1", "halls/part-0.parquet#1"):
        (city.data / "lake" / unfinished).write_text("half", encoding="utf-8")
    with city.opened(keep_minutes=1) as folder:
        maintain_folder(folder)
        with folder.records.transaction() as connection:
            forget_heads(connection, clock.now())  # as if readers had long let go of them
        maintain_folder(folder)
        named = {Path(path) for table in folder.records.heads() for path in folder.lake.snapshot().files(table)["path"]}
    left = {path for path in (city.data / "lake").rglob("*") if path.is_file() and path.parent.name != "_delta_log"}
    assert left == named
    assert not [path for path in (city.data / "lake").rglob("*#*")]
