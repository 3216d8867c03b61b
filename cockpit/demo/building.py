"""Building a demo city in a data folder: span by span of days, each one batch through the gate like anybody's files.

A build that was stopped goes on where it stopped; to bring a span in twice changes nothing.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.demo.city import plan_city, write_labels
from cockpit.demo.history import PLANNED_AHEAD, STEP, City
from cockpit.demo.ledger import Ledger, Span, ledger_lost, read_ledger, write_ledger
from cockpit.demo.stopping import Stop
from cockpit.errors import Busy, StorageError
from cockpit.intake.counting import BatchResult
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.lake.faults import cause
from cockpit.lake.folder import DataFolder
from cockpit.records.store import TableCounts
from metrics.standard import TABLES

BY = "demo"
"""Who brings the demo city's batches in."""
COMING = "demo/coming"
"""Where in the data folder a batch's files lie while they come in."""
_LEASE_SECONDS = 30.0


@dataclass(frozen=True)
class DaysIn:
    """How far a build is.

    Attributes:
        done: days that are in, planned ones included.
        days: days that are to come in before the build is done (or, first, before anything is shown).
        rows: rows brought in since this start.
        doing: the days that come in now; None at the end.
    """

    done: int
    days: int
    rows: int
    doing: Span | None


Report = Callable[[DaysIn], None]


def plan_build(
    folder: DataFolder,
    *,
    halls: int,
    days: int,
    seed: int,
    now: dt.datetime,
    until: dt.date | None = None,
    latest_first: int | None = None,
) -> Ledger:
    """Return what a data folder has of the demo city asked for; nothing yet where it is empty. Nothing is written.

    Args:
        folder: the data folder.
        halls: number of halls.
        days: number of days up to `until`.
        seed: which city.
        now: the present instant; what happens from then on is not told.
        until: the last day; by default today, or the last day of the city that is there.
        latest_first: so many of the latest days come in before the others; None = all in their order.

    Raises:
        StorageError: the folder holds real records, another demo city, or one of which it is not known how far it is.
    """
    ledger = read_ledger(folder.path)
    if folder.records.batches(1, not_by=BY):
        raise StorageError(f"数据目录 {folder.path} 里已有真实数据，不能再放演示城市；请用 --data 另指一个目录。")
    if ledger is None and folder.records.batches(1):
        raise StorageError(ledger_lost(folder.path))
    if ledger is None:
        return lay_out(halls, days, seed, now, until, latest_first, folder.timezone)
    if (halls, days, seed) != (ledger.halls, ledger.days, ledger.seed) or until not in (None, ledger.until):
        raise StorageError(
            f"数据目录 {folder.path} 里是另一座演示城市（--halls {ledger.halls} --days {ledger.days} "
            f"--until {ledger.until} --seed {ledger.seed}）；请用同样的参数继续，或用 --data 另指一个目录。"
        )
    return ledger


def lay_out(
    halls: int, days: int, seed: int, now: dt.datetime, until: dt.date | None, latest_first: int | None, timezone: str
) -> Ledger:
    """Return the ledger of a city of which nothing is in yet: its days in spans, in the order in which they come in."""
    zone = ZoneInfo(timezone)
    last = until or now.astimezone(zone).date()
    first = last - dt.timedelta(days=days - 1)
    begins = dt.datetime.combine(first, dt.time(0, 0, 1), zone)
    ends = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone)
    as_of = max(begins, min(now.astimezone(zone).replace(microsecond=0), ends))
    latest = last - dt.timedelta(days=min(latest_first or days, days) - 1)
    shown = _pieces(latest, last - dt.timedelta(days=1))
    # The last day stands alone: a feed that goes on from it needs what carries over into it, not into a later day.
    shown.append(Span(last, last + dt.timedelta(days=PLANNED_AHEAD)))
    behind = _pieces(first, latest - dt.timedelta(days=1))
    return Ledger(
        halls=halls,
        days=days,
        until=last,
        seed=seed,
        timezone=timezone,
        as_of=as_of,
        registered=False,
        spans=(*shown, *behind),
        first_needed=len(shown),
        last_day=last,
        fed_until=as_of,
    )


def _pieces(first: dt.date, last: dt.date) -> list[Span]:
    """Cut days into spans of about the same length, none longer than a step."""
    days = (last - first).days + 1
    count = -(-days // STEP)
    edges = [first + dt.timedelta(days=days * number // count) for number in range(count + 1)] if days > 0 else [first]
    return [Span(a, b - dt.timedelta(days=1)) for a, b in zip(edges, edges[1:], strict=False)]


@contextmanager
def sole(folder: DataFolder) -> Iterator[None]:
    """While a demo city is built or fed: nobody else does that in the same data folder.

    Raises:
        Busy: another process does.
    """
    lease = folder.records.lease("demo-city", seconds=_LEASE_SECONDS, wait=0)
    try:
        lease.__enter__()
    except Busy as error:
        raise Busy(
            f"数据目录 {folder.path} 的演示城市正由另一个进程建立或续演；请先停止那个进程，或用 --data 另指一个目录。"
        ) from error
    try:
        yield
    finally:
        lease.__exit__(None, None, None)


@dataclass
class Building:
    """A demo city on its way into a data folder.

    Attributes:
        folder: the data folder.
        ledger: what is in, as it stands in the folder.
        stop: asked whether to stop; nothing is begun any more once it says so.
        result: what became of the rows of all batches of this start.
        batches: how many there were.
    """

    folder: DataFolder
    ledger: Ledger
    stop: Stop = field(default_factory=Stop)
    result: BatchResult = field(default_factory=lambda: summed([]))
    batches: int = 0

    def __post_init__(self) -> None:
        """Lay the city out; nothing is written yet."""
        known = self.ledger
        asked = plan_city(
            halls=known.halls, days=known.days, until=known.until, seed=known.seed, timezone=known.timezone
        )
        self.city: City = asked.later(known.last_day)

    def build(self, report: Report = lambda days: None, *, shown_only: bool = False) -> None:
        """Bring in what is missing, in the order of the ledger, until done or asked to stop.

        Args:
            report: told before each batch and at the end.
            shown_only: only what is needed before anything is shown.
        """
        wanted = self.ledger.spans[: self.ledger.first_needed] if shown_only else self.ledger.spans
        days = sum(span.days for span in wanted)
        while not self.stop.asked:
            missing = [span for span in self.ledger.missing if span in wanted]
            done = days - sum(span.days for span in missing)
            rows = sum(counts.read for counts in self.result.tables.values())
            report(DaysIn(done, days, rows, missing[0] if missing else None))
            if not missing and self.ledger.registered:
                return
            self.bring_next()

    def bring_next(self) -> None:
        """Bring in the next thing that is missing: labels and reference tables, then the spans.

        Raises:
            Busy: another import did not finish in time; the same is tried again at the next call.
            StorageError: the disk or the database refused; nothing has changed.
        """
        ledger = self.ledger
        if not ledger.registered:
            write_ledger(self.folder.path, ledger)
            write_labels(self.city, self.folder.path)
            self.bring(self.city.reference_tables(), ledger.as_of)
            self.note(replace(ledger, registered=True))
            return
        span = ledger.missing[0]
        with self.stop.at_once():
            tables = self.city.span(span.first, span.last, ledger.as_of)
            if span.first == self.city.first_day:
                before = self.city.backlog(ledger.as_of)
            elif span == ledger.spans[0]:
                before = self.city.lasting(span.first, ledger.as_of)
            else:
                before = {}
            for name, rows in before.items():
                tables[name] = pl.concat([rows, tables[name]]) if name in tables else rows
        self.bring(tables, ledger.as_of)
        self.note(ledger.with_done(span))

    def bring(self, tables: dict[str, pl.DataFrame], now: dt.datetime) -> None:
        """Bring tables in as one batch, as anybody's files.

        Args:
            tables: rows by table; emptied on the way.
            now: the instant up to which they tell.
        """
        # The city tells itself what its sources delivered when; else the import would write down this batch instead.
        tables.setdefault("deliveries", pl.DataFrame(schema=TABLES["deliveries"].dtypes))
        place = self.folder.path / COMING
        try:
            _write(tables, place)
            result = import_files(self.folder, load_profile("standard"), [place], by=BY, now=now)
        finally:
            shutil.rmtree(place, ignore_errors=True)
        self.result = summed([self.result, result])
        self.batches += 1

    def note(self, ledger: Ledger) -> None:
        """Keep in the folder what is in by now."""
        write_ledger(self.folder.path, ledger)
        self.ledger = ledger


def _write(tables: dict[str, pl.DataFrame], place: Path) -> None:
    try:
        # Whoever was killed with files on the way has left them here.
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for name in list(tables):
            tables.pop(name).write_parquet(place / f"{name}.parquet")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise StorageError(f"文件夹 {place} 写不进去（{cause(error)}）；请检查磁盘空间和写权限，然后重试。") from error


def summed(results: Iterable[BatchResult]) -> BatchResult:
    """Add up what became of the rows of several batches; named after the last one, None where there was none."""
    counts = {name: [0, 0, 0, 0, 0] for name in TABLES}
    reasons: dict[str, dict[str, int]] = {}
    batch = None
    for result in results:
        batch = result.batch_id
        for name, table in result.tables.items():
            counts[name] = [a + b for a, b in zip(counts[name], vars(table).values(), strict=True)]
        for name, found in result.reasons.items():
            mine = reasons.setdefault(name, {})
            for reason, count in found.items():
                mine[reason] = mine.get(reason, 0) + count
    return BatchResult(batch, {name: TableCounts(*numbers) for name, numbers in counts.items()}, reasons, {})
