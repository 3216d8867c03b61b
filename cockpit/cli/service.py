"""Commands that keep running: the web server, the job runner, all of it together with the demo city's feed."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from cockpit.cli import demo as demo_city
from cockpit.cli.frame import DataOption, data_folder, refusing, settings_for
from cockpit.cli.jobs import job_table
from cockpit.cli.parts import ASKED, Part, Together
from cockpit.demo.building import BY
from cockpit.demo.ledger import ledger_lost, read_ledger
from cockpit.lake.folder import DataFolder
from cockpit.web.port import claim

#: So many of the latest days are there before the first page is shown; the older ones come in while people look.
FIRST_DAYS = 120
#: Processes that are started again when they die, by the command that each of them runs.
KEPT_RUNNING = (("网页服务", "serve"), ("作业进程", "schedule"))
_LOOK_SECONDS = 0.3


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("serve", help="启动网页服务。")(serve)
    app.command(
        "schedule",
        help="启动作业进程：导入投递的文件、每 5 分钟判定预警、定时整理；可在几台机器上各启动一个，只有一个工作。",
    )(schedule)
    app.command("run", help="没有数据时先建立演示城市，然后启动网页服务和作业进程，演示城市随时间继续。")(run)


def serve(data: DataOption = None) -> None:
    """Start the web server."""
    from cockpit.web.server import serve as serve_pages  # costs half a second that no other command should pay

    with refusing():
        serve_pages(settings_for(data))


def schedule(data: DataOption = None) -> None:
    """Start the job runner."""
    from cockpit.jobs.runner import run_jobs

    with refusing(), data_folder(data, create=True) as folder:
        run_jobs(folder, job_table(folder))


def run(
    data: DataOption = None,
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="没有数据时是否建立演示城市并让它继续")] = True,
) -> None:
    """Build the demo city if there is no data yet, start everything, print the address."""
    with refusing():
        web = settings_for(data).web
        # Asked before the city is built: nobody should wait for pages that cannot be shown.
        claim(web.host, web.port)
        with data_folder(data, create=True) as folder:
            path = folder.path
            feeding = feeding_command(folder) if demo else None
            still = standing_still(folder) if demo else ""
        if still:
            typer.echo(still, err=True)
        _run_all(path, feeding)


def feeding_command(folder: DataFolder) -> list[str] | None:
    """Return the command that builds or feeds the demo city of a data folder; None where it holds something else."""
    ledger = read_ledger(folder.path)
    if ledger is None:
        if not folder.lake.snapshot().empty or folder.records.batches(1):
            return None
        return _demo(demo_city.HALLS, demo_city.DAYS, demo_city.SEED, "--latest-first", FIRST_DAYS)
    if (ledger.complete and not ledger.live) or folder.records.batches(1, not_by=BY):
        return None
    return _demo(ledger.halls, ledger.days, ledger.seed, "--until", ledger.until)


def standing_still(folder: DataFolder) -> str:
    """Why a demo city does not go on with time, and what to do about it; nothing where it goes on or there is none."""
    if feeding_command(folder) is not None:
        return ""
    ledger, others = read_ledger(folder.path), folder.records.batches(1, not_by=BY)
    if ledger is None:
        # Real records stand for themselves; invented ones without a ledger are a city that nobody can go on with.
        return "" if others or not folder.records.batches(1) else ledger_lost(folder.path)
    if others:
        return (
            "这个演示城市里也有别处导入的数据，因此不再继续送入虚构的数据；"
            "想看随时间继续的演示城市，请用 --data 指定另一个空的数据目录。"
        )
    more = " ".join(_demo(ledger.halls, ledger.days, ledger.seed, "--until", ledger.until))
    return (
        f"这个演示城市停在 {ledger.until:%Y-%m-%d}，不随时间继续；要让它继续，请另开一个终端运行：\n"
        f"  python -m cockpit {more} --data {shlex.quote(str(folder.path))}"
    )


def _demo(halls: int, days: int, seed: int, *more: object) -> list[str]:
    return [str(word) for word in ("demo", "--halls", halls, "--days", days, "--seed", seed, *more, "--live")]


def _run_all(path: Path, feeding: list[str] | None) -> None:
    """Server, runner and feed as processes; server and runner are started again when they die, and stopped together."""
    together = Together()
    feed, well = None, True
    try:
        if feeding is not None:
            # What the feed answers when it is stopped is for whoever started it alone.
            feed = together.beside(_started(path, *feeding, out=subprocess.DEVNULL))
        if feed is None or _await_shown(path, feed):
            typer.echo(f"数据目录：{path}。", err=True)
            together.run([partial(_part, path, title, name) for title, name in KEPT_RUNNING])
    finally:
        well = together.end()
    # Where pages are up, a feed that ended by itself has said why and takes nothing down.
    if feed is not None and not together.parts:
        well = feed.returncode in ASKED
    raise typer.Exit(os.EX_OK if well else 1)


def _part(path: Path, title: str, name: str) -> Part:
    return Part(title, partial(_started, path, name))


def _await_shown(path: Path, feed: subprocess.Popen[bytes]) -> bool:
    """Wait until what the first page needs is in; say what is going on where that takes a while."""
    told = False
    while True:
        ledger = read_ledger(path)
        if ledger is not None and ledger.shown:
            if told:
                typer.echo("最近的日子已经建好；更早的历史在后台补齐，今天的数据随时间继续进来。", err=True)
            return True
        if not told:
            typer.echo("先建立演示城市（数据均为虚构），最近的日子在先……", err=True)
            told = True
        if feed.poll() is not None:
            return False
        time.sleep(_LOOK_SECONDS)


def _started(path: Path, *words: str, out: int | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "cockpit", *words, "--data", str(path)], stdout=out)
