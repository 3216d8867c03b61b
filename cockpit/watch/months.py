"""The months (月度汇总): what the rates and the panorama of each month are made of, kept beside the lake.

A month's counts lie in a folder whose name holds a mark of the records they were made of. Whoever asks compares the
mark with the records' present one; if it differs, something has come in that may touch the month. So nothing has to be
told to the store when a batch comes in, a killed process leaves nothing half done, and all of it may be deleted at any
time. The job runner makes ahead what has changed, so that pages find it.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import shutil
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from cockpit.errors import StorageError
from cockpit.lake.faults import BELOW, cause
from cockpit.lake.store import Lake, Snapshot, months_between, reading
from cockpit.watch.month_marks import MonthMarks
from cockpit.watch.numbers import rate_records, window_minutes
from metrics.panorama import Panorama, panorama
from metrics.periods import Period, parse, period_of
from metrics.rates import CURRENT, PLACE_COLUMNS, Place, Tally, tally

#: Changed whenever what is kept, or how it is counted, changes.
FORM = "1"
#: Counts that no longer are the present ones stay so long for whoever is reading them.
KEPT = dt.timedelta(minutes=10)
#: A month is counted anew at most so often, by whichever process.
EVERY = dt.timedelta(minutes=5)
_LOG = logging.getLogger(__name__)
_PLACES: list[Place] = [place for place in PLACE_COLUMNS if place != "city"]
_ABOUT = "about.json"


@dataclass(frozen=True, eq=False)
class Month:
    """The counts of one month.

    Attributes:
        period: the month.
        counted_at: as of which instant it was counted; the month may have gone on since.
        mark: of the records it was made of.
        rates: all that the rates are made of.
        panorama: all that 办件全景 is made of.
    """

    period: Period
    counted_at: dt.datetime
    mark: str
    rates: Tally
    panorama: Panorama


class MonthStore:
    """Counts of the months of one lake.

    Args:
        lake: the lake.
    """

    def __init__(self, lake: Lake) -> None:
        """Nothing is read yet."""
        self._lake = lake
        self.path = lake.path / "months" / f"{CURRENT}-{FORM}"
        self._marks = MonthMarks()

    def month(self, snapshot: Snapshot, period: Period, t: dt.datetime) -> Month:
        """The counts of a month as of t, exactly; a closed month's from the store where nothing has changed.

        Raises:
            StorageError: a file of the lake is damaged, or the disk refused.
        """
        mark = self.mark(snapshot, period, t)
        found = self.stored(period, mark)
        return found or self.make(snapshot, period, t, mark)

    def make(self, snapshot: Snapshot, period: Period, t: dt.datetime, mark: str | None = None) -> Month:
        """Count a month anew and keep it.

        Raises:
            StorageError: a file of the lake is damaged, or the disk refused.
        """
        mark = mark or self.mark(snapshot, period, t)
        with reading(snapshot):
            records = rate_records(snapshot, [period], window_minutes(self._lake, snapshot, [period], t))
            made = Month(period, t, mark, tally(records, [period], t), panorama(records, [period], t))
        self._write(made)
        return made

    def stored(self, period: Period, mark: str) -> Month | None:
        """The counts of this mark, if they are kept."""
        return self._read(self.path / f"{period.label}.{mark}")

    def latest(self, period: Period) -> Month | None:
        """The counts of a month that were made last, whatever has come in since; None where there are none."""
        made = [(self._counted_at(place), place) for place in self.path.glob(f"{period.label}.*")]
        for _, place in sorted(((at, place) for at, place in made if at), reverse=True):
            if found := self._read(place):
                return found
        return None

    def refresh(self, snapshot: Snapshot, t: dt.datetime, least: dt.timedelta = dt.timedelta()) -> int:
        """Make every month anew in which something has changed, the latest first, and delete what is out of date.

        Args:
            snapshot: the records to go by.
            t: the present instant.
            least: counts younger than this stay as they are.

        Returns:
            How many months were made.

        Raises:
            StorageError: a file of the lake is damaged, or the disk refused.
        """
        made = 0
        for period in months_with_data(snapshot, t):
            mark = self.mark(snapshot, period, t)
            places = list(self.path.glob(f"{period.label}.*"))
            ages = [at for at in map(self._counted_at, places) if at]
            if not (self.path / f"{period.label}.{mark}").is_dir() and not (ages and t - max(ages) < least):
                self.make(snapshot, period, t, mark)
                made += 1
        self.prune(t)
        return made

    def prune(self, t: dt.datetime) -> None:
        """Delete counts that newer ones have replaced, and those of other versions."""
        newest: dict[str, tuple[dt.datetime, Path]] = {}
        places = [(self._counted_at(place), place) for place in self.path.glob("*.*")]
        for at, place in ((at, place) for at, place in places if at):
            label = place.name.split(".")[0]
            newest[label] = max(newest.get(label, (at, place)), (at, place))
        keep = {place for _, place in newest.values()}
        for _, place in places:
            with suppress(OSError):
                # When it was written counts here, not as of when it was counted: somebody may be reading it now.
                if place not in keep and place.stat().st_mtime < t.timestamp() - KEPT.total_seconds():
                    shutil.rmtree(place, ignore_errors=True)
        for other in self.path.parent.glob("*"):
            if other != self.path:
                shutil.rmtree(other, ignore_errors=True)

    def clear(self) -> None:
        """Delete all counts, so that they are made anew when next asked for."""
        shutil.rmtree(self.path.parent, ignore_errors=True)

    def mark(self, snapshot: Snapshot, period: Period, t: dt.datetime) -> str:
        """What the counts of a month as of t are made of, as a short name: equal marks, equal counts."""
        return self._marks.mark(snapshot, period, t)

    def reaches(self, snapshot: Snapshot) -> dt.datetime | None:
        """How far the records of cases, reviews and complaints reach, in the city's zone."""
        return self._marks.reaches(snapshot)

    def _write(self, made: Month) -> None:
        """Write a folder that is there whole or not at all."""
        place = self.path / f"{made.period.label}.{made.mark}"
        draft = self.path / f".{uuid.uuid4().hex}"
        try:
            draft.mkdir(parents=True)
            for name, frame in _frames(made).items():
                frame.write_parquet(draft / f"{name}.parquet")
            about = {"counted_at": made.counted_at.isoformat(), "periods": made.rates.periods}
            (draft / _ABOUT).write_text(json.dumps(about))
            with suppress(FileExistsError):
                draft.rename(place)
        except BELOW as error:
            if not place.is_dir():  # else another process has just made the same
                raise StorageError(
                    f"{made.period.label} 的月度汇总写不进去（{cause(error)}）；原始记录不受影响，"
                    f"请检查数据目录所在磁盘的空间和写权限，然后再试。"
                ) from error
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _read(self, place: Path) -> Month | None:
        """What a folder holds; None where it is missing, or has just been deleted."""
        label, _, mark = place.name.partition(".")
        try:
            about = json.loads((place / _ABOUT).read_text())
            frames = {path.stem: pl.read_parquet(path) for path in sorted(place.glob("*.parquet"))}
            places = {kind: frames[f"place-{kind}"] for kind in _PLACES}
            rates = Tally(tuple(about["periods"]), frames["cells"], frames["waits"], frames["seats"], places)
            counted_at = dt.datetime.fromisoformat(about["counted_at"])
            return Month(parse(label), counted_at, mark, rates, Panorama(frames["handled"], frames["times"]))
        except (*BELOW, KeyError, ValueError):
            return None

    def _counted_at(self, place: Path) -> dt.datetime | None:
        try:
            return dt.datetime.fromisoformat(json.loads((place / _ABOUT).read_text())["counted_at"])
        except (OSError, KeyError, ValueError):
            return None


def count_ahead(store: MonthStore, snapshot: Snapshot, t: dt.datetime) -> None:
    """Count the months in which something has changed, so that pages find them; the job runner's part.

    Raises:
        StorageError: a file of the lake is damaged, or the disk refused.
    """
    made = store.refresh(snapshot, t, EVERY)
    if made > 1:  # that the running month goes on is no news
        _LOG.info("重新汇总了 %d 个月的办件", made)


def first_day(snapshot: Snapshot) -> dt.date | None:
    """The day from which on the records tell of all cases: that of the first finished one; None where there are none.

    Where a city begins to deliver, a few open cases of the time before come with it; their months are no months of
    business. Where nothing has been finished, it is the day of the first application.
    """
    files = snapshot.files("cases").sort("part", "path")
    parts = files["part"].unique().sort()
    for few in (parts[:_FIRST], parts):
        paths = tuple(files.filter(pl.col("part").is_in(few.implode()))["path"])
        if (found := _begun(paths, snapshot, few.max())) is not None:
            return found
    return None


def _begun(paths: tuple[str, ...], snapshot: Snapshot, last: object) -> dt.date | None:
    if not paths:
        return None
    if paths not in _FIRST_DAYS:
        times = snapshot.raw("cases", months_between(None, str(last))).select(pl.col("finish_time", "apply_time").min())
        finished, applied = times.collect().row(0)
        at = finished or (applied if len(paths) == snapshot.files("cases").height else None)
        _FIRST_DAYS.clear()
        _FIRST_DAYS[paths] = at and at.astimezone(ZoneInfo(snapshot.timezone)).date()
    return _FIRST_DAYS[paths]


#: The first finished case lies in the first months, which seldom change.
_FIRST = 4
_FIRST_DAYS: dict[tuple[str, ...], dt.date | None] = {}


def months_with_data(snapshot: Snapshot, t: dt.datetime) -> list[Period]:
    """The months of which there are cases, tickets or reviews, from the first day up to that of t; the latest first."""
    parts = {part for table in ("cases", "tickets", "reviews") for part in snapshot.files(table)["part"].to_list()}
    this = period_of("month", t.astimezone(ZoneInfo(snapshot.timezone)).date())
    begun = first_day(snapshot)
    first = period_of("month", begun).start if begun else dt.date.min
    found = (parse(part) for part in parts if part is not None)
    return sorted((period for period in found if first <= period.start <= this.start), reverse=True)


def _frames(month: Month) -> dict[str, pl.DataFrame]:
    rates, shown = month.rates, month.panorama
    frames = {"cells": rates.cells, "waits": rates.waits, "seats": rates.seats}
    frames |= {f"place-{kind}": rates.places[kind] for kind in _PLACES}
    return frames | {"handled": shown.cells, "times": shown.times}
