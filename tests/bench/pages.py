"""Issue 5: how long people wait for pages of the full demo city, alone and as forty at once; asked for by name.

It takes some minutes, more when the city must be built first; COCKPIT_BENCH_CITY may name a folder with a demo city.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cockpit.door.accounts import Binding
from cockpit.door.roles import Role
from cockpit.lake.folder import open_folder
from cockpit.settings import Settings
from cockpit.web.sitemap import PAGES
from tests.bench.browsing import Waits, cpu_of, waits
from tests.bench.city_served import REFRESH, Morning, fed, morning_served, prepared
from tests.bench.timing import Figure
from tests.bench.wire import Wire
from tests.web.people import account_in, at_time, session_in

ISSUE = "pages"
RUNS, VIEW_SECONDS, CHANGE_SECONDS = 5, 2.0, 1.0
SESSIONS, SECONDS, BATCH_EVERY, P95_SECONDS = 40, 120.0, 30.0, 1.0
#: Memory at the end of the forty's time, as a multiple of that in its middle.
GROWTH = 1.1


@dataclass
class Load:
    """What forty open pages cost.

    Attributes:
        took: seconds from asking for a drawing to its end, by page.
        rss: memory of the server's process, MiB, every few seconds.
        cpu: CPU seconds of the server.
        seconds: how long it lasted.
        late: drawings that ended after the next was due.
        batches: what the feed said of each batch.
    """

    took: dict[str, list[float]] = field(default_factory=dict)
    rss: list[float] = field(default_factory=list)
    cpu: float = 0.0
    seconds: float = 0.0
    late: int = 0
    batches: list[str] = field(default_factory=list)


def figures(place: Path) -> Iterator[Figure]:
    """One server for all of it: first one person in a browser, then forty sessions while batches come in."""
    data, morning = prepared(place)
    with morning_served(data, morning, place / "server.log") as city:
        for entry in PAGES:
            yield from _alone(waits(city.server, entry, RUNS, place / "browsers"))
        load = asyncio.run(_together(city, place))
    yield from _forty(load)


def _alone(found: Waits) -> Iterator[Figure]:
    name, load = found.entry.title, f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    spent = f"CPU of a view: server {found.server_cpu:.2f} s, browser {found.browser_cpu:.2f} s"
    kinds = (
        ("first view", found.views, VIEW_SECONDS, f"{spent}; first time in a browser {found.strange:.2f} s; {load}"),
        (
            "another value of a filter",
            found.changes,
            CHANGE_SECONDS,
            f"each value asked for the first time; CPU of the server {found.change_cpu:.2f} s",
        ),
    )
    for kind, seconds, most, told in kinds:
        if seconds:
            middle = statistics.median(seconds)
            said = f"{', '.join(f'{wait:.2f}' for wait in seconds)} s; {told}"
            yield Figure(
                ISSUE,
                f"{name}: {kind} (median of {len(seconds)})",
                middle,
                "s",
                f"≤ {most:.0f} s",
                middle <= most,
                said,
            )


def _forty(load: Load) -> Iterator[Figure]:
    took = sorted(wait for waits in load.took.values() for wait in waits)
    p95 = took[int(0.95 * (len(took) - 1))]
    start, middle, end = load.rss[0], load.rss[len(load.rss) // 2], load.rss[-1]
    beat = f"drawing anew every {REFRESH} s, a batch every {BATCH_EVERY:.0f} s"
    pages = ", ".join(f"{name} {statistics.median(waits):.2f}" for name, waits in load.took.items())
    yield Figure(
        ISSUE,
        f"{SESSIONS} sessions on one process, each {beat}: p95",
        p95,
        "s",
        f"≤ {P95_SECONDS:.0f} s",
        p95 <= P95_SECONDS,
        f"{len(took)} drawings, median {statistics.median(took):.2f}, p99 {took[int(0.99 * (len(took) - 1))]:.2f}, "
        f"longest {took[-1]:.2f} s, {load.late} later than {REFRESH} s; {len(load.batches)} "
        f"batches; the server used {load.cpu / load.seconds:.2f} "
        f"cores, load {os.getloadavg()[0]:.1f} on {os.cpu_count()}; medians by page: {pages}",
    )
    yield Figure(
        ISSUE,
        "the same: memory of the server at the end beside the middle",
        end / middle,
        "times",
        f"≤ {GROWTH}",
        end <= GROWTH * middle,
        f"start {start:,.0f}, middle {middle:,.0f}, end {end:,.0f} MiB",
    )


async def _together(city: Morning, place: Path) -> Load:
    """Forty pages opened one after another, then two minutes of drawing anew while batches come in."""
    server, load = city.server, Load()
    wires = [Wire(server.url, cookie, path, query) for cookie, path, query in _people(city)]
    ended, told = asyncio.Event(), place / "feed.log"
    with fed(city, BATCH_EVERY, told):
        for wire in wires:
            await wire.__aenter__()
            await wire.opened()
        while not told.stat().st_size:
            await asyncio.sleep(0.2)
        begun, cpu = time.perf_counter(), cpu_of(server.process.pid)
        watch = asyncio.create_task(_watch(server.process.pid, load, ended))
        offsets = [number * REFRESH / SESSIONS for number in range(len(wires))]
        await asyncio.gather(
            *(_keep_open(wire, begun + offset, load) for wire, offset in zip(wires, offsets, strict=True))
        )
        ended.set()
        await watch
        load.seconds, load.cpu = time.perf_counter() - begun, cpu_of(server.process.pid) - cpu
    for wire in wires:
        await wire.__aexit__(None, None, None)
    load.batches = told.read_text(encoding="utf-8").splitlines()
    print(*load.batches, sep="\n", file=sys.stderr)
    return load


async def _keep_open(wire: Wire, first: float, load: Load) -> None:
    """Draw anew when it is due, until the time is over."""
    due, until = first, first + SECONDS
    while due < until:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        took = await wire.renewed()
        load.took.setdefault(wire.path, []).append(took)
        load.late += took > REFRESH
        due = max(due + REFRESH, time.perf_counter())


async def _watch(pid: int, load: Load, ended: asyncio.Event) -> None:
    while not ended.is_set():
        load.rss.append(_rss(pid))
        try:
            async with asyncio.timeout(2):
                await ended.wait()
        except TimeoutError:
            continue
    load.rss.append(_rss(pid))


def _people(city: Morning) -> Sequence[tuple[str, str, str]]:
    """Cookie, page and query of each session: of every page two leaders, a county's and two halls' managers."""
    found = []
    with at_time(city.now):
        folder = open_folder(Settings(data_dir=city.server.data_dir))
        halls = folder.lake.snapshot().scan("halls").sort("hall_id").select("hall_id", "county").collect()
        ids, counties = halls["hall_id"].to_list(), halls["county"].to_list()
        for number in range(SESSIONS):
            entry, turn = PAGES[number % len(PAGES)], number // len(PAGES)
            at = (7 * number) % len(ids)
            if entry.name == "admin":
                name, role, binding = f"bench.admin.{turn}", Role.ADMIN, Binding()
            elif turn < 2:
                name, role, binding = f"bench.leader.{number}", Role.LEADER, Binding()
            elif turn == 2:
                name, role, binding = f"bench.county.{number}", Role.MANAGER, Binding("county", (counties[at],))
            else:
                name, role, binding = f"bench.hall.{number}", Role.MANAGER, Binding("hall", (ids[at],))
            query = f"hall={ids[at]}" if entry.name == "hall" and turn < 2 else ""
            found.append((session_in(folder, account_in(folder, name, role, binding)), entry.url, query))
        folder.close()
    return found


def _rss(pid: int) -> float:
    """Memory of a process, MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(float(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024
