"""Heavy counts kept in the process: new data come every minute, but a month need not be counted anew every minute."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

_T = TypeVar("_T")
#: So long a count stands at most where nothing new has come; deadlines pass all the same.
UNCHANGED = timedelta(hours=1)


class Kept(Generic[_T]):
    """Counts by name, each with the instant as of which it was made.

    Args:
        most: how many are kept; of more the oldest are forgotten.
    """

    def __init__(self, most: int) -> None:
        """Nothing is kept yet."""
        self._most = most
        self._found: dict[Hashable, tuple[Hashable, datetime, _T]] = {}
        self._lock = threading.Lock()

    def get(self, name: Hashable, state: Hashable, t: datetime, stands: timedelta, make: Callable[[], _T]) -> _T:
        """A count made a short while ago, or made now.

        Args:
            name: which count.
            state: of the data it is made of; equal states are equal data.
            t: the instant.
            stands: so long it stands although new data have come.
            make: makes it, as of t. One at a time: two people who ask together do not have it made twice.
        """
        with self._lock:
            if not self.has(name, state, t, stands):
                value = make()
                self._found.pop(name, None)
                while len(self._found) >= self._most:
                    del self._found[next(iter(self._found))]
                self._found[name] = (state, t, value)
            return self._found[name][2]

    def has(self, name: Hashable, state: Hashable, t: datetime, stands: timedelta) -> bool:
        """Whether a count can be had at once."""
        if name not in self._found:
            return False
        before, at, _ = self._found[name]
        age = t - at
        return timedelta(0) <= age < (max(stands, UNCHANGED) if before == state else stands)
