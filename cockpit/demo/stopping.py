"""Being asked to stop: at once while rows are only being made up, else after the batch that is under way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Stopped(BaseException):
    """Asked to stop while nothing was being written; not an error that anybody handles."""


class Stop:
    """Whether somebody has asked to stop; meant as the handler of SIGTERM and SIGINT."""

    def __init__(self) -> None:
        """Nobody has asked yet."""
        # A plain mark: a lock taken in a signal handler may be held by the very thread that the signal interrupts.
        self._asked = False
        self._interruptible = False

    def __call__(self, *_: object) -> None:
        """Ask to stop."""
        self._asked = True
        if self._interruptible:
            self._interruptible = False
            raise Stopped

    @property
    def asked(self) -> bool:
        """Whether somebody has asked."""
        return self._asked

    def wait(self, seconds: float) -> None:
        """Wait so long, or until somebody asks."""
        with suppress(Stopped), self.at_once():
            time.sleep(seconds)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """While this lasts nothing is written that could be left half done: whoever asks to stop need not wait.

        Raises:
            Stopped: somebody has asked.
        """
        self._interruptible = True
        try:
            if self.asked:
                raise Stopped
            yield
        finally:
            self._interruptible = False
