"""Messages on their way (消息发送): what waits is put together, sent, and written down, each try as it is made.

At most one message for each addressee and minute by each channel; when several incidents wait for one, one message
tells of all. Before a message is sent it is written down that it is about to be; after it, how that went. Whoever is
killed in between leaves a try without an end: the next one sends it again, marked （补发）. Nothing is lost, and only
what bears that mark can be there twice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import queue
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field

from alerts.ladder import Why
from cockpit.errors import Busy
from cockpit.lake.folder import DataFolder
from cockpit.records.lease import Lease
from cockpit.records.messages import (
    Attempt,
    ChannelHealth,
    NewMessage,
    Post,
    PostBook,
    State,
    WaitingNotice,
)
from cockpit.watch import channel_trouble, handed_over
from cockpit.watch.channels import CONNECT_SECONDS, Channel, Sent, channels, prepare, send
from cockpit.watch.wording import Writer

LEASE = "messages"
LEASE_SECONDS = 60.0
MINUTE = dt.timedelta(minutes=1)
#: Pauses after the first, second, … failed try; the last one from then on.
PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 30))
#: After so many seconds one call begins no further message; what waits goes with the next call.
BUDGET_SECONDS = 20.0


def deliver(folder: DataFolder, now: dt.datetime, lease: Lease | None = None) -> int:
    """Send what is due: every few seconds. Called twice at once, only one of them sends.

    Args:
        folder: data folder.
        now: the instant.
        lease: the right by which the caller works; nothing is sent once it is lost.

    Returns:
        How many messages went out.

    Raises:
        Busy: the caller's lease was lost.
        StorageError: state database, lake or the file of the channels failed; what was sent is written down.
    """
    post = Post(folder.records.database)
    if not post.due(now):
        return 0
    with ExitStack() as held:
        try:
            own = held.enter_context(Lease(folder.records.database, LEASE, seconds=LEASE_SECONDS, wait=0))
        except Busy:
            return 0
        return _Round(folder, post, now, (lease, own)).run()


@dataclass(frozen=True)
class _Letter:
    """A message to be sent, and by what it goes."""

    message: NewMessage
    channel: Channel
    contact: str = field(repr=False)
    tries: int


class _Round:
    """One call of `deliver`, which alone sends meanwhile."""

    def __init__(self, folder: DataFolder, post: Post, now: dt.datetime, leases: Sequence[Lease | None]) -> None:
        self._folder, self._post, self._now, self._leases = folder, post, now, leases
        self._settings = folder.settings.messages
        self._ended: queue.SimpleQueue[tuple[_Letter, int, Sent, float]] = queue.SimpleQueue()

    def run(self) -> int:
        """Send what is due; how many messages went out."""
        with self._post.writing(*self._leases) as book:
            book.interrupt(self._now)
        self._channels = channels(self._folder.path)
        waiting = [one for one in self._post.waiting() if one.notice.not_before <= self._now]
        gone = {one.notice_id: said for one in waiting if (said := overtaken(one, self._now))}
        stale = self._now - dt.timedelta(hours=self._settings.give_up_hours)
        late = [one for one in waiting if one.notice_id not in gone and one.notice.not_before < stale]
        if gone or late:
            with self._post.writing(*self._leases) as book:
                for said in set(gone.values()):
                    ids = [number for number, reason in gone.items() if reason == said]
                    book.settle(ids, State.OVERTAKEN, said, self._now)
                said = f"{self._settings.give_up_hours} 小时没有发出去"
                book.settle([one.notice_id for one in late], State.FAILED, said, self._now)
        left = set(gone) | {one.notice_id for one in late}
        return self._send(self._letters([one for one in waiting if one.notice_id not in left]))

    # -- what goes -------------------------------------------------------------------------------------------------

    def _letters(self, waiting: Sequence[WaitingNotice]) -> list[_Letter]:
        """One message for each addressee who may get one now, the worst first."""
        contacts = {account.name: account.contact for account in self._folder.people.accounts()}
        tried = self._post.tried_since(self._now - MINUTE)
        health = self._post.channels()
        groups: dict[tuple[str, str], list[WaitingNotice]] = {}
        unreachable = []
        for one in waiting:
            channel = self._channels.get(one.notice.channel)
            if channel is None:
                continue  # its address may be brought in again; `doctor` says that it is missing
            if channel.personal and not contacts.get(one.notice.account):
                unreachable.append(one.notice_id)
                continue
            account = one.notice.account if channel.personal else ""
            groups.setdefault((channel.name, account), []).append(one)
        if unreachable:
            with self._post.writing(*self._leases) as book:
                book.settle(unreachable, State.UNREACHABLE, "账号没有登记联系方式", self._now)
        writer = Writer(self._folder)
        letters = []
        for (name, account), notices in groups.items():
            due = any(one.retry_at <= self._now for one in notices)
            if not due or (name, account) in tried or self._resting(health.get(name)):
                continue
            body = writer.written(notices, again=any(one.tries for one in notices))
            ids = tuple(sorted(one.notice_id for one in notices))
            level = max(one.notice.level for one in notices)
            message = NewMessage(_message_id(name, account, ids), name, account, level, body, ids)
            tries = min(one.tries for one in notices)
            letters.append(_Letter(message, self._channels[name], contacts.get(account) or "", tries))
        letters.sort(key=lambda letter: (-letter.message.level, letter.message.notices))
        return _one_for_the_dead(letters, health, self._settings.dead_after)

    def _resting(self, health: ChannelHealth | None) -> bool:
        """Whether a channel is dead and its next try not due."""
        if health is None or health.failures < self._settings.dead_after:
            return False
        return self._now < health.tried_at + pause(health.failures - 1)

    # -- how it goes -----------------------------------------------------------------------------------------------

    def _send(self, letters: Sequence[_Letter]) -> int:
        """A few at a time; each is written down right before and right after it is sent."""
        begun, sent, flying, todo = time.monotonic(), 0, 0, list(letters)
        limit = self._settings.send_seconds + CONNECT_SECONDS + 2.0
        started: dict[int, tuple[_Letter, float]] = {}
        if todo:
            prepare()
        while todo or flying:
            while todo and flying < self._settings.parallel and time.monotonic() - begun < BUDGET_SECONDS:
                letter = todo.pop(0)
                with self._post.writing(*self._leases) as book:
                    attempt_id = book.begin(letter.message, self._now)
                started[attempt_id] = letter, time.monotonic()
                threading.Thread(target=self._try, args=(letter, attempt_id), name="message", daemon=True).start()
                flying += 1
            if not flying:
                break
            results = self._results(limit, started)
            flying -= len(results)
            with self._post.writing(*self._leases) as book:
                sent += sum(self._record(book, *result) for result in results)
        return sent

    def _try(self, letter: _Letter, attempt_id: int) -> None:
        begun = time.monotonic()
        seconds = self._settings.send_seconds
        result = send(letter.channel, letter.contact, letter.message.body, letter.message.message_id, seconds)
        self._ended.put((letter, attempt_id, result, time.monotonic() - begun))

    def _results(
        self, limit: float, started: dict[int, tuple[_Letter, float]]
    ) -> list[tuple[_Letter, int, Sent, float]]:
        """What has ended; what takes longer than any answer may take is given up, whatever its thread still does."""
        found = []
        with suppress(queue.Empty):
            found.append(self._ended.get(timeout=0.2))
            while True:
                found.append(self._ended.get_nowait())
        found = [one for one in found if started.pop(one[1], None) is not None]
        for attempt_id, (letter, at) in list(started.items()):
            if time.monotonic() - at > limit:
                del started[attempt_id]
                found.append((letter, attempt_id, Sent(False, "对方没有及时回答"), time.monotonic() - at))
        return found

    def _record(self, book: PostBook, letter: _Letter, attempt_id: int, result: Sent, seconds: float) -> bool:
        attempt = Attempt(letter.message, attempt_id, result.ok, result.said, round(seconds * 1000))
        if not book.end(attempt, self._now, self._now + pause(letter.tries)):
            return False
        channel_trouble.keep_health(book, letter.channel.name, result, self._now, self._settings.dead_after)
        return result.ok


def pause(tries: int) -> dt.timedelta:
    """How long to wait after a try that failed, when so many had failed before it."""
    return PAUSES[min(tries, len(PAUSES) - 1)]


def overtaken(one: WaitingNotice, now: dt.datetime) -> str:
    """Why a notice need not be sent any more; empty where it must be."""
    incident, notice = one.incident, one.notice
    if notice.why == Why.GIVEN.value:
        return handed_over.needless(incident, notice.account)
    if incident.closed_at is not None:
        return "发送前已关闭"
    if incident.acknowledged_at is not None and incident.acknowledged_at > notice.at:
        return "发送前已有人签收"
    if incident.silenced_until is not None and incident.silenced_until > now:
        return "发送前已静默"
    return "发送前级别已升高，另有通知" if one.risen else ""


def _one_for_the_dead(
    letters: Iterable[_Letter], health: Mapping[str, ChannelHealth], dead_after: int
) -> list[_Letter]:
    """Of what would go by a dead channel only the first one: when it gets through, the others follow."""
    found, tried = [], set()
    for letter in letters:
        known = health.get(letter.channel.name)
        if known is not None and known.failures >= dead_after:
            if letter.channel.name in tried:
                continue
            tried.add(letter.channel.name)
        found.append(letter)
    return found


def _message_id(channel: str, account: str, notice_ids: Sequence[int]) -> str:
    """The same for the same notices to the same addressee, however often they are sent."""
    told = "\x1f".join((channel, account, *map(str, notice_ids)))
    return hashlib.sha256(told.encode()).hexdigest()[:20]
