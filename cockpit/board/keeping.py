"""Keeps for some minutes what takes long to make and hardly changes: months, past weeks, comparisons of halls."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Keeper(Generic[T]):
    """Keeps a few results, each for a limited time; one process makes each of them once, however many people ask.

    Args:
        entries: how many are kept.
        minutes: after how many minutes one is made anew.
    """

    def __init__(self, entries: int, minutes: float = 5) -> None:
        """Nothing is kept yet."""
        self._entries, self._lasts = entries, timedelta(minutes=minutes)
        self._kept: OrderedDict[Hashable, tuple[datetime, T]] = OrderedDict()
        self._locks: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def get(self, key: Hashable, now: datetime, make: Callable[[], T]) -> T:
        """What is kept under a key, or made now; what fails to be made is not kept.

        Args:
            key: all that decides about the content.
            now: the present instant.
            make: makes it.
        """
        with self._lock:
            lock = self._locks.setdefault(key, Lock())
        with lock:
            found = self._kept.get(key)
            if found is not None and timedelta() <= now - found[0] < self._lasts:
                return found[1]
            made = make()
            with self._lock:
                self._kept[key] = now, made
                self._kept.move_to_end(key)
                while len(self._kept) > self._entries:
                    oldest, _ = self._kept.popitem(last=False)
                    self._locks.pop(oldest, None)
            return made
