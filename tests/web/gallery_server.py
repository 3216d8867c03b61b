"""Serves the gallery with the product's own document, headers and options; nobody has to sign in to it.

Run as a script it serves; imported it starts such a process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.web.serving import ROOT, Server, await_answer, free_port

PAGE = Path(__file__).resolve().parent / "gallery.py"


@contextmanager
def gallery(log: Path) -> Iterator[Server]:
    """Serve the gallery until the end of the block."""
    port = free_port()
    command = [sys.executable, "-m", "tests.web.gallery_server", str(port), str(log.parent / "no-data")]
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=out, env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        await_answer(server)
        yield server
    finally:
        process.terminate()
        process.wait(20)


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
