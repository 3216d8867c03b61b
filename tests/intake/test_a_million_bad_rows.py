"""A million bad rows are refused and kept in seconds and bounded memory, and mended as fast."""

import json
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import json, resource, sys, time
from pathlib import Path
import polars as pl
from tests.intake.valid_city import STANDARD, NOW, open_city
from cockpit.intake.importer import import_files

folder, place = open_city(Path(sys.argv[1]), create=False), Path(sys.argv[2])

def rows(count, **columns):
    first = {"hall_id": "h1", "source": "door", "entered": 1}
    at = pl.datetime(2026, 1, 1) + pl.duration(seconds=pl.int_range(count))
    frame = pl.select(at=at.dt.to_string("%Y-%m-%dT%H:%M:%S"))
    return frame.with_columns(**{k: pl.lit(v) for k, v in first.items()}).with_columns(**columns)

def bring(frame, name):
    frame.write_csv(place / name)
    started = time.monotonic()
    counts = import_files(folder, STANDARD, [place / name], by="tester", now=NOW).tables["headcounts"]
    return {**vars(counts), "seconds": time.monotonic() - started}

told = {
    "bad": bring(rows(1_000_000, entered=pl.lit(-1)), "headcounts-1.csv"),
    "keyless": bring(rows(100_000, source=pl.lit(None, dtype=pl.String)), "headcounts-2.csv"),
    "mended": bring(rows(100_000, source=pl.lit("camera")), "headcounts-2.csv"),
    "held": folder.lake.snapshot().quarantine().select(pl.len()).collect().item(),
    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
}
print(json.dumps(told))
"""


def test_a_million_bad_rows_are_kept_in_seconds_and_bounded_memory(city_template: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(city_template, tmp_path / "data")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "data"), str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    told = json.loads(done.stdout)
    assert (told["bad"]["read"], told["bad"]["quarantined"]) == (1_000_000, 1_000_000)
    assert told["bad"]["seconds"] < 40
    assert told["keyless"]["quarantined"] == told["mended"]["inserted"] == 100_000
    assert told["mended"]["seconds"] < 20
    assert told["held"] == 1_000_000
    assert told["memory"] < 3 << 30
