import psycopg
import pytest

from tests.postgres import PostgresServer


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql")


def test_each_call_gives_a_fresh_database(postgres_url: PostgresServer) -> None:
    first, second = postgres_url(), postgres_url()
    with psycopg.connect(_plain(first)) as connection:
        connection.execute("CREATE TABLE kept (n int)")
    with psycopg.connect(_plain(second)) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == (None,)


def test_the_server_goes_away_like_a_crash_and_comes_back_with_what_was_committed(postgres_url: PostgresServer) -> None:
    url = _plain(postgres_url())
    connection = psycopg.connect(url)
    connection.execute("CREATE TABLE kept (n int)")
    connection.execute("INSERT INTO kept VALUES (1)")
    connection.commit()
    connection.execute("INSERT INTO kept VALUES (2)")
    postgres_url.stop()
    with pytest.raises(psycopg.OperationalError):
        connection.execute("INSERT INTO kept VALUES (3)")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)
    connection.close()
    postgres_url.start()
    with psycopg.connect(url) as again:
        assert again.execute("SELECT n FROM kept").fetchall() == [(1,)]
