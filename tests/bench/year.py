"""Issue 4: all facts, baselines and rates of a year, beside DuckDB and pandas; a city ten times as large."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.bench import sides
from tests.bench.city_year import city_year
from tests.bench.timing import Figure

ISSUE = "every number"
STEPS = ("facts", "baselines", "rates")
#: The peers' modules, the greatest share of their CPU, and how often they run: pandas needs minutes.
PEERS = {"DuckDB": ("numbers_duckdb", 1.0, 3), "pandas": ("numbers_pandas", 1 / 3, 1)}
RUNS = 3
#: CPU seconds of a year; a city so many times as large; times as much memory and CPU for it.
SECONDS, LARGE, MEMORY, CPU = 20.0, 10, 1.5, 12.0


def figures(place: Path) -> Iterator[Figure]:
    """Everything that is promised of a year, measured: each side in processes of its own, in turns."""
    city, sides_of = city_year(), {"own": ("numbers", RUNS)}
    sides_of |= {name: (module, runs) for name, (module, _, runs) in PEERS.items()}
    costs: dict[str, list[sides.Cost]] = {name: [] for name in sides_of}
    found: dict[str, dict[str, dict[str, float]]] = {}
    for turn in range(RUNS):
        for name, (module, runs) in sides_of.items():
            if turn < runs:
                out = place / f"{name}-{turn}"
                costs[name].append(sides.run(module, city, out, STEPS))
                print(f"{name}: {costs[name][-1].said()}", file=sys.stderr, flush=True)
                found.setdefault(name, sides.results(out))
                shutil.rmtree(out)
    own = _middle(costs["own"])
    load = f"load {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores"
    yield Figure(
        ISSUE,
        f"a year of 82 halls: all facts, baselines and rates, CPU (median of {RUNS})",
        own.cpu,
        "s",
        f"≤ {SECONDS:.0f} s",
        own.cpu <= SECONDS,
        f"{own.said()}; {load}",
    )
    for name, (_, most, runs) in PEERS.items():
        peer = _middle(costs[name])
        wrong = sides.differences(found["own"], found[name])
        told = "every result equal" if not wrong else f"DIFFERENT: {'; '.join(wrong[:5])}"
        ratio = own.cpu / peer.cpu
        yield Figure(
            ISSUE,
            f"the same beside {name}: our CPU ÷ its CPU",
            ratio,
            "",
            f"≤ {most:.2f}",
            not wrong and ratio <= most,
            f"{told}; {name}{' (median of 3)' if runs > 1 else ''}: {peer.said()}",
        )
    yield from _ten_times(place, own)


def _middle(costs: list[sides.Cost]) -> sides.Cost:
    """The run in the middle by CPU."""
    return sorted(costs, key=lambda cost: cost.cpu)[len(costs) // 2]


def _ten_times(place: Path, own: sides.Cost) -> Iterator[Figure]:
    large = sides.run("numbers", city_year(copies=LARGE), place / "large", STEPS)
    shutil.rmtree(place / "large")
    name = f"{LARGE} times the halls"
    memory, cpu = large.peak / own.peak, large.cpu / own.cpu
    yield Figure(ISSUE, f"{name}: memory", memory, "times", f"≤ {MEMORY}", memory <= MEMORY, large.said())
    yield Figure(ISSUE, f"{name}: CPU", cpu, "times", f"≤ {CPU:.0f}", cpu <= CPU, "of the same run")
