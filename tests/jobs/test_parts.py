"""Processes that are kept running: real ones, killed and asked to stop."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cockpit.cli.parts import FIRST_PAUSE, GIVE_UP_AFTER, LONGEST_PAUSE, WELL_AFTER, Part


class Watch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def sleeping() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])


def failing() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])


def test_what_is_killed_is_started_again_each_time_later_and_quickly_again_once_it_was_well(
    capsys: pytest.CaptureFixture[str],
) -> None:
    watch = Watch()
    part = Part("作业进程", sleeping, watch)
    pauses = []
    for kill in range(9):
        first = part.process
        first.kill()
        first.wait()
        part.look()
        died = watch.now
        while part.process is first:
            watch.now += 0.5
            part.look()
        pauses.append(watch.now - died)
        watch.now += WELL_AFTER if kill == 7 else 0.5
    part.process.kill()
    part.process.wait()
    doubled = [min(FIRST_PAUSE * 2**number, LONGEST_PAUSE) for number in range(8)]
    assert pauses == [*doubled, FIRST_PAUSE]
    assert not part.given_up
    assert capsys.readouterr().err.splitlines()[0] == "作业进程意外停止（信号 SIGKILL），1 秒后重新启动。"


def test_what_ends_by_itself_at_once_again_and_again_is_given_up(capsys: pytest.CaptureFixture[str]) -> None:
    watch = Watch()
    part = Part("网页服务", failing, watch)
    starts = 1
    while not part.given_up:
        seen = part.process
        seen.wait()
        part.look()
        watch.now += LONGEST_PAUSE / 2
        part.look()
        starts += part.process is not seen
        assert starts <= GIVE_UP_AFTER
    assert starts == GIVE_UP_AFTER
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "网页服务意外停止（退出码 3），1 秒后重新启动。"
    assert said[-1].startswith("网页服务连续 6 次启动后随即停止，不再重启")
