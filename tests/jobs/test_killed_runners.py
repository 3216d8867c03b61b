"""Two runners, either of them killed at any moment: nothing is lost, nothing done twice, the outcome is the same."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from cockpit.lake.folder import DataFolder
from cockpit.records.jobs import Outcome
from tests.jobs.runners import (
    Runners,
    at,
    build_city,
    evaluations,
    kill_at_random,
    on_record,
    opened,
    undisturbed,
    until,
)
from tests.postgres import PostgresServer

Also = Callable[[int], None]


def nothing(number: int) -> None:
    """Besides killing."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("runners") / "data"
    build_city(data)
    return data


def copied(city: Path, place: Path) -> Path:
    shutil.copytree(city, place)
    return place


def twin(url: str) -> str:
    """A copy of a database of the server."""
    address, _, name = url.rpartition("/")
    plain = address.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(f"{plain}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}_twin" TEMPLATE "{name}"'.encode())
    return f"{address}/{name}_twin"


@pytest.fixture
def runners(tmp_path: Path) -> Iterator[list[Runners]]:
    """Whatever a test starts is gone after it."""
    started: list[Runners] = []
    yield started
    for one in started:
        one.remove()


def lived_through(one: Runners, alone: DataFolder, kills: int, seed: int, also: Also = nothing) -> None:
    """Let two runners live a day and be killed; it must come to what one gives that nobody disturbs, on a copy."""
    expected = undisturbed(alone, one.begins, one.ends)
    assert len(expected) > 20
    folder = opened(one.data, one.url)
    one.start()
    one.kill_the_one_at_work(folder)
    one.freeze_the_one_at_work(folder)
    kill_at_random(one, kills - 1, seed, also)
    keys = {f"evaluate:{instant.isoformat(timespec='minutes')}" for instant in expected}
    until(lambda: {run.key for run in evaluations(folder) if run.outcome == Outcome.DONE} >= keys, one)
    # One that has just been started may not hear yet that it is to stop, and ends by the signal itself.
    assert set(one.stop()) <= {0, -signal.SIGTERM}, one.said()[-3000:]
    done = evaluations(folder)
    assert {run.key for run in done} == keys
    assert {run.outcome for run in done} == {Outcome.DONE}
    assert len({run.owner for run in done}) > 1, "the same process did all of it"
    kept, wanted = on_record(folder), on_record(alone)
    assert len(wanted["alert_changes"]) > 20
    for name, rows in wanted.items():
        assert kept[name] == rows, name
    assert "Traceback" not in one.said()
    alone.close()
    folder.close()


def test_two_runners_killed_at_a_dozen_moments_do_every_instant_once(
    city: Path, tmp_path: Path, runners: list[Runners]
) -> None:
    one = Runners(copied(city, tmp_path / "data"), tmp_path / "log", at("12:10"))
    runners.append(one)
    lived_through(one, opened(copied(city, tmp_path / "alone")), kills=12, seed=1)


def test_a_database_server_that_goes_away_in_the_midst_costs_nothing_but_time(
    tmp_path: Path, runners: list[Runners], postgres_url: PostgresServer
) -> None:
    url = postgres_url()
    build_city(tmp_path / "data", url)
    one = Runners(tmp_path / "data", tmp_path / "log", at("11:00"), url=url)
    runners.append(one)

    def restart(number: int) -> None:
        if number in (1, 4):
            time.sleep(2)
            postgres_url.stop()
            time.sleep(1.5 if number == 1 else 5)  # once shorter, once longer than the lease
            postgres_url.start()

    alone = opened(copied(tmp_path / "data", tmp_path / "alone"), twin(url))
    lived_through(one, alone, kills=7, seed=2, also=restart)


@pytest.mark.proof
def test_two_runners_killed_at_fifty_moments_do_every_instant_of_a_day_once(
    city: Path, tmp_path: Path, runners: list[Runners]
) -> None:
    one = Runners(copied(city, tmp_path / "data"), tmp_path / "log", at("20:05"), speed=250)
    runners.append(one)
    lived_through(one, opened(copied(city, tmp_path / "alone")), kills=55, seed=3)
