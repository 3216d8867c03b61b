"""A process that brings batches in and can be killed at any moment or at a named step.

Started once it loads what the product stands on, and then makes a child for each order (a line of JSON on stdin), so
that a kill costs little start-up. The product itself is loaded by the child: Polars' threads, which its modules start,
do not survive the making of a child. It answers with lines of JSON: the child's process number, and after its end its
status.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from cockpit.lake.folder import DataFolder

for _name in (
    "alembic.autogenerate",
    "alembic.command",
    "chinese_calendar",
    "dataframely",
    "deltalake",
    "polars",
    "psycopg",
    "pydantic_settings",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
):
    import_module(_name)


def obey(order: dict[str, Any]) -> None:
    """Do what an order says, as a process of its own."""
    from cockpit.errors import CockpitError
    from cockpit.intake.importer import import_files
    from cockpit.intake.profile import load_profile
    from cockpit.lake.folder import open_folder
    from cockpit.lake.maintenance import maintain_folder
    from cockpit.records.database import Database
    from cockpit.settings import Settings
    from tests.lake.two_batches import NOW

    signs = {name: order.get(name) for name in ("kill_at", "stop_at")}
    log = Path(order["log"])
    began = time.monotonic()

    # Tables are written side by side: whoever is to be killed must not see another one write a step meanwhile. And
    # whoever is to be frozen must not be so while its lease is being renewed: a process that is frozen in the midst of
    # a transaction keeps SQLite's lock, so that all others wait for it, which is another matter than a lease.
    alone = threading.RLock()
    plain = Database.transaction

    @contextmanager
    def one_at_a_time(database: Database) -> Iterator[Connection]:
        with alone, plain(database) as connection:
            yield connection

    Database.transaction = one_at_a_time  # type: ignore[method-assign]

    def observe(step: str) -> None:
        with alone:
            with log.open("a", encoding="utf-8") as file:
                file.write(f"{time.monotonic() - began:.4f} {step}\n")
            if step == signs["kill_at"]:
                os.kill(os.getpid(), signal.SIGKILL)
            if step == signs["stop_at"]:
                os.kill(os.getpid(), signal.SIGSTOP)

    observe("began")
    try:
        if "file_limit" in order:
            resource.setrlimit(resource.RLIMIT_FSIZE, (order["file_limit"], order["file_limit"]))
        folder = open_folder(Settings(**order["settings"]), create=True)
        if order["do"] == "maintain":
            maintain_folder(folder, observe)
        elif order["do"] == "read":
            observe(f"looked {look_on(folder, Path(order['until']))} times")
        else:
            paths = [Path(path) for path in order["paths"]]
            import_files(folder, load_profile("standard"), paths, by="测试", now=NOW, observe=observe)
        observe("done")
    except AssertionError as error:
        observe(f"wrong {error}")
    except CockpitError as error:
        observe(f"refused {type(error).__name__}: {error.sentence}")


def look_on(folder: DataFolder, until: Path) -> int:
    """Look at the city as pages do, again and again until a file appears; each look must see whole batches.

    Every batch brings as many cases as tickets. A look from a while ago must still be there, unchanged.
    """
    looks = 0
    held = folder.lake.snapshot()
    while not until.exists():
        snapshot = folder.lake.snapshot()
        tickets, cases = (snapshot.scan(name).collect() for name in ("tickets", "cases"))
        if tickets.height != cases.height or tickets["batch_id"].n_unique() != cases["batch_id"].n_unique():
            raise AssertionError(f"{tickets.height} tickets, {cases.height} cases")
        if looks % 7 == 6:
            before = held.scan("tickets").collect()
            if before.height != held.files("tickets")["rows"].sum():
                raise AssertionError("an earlier look has changed")
            held = snapshot
        looks += 1
    return looks


def main() -> None:
    """Take orders until stdin is closed."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                obey(json.loads(line))
            finally:
                sys.stdout.flush()
                os._exit(0)
        print(json.dumps({"pid": child}), flush=True)
        if json.loads(line).get("wait", True):
            _, status = os.waitpid(child, 0)
            print(json.dumps({"status": status}), flush=True)


if __name__ == "__main__":
    main()
