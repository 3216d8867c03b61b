"""Commands that keep running: the web server, the job runner, both."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import Annotated

import typer

from cockpit import clock
from cockpit.cli.frame import DataOption, data_folder, progress, refusing, settings_for
from cockpit.cli.intake import build_demo

#: Size of the demo city that `run` builds where there is no data yet.
DEMO_HALLS, DEMO_DAYS, DEMO_SEED = 6, 60, 7


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("serve", help="启动网页服务。")(serve)
    app.command("schedule", help="启动作业进程：投递目录每分钟查看一次，数据表定时整理。")(schedule)
    app.command("run", help="没有数据时先建立演示城市，然后启动网页服务和作业进程。")(run)


def serve(data: DataOption = None) -> None:
    """Start the web server."""
    from cockpit.web.server import serve as serve_pages  # costs half a second that no other command should pay

    with refusing():
        serve_pages(settings_for(data))


def schedule(data: DataOption = None) -> None:
    """Start the job runner."""
    from cockpit.jobs.runner import run_jobs

    with refusing(), data_folder(data, create=True) as folder:
        run_jobs(folder)


def run(
    data: DataOption = None,
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="没有数据时是否建立演示城市")] = True,
) -> None:
    """Build the demo city if there is no data yet, start everything, print the address."""
    with refusing():
        with data_folder(data, create=True) as folder:
            if demo and folder.lake.snapshot().empty:
                typer.echo("还没有数据，先建立演示城市（数据均为虚构）……", err=True)
                today = clock.now().astimezone(folder.zone).date()
                with progress("演示城市") as observe:
                    build_demo(folder, halls=DEMO_HALLS, days=DEMO_DAYS, until=today, seed=DEMO_SEED, observe=observe)
            path = folder.path
        typer.echo(f"数据目录：{path}。目前只在本机可以打开，还不需要登录。", err=True)
        _run_both(str(path))


def _run_both(data: str) -> None:
    """Server and runner as two processes; when one ends, the other is stopped too."""
    command = [sys.executable, "-m", "cockpit"]
    parts = [subprocess.Popen([*command, name, "--data", data]) for name in ("serve", "schedule")]

    def stop(*_: object) -> None:
        for part in parts:
            part.terminate()

    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, stop)
    while all(part.poll() is None for part in parts):
        time.sleep(0.3)
    stop()
    codes = [part.wait() for part in parts]
    wrong = [code for code in codes if code not in (0, -signal.SIGTERM, -signal.SIGINT)]
    raise typer.Exit(1 if wrong else os.EX_OK)
