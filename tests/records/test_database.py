"""The state database: opened, migrated, shared, and honest about what went wrong."""

import datetime as dt
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from cockpit.errors import Busy, StorageError
from cockpit.records import database as database_module
from cockpit.records import door_tables  # noqa: F401 (its tables belong to the metadata)
from cockpit.records.database import Database, Locked
from cockpit.records.lease import Lease
from cockpit.records.store import (
    BatchRecord,
    Records,
    RefusedFileRecord,
    SourceFile,
    TableCounts,
)
from cockpit.records.tables import UtcTime, audit, installation, leases, metadata
from tests.postgres import PostgresServer

ROOT = Path(__file__).resolve().parents[2]
NOW = dt.datetime(2026, 10, 31, 20, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'records.sqlite'}"
    server: PostgresServer = request.getfixturevalue("postgres_url")
    return server()


@pytest.fixture
def records(url: str) -> Iterator[Records]:
    opened = Records(url)
    yield opened
    opened.close()


def one_sentence(said: str) -> None:
    assert said.endswith("。")
    assert said.count("。") == 1
    assert "\n" not in said


def test_migrations_lead_to_the_tables_as_they_are_declared(records: Records) -> None:
    with records.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        inspector = sa.inspect(connection)
        for table in metadata.sorted_tables:
            declared = {
                constraint.name for constraint in table.constraints if isinstance(constraint, sa.CheckConstraint)
            }
            assert {found["name"] for found in inspector.get_check_constraints(table.name)} == declared
            assert inspector.get_pk_constraint(table.name)["name"] == table.primary_key.name


#: The tables that the first version of the database had.
OF_0001 = {
    *("installation", "heads", "leases", "watermarks", "audit", "refused_files"),
    *("batches", "batch_files", "batch_tables", "batch_reasons"),
}


def test_a_database_of_an_older_version_is_brought_up_to_date_and_keeps_its_rows(url: str) -> None:
    opened = Records(url)
    opened.remember(city="示范市")
    with opened.transaction() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name not in OF_0001:
                connection.execute(sa.text(f"DROP TABLE {table.name}"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    opened.close()
    again = Records(url)
    assert again.installation() == {"city": "示范市"}
    with again.database.reading() as connection:
        assert {table.name for table in metadata.sorted_tables} <= set(sa.inspect(connection).get_table_names())
    again.close()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(url: str) -> None:
    opened = Records(url)
    with opened.transaction() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    opened.close()
    for _ in range(2):
        with pytest.raises(StorageError, match="由更新版本的程序建立（结构版本 9999）；请升级本程序") as refused:
            Records(url)
        one_sentence(refused.value.sentence)


def test_processes_that_open_an_empty_database_together_all_succeed(url: str) -> None:
    program = (
        "import sys, json; from cockpit.records.store import Records; print('ready', flush=True); sys.stdin.readline();"
        "records = Records(sys.argv[1]); records.remember(**{sys.argv[2]: 'here'});"
        "print(json.dumps(records.settle('folder_id', sys.argv[2]))); records.close()"
    )
    command = [sys.executable, "-c", program, url]
    several = [
        subprocess.Popen([*command, f"p{n}"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for n in range(3)
    ]
    for one in several:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in several:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    answers = [one.communicate(timeout=60)[0] for one in several]
    assert [one.returncode for one in several] == [0] * 3
    assert len({json.loads(answer) for answer in answers}) == 1
    opened = Records(url)
    assert {f"p{n}" for n in range(3)} <= opened.installation().keys()
    opened.close()


def test_times_come_back_as_the_same_instant_in_utc(records: Records) -> None:
    """Whatever zone they were in, and whatever zone the server is in."""
    with records.transaction() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SET TIME ZONE 'America/New_York'"))
        connection.execute(sa.insert(leases).values(name="a", owner="b", until=NOW))
        assert connection.execute(sa.select(leases.c.until)).scalar() == NOW
    with records.database.reading() as connection:
        found = connection.execute(sa.select(leases.c.until)).scalar()
    assert found == NOW
    assert found is not None
    assert found.tzinfo is dt.UTC
    assert found.hour == 12
    with (
        pytest.raises((StorageError, sa.exc.StatementError), match="without a zone"),
        records.transaction() as connection,
    ):
        connection.execute(sa.insert(leases).values(name="c", owner="b", until=NOW.replace(tzinfo=None)))


def test_missing_times_stay_missing() -> None:
    dialect = sa.create_engine("sqlite://").dialect
    assert UtcTime().process_bind_param(None, dialect) is None
    assert UtcTime().process_result_value(None, dialect) is None


def batch(batch_id: str = "b1", read: int = 10) -> BatchRecord:
    return BatchRecord(
        batch_id=batch_id,
        profile="standard",
        source_system="hand",
        by="数据管理员",
        started_at=NOW - dt.timedelta(seconds=5),
        finished_at=NOW,
        files=[SourceFile("tickets.csv", "ab" * 32, 3 << 31)],
        tables={"tickets": TableCounts(read, 5, 2, 1, 2)},
        quarantined={"tickets": {"code:channel": 2}},
        left_out={"tickets": {"空行": 4}},
    )


def test_a_batch_comes_back_as_it_was_written_down_and_stands_in_the_audit(records: Records) -> None:
    with records.transaction() as connection:
        records.add_batch(connection, batch())
        records.set_watermark(connection, "hall-db", "tickets", "2026-10-31")
    assert records.batches() == [batch()]
    assert records.has_file("ab" * 32, "standard")
    assert not records.has_file("ab" * 32, "other")
    assert records.watermark("hall-db", "tickets") == "2026-10-31"
    with records.database.reading() as connection:
        (line,) = connection.execute(sa.select(audit)).all()
    assert (line.who, line.action, line.subject) == ("数据管理员", "import", "b1")
    assert line.at.tzinfo is dt.UTC


def test_a_refused_file_stands_in_the_list_and_in_the_audit(records: Records) -> None:
    refusal = RefusedFileRecord("standard", "坏.csv", "cd" * 32, "没有表头。", "数据管理员", NOW)
    records.add_refusals([refusal])
    assert records.refusals() == [refusal]
    assert records.is_refused("cd" * 32, "standard")
    with records.database.reading() as connection:
        (line,) = connection.execute(sa.select(audit)).all()
    assert (line.who, line.action, line.subject, line.detail) == ("数据管理员", "refuse", "坏.csv", "没有表头。")


def test_counts_that_lose_a_row_are_not_taken(records: Records) -> None:
    with pytest.raises(StorageError), records.transaction() as connection:
        records.add_batch(connection, batch(read=11))
    assert records.batches() == []


def test_a_transaction_that_fails_leaves_nothing(records: Records) -> None:
    with pytest.raises(RuntimeError), records.transaction() as connection:
        records.add_batch(connection, batch())
        connection.execute(sa.text("CREATE TABLE half_done (n int)"))
        raise RuntimeError
    assert records.batches() == []
    with records.database.reading() as connection:
        assert not sa.inspect(connection).has_table("half_done")


@pytest.mark.parametrize("fault", ["no database", "a folder", "another file"])
def test_a_file_that_is_no_database_is_told_in_one_sentence(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "records.sqlite"
    if fault == "a folder":
        path.mkdir()
    elif fault == "another file":
        path.write_bytes(b"not a database " * 1000)
    else:
        path = tmp_path / "missing" / "records.sqlite"
    with pytest.raises(StorageError, match="打不开文件|文件已损坏") as refused:
        Records(f"sqlite:///{path}")
    one_sentence(refused.value.sentence)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("password", "wrong-secret"),
        ("username", "nobody"),
        ("database", "missing"),
        ("host", "nowhere.invalid"),
        ("port", 1),
    ],
)
def test_a_server_that_lets_nobody_in_is_told_without_the_password(
    postgres_url: PostgresServer, part: str, value: str | int
) -> None:
    right = sa.make_url(postgres_url())
    wrong = right.set(**{part: value})
    with pytest.raises(StorageError, match=r"状态数据库 postgresql\+psycopg://\w+:\*\*\*@") as refused:
        Records(wrong.render_as_string(hide_password=False))
    one_sentence(refused.value.sentence)
    told = f"{refused.value!r} {refused.value.sentence}"
    assert str(right.password) not in told
    assert "wrong-secret" not in told


def test_who_waits_for_a_locked_database_is_told_so_in_one_sentence(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As behind a process that was frozen in the midst of a transaction."""
    monkeypatch.setattr(database_module, "LOCK_WAIT_SECONDS", 1)
    one, two = Database(url), Database(url)
    with one.transaction() as connection:
        connection.execute(sa.insert(installation).values(name="city", value="a"))
        connection.execute(sa.insert(leases).values(name="w", owner="x", until=NOW))
        with (
            pytest.raises(Locked, match="被另一个进程占用，等候 1 秒后仍未放开") as refused,
            two.transaction() as other,
        ):
            other.execute(sa.insert(installation).values(name="city", value="b"))
        one_sentence(refused.value.sentence)
        began = time.monotonic()
        with pytest.raises(Busy), Lease(two, "w", seconds=10, wait=0.5):
            pass
        assert time.monotonic() - began < 8
        with two.reading() as other:  # reading waits for nobody
            assert other.execute(sa.select(installation)).all() == []
    one.close()
    two.close()


def test_a_lease_is_taken_by_one_of_many_who_ask_at_once(url: str) -> None:
    databases = [Database(url) for _ in range(4)]
    held: list[str] = []

    def work(database: Database) -> None:
        with Lease(database, "w", seconds=20, wait=20) as lease:
            held.append(lease.owner)
            assert len(held) == 1
            time.sleep(0.05)
            held.pop()

    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, databases))
    for database in databases:
        database.close()


def test_a_lease_left_behind_by_this_process_itself_keeps_nobody_waiting(records: Records) -> None:
    left = records.lease("w", seconds=600, wait=0)
    with records.transaction() as connection:
        values = {"name": "w", "owner": left.owner, "until": NOW + dt.timedelta(days=3650)}
        connection.execute(sa.insert(leases).values(**values))
    with records.lease("w", seconds=600, wait=0):
        pass


def test_a_lease_of_another_machine_runs_out_by_itself_only(records: Records) -> None:
    with records.transaction() as connection:
        values = {"name": "w", "owner": f"elsewhere:{os.getpid()}:1:x", "until": NOW + dt.timedelta(days=3650)}
        connection.execute(sa.insert(leases).values(**values))
    with pytest.raises(Busy, match="主机 elsewhere 进程"), records.lease("w", seconds=600, wait=0):
        pass
    with records.transaction() as connection:
        connection.execute(sa.update(leases).values(until=NOW - dt.timedelta(days=3650)))
    with records.lease("w", seconds=600, wait=0):
        pass


def test_sqlite_survives_a_power_cut_and_several_processes(tmp_path: Path) -> None:
    """What is promised elsewhere rests on these three switches."""
    opened = Records(f"sqlite:///{tmp_path / 'records.sqlite'}")
    with opened.database.reading() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    opened.close()
    assert found == ["wal", 2, 1]
    assert sqlite3.threadsafety > 0
