"""Being asked to stop: at once while rows are only being made up, else after the batch that is under way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Stopped(BaseException):
    """Asked to stop while nothing was being written; not an error that anybody handles."""


class Stop:
    """Whether somebody has asked to stop; meant as the handler of SIGTERM and SIGINT."""

    def __init__(self) -> None:
        """Nobody has asked yet."""
        self._asked = threading.Event()
        self._interruptible = False

    def __call__(self, *_: object) -> None:
        """Ask to stop."""
        self._asked.set()
        if self._interruptible:
            self._interruptible = False
            raise Stopped

    @property
    def asked(self) -> bool:
        """Whether somebody has asked."""
        return self._asked.is_set()

    def wait(self, seconds: float) -> None:
        """Wait so long, or until somebody asks."""
        self._asked.wait(seconds)

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
