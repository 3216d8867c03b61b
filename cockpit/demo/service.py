"""The heart of the day: who is called when, at which window, for how long; first come first served, exactly."""

from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

OVERTIME = 25 * 60
"""How long after closing those still waiting are served (seconds)."""
NO_SHOW_WAIT = 75
"""How long a window waits for somebody who does not come when called (seconds)."""
_REST_BETWEEN_SPELLS = 5 * 60


@dataclass(frozen=True)
class Spell:
    """A span in which a window is meant to call people (seconds); a break of so many seconds may follow."""

    begin: int
    finish: int
    pause: int = 0
    overtime: bool = False


@dataclass(frozen=True)
class Post:
    """One window on one day: who sits there, how fast, and when."""

    window: int
    staff: int
    speed: float
    spells: list[Spell]


@dataclass(frozen=True)
class Presence:
    """What really happened at a window: an open spell, or a pause."""

    window: int
    staff: int
    begin: int
    end: int
    open: bool


@dataclass
class Line:
    """The people of one service group on one day, by time of ticket; the last five lists are what befalls them.

    `rank` is the queue's place in the order of calling (0 first), `leave` the instant a person gives up.
    """

    take: list[int]
    rank: list[int]
    leave: list[int]
    walk: list[int]
    work: list[int]
    gap: list[int]
    no_show: list[bool]
    call: list[int] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    window: list[int] = field(default_factory=list)
    staff: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Nobody has been called yet."""
        for name in ("call", "start", "end", "window", "staff"):
            setattr(self, name, [-1] * len(self.take))


class _Queues:
    """The people still waiting, by rank; those who gave up are passed over when they reach the head."""

    def __init__(self, line: Line) -> None:
        self._take, self._leave = line.take, line.leave
        ranks = sorted(set(line.rank))
        self._members = [[i for i, own in enumerate(line.rank) if own == rank] for rank in ranks]
        self._heads = [0] * len(ranks)

    def first(self, now: int) -> int:
        """Return who is to be called at that instant, or -1."""
        take, leave = self._take, self._leave
        for number, members in enumerate(self._members):
            head = self._heads[number]
            while head < len(members) and leave[members[head]] <= now:
                head += 1
            self._heads[number] = head
            if head < len(members) and take[members[head]] <= now:
                self._heads[number] = head + 1
                return members[head]
        return -1

    def next_arrival(self) -> int:
        """Return when the next person comes if nobody is waiting now, or -1."""
        times = [self._take[m[h]] for m, h in zip(self._members, self._heads, strict=True) if h < len(m)]
        return min(times, default=-1)


def serve(line: Line, posts: list[Post]) -> list[Presence]:
    """Serve one line at its windows and return what happened at each window.

    The window that has been free longest calls next; of the queues the one with the lowest rank first, in a queue the
    earliest ticket. A window ends a spell only when its customer has gone; after closing it serves on for OVERTIME.
    """
    queues = _Queues(line)
    presences: list[Presence] = []
    free = [(post.spells[0].begin, number) for number, post in enumerate(posts) if post.spells]
    heapify(free)
    current = [0] * len(posts)
    began = [post.spells[0].begin if post.spells else 0 for post in posts]
    while free:
        now, number = heappop(free)
        post = posts[number]
        spell = post.spells[current[number]]
        person = -1
        if now < spell.finish:
            person = queues.first(now)
            if person < 0:
                arrival = queues.next_arrival()
                if 0 <= arrival < spell.finish:
                    now = arrival
                    person = queues.first(now)
                else:
                    now = spell.finish
        elif spell.overtime and now < spell.finish + OVERTIME:
            person = queues.first(now)
        if person >= 0:
            heappush(free, (_attend(line, person, post, now) + line.gap[person], number))
            continue
        again = _close_spell(post, current, number, began[number], now, presences)
        if again >= 0:
            began[number] = again
            heappush(free, (again, number))
    return presences


def _attend(line: Line, person: int, post: Post, now: int) -> int:
    """Call a person to a window and return when the window is done with them."""
    line.call[person], line.window[person], line.staff[person] = now, post.window, post.staff
    if line.no_show[person]:
        end = now + NO_SHOW_WAIT
    else:
        start = now + line.walk[person]
        line.start[person] = start
        end = start + max(20, int(line.work[person] * post.speed))
    line.end[person] = end
    return end


def _close_spell(post: Post, current: list[int], number: int, began: int, now: int, presences: list[Presence]) -> int:
    """End a window's open spell and return when it opens again, or -1 when it is done for the day."""
    if now > began:
        presences.append(Presence(post.window, post.staff, began, now, True))
    spell = post.spells[current[number]]
    for following in range(current[number] + 1, len(post.spells)):
        coming = post.spells[following]
        again = now + spell.pause if spell.pause else max(coming.begin, now + _REST_BETWEEN_SPELLS)
        if again < coming.finish:
            if spell.pause:
                presences.append(Presence(post.window, post.staff, now, again, False))
            current[number] = following
            return again
        spell = coming
    return -1
