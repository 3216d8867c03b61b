"""Processes that are kept running together: one that dies is started again, and all of them are stopped together."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Sequence

import typer

#: A process that lived so long was well; the next start after it is as quick as the first.
WELL_AFTER = 60.0
#: Seconds before a process is started again: the first time, and at most.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
#: One that was never well and ended by itself so often has said why and is given up.
GIVE_UP_AFTER = 6
#: How processes end that were asked to.
ASKED = (0, -signal.SIGTERM, -signal.SIGINT)
_LOOK_SECONDS = 0.3


class Part:
    """One process that is kept running.

    Args:
        title: Chinese name.
        start: starts it.
        clock: monotonic seconds.
    """

    def __init__(
        self, title: str, start: Callable[[], subprocess.Popen[bytes]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Start it."""
        self.title = title
        self._start, self._clock = start, clock
        self._begun, self._again_at = clock(), 0.0
        self._ends, self._was_well = 0, False
        self.given_up = False
        self.process = start()

    def look(self) -> None:
        """See to it: start it again when its time has come."""
        code = self.process.poll()
        now = self._clock()
        if code is None or self.given_up:
            return
        if not self._again_at:
            well = now - self._begun >= WELL_AFTER
            self._was_well |= well
            self._ends = 1 if well else self._ends + 1
            # What is killed from outside, or worked once, is always started again; what never worked will not later.
            if self._ends >= GIVE_UP_AFTER and code >= 0 and not self._was_well:
                self.given_up = True
                typer.echo(
                    f"{self.title}连续 {self._ends} 次启动后随即停止，不再重启；请按它上面说的原因处理后重新运行。",
                    err=True,
                )
                return
            pause = min(FIRST_PAUSE * 2 ** (self._ends - 1), LONGEST_PAUSE)
            self._again_at = now + pause
            typer.echo(f"{self.title}意外停止（{_ended(code)}），{pause:.0f} 秒后重新启动。", err=True)
        elif now >= self._again_at:
            self._begun, self._again_at = now, 0.0
            self.process = self._start()


class Together:
    """Parts that run until one is given up or somebody asks to stop."""

    def __init__(self) -> None:
        """Listen to those who ask to stop."""
        self.stopping = False
        self.parts: list[Part] = []
        self._others: list[subprocess.Popen[bytes]] = []
        self._asked: set[int] = set()
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, self.stop)

    def beside(self, process: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
        """A process that may end by itself; it is stopped with the others."""
        self._others.append(process)
        return process

    def run(self, parts: Sequence[Callable[[], Part]]) -> None:
        """Keep them running."""
        for make in parts:
            if not self.stopping:
                self.parts.append(make())
        while not self.stopping and not any(part.given_up for part in self.parts):
            time.sleep(_LOOK_SECONDS)
            for part in self.parts:
                if not self.stopping:
                    part.look()

    def stop(self, *_: object) -> None:
        """Ask all of them to stop; what they are doing is finished first."""
        self.stopping = True
        for process in (*self._others, *(part.process for part in self.parts)):
            if process.pid not in self._asked:
                self._asked.add(process.pid)
                process.terminate()

    def end(self) -> bool:
        """Stop all of them and wait.

        Returns:
            Whether they ended as asked.
        """
        self.stop()
        for process in self._others:
            process.wait()
        # One that was about to be started again had died before anybody asked; that is told already.
        codes = [part.process.wait() for part in self.parts]
        self.stop()
        return not any(part.given_up for part in self.parts) and all(code in ASKED or code < 0 for code in codes)


def _ended(code: int) -> str:
    """How a process ended, for people."""
    if code >= 0:
        return f"退出码 {code}"
    try:
        return f"信号 {signal.Signals(-code).name}"
    except ValueError:
        return f"信号 {-code}"
