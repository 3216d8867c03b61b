"""How a thing is measured: wall and CPU seconds, median of several runs, memory of the process."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured thing: what was wanted, what was found, beside a peer where there is one."""

    issue: str
    name: str
    found: float
    unit: str
    wanted: str
    holds: bool
    peer: str = ""

    def row(self) -> str:
        """The figure as a row of the table in docs/benchmarks.md."""
        mark = "holds" if self.holds else "**not reached**"
        return f"| {self.name} | {self.found:,.3g} {self.unit} | {self.wanted} | {mark} | {self.peer} |"


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and CPU seconds of one run."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def median_seconds(work: Callable[[], object], runs: int) -> float:
    """Median wall seconds of several runs after one to warm up."""
    work()
    return statistics.median(seconds(work)[0] for _ in range(runs))


def peak_memory() -> float:
    """Greatest memory of this process so far, or of one that it started and saw end, GiB."""
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(who).ru_maxrss for who in whose) / (1 << 20)
