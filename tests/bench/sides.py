"""The same work done by several sides, each in a process of its own: what it cost and whether the results are equal."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from cockpit import ALLOCATOR

ROOT = Path(__file__).resolve().parents[2]
#: A step of the work: reads the city's files, writes its results as Parquet files into a folder.
Step = Callable[[Path, Path], None]


@dataclass(frozen=True)
class Cost:
    """What a side needed, start and imports included.

    Attributes:
        cpu: CPU seconds of the process, all its threads.
        wall: seconds on the clock.
        peak: greatest memory, GiB.
        steps: CPU seconds of each step.
    """

    cpu: float
    wall: float
    peak: float
    steps: dict[str, float]

    def said(self) -> str:
        """In a few words."""
        steps = ", ".join(f"{name} {cpu:.1f}" for name, cpu in self.steps.items())
        return f"CPU {self.cpu:.1f} s ({steps}), wall {self.wall:.1f} s, peak {self.peak:.2f} GiB"


def run(side: str, city: Path, out: Path, steps: Sequence[str]) -> Cost:
    """Let a side (a module of this package with STEPS) do some steps in a fresh process.

    Raises:
        RuntimeError: the process failed.
    """
    out.mkdir(parents=True)
    begun = time.perf_counter()
    arguments = [sys.executable, "-m", "tests.bench.sides", side, str(city), str(out), *steps]
    # The peers have no use for it, but where one side's processes begin all do.
    process = subprocess.Popen(arguments, cwd=ROOT, env=os.environ | ALLOCATOR)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{side} ended with {process.returncode}")
    taken = json.loads((out / "steps.json").read_text(encoding="utf-8"))
    wall = time.perf_counter() - begun
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / (1 << 20), taken)


def results(out: Path) -> dict[str, dict[str, float]]:
    """Sums of a side's results: table → rows, sum of every number column, sum of a mark of every exact row.

    A table is a folder of Parquet files. Whole numbers, texts and times go into the mark; decimals only into sums.
    """
    found = {}
    for place in sorted(path for path in out.iterdir() if path.is_dir()):
        sums: dict[str, float] = {}
        for file in sorted(place.glob("*.parquet")):
            for name, value in _sums(pl.read_parquet(file)).items():
                sums[name] = sums.get(name, 0) + value
        found[place.name] = sums
    return found


def differences(one: dict[str, dict[str, float]], other: dict[str, dict[str, float]]) -> list[str]:
    """Where two sides' results differ; sums of decimals may differ by a billionth part."""
    told = [f"{name}: only one side has it" for name in one.keys() ^ other.keys()]
    for table in one.keys() & other.keys():
        left, right = one[table], other[table]
        told += [f"{table}.{name}: only one side has it" for name in left.keys() ^ right.keys()]
        told += [
            f"{table}.{name}: {left[name]} and {right[name]}"
            for name in left.keys() & right.keys()
            if abs(left[name] - right[name]) > 1e-9 * abs(left[name]) * (not name.startswith(("rows", "mark")))
        ]
    return sorted(told)


def _sums(frame: pl.DataFrame) -> dict[str, float]:
    frame = frame.select(pl.col(name) for name in sorted(frame.columns))
    zoned = [pl.col(name).dt.epoch("us") for name, kind in frame.schema.items() if isinstance(kind, pl.Datetime)]
    frame = frame.with_columns(zoned).with_columns(
        pl.col(pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64, pl.Int128).cast(pl.Int64),
        pl.col(pl.Categorical, pl.Enum).cast(pl.String),
    )
    decimals = [name for name, kind in frame.schema.items() if kind.is_float()]
    exact = [name for name in frame.columns if name not in decimals]
    # Numbers up to 2³² so that their sum stays a whole number for any count of rows.
    mark = frame.select((pl.struct(exact).hash(seed=1) // (1 << 32)).sum()).item()
    numbers = [name for name in exact if frame.schema[name].is_integer()]
    wide = frame.select(pl.col(numbers).cast(pl.Int128).sum(), pl.col(decimals).sum()).to_dicts()[0]
    empty = frame.select(pl.all().null_count()).to_dicts()[0]
    missing = {f"rows without {name}": count for name, count in empty.items()}
    return {"rows": frame.height, "mark": mark, **wide, **missing}


def main() -> None:
    """Be one side: SIDE CITY OUT STEP…"""
    side, city, out, *wanted = sys.argv[1:]
    steps: dict[str, Step] = importlib.import_module(f"tests.bench.{side}").STEPS
    taken = {}
    for name in wanted:
        before = time.process_time()
        steps[name](Path(city), Path(out))
        taken[name] = time.process_time() - before
    (Path(out) / "steps.json").write_text(json.dumps(taken), encoding="utf-8")


if __name__ == "__main__":
    main()
