"""The heart of the day: who is called when, at which window, for how long; first come first served, exactly."""

from bisect import insort
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

OVERTIME = 25 * 60
"""How long after closing those still waiting are served (seconds)."""
NO_SHOW_WAIT = 75
"""How long a window waits for somebody who does not come when called (seconds)."""
REST_BETWEEN_SPELLS = 5 * 60
_CLOSING, _JOINING, _READY = 0, 1, 2
"""Order of what happens at the same second: windows close, people come, windows call."""


@dataclass(frozen=True)
class Spell:
    """A span in which a window is meant to call people (seconds); a break of so many seconds may follow."""

    begin: int
    finish: int
    pause: int = 0
    overtime: bool = False


@dataclass(frozen=True)
class Post:
    """One window on one day: who sits there, how fast, when, and which queues (by rank) it calls."""

    window: int
    staff: int
    speed: float
    spells: list[Spell]
    ranks: tuple[int, ...] = (0,)


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
    """The people of one section on one day, by time of ticket; the last five lists are what befalls them.

    `rank` is their queue (0 is called first), `leave` the instant a person gives up. Someone who misses the call and
    comes back (过号) has a second place in the lists, `again`, without a time of ticket until then.
    """

    take: list[int]
    rank: list[int]
    leave: list[int]
    walk: list[int]
    work: list[int]
    gap: list[int]
    no_show: list[float]
    """A number between 0 and 1; below the share of the hour, the person does not come when called."""
    again: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Person → their second place and the seconds after the call at which they are back."""
    missing: float = 0.5
    """Share of the called who do not come."""
    reach: int = 0
    """Nobody is called sooner after taking a ticket: people must find the waiting area and fill in their form first."""
    faults: tuple[tuple[int, int, float], ...] = ()
    """Spans (seconds) in which calls do not reach people, with the share of the called who then do not come."""
    call: list[int] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    window: list[int] = field(default_factory=list)
    staff: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Nobody has been called yet."""
        for name in ("call", "start", "end", "window", "staff"):
            setattr(self, name, [-1] * len(self.take))


class _Day:
    """One section's day while it runs: people in their queues, windows that wait for people, what comes next."""

    def __init__(self, line: Line, posts: list[Post], closing: int) -> None:
        self.line, self.posts, self.closing = line, posts, closing
        self.presences: list[Presence] = []
        self.waiting: dict[int, list[int]] = {rank: [] for post in posts for rank in post.ranks}
        self.heads = dict.fromkeys(self.waiting, 0)
        self.idle: list[tuple[int, int]] = []
        self.current = [0] * len(posts)
        self.began = [post.spells[0].begin if post.spells else 0 for post in posts]
        self.events = [(take + line.reach, _JOINING, person) for person, take in enumerate(line.take) if take >= 0]
        for number, post in enumerate(posts):
            if post.spells:
                self.events.append((post.spells[0].begin, _READY, number))
                self.events.append((post.spells[0].finish, _CLOSING, number))
        heapify(self.events)

    def run(self) -> list[Presence]:
        while self.events:
            now, what, number = heappop(self.events)
            if what == _JOINING:
                self._join(number, now)
            elif what == _READY:
                self._ready(number, now)
            elif self.posts[number].spells[self.current[number]].finish == now:
                self._shut_if_idle(number, now)
        return self.presences

    def _join(self, person: int, now: int) -> None:
        rank = self.line.rank[person]
        if self.line.leave[person] <= now:
            return
        for place, (_, number) in enumerate(self.idle):
            if rank in self.posts[number].ranks:
                del self.idle[place]
                self._attend(person, number, now)
                return
        if rank in self.waiting:
            self.waiting[rank].append(person)

    def _ready(self, number: int, now: int) -> None:
        post = self.posts[number]
        spell = post.spells[self.current[number]]
        if now < spell.finish or (spell.overtime and now < spell.finish + OVERTIME):
            for rank in post.ranks:
                person = self._first(rank, now)
                if person >= 0:
                    self._attend(person, number, now)
                    return
        if now < spell.finish:
            insort(self.idle, (now, number))
        else:
            self._close(number, now)

    def _first(self, rank: int, now: int) -> int:
        """Take the first of a queue who is still there, or -1."""
        members, leave, head = self.waiting[rank], self.line.leave, self.heads[rank]
        while head < len(members) and leave[members[head]] <= now:
            head += 1
        found = members[head] if head < len(members) else -1
        self.heads[rank] = head + (found >= 0)
        return found

    def _attend(self, person: int, number: int, now: int) -> None:
        """Call a person to a window and note when the window is done with them."""
        line, post = self.line, self.posts[number]
        line.call[person], line.window[person], line.staff[person] = now, post.window, post.staff
        missing = line.missing
        for start, end, share in line.faults:
            if start <= now < end:
                missing = share
        if line.no_show[person] < missing:
            end = now + NO_SHOW_WAIT
            if person in line.again:
                place, after = line.again[person]
                if now + after < self.closing:
                    line.leave[place] += now + after - line.take[place]
                    line.take[place] = now + after
                    heappush(self.events, (now + after + line.reach, _JOINING, place))
        else:
            start = now + line.walk[person]
            line.start[person] = start
            end = start + max(20, int(line.work[person] * post.speed))
        line.end[person] = end
        heappush(self.events, (end + line.gap[person], _READY, number))

    def _shut_if_idle(self, number: int, now: int) -> None:
        for place, (_, idle) in enumerate(self.idle):
            if idle == number:
                del self.idle[place]
                self._close(number, now)
                return

    def _close(self, number: int, now: int) -> None:
        """End a window's open spell and note when it opens again, if it does."""
        post = self.posts[number]
        if now > self.began[number]:
            self.presences.append(Presence(post.window, post.staff, self.began[number], now, True))
        spell = post.spells[self.current[number]]
        for following in range(self.current[number] + 1, len(post.spells)):
            coming = post.spells[following]
            opens = now + spell.pause if spell.pause else max(coming.begin, now + REST_BETWEEN_SPELLS)
            if opens < coming.finish:
                if spell.pause:
                    self.presences.append(Presence(post.window, post.staff, now, opens, False))
                self.current[number], self.began[number] = following, opens
                heappush(self.events, (opens, _READY, number))
                heappush(self.events, (coming.finish, _CLOSING, number))
                return
            spell = coming


def serve(line: Line, posts: list[Post], closing: int = 1 << 60) -> list[Presence]:
    """Serve one section's people at its windows and return what happened at each window.

    The window that has been free longest calls next: of its queues the one with the lowest rank first, in a queue the
    earliest ticket. A window ends a spell only when its customer has gone; after closing it serves on for OVERTIME.
    Nobody who missed their call comes back after `closing`.
    """
    return _Day(line, posts, closing).run()
