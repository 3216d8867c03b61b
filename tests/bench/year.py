"""Issue 3: all facts, baselines and rates of a year, beside DuckDB and pandas; a city ten times as large."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.bench import sides
from tests.bench.city_year import city_year
from tests.bench.timing import Figure

ISSUE = "every number"
STEPS = ("facts", "baselines", "rates")
PEERS = {"DuckDB": "numbers_duckdb", "pandas": "numbers_pandas"}
#: A city so many times as large; of DuckDB's and pandas' CPU; times as much memory and CPU for it.
LARGE, OF_DUCKDB, OF_PANDAS, MEMORY, CPU = 10, 1.0, 1 / 3, 1.5, 12.0


def figures(place: Path) -> Iterator[Figure]:
    """Everything this issue promises of a year, measured."""
    city = city_year()
    own = sides.run("numbers", city, place / "own", STEPS)
    expected = sides.results(place / "own")
    yield Figure(
        ISSUE,
        "a year of 82 halls: all facts, baselines, rates, CPU",
        own.cpu,
        "s",
        "≤ 20 s",
        own.cpu <= 20,
        own.said(),
    )
    for (name, module), most in zip(PEERS.items(), (OF_DUCKDB, OF_PANDAS), strict=True):
        peer = sides.run(module, city, place / name, STEPS)
        wrong = sides.differences(expected, sides.results(place / name))
        shutil.rmtree(place / name)
        told = f"every result equal; {name}: {peer.said()}" if not wrong else f"DIFFERENT: {'; '.join(wrong[:5])}"
        yield Figure(
            ISSUE,
            f"the same beside {name}: our CPU ÷ its CPU",
            own.cpu / peer.cpu,
            "",
            f"≤ {most:.2f}",
            not wrong and own.cpu / peer.cpu <= most,
            told,
        )
    yield from _ten_times(place, own)


def _ten_times(place: Path, own: sides.Cost) -> Iterator[Figure]:
    shutil.rmtree(place / "own")
    large = sides.run("numbers", city_year(copies=LARGE), place / "large", STEPS)
    shutil.rmtree(place / "large")
    name = f"{LARGE} times the halls"
    memory, cpu = large.peak / own.peak, large.cpu / own.cpu
    yield Figure(ISSUE, f"{name}: memory", memory, "times", f"≤ {MEMORY}", memory <= MEMORY, large.said())
    yield Figure(ISSUE, f"{name}: CPU", cpu, "times", f"≤ {CPU:.0f}", cpu <= CPU, large.said())
