"""The state database: opened, migrated, and used in transactions that end wholly or not at all."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from cockpit.errors import Busy, StorageError

MIGRATIONS = Path(__file__).parent / "migrations"
#: Seconds a writer waits for another one.
LOCK_WAIT_SECONDS = 20
#: A server that does not answer for so many seconds is gone.
CONNECT_WAIT_SECONDS = 10
#: A server does not hear from a frozen process for so many seconds before it lets go of what that process has locked.
IDLE_SECONDS = 30
_POSTGRES_OPTIONS = {
    "connect_timeout": CONNECT_WAIT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
#: What databases say, in the words that people read.
_CAUSES = (
    ("database or disk is full", "磁盘已满"),
    ("No space left", "磁盘已满"),
    ("readonly database", "数据库只读"),
    ("read-only", "数据库只读"),
    ("unable to open database file", "打不开文件"),
    ("disk I/O error", "磁盘读写出错"),
    ("is not a database", "文件已损坏"),
    ("malformed", "文件已损坏"),
    ("password authentication failed", "用户名或密码不对"),
    ("Connection refused", "连不上"),
    ("could not translate host name", "找不到主机"),
    ("Name or service not known", "找不到主机"),
    ("timeout expired", "连接超时"),
    ("starting up", "数据库正在启动"),
    ("shutting down", "数据库正在停止"),
    ("terminating connection", "连接中断"),
    ("server closed the connection", "连接中断"),
    ("connection is lost", "连接中断"),
    ("connection failed", "连不上"),
)


class Locked(Busy):
    """Another process holds what this one needs in the state database, and waiting for it took too long."""


class Database:
    """A connection pool to the state database, migrated to this program's version when opened.

    Args:
        url: SQLAlchemy address; SQLite or PostgreSQL.

    Raises:
        StorageError: the database cannot be reached, or was made by a newer version of this program.
    """

    def __init__(self, url: str) -> None:
        """Open and migrate."""
        self.url = sa.make_url(url)
        sqlite = self.url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {"timeout": LOCK_WAIT_SECONDS} if sqlite else _POSTGRES_OPTIONS
        self.engine = sa.create_engine(self.url, connect_args=options, pool_pre_ping=not sqlite)
        if sqlite:
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)
        else:
            sa.event.listen(self.engine, "connect", _prepare_postgres)
        #: What the driver raises by itself, while a connection is being prepared.
        self._driver_error: type[Exception] = self.engine.dialect.loaded_dbapi.Error
        try:
            self._migrate()
        except BaseException:
            self.close()
            raise

    @property
    def shown(self) -> str:
        """The address as it may be shown: without a password."""
        return self.url.render_as_string(hide_password=True)

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """One writing transaction: committed at the end, rolled back when anything fails.

        Raises:
            Locked: another process kept what this one needs locked for too long.
            StorageError: the database did not take it; nothing of it has been kept.
        """
        with self._connected(writes=True) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent look at the database; it never waits for a writer.

        Raises:
            StorageError: the database cannot be read.
        """
        with self._connected(writes=False) as connection:
            yield connection

    @contextmanager
    def _connected(self, *, writes: bool) -> Iterator[sa.Connection]:
        try:
            with self.engine.connect().execution_options(writes=writes) as connection, connection.begin():
                yield connection
        except (sa.exc.DBAPIError, sa.exc.TimeoutError, self._driver_error) as error:
            if _is_lock(error):
                raise Locked(
                    f"状态数据库 {self.shown} 被另一个进程占用，等候 {LOCK_WAIT_SECONDS} 秒后仍未放开；"
                    "本次改动全部撤回，请稍后重做这一步。"
                ) from error
            raise StorageError(
                f"状态数据库 {self.shown} 没有完成这次读写（{_cause(error)}），本次改动全部撤回；"
                "请检查数据库是否在运行、磁盘是否可写，然后重做这一步。"
            ) from error

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    def _migrate(self) -> None:
        # Loaded here: a tenth of a second at every start, and only who opens a database needs it.
        from alembic import command
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        scripts = ScriptDirectory.from_config(config)
        # A look is enough where nothing is to be done: it needs no lock and no room on the disk.
        with self.reading() as connection:
            found = _revision(connection)
        if found == scripts.get_current_head():
            return
        if found is not None and found not in {step.revision for step in scripts.walk_revisions()}:
            raise StorageError(
                f"状态数据库 {self.shown} 由更新版本的程序建立（结构版本 {found}）；请升级本程序后再打开。"
            )
        with self.transaction() as connection:
            if self.url.get_backend_name() == "postgresql":
                # Two processes that start together must not both migrate; what to do is looked up once more inside.
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(20261)"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Several processes read while one writes (WAL), and a commit that was reported survives a power cut (FULL).

    The driver's own transaction handling is switched off: it would leave changes of tables outside the transaction.
    """
    connection.isolation_level = None
    _use_wal(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL; of processes that open a new database together, SQLite turns all but one away at once."""
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
            return
        except sqlite3.OperationalError as error:
            if not _is_lock(error) or time.monotonic() >= deadline:
                raise
            time.sleep(0.05)


def _prepare_postgres(connection: Any, _record: object) -> None:  # noqa: ANN401 (the driver's connection)
    """Nobody waits for ever: not for a lock, and not for a process that was frozen while holding one."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_WAIT_SECONDS}s'")
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'")
    connection.commit()


def _begin_sqlite(connection: sa.Connection) -> None:
    """A writer takes its place at the start, so that it waits there instead of failing half way."""
    writes = connection.get_execution_options().get("writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _is_lock(error: BaseException) -> bool:
    """Whether somebody else holds what was needed."""
    said = _told(error)
    return said.startswith(("database is locked", "database table is locked")) or "due to lock timeout" in said


def _told(error: BaseException) -> str:
    return str(getattr(error, "orig", None) or error).strip()


def _cause(error: BaseException) -> str:
    """What the database said, in words where it is known."""
    said = _told(error)
    for sign, words in _CAUSES:
        if sign in said:
            return words
    return said.splitlines()[0][:200] if said else type(error).__name__
