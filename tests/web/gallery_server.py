"""Serves the gallery with the product's own document, headers and options; nobody has to sign in to it.

Run as a script it serves; imported it starts such a process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.web.serving import ROOT, STARTS_WITHIN, free_port

PAGE = Path(__file__).resolve().parent / "gallery.py"


@dataclass(frozen=True)
class Gallery:
    """A running gallery.

    Attributes:
        url: where it is.
        log: what its server has said.
    """

    url: str
    log: Path


@contextmanager
def gallery(log: Path) -> Iterator[Gallery]:
    """Serve the gallery until the end of the block."""
    port = free_port()
    command = [sys.executable, "-m", "tests.web.gallery_server", str(port), str(log.parent / "no-data")]
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=out, env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
    shown = Gallery(f"http://127.0.0.1:{port}", log)
    try:
        _await_answer(shown, process)
        yield shown
    finally:
        process.terminate()
        process.wait(20)


def _await_answer(shown: Gallery, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{shown.url}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the gallery did not start:\n{shown.log.read_text()}")


def _serve(port: str, data: str) -> None:
    import streamlit as st
    from starlette.middleware import Middleware

    from cockpit.settings import Settings
    from cockpit.web import guard, health, installed, server, shell

    settings = Settings(data_dir=Path(data), web={"port": int(port)})
    installed.install(settings)
    app = st.App(
        PAGE,
        routes=[*health.ROUTES, *shell.ROUTES],
        middleware=[Middleware(guard.SecurityHeaders), Middleware(shell.Shell)],
    )
    app.run(config=server.options(settings))


if __name__ == "__main__":
    _serve(*sys.argv[1:3])
