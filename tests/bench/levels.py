"""Issue 6: from the lake to levels: one live evaluation after a batch, and a month played again."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Sequence

from alerts.catalogue import catalogue
from cockpit.lake.folder import DataFolder
from cockpit.watch.evaluate import Evaluator
from cockpit.watch.replay import Replay
from tests.bench.timing import Figure

ISSUE = "levels"
LIVE_MS, MONTH_SECONDS = 300, 30.0
FAST = [name for name, one in catalogue().items() if one.cadence == "RT"]


def evaluated(evaluator: Evaluator, at: dt.datetime) -> tuple[float, float]:
    """Wall and CPU seconds of one evaluation, from the lake to what is on record."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = evaluator.evaluate(at, ["RT"])
    assert not found.ailing, found.ailing
    return time.perf_counter() - wall, time.process_time() - cpu


def live(runs: Sequence[tuple[float, float]], halls: int) -> Figure:
    """The figure of the live evaluations."""
    wall, cpu = (1000 * statistics.median(part) for part in zip(*runs, strict=True))
    return Figure(
        ISSUE,
        f"live evaluation, {halls} halls × {len(FAST)} RT, from the lake to levels and incidents on record, each after "
        f"a batch of new rows (median of {len(runs)})",
        wall,
        "ms",
        f"≤ {LIVE_MS} ms",
        wall <= LIVE_MS,
        f"CPU {cpu:.0f} ms; longest {1000 * max(wall for wall, _ in runs):.0f} ms",
    )


def month(folder: DataFolder, start: dt.datetime, end: dt.datetime, halls: int) -> Figure:
    """The figure of a month played again; facts of past days lie in the folder already."""
    begun, wall = time.process_time(), time.perf_counter()
    played = Replay(folder.lake, folder.lake.snapshot(), start, end).play(only=FAST)
    cpu, wall = time.process_time() - begun, time.perf_counter() - wall
    assert not played.ailing, played.ailing
    changes = sum(frame.height for frame in played.changes.values())
    readings = sum(sum(kinds.values()) for kinds in played.evaluated.values())
    return Figure(
        ISSUE,
        f"a month's replay on the 5-minute grid, {len(FAST)} RT × 3 levels × {halls} halls: CPU",
        cpu,
        "s",
        f"≤ {MONTH_SECONDS:.0f} s",
        cpu <= MONTH_SECONDS,
        f"wall {wall:.1f} s, loading and what holds others back included; {readings:,} readings, {changes:,} changes",
    )
