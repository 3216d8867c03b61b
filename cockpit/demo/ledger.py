"""What of a demo city is in its data folder, and how far it has been fed: demo/city.json.

Written before the first row comes in and after every batch, so that whatever stops the work, the next start goes on.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from cockpit.errors import StorageError

LEDGER = "demo/city.json"
_FORM = 1


@dataclass(frozen=True)
class Span:
    """Some days of the city that come in as one batch, both included, and whether they are in."""

    first: dt.date
    last: dt.date
    done: bool = False

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Ledger:
    """A demo city's arguments and how much of it is in.

    Attributes:
        halls: number of halls.
        days: number of days up to `until`, as asked for.
        until: the last day, as asked for.
        seed: which city.
        timezone: the city's zone.
        as_of: the built spans tell what had happened before this instant.
        registered: whether labels and reference tables are in.
        spans: the days, in the order in which they come in.
        first_needed: so many of the spans come in before anything is shown.
        last_day: the last day by now; later than `until` once the city has been fed beyond it.
        fed_until: everything that happened before this instant is in, or in a span that is still missing.
        live: whether the city has been fed since it was built.
    """

    halls: int
    days: int
    until: dt.date
    seed: int
    timezone: str
    as_of: dt.datetime
    registered: bool
    spans: tuple[Span, ...]
    first_needed: int
    last_day: dt.date
    fed_until: dt.datetime
    live: bool = False

    @property
    def first_day(self) -> dt.date:
        """The first day the city tells about."""
        return self.until - dt.timedelta(days=self.days - 1)

    @property
    def missing(self) -> tuple[Span, ...]:
        """The spans that are still to come in, in their order."""
        return tuple(span for span in self.spans if not span.done)

    @property
    def shown(self) -> bool:
        """Whether all is in that is needed before anything is shown."""
        return self.registered and all(span.done for span in self.spans[: self.first_needed])

    @property
    def complete(self) -> bool:
        """Whether all that was to be built is in."""
        return self.registered and not self.missing

    def with_done(self, span: Span) -> Ledger:
        """Return the ledger after a span has come in."""
        return replace(self, spans=tuple(replace(s, done=True) if s == span else s for s in self.spans))


def read_ledger(folder: Path) -> Ledger | None:
    """Return the ledger of a data folder; None where it holds no demo city.

    Raises:
        StorageError: there is one, but it cannot be read.
    """
    path = folder / LEDGER
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(f"演示城市的进度文件 {path} 读不出来（{error.strerror}）；请检查它的读取权限。") from error
    try:
        return _ledger(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StorageError(
            f"演示城市的进度文件 {path} 已损坏；请用备份恢复它，或用 --data 另指一个目录重建演示城市。"
        ) from error


def ledger_lost(folder: Path) -> str:
    """What to do about a city that is in a folder without its ledger."""
    return (
        f"数据目录 {folder} 里有一座演示城市，但它的进度文件 {LEDGER} 不见了；"
        "请用备份恢复这个文件，或用 --data 另指一个目录重建。"
    )


def write_ledger(folder: Path, ledger: Ledger) -> None:
    """Put a ledger in the place of the former one; whoever reads sees one of the two, whole.

    Raises:
        StorageError: the disk refused.
    """
    path = folder / LEDGER
    document = {"form": _FORM, **asdict(ledger)}
    draft = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8") as file:
            json.dump(document, file, ensure_ascii=False, indent=1, default=lambda value: value.isoformat())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        place = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(place)
        finally:
            os.close(place)
    except OSError as error:
        raise StorageError(
            f"演示城市的进度文件 {path} 写不进去（{error.strerror}）；请检查磁盘空间和写权限，然后重新执行。"
        ) from error


def _ledger(found: Any) -> Ledger:  # noqa: ANN401 (any JSON document)
    if found.pop("form") != _FORM:
        raise ValueError("unknown form")
    for name in ("until", "last_day"):
        found[name] = dt.date.fromisoformat(found[name])
    for name in ("as_of", "fed_until"):
        found[name] = dt.datetime.fromisoformat(found[name])
        if found[name].tzinfo is None:
            raise ValueError("an instant without a zone")
    found["spans"] = tuple(
        Span(dt.date.fromisoformat(span["first"]), dt.date.fromisoformat(span["last"]), bool(span["done"]))
        for span in found["spans"]
    )
    return Ledger(**found)
