"""`run`: what dies is started again, and all of it is stopped together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from cockpit.jobs.job import LEASE
from cockpit.lake.folder import open_folder
from cockpit.records.lease import holder
from cockpit.settings import Settings
from tests.board.small_city import build
from tests.web.serving import free_port


def until(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
            return True
    except OSError:
        return False


def processes(data: Path, command: str) -> list[int]:
    """The processes that run a command on a data folder."""
    listed = subprocess.run(["ps", "-ww", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    words = f"-m cockpit {command} --data {data}"
    return [int(line.split()[0]) for line in listed.splitlines() if line.endswith(words)]


def test_server_and_runner_come_back_after_a_kill_and_stop_together(data_dir: Path) -> None:
    build(data_dir).close()
    port = free_port()
    command = [sys.executable, "-m", "cockpit", "run", "--no-demo", "--data", str(data_dir)]
    variables = os.environ | {"COCKPIT_WEB__PORT": str(port)}
    with (data_dir.parent / "log").open("wb") as out:
        process = subprocess.Popen(command, env=variables, stdout=out, stderr=out)
    folder = open_folder(Settings(data_dir=data_dir))
    try:
        until(lambda: answers(port) and holder(folder.records.database, LEASE) is not None)
        (server,), (runner,) = processes(data_dir, "serve"), processes(data_dir, "schedule")
        os.kill(server, signal.SIGKILL)
        os.kill(runner, signal.SIGKILL)

        def back() -> bool:
            held = holder(folder.records.database, LEASE)
            return answers(port) and held is not None and held.process not in ("", str(runner))

        until(back)
        assert processes(data_dir, "serve") != [server]
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    finally:
        process.terminate()
        process.wait(60)
        folder.close()
    said = (data_dir.parent / "log").read_text(encoding="utf-8")
    assert "网页服务意外停止（信号 SIGKILL），1 秒后重新启动。" in said
    assert "作业进程意外停止（信号 SIGKILL），1 秒后重新启动。" in said
    assert "Traceback" not in said
    assert not processes(data_dir, "serve") + processes(data_dir, "schedule")
