"""A lease: the right to do one kind of work, held by one process at a time and given back or run out."""

from __future__ import annotations

import datetime as dt
import os
import socket
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import sqlalchemy as sa

from cockpit import clock
from cockpit.errors import Busy, StorageError
from cockpit.records.database import Database
from cockpit.records.tables import leases

#: Seconds between two tries while somebody else holds the lease.
RETRY_SECONDS = 0.2
#: Leases that this process holds or is giving back; another one in its name was left behind when the database was away.
_HELD: set[str] = set()
_LOST = "写入权在导入途中已过期并被其他进程取得；本次没有写入任何内容，请重新导入。"


class Lost(Busy):
    """The lease ran out meanwhile and somebody else may be at work; nothing more may be written."""


@dataclass(frozen=True)
class Holder:
    """Who holds a lease: machine and process, until when without renewal, and whether it is known to be dead."""

    machine: str
    process: str
    until: dt.datetime
    dead: bool


def holder(database: Database, name: str) -> Holder | None:
    """Who holds a lease now; None where nobody does."""
    with database.reading() as connection:
        held = connection.execute(sa.select(leases).where(leases.c.name == name)).one_or_none()
    if held is None:
        return None
    machine, process, *_ = held.owner.split(":")
    return Holder(machine.split("/")[0], process, held.until, _is_dead(held.owner))


class Lease:
    """Used as a context: inside it this process alone does the named work.

    Whoever dies while holding it loses it after `seconds`; on the same machine at once, because there one can see
    that the process is gone. A thread renews it while the work goes on.

    Args:
        database: state database.
        name: kind of work.
        seconds: how long it stays valid without renewal.
        wait: seconds to wait for it.

    Raises:
        Busy: somebody else still held it after `wait` seconds.
    """

    def __init__(self, database: Database, name: str, *, seconds: float, wait: float) -> None:
        """Prepare; nothing is taken yet."""
        self.name = name
        self.owner = f"{_machine()}:{os.getpid()}:{_process_start(os.getpid())}:{uuid.uuid4().hex[:12]}"
        self._database = database
        self._seconds = seconds
        self._wait = wait
        self._done = threading.Event()
        self._renewer = threading.Thread(target=self._renew, name=f"lease-{name}", daemon=True)

    def __enter__(self) -> Lease:
        """Wait for the lease and take it."""
        deadline = time.monotonic() + self._wait
        _HELD.add(self.owner)
        try:
            self._wait_until(deadline)
        except BaseException:
            _HELD.discard(self.owner)
            raise
        self._renewer.start()
        return self

    def _wait_until(self, deadline: float) -> None:
        while not self._taken():
            if time.monotonic() >= deadline:
                raise Busy(
                    f"另一个进程（{self._holder()}）正在写入数据，等候 {self._wait:.0f} 秒后仍未结束；"
                    "本次没有写入任何内容，请待其完成后重试。"
                )
            time.sleep(RETRY_SECONDS)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give it back; where the database cannot be reached it runs out by itself: the work done is done."""
        self._done.set()
        self._renewer.join()
        with suppress(StorageError, Busy), self._database.transaction() as connection:
            connection.execute(leases.delete().where(leases.c.name == self.name, leases.c.owner == self.owner))
        _HELD.discard(self.owner)

    def check(self) -> None:
        """Go on only if the lease is still ours; cheap enough to be asked before every step.

        Raises:
            Lost: it ran out meanwhile and somebody else may be writing.
        """
        with self._database.reading() as connection:
            owner = connection.execute(sa.select(leases.c.owner).where(leases.c.name == self.name)).scalar()
        if owner != self.owner:
            raise Lost(_LOST)

    def confirm(self, connection: sa.Connection) -> None:
        """Within the transaction that ends the work: go on only if the lease is still ours.

        Raises:
            Lost: it ran out meanwhile and somebody else may be writing.
        """
        renewed = connection.execute(
            leases.update()
            .where(leases.c.name == self.name, leases.c.owner == self.owner)
            .values(until=clock.now() + dt.timedelta(seconds=self._seconds))
        )
        if renewed.rowcount != 1:
            raise Lost(_LOST)

    def _taken(self) -> bool:
        """One try to take it; somebody else may be a moment ahead."""
        try:
            return self._take()
        except Busy:
            return False
        except StorageError as error:
            if isinstance(error.__cause__, sa.exc.IntegrityError):
                return False
            raise

    def _take(self) -> bool:
        now = clock.now()
        until = now + dt.timedelta(seconds=self._seconds)
        with self._database.transaction() as connection:
            held = connection.execute(sa.select(leases).where(leases.c.name == self.name).with_for_update()).first()
            if held is not None and held.until > now and not _is_dead(held.owner):
                return False
            if held is None:
                connection.execute(sa.insert(leases).values(name=self.name, owner=self.owner, until=until))
                return True
            taken = connection.execute(
                leases.update()
                .where(leases.c.name == self.name, leases.c.owner == held.owner)
                .values(owner=self.owner, until=until)
            )
            return taken.rowcount == 1

    def _holder(self) -> str:
        with self._database.reading() as connection:
            owner = connection.execute(sa.select(leases.c.owner).where(leases.c.name == self.name)).scalar()
        machine, process, *_ = (owner or "?:?").split(":")
        return f"主机 {machine.split('/')[0]} 进程 {process}"

    def _renew(self) -> None:
        while not self._done.wait(self._seconds / 3):
            try:
                with self._database.transaction() as connection:
                    connection.execute(
                        leases.update()
                        .where(leases.c.name == self.name, leases.c.owner == self.owner)
                        .values(until=clock.now() + dt.timedelta(seconds=self._seconds))
                    )
            except (StorageError, Busy):
                # The work notices at its end, by `confirm`; until then the next renewal may succeed.
                continue


def _machine() -> str:
    """The machine since its last start, and the space in which its process numbers hold: containers have their own."""
    parts = [socket.gethostname()]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8])
    with suppress(OSError):
        parts.append(str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]"))
    return "/".join(parts).replace(":", "_")


def _process_start(process: int) -> str:
    """Start time of a process that is alive, which tells it from a later one with the same number."""
    try:
        facts = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return "-"
    # One that was killed and whose parent has not noticed yet still has a number, but will never do anything again.
    return "-" if facts[0] in "ZX" else facts[19]


def _is_dead(owner: str) -> bool:
    """Whether the owner was a process of this machine that is gone, or this one at an earlier time."""
    machine, process, start, *_ = owner.split(":")
    if machine != _machine() or start == "-":
        return False
    alive = _process_start(int(process)) == start
    return not alive or (int(process) == os.getpid() and owner not in _HELD)
