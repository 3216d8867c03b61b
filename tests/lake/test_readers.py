"""Readers in another process, while batches come in and the lake is being kept small."""

from collections.abc import Callable
from pathlib import Path

from cockpit.lake.maintenance import maintain_folder
from tests.lake.driving import Driver
from tests.lake.installation import Installation
from tests.lake.two_batches import references, write_pair

BATCHES = 9


def test_a_reader_sees_only_whole_batches(drivers: Callable[[int], Driver], tmp_path: Path) -> None:
    city = Installation(tmp_path / "data")
    references(write_pair(tmp_path / "first", 0))
    city.bring(tmp_path / "first")
    over = tmp_path / "over"
    reader = drivers(2).start(city, "read", until=str(over))
    reader.until("began")
    for number in range(1, BATCHES):
        city.bring(write_pair(tmp_path / f"batch-{number}", number))
        if number % 4 == 3:
            with city.opened(compact_files=2) as folder:
                maintain_folder(folder)
    over.touch()
    said = reader.end()
    assert said.startswith("looked") or said == "done", reader.steps
    looks = next(int(step.split()[1]) for step in reader.steps if step.startswith("looked"))
    assert looks > BATCHES
    with city.opened() as folder:
        assert folder.lake.snapshot().raw("cases").collect().height == 10 + 20 * BATCHES
