"""Two processes that want to write: one after the other, or one of them is told so; a frozen one harms nobody."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lake.driving import Driver
from tests.lake.installation import MOSTLY_SQLITE, Installation, Stage, differing
from tests.lake.two_batches import write_pair

Drivers = Callable[[int], Driver]
#: So long a lease that only the death of its holder can free it within a test.
LONG = {"lease_seconds": 600.0, "writer_wait_seconds": 20.0}
#: So short a lease that it runs out while its holder is frozen.
SHORT = {"lease_seconds": 1.0, "writer_wait_seconds": 20.0}


def test_both_go_in_one_after_the_other(stage: Stage, city: Installation, drivers: Drivers, tmp_path: Path) -> None:
    pair = write_pair(tmp_path / "pair", 1)
    one = drivers(1).start(city, "import", stage.second)
    two = drivers(2).start(city, "import", pair)
    assert [one.end(), two.end()] == ["done", "done"]
    with city.opened() as folder:
        names = {file.name for batch in folder.records.batches() for file in batch.files}
        assert len(folder.records.batches()) == 3
    assert "tickets.csv" in names
    # The pair replaces k0–k9 whichever comes first: its versions are older or newer by `updated_at` alone.
    assert city.content()["tickets"].height == stage.after["tickets"].height + 20


def test_who_waits_too_long_is_told_so_in_one_sentence(stage: Stage, city: Installation, drivers: Drivers) -> None:
    holder = drivers(1).start(city, "import", stage.second, lake=LONG, stop_at="merged tickets")
    holder.until_frozen()
    began = time.monotonic()
    said = drivers(2).start(city, "import", stage.second, lake={**LONG, "writer_wait_seconds": 1.0}).end()
    assert 1 <= time.monotonic() - began < 10
    assert re.fullmatch(
        r"refused Busy: 另一个进程（主机 \S+ 进程 \d+）正在写入数据，等候 1 秒后仍未结束；[^\n]+。", said
    )
    assert f"进程 {holder.process}）" in said
    assert differing(city.content(), stage.before) == []
    holder.go_on()
    assert holder.end() == "done"
    assert differing(city.content(), stage.after) == []


@MOSTLY_SQLITE
@pytest.mark.parametrize("noticed", [True, False], ids=["its parent has noticed", "its parent has not noticed"])
def test_a_killed_holder_keeps_nobody_waiting(
    stage: Stage, city: Installation, drivers: Drivers, tmp_path: Path, noticed: bool
) -> None:
    driver = Driver(tmp_path / "careless")
    holder = driver.start(city, "import", stage.second, lake=LONG, kill_at="written tickets", wait=noticed)
    holder.until("written tickets")
    if noticed:
        holder.end()
    began = time.monotonic()
    assert drivers(2).start(city, "import", stage.second, lake=LONG).end() == "done"
    assert time.monotonic() - began < 8
    assert differing(city.content(), stage.after) == []
    driver.close()


@MOSTLY_SQLITE
@pytest.mark.parametrize("step", ["judged", "merged tickets", "before head"])
def test_a_frozen_writer_whose_lease_has_run_out_writes_nothing_more(
    stage: Stage, city: Installation, drivers: Drivers, tmp_path: Path, step: str
) -> None:
    frozen = drivers(1).start(city, "import", write_pair(tmp_path / "pair", 1), lake=SHORT, stop_at=step)
    frozen.until_frozen()
    assert drivers(2).start(city, "import", stage.second, lake=SHORT).end() == "done"
    assert differing(city.content(), stage.after) == []
    frozen.go_on()
    assert frozen.end().startswith("refused Lost: 写入权在导入途中已过期")
    assert differing(city.content(), stage.after) == []
    # Nothing foreign lies under a head, and the next import goes in whole.
    city.bring(stage.second)
    assert differing(city.content(), stage.after) == ["deliveries"]
    city.bring(tmp_path / "pair")
    assert city.content()["tickets"].height == stage.after["tickets"].height + 20


@MOSTLY_SQLITE
def test_a_frozen_first_import_takes_nothing_from_the_one_that_came_in_meanwhile(
    batches: tuple[Path, Path], stage: Stage, drivers: Drivers, tmp_path: Path
) -> None:
    city = Installation(tmp_path / "new")
    frozen = drivers(1).start(city, "import", batches[0], lake=SHORT, stop_at="written tickets")
    frozen.until_frozen()
    assert drivers(2).start(city, "import", batches[0], lake=SHORT).end() == "done"
    frozen.go_on()
    assert frozen.end().startswith("refused Lost")
    assert differing(city.content(), stage.before) == []
    city.bring(batches[1])
    assert differing(city.content(), stage.after) == []


@MOSTLY_SQLITE
@pytest.mark.parametrize("step", ["rewritten tickets", "cleaning tickets", "cleaned cases"])
def test_frozen_maintenance_takes_nothing_from_an_import_that_came_in_meanwhile(
    stage: Stage, city: Installation, drivers: Drivers, tmp_path: Path, step: str
) -> None:
    lake = {**SHORT, "compact_files": 2}
    city.bring(stage.second)
    frozen = drivers(1).start(city, "maintain", lake=lake, stop_at=step)
    frozen.until_frozen()
    pair = write_pair(tmp_path / "pair", 1)
    assert drivers(2).start(city, "import", pair, lake=SHORT).end() == "done"
    content = city.content()
    frozen.go_on()
    assert frozen.end().startswith("refused Lost")
    assert differing(city.content(), content) == []
    assert drivers(2).start(city, "maintain", lake=lake).end() == "done"
    assert differing(city.content(), content) == []
