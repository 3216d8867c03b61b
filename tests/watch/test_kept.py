"""Heavy counts kept in the process: how long each stands, and that nobody waits for another's."""

import threading
from datetime import UTC, datetime, timedelta

from cockpit.watch.kept import UNCHANGED, Kept

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
STANDS = timedelta(minutes=5)


def test_a_count_stands_for_its_time_and_longer_where_nothing_new_has_come() -> None:
    kept: Kept[int] = Kept(most=2)
    made = iter(range(100))

    def ask(minutes: float, state: int) -> int:
        return kept.get("a", state, NOW + timedelta(minutes=minutes), STANDS, lambda: next(made))

    assert [ask(0, 1), ask(4.9, 2), ask(4.9, 1)] == [0, 0, 0]
    assert ask(5, 1) == 0  # the same data
    assert ask(5, 2) == 1  # new data, and five minutes have passed
    assert ask(5 + UNCHANGED / timedelta(minutes=1), 2) == 2
    assert ask(0, 2) == 3  # an instant before what is kept was not asked for


def test_of_too_many_the_oldest_is_forgotten() -> None:
    kept: Kept[str] = Kept(most=2)
    for name in "abc":
        kept.get(name, 0, NOW, STANDS, lambda name=name: name)
    assert [kept.has(name, 0, NOW, STANDS) for name in "abc"] == [False, True, True]


def test_two_who_ask_together_have_it_made_once_and_who_finds_one_does_not_wait() -> None:
    kept: Kept[int] = Kept(most=4)
    kept.get("ready", 0, NOW, STANDS, lambda: 7)
    going, may_end = threading.Event(), threading.Event()
    calls: list[int] = []

    def make() -> int:
        calls.append(1)
        going.set()
        assert may_end.wait(10)
        return 8

    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(kept.get("slow", 0, NOW, STANDS, make))) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert going.wait(10)
    assert kept.get("ready", 0, NOW, STANDS, lambda: 9) == 7
    may_end.set()
    for thread in threads:
        thread.join(10)
    assert (found, calls) == ([8, 8], [1])
