"""Two runners, either of them killed at any moment: nothing is lost, nothing done twice, the outcome is the same."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

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


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("runners") / "data"
    build_city(data)
    return data


def copied(city: Path, place: Path) -> Path:
    shutil.copytree(city, place)
    return place


@pytest.fixture
def runners(tmp_path: Path) -> Iterator[list[Runners]]:
    """Whatever a test starts is gone after it."""
    started: list[Runners] = []
    yield started
    for one in started:
        one.remove()


def lived_through(runners: Runners, city: Path, tmp_path: Path) -> None:
    """Wait until all is done; it must be what one process gives that nobody disturbs."""
    alone = opened(copied(city, tmp_path / "alone"))
    expected = undisturbed(alone, runners.begins, runners.ends)
    assert len(expected) > 20
    folder = opened(runners.data, runners.url)
    keys = {f"evaluate:{instant.isoformat(timespec='minutes')}" for instant in expected}
    until(lambda: {run.key for run in evaluations(folder) if run.outcome == Outcome.DONE} >= keys, runners)
    assert runners.stop() == [0, 0], runners.said()[-3000:]
    done = evaluations(folder)
    assert {run.key for run in done} == keys
    assert {run.outcome for run in done} == {Outcome.DONE}
    assert len({run.owner for run in done}) > 1, "the same process did all of it"
    kept, wanted = on_record(folder), on_record(alone)
    assert len(wanted["alert_changes"]) > 20
    for name, rows in wanted.items():
        assert kept[name] == rows, name
    assert "Traceback" not in runners.said()
    alone.close()
    folder.close()


def test_two_runners_killed_at_a_dozen_moments_do_every_instant_once(
    city: Path, tmp_path: Path, runners: list[Runners]
) -> None:
    one = Runners(copied(city, tmp_path / "data"), tmp_path / "log", at("12:10"))
    runners.append(one)
    one.start()
    kill_at_random(one, 12, seed=1)
    lived_through(one, city, tmp_path)


def test_a_database_server_that_goes_away_in_the_midst_costs_nothing_but_time(
    city: Path, tmp_path: Path, runners: list[Runners], postgres_url: PostgresServer
) -> None:
    url = postgres_url()
    build_city(tmp_path / "data", url)
    one = Runners(tmp_path / "data", tmp_path / "log", at("11:00"), url=url)
    runners.append(one)
    one.start()

    def restart(number: int) -> None:
        if number in (1, 4):
            time.sleep(2)
            postgres_url.stop()
            time.sleep(1.5 if number == 1 else 5)  # once shorter, once longer than the lease
            postgres_url.start()

    kill_at_random(one, 6, seed=2, also=restart)
    lived_through(one, city, tmp_path)


@pytest.mark.proof
def test_two_runners_killed_at_fifty_moments_do_every_instant_of_a_day_once(
    city: Path, tmp_path: Path, runners: list[Runners]
) -> None:
    one = Runners(copied(city, tmp_path / "data"), tmp_path / "log", at("20:05"), speed=250)
    runners.append(one)
    one.start()
    kill_at_random(one, 55, seed=3)
    lived_through(one, city, tmp_path)
