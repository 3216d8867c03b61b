"""A real server in a process of its own, over a data folder, at an instant of our choice.

Run as a script it serves; imported it starts such a process.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cockpit.door.viewer import Viewer
    from cockpit.lake.folder import DataFolder
    from cockpit.web.downloads import Download

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 90.0


@dataclass
class Server:
    """A running server.

    Attributes:
        url: where its pages are.
        process: the process.
        log: what it has said.
        data_dir: the data folder it serves.
        now: where its clock began; None for the real one.
    """

    url: str
    process: subprocess.Popen[bytes]
    log: Path
    data_dir: Path
    now: datetime | None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(
    data_dir: Path,
    log: Path,
    *,
    now: datetime | None = None,
    port: int | None = None,
    settings: dict[str, dict[str, object]] | None = None,
    environment: dict[str, str] | None = None,
) -> Iterator[Server]:
    """Serve a data folder until the end of the block.

    Args:
        data_dir: data folder.
        log: file for what the server says.
        now: sets the server's clock going from that instant.
        port: a free one where not given.
        settings: sections of settings beside those that the tests need.
        environment: variables for it alone.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "tests.web.serving", str(data_dir), str(port), now.isoformat() if now else ""]
    variables = os.environ | {"PYTHONPATH": str(ROOT)} | (environment or {})
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*command, json.dumps(settings or {})], cwd=ROOT, stdout=out, stderr=out, env=variables
        )
    server = Server(f"http://127.0.0.1:{port}", process, log, data_dir, now)
    try:
        _await_answer(server)
        yield server
    finally:
        process.terminate()
        process.wait(20)


def _await_answer(server: Server) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{server.url}/login", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not start:\n{server.log.read_text()}")


def _names(folder: DataFolder, viewer: Viewer, query: Mapping[str, str]) -> Download:
    """Names of the halls that the viewer may see, or of the one that is asked for: what a page's download is like."""
    from cockpit.web.downloads import Download

    if "hall" in query:
        viewer.must_see(query["hall"])
    halls = viewer.within(folder.lake.snapshot().scan("halls")).sort("hall_id").collect()["short_name"]
    return Download(query.get("called", "大厅.txt"), "\n".join(halls).encode(), f"{len(halls)} 个大厅", "text/plain")


def _serve(data_dir: str, port: str, now: str, more: str) -> None:
    from cockpit import clock
    from cockpit.door.roles import Right
    from cockpit.settings import Settings
    from cockpit.web import downloads
    from cockpit.web.server import serve

    if now:
        began, instant = time.monotonic(), datetime.fromisoformat(now)
        from datetime import UTC, timedelta

        clock.now = lambda: (instant + timedelta(seconds=time.monotonic() - began)).astimezone(UTC)
    downloads.offer("names", _names, "overview")
    downloads.offer("held", _names, "overview", Right.QUARANTINE)
    sections = json.loads(more)
    web = {"port": int(port), "refresh_seconds": 1} | sections.pop("web", {})
    serve(Settings(data_dir=Path(data_dir), web=web, **sections))


if __name__ == "__main__":
    _serve(*sys.argv[1:5])
