"""The state database: opened, migrated, and used in transactions that end wholly or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from cockpit.errors import StorageError

MIGRATIONS = Path(__file__).parent / "migrations"
#: Seconds a SQLite writer waits for another one.
SQLITE_WAIT_SECONDS = 20
#: Seconds a PostgreSQL server may take to answer.
CONNECT_WAIT_SECONDS = 10


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
        options = {"timeout": SQLITE_WAIT_SECONDS} if sqlite else {"connect_timeout": CONNECT_WAIT_SECONDS}
        self.engine = sa.create_engine(self.url, connect_args=options, pool_pre_ping=not sqlite)
        if sqlite:
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
            sa.event.listen(self.engine, "begin", _begin_sqlite)
        self._migrate()

    @property
    def shown(self) -> str:
        """The address as it may be shown: without a password."""
        return self.url.render_as_string(hide_password=True)

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """One writing transaction: committed at the end, rolled back when anything fails.

        Raises:
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
        except sa.exc.DBAPIError as error:
            raise StorageError(
                f"状态数据库 {self.shown} 没有完成这次读写({_first_line(error)}),本次改动全部撤回;"
                "请检查数据库是否在运行、磁盘是否可写,然后重做这一步。"
            ) from error

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        scripts = ScriptDirectory.from_config(config)
        with self.transaction() as connection:
            found = _revision(connection)
            if found == scripts.get_current_head():
                return
            if found is not None and found not in {step.revision for step in scripts.walk_revisions()}:
                raise StorageError(
                    f"状态数据库 {self.shown} 由更新版本的程序建立(结构版本 {found});请升级本程序后再打开。"
                )
            if self.url.get_backend_name() == "postgresql":
                # Two processes that start together must not both migrate.
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(20261)"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _prepare_sqlite(connection: object, _record: object) -> None:
    """Several processes read while one writes (WAL), and a commit that was reported survives a power cut (FULL).

    The driver's own transaction handling is switched off: it would leave changes of tables outside the transaction.
    """
    connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    """A writer takes its place at the start, so that it waits there instead of failing half way."""
    writes = connection.get_execution_options().get("writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _first_line(error: sa.exc.DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
