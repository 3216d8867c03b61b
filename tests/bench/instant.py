"""Issue 4: all readings of the moment (RT) of 82 halls from the lake: at one instant, over a day, over a month."""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from cockpit.demo.building import Building, plan_build
from cockpit.demo.feeding import Feed
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.settings import Settings
from cockpit.watch.evaluate import Evaluator
from cockpit.watch.loading import MomentLoader
from metrics.hours import rt_instants
from metrics.quantities import all_quantities
from metrics.view import View
from tests.bench import levels, storm
from tests.bench.timing import Figure, seconds

ISSUE = "readings of the moment"
HALLS, DAYS, LAST = 82, 130, dt.date(2026, 10, 28)
ZONE = ZoneInfo("Asia/Shanghai")
#: An ordinary Wednesday morning, and the afternoon: first instants, each followed by others 5 minutes apart.
MOMENTS, RUNS = (dt.time(10, 30), dt.time(14, 45)), 10
EVERY = dt.timedelta(minutes=5)
#: What must hold: one instant and the first one of a process (wall), a day and a month of instants (CPU).
INSTANT_MS, FIRST_SECONDS, DAY_SECONDS, MONTH_SECONDS = 300, 1.5, 1.0, 30.0
DAY, MONTH = dt.date(2026, 10, 21), (dt.date(2026, 9, 1), dt.date(2026, 9, 30))
READINGS = [quantity for quantity in all_quantities().values() if quantity.cadence == "RT"]


@dataclass
class Run:
    """One evaluation: wall seconds of loading, of each reading, of all, and CPU seconds."""

    load: float
    readings: dict[str, float]
    wall: float
    cpu: float


def figures(place: Path) -> Iterator[Figure]:
    """A city in the middle of its day, fed on; after each batch all readings from what then lies in the lake."""
    folder = open_folder(Settings(data_dir=place / "moment"), create=True)
    now = dt.datetime.combine(LAST, MOMENTS[0], ZONE) - EVERY
    feed = Feed(Building(folder, plan_build(folder, halls=HALLS, days=DAYS, seed=7, now=now, until=LAST)), _now, print)
    feed.building.build()
    loader, evaluator = MomentLoader(folder.lake), Evaluator(folder)
    _at(folder, loader, now)
    evaluator.evaluate(now, ["RT"])
    runs: list[Run] = []
    evaluations = []
    for first in MOMENTS:
        begin = dt.datetime.combine(LAST, first, ZONE)
        for number in range(RUNS):
            at = begin + number * EVERY
            feed.advance(at)
            runs.append(_at(folder, loader, at))
            evaluations.append(levels.evaluated(evaluator, at))
    yield _one_instant(runs)
    yield _first_instant(folder.path, begin)
    yield _grid("a day of instants, every 5 minutes", folder, loader, (DAY, DAY), DAY_SECONDS)
    yield _grid("a month of instants, every 5 minutes", folder, loader, MONTH, MONTH_SECONDS)
    yield levels.live(evaluations, HALLS)
    start, end = (dt.datetime.combine(day, dt.time(), ZONE) for day in (MONTH[0], MONTH[1] + dt.timedelta(days=1)))
    yield levels.month(folder, start, end - EVERY, HALLS)
    yield storm.figure(folder, evaluator, feed, begin + RUNS * EVERY)
    folder.close()


def _now() -> dt.datetime:
    raise AssertionError("the bench tells the feed the time itself")


def _at(folder: DataFolder, loader: MomentLoader, at: dt.datetime) -> Run:
    wall, cpu = time.perf_counter(), time.process_time()
    view = loader.view(folder.lake.snapshot(), at)
    load = time.perf_counter() - wall
    found = _read(view, at, at)
    return Run(
        load, {name: wall for name, (wall, _) in found.items()}, time.perf_counter() - wall, time.process_time() - cpu
    )


def _read(view: View, start: dt.datetime, end: dt.datetime) -> dict[str, tuple[float, float]]:
    """Wall and CPU seconds of each reading."""
    instants = rt_instants(view.sessions, start, end)
    return {quantity.id: seconds(partial(quantity.measure, view, instants)) for quantity in READINGS}


def _one_instant(runs: list[Run]) -> Figure:
    wall, cpu, load = (1000 * statistics.median(getattr(run, name) for run in runs) for name in ("wall", "cpu", "load"))
    shares = {name: 1000 * statistics.median(run.readings[name] for run in runs) for name in runs[0].readings}
    told = ", ".join(f"{name} {share:.0f}" for name, share in sorted(shares.items(), key=lambda item: -item[1]))
    return Figure(
        ISSUE,
        f"all {len(READINGS)} RT readings of {HALLS} halls at one instant, from the lake, each after a batch of new "
        f"rows (median of {len(runs)})",
        wall,
        "ms",
        f"≤ {INSTANT_MS} ms",
        wall <= INSTANT_MS,
        f"CPU {cpu:.0f} ms; of it loading {load:.0f}; {told} (the first that needs what others share pays for it)",
    )


def _first_instant(path: Path, at: dt.datetime) -> Figure:
    """The same in a process that has nothing at hand yet; the facts of past days lie in the folder."""
    again = open_folder(Settings(data_dir=path))
    loader = MomentLoader(again.lake)
    run = _at(again, loader, at)
    again.close()
    return Figure(
        ISSUE,
        "the first instant after a start, facts of past days kept in the folder",
        run.wall,
        "s",
        f"≤ {FIRST_SECONDS} s",
        run.wall <= FIRST_SECONDS,
        f"of it loading {run.load:.2f} s; CPU {run.cpu:.2f} s",
    )


def _grid(name: str, folder: DataFolder, loader: MomentLoader, days: tuple[dt.date, dt.date], wanted: float) -> Figure:
    """All readings at all instants of some days, in a process that has loaded these days before."""
    start, end = (dt.datetime.combine(day, dt.time(), ZONE) for day in (days[0], days[1] + dt.timedelta(days=1)))
    # Facts of past days that nobody has asked for yet are made and kept; that is another cost.
    loader.days(folder.lake.snapshot(), *days)
    begun = time.process_time()
    view = loader.days(folder.lake.snapshot(), *days)
    load = time.process_time() - begun
    found = _read(view, start, end - EVERY)
    cpu = time.process_time() - begun
    slowest = sorted(((cpu, name) for name, (_, cpu) in found.items()), reverse=True)[:3]
    told = f"loading {load:.2f} s; " + ", ".join(f"{name} {share:.2f}" for share, name in slowest)
    return Figure(ISSUE, f"{name}: CPU", cpu, "s", f"≤ {wanted:.0f} s", cpu <= wanted, told)
