"""The full demo city in the middle of a working morning, served by one process, fed on by another.

Run as a script it feeds: batch by batch through the gate, at the time that the server's clock shows.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from cockpit.demo.building import Building, plan_build
from cockpit.demo.feeding import Feed
from cockpit.demo.ledger import read_ledger
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.settings import Settings
from cockpit.watch.months import MonthStore, count_ahead
from tests.bench.city_year import generator
from tests.web.serving import ROOT, Server, served

#: An existing demo city to copy instead of building one.
GIVEN = "COCKPIT_BENCH_CITY"
HALLS, DAYS, UNTIL = 82, 400, dt.date(2026, 10, 30)
MORNING = dt.time(10, 0)
REFRESH = 10
_FRIDAY = 4


@dataclass(frozen=True)
class Morning:
    """A served city.

    Attributes:
        server: the running server.
        began: `time.monotonic()` at which its clock stood at the morning's first instant, or somewhat earlier.
    """

    server: Server
    began: float

    @property
    def now(self) -> dt.datetime:
        """What the server's clock shows, or a little later."""
        assert self.server.now is not None
        return self.server.now + dt.timedelta(seconds=time.monotonic() - self.began)


def prepared(place: Path) -> tuple[Path, dt.datetime]:
    """A copy of the city that may be changed, brought up to a morning; the folder and the instant."""
    data = place / "city"
    shutil.copytree(Path(os.environ[GIVEN]) if GIVEN in os.environ else _built(), data)
    with _opened(data) as folder:
        feed = _feed(folder)
        ledger = feed.building.ledger
        zone = ZoneInfo(ledger.timezone)
        day = ledger.fed_until.astimezone(zone).date()
        while day.weekday() > _FRIDAY:
            day += dt.timedelta(days=1)
        morning = dt.datetime.combine(day, MORNING, zone)
        while feed.building.ledger.fed_until < morning:
            feed.advance(morning)
        # As the job runner does beside every installed server, before people come.
        count_ahead(MonthStore(folder.lake), folder.lake.snapshot(), morning)
    return data, morning


@contextmanager
def morning_served(data: Path, morning: dt.datetime, log: Path) -> Iterator[Morning]:
    """Serve the city; the clock begins with the morning."""
    began = time.monotonic()
    with served(data, log, now=morning, settings={"web": {"refresh_seconds": REFRESH}}) as server:
        yield Morning(server, began)


@contextmanager
def fed(morning: Morning, every: float, log: Path) -> Iterator[None]:
    """A process of its own brings in batches, every so many seconds, until the end of the block; it logs each."""
    assert morning.server.now is not None
    command = [sys.executable, "-m", "tests.bench.city_served", str(morning.server.data_dir)]
    told = [morning.server.now.isoformat(), repr(morning.began), repr(every)]
    with log.open("ab") as out:
        process = subprocess.Popen([*command, *told], cwd=ROOT, stdout=out, stderr=out)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def _built() -> Path:
    """The folder of the built city, kept outside the repository; building it takes some minutes the first time."""
    place = Path(tempfile.gettempdir()) / "hall-cockpit-bench" / f"folder-{HALLS}-{DAYS}-{UNTIL}-{generator()}"
    if not place.exists():
        draft = place.with_suffix(".part")
        shutil.rmtree(draft, ignore_errors=True)
        asked = ["--halls", str(HALLS), "--days", str(DAYS), "--until", f"{UNTIL}", "--data", str(draft), "--json"]
        subprocess.run(
            [sys.executable, "-m", "cockpit", "demo", *asked], cwd=ROOT, stdout=subprocess.DEVNULL, check=True
        )
        draft.rename(place)
    return place


@contextmanager
def _opened(data: Path) -> Iterator[DataFolder]:
    folder = open_folder(Settings(data_dir=data), create=True)
    try:
        yield folder
    finally:
        folder.close()


def _feed(folder: DataFolder) -> Feed:
    ledger = read_ledger(folder.path)
    assert ledger is not None
    plan = plan_build(folder, halls=ledger.halls, days=ledger.days, seed=ledger.seed, now=ledger.as_of)
    return Feed(Building(folder, plan), _now, print)


def _now() -> dt.datetime:
    raise AssertionError("the bench tells the feed the time itself")


def _feed_on(data: str, start: str, began: str, every: str) -> None:
    """Bring in what happened up to now, every so many seconds."""
    first = dt.datetime.fromisoformat(start)
    with _opened(Path(data)) as folder:
        feed = _feed(folder)
        due = time.monotonic()
        months = MonthStore(folder.lake)
        while True:
            # The server's clock began a few seconds later than it is reckoned here.
            at = first + dt.timedelta(seconds=time.monotonic() - float(began) - 10)
            begun = time.monotonic()
            feed.advance(at.replace(microsecond=0))
            count_ahead(months, folder.lake.snapshot(), at)
            print(f"{at:%H:%M:%S}: a batch in {time.monotonic() - begun:.1f} s", flush=True)
            due += float(every)
            time.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    _feed_on(*sys.argv[1:5])
