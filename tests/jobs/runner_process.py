"""A job runner in a process of its own, by a clock that goes faster.

Started by `python -m tests.jobs.runner_process FOLDER CLOCK`.

The clock is JSON: `begins` and `ends` (the city's time), `from` (the real time at which it began), `speed`.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable
from pathlib import Path

import typer

from cockpit import clock
from cockpit.cli.frame import refusing
from cockpit.cli.jobs import job_table
from cockpit.jobs.runner import run_jobs
from cockpit.lake.folder import open_folder
from cockpit.settings import load_settings


def fast(told: str) -> Callable[[], dt.datetime]:
    """A clock that all processes of a test share, and that stands still at its end."""
    given = json.loads(told)
    begins, ends, real = (dt.datetime.fromisoformat(given[name]) for name in ("begins", "ends", "from"))
    return lambda: min(begins + (clock.now() - real) * given["speed"], ends)


def main(data: str, told: str) -> None:
    now = fast(told)
    with refusing():
        folder = open_folder(load_settings(data_dir=Path(data)))
        run_jobs(folder, job_table(folder, now), now)
        folder.close()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except typer.Exit as end:
        sys.exit(end.exit_code)
