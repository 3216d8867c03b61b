"""Ordering a real process about: let it import, kill it, freeze it, hear what it said."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

from tests.lake.installation import Installation

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60


class Driver:
    """A process that makes a child for every order; see `driver`."""

    def __init__(self, place: Path) -> None:
        place.mkdir(parents=True, exist_ok=True)
        self._place = place
        self._numbers = count(1)
        self._running: int | None = None
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore::DeprecationWarning", "-m", "tests.lake.driver"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(
        self, installation: Installation, do: str, *paths: Path, lake: dict[str, Any] | None = None, **order: object
    ) -> Child:
        """Let a child begin: `do` is import or maintain; `kill_at` and `stop_at` name steps."""
        if self._running is not None:
            # A test that failed left its child behind, perhaps frozen: the next one must not wait for it.
            with suppress(ProcessLookupError):
                os.kill(self._running, signal.SIGKILL)
            self.end_of_child()
        log = self._place / f"child-{next(self._numbers)}.log"
        log.touch()
        settings = {
            "data_dir": str(installation.data),
            "records": {"url": installation.url},
            "lake": {"writer_wait_seconds": 20.0, "lease_seconds": 10.0, **(lake or {})},
        }
        whole = {"do": do, "paths": [str(path) for path in paths], "settings": settings, "log": str(log), **order}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(whole) + "\n")
        self._process.stdin.flush()
        process = self._answer()["pid"]
        self._running = process if order.get("wait", True) else None
        return Child(self, process, log)

    def end_of_child(self) -> int:
        """Wait for the child of the last order; how it ended."""
        status: int = self._answer()["status"]
        self._running = None
        return status

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(PATIENCE)

    def _answer(self) -> dict[str, int]:
        assert self._process.stdout is not None
        answer: dict[str, int] = json.loads(self._process.stdout.readline())
        return answer


class Child:
    """One process at work."""

    def __init__(self, driver: Driver, process: int, log: Path) -> None:
        self._driver = driver
        self._log = log
        self.process = process

    @property
    def steps(self) -> list[str]:
        """Steps it has told of so far."""
        return [line.split(" ", 1)[1] for line in self._log.read_text(encoding="utf-8").splitlines()]

    @property
    def seconds(self) -> float:
        """How long it has worked, from its beginning to the last step it told of."""
        times = [float(line.split(" ", 1)[0]) for line in self._log.read_text(encoding="utf-8").splitlines()]
        return times[-1] - times[0]

    @property
    def said(self) -> str:
        """The last thing it told of: `done`, or the sentence it was refused with."""
        return (self.steps or [""])[-1]

    def kill(self) -> None:
        """End it as a power cut of its process would, at once."""
        self._signal(signal.SIGKILL)

    def go_on(self) -> None:
        """Thaw it."""
        self._signal(signal.SIGCONT)

    def until(self, step: str) -> None:
        """Wait until it has told of a step."""
        deadline = time.monotonic() + PATIENCE
        while not any(said.startswith(step) for said in self.steps):
            assert time.monotonic() < deadline, f"no step {step}: {self.steps}"
            time.sleep(0.002)

    def until_frozen(self) -> None:
        """Wait until it has stopped itself."""
        deadline = time.monotonic() + PATIENCE
        while Path(f"/proc/{self.process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "T":
            assert time.monotonic() < deadline, self.steps
            time.sleep(0.01)

    def end(self) -> str:
        """Wait until it is over; the last thing it said."""
        self._driver.end_of_child()
        return self.said

    def _signal(self, sign: signal.Signals) -> None:
        try:
            os.kill(self.process, sign)
        except ProcessLookupError:
            return
