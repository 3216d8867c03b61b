"""Run as a script: every route of the whole application, ours and Streamlit's, as JSON.

A process of its own, because Streamlit's routes come with a runtime of which a process can have only one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def discovered() -> dict[str, list[str]]:
    """Path → its methods; none for web sockets and mounted applications."""
    command = [sys.executable, "-m", "tests.web.routes"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    found: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return found


def _print() -> None:
    from streamlit.web import bootstrap
    from streamlit.web.server.starlette.starlette_app import create_streamlit_routes

    from cockpit.settings import Settings
    from cockpit.web.server import build_app, options

    app = build_app(Settings())
    bootstrap.load_config_options(options(Settings()))
    found: dict[str, set[str]] = {}
    for route in [*app._user_routes, *create_streamlit_routes(app._create_runtime())]:
        found.setdefault(route.path, set()).update(getattr(route, "methods", None) or ())
    sys.stdout.write(json.dumps({path: sorted(methods) for path, methods in found.items()}) + "\n")


if __name__ == "__main__":
    _print()
