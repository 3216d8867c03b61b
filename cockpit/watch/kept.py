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
        found = self._fresh(name, state, t, stands)
        if found is None:
            # Who finds a count made already never waits here for somebody else's.
            with self._lock:
                found = self._fresh(name, state, t, stands)
                if found is None:
                    found = (state, t, make())
                    self._found.pop(name, None)
                    while len(self._found) >= self._most:
                        del self._found[next(iter(self._found))]
                    self._found[name] = found
        return found[2]

    def has(self, name: Hashable, state: Hashable, t: datetime, stands: timedelta) -> bool:
        """Whether a count can be had at once."""
        return self._fresh(name, state, t, stands) is not None

    def _fresh(
        self, name: Hashable, state: Hashable, t: datetime, stands: timedelta
    ) -> tuple[Hashable, datetime, _T] | None:
        found = self._found.get(name)
        if found is None:
            return None
        before, at, _ = found
        good = timedelta(0) <= t - at < (max(stands, UNCHANGED) if before == state else stands)
        return found if good else None
