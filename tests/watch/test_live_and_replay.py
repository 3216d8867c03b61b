"""An afternoon and a morning evaluated instant by instant leave the changes of level on record that a replay tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from alerts.machine import Reason
from cockpit.demo.city import write_city
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.records.alert_log import AlertLog
from cockpit.settings import Settings
from cockpit.watch.evaluate import Evaluator, due
from cockpit.watch.replay import Replay
from tests.watch.conftest import ZONE

#: From an afternoon on which halls close with levels that fire, over its evening, into the next morning.
START, END = dt.datetime(2026, 10, 13, 15, tzinfo=ZONE), dt.datetime(2026, 10, 14, 10, 30, tzinfo=ZONE)
#: What happened: when, indicator, place, before, level, reason.
Line = tuple[dt.datetime, str, tuple[tuple[str, str], ...], int, int, Reason]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataFolder]:
    """A city of its own, because evaluations are written into it."""
    place = tmp_path_factory.mktemp("live")
    write_city(place / "files", halls=4, days=52, until=dt.date(2026, 10, 20))
    found = open_folder(Settings(data_dir=place / "data"), create=True)
    import_files(found, load_profile("standard"), [place / "files"], by="demo")
    yield found
    found.close()


def by_replay(folder: DataFolder) -> list[Line]:
    played = Replay(folder.lake, folder.lake.snapshot(), START, END).play()
    assert played.ailing == {}
    found = []
    for indicator, changes in played.changes.items():
        grain = changes.columns[: changes.columns.index("at")]
        for row in changes.to_dicts():
            place = tuple((name, row[name]) for name in grain)
            found.append((row["at"], indicator, place, row["before"], row["level"], Reason(row["reason"])))
    return sorted(found)


def by_live(folder: DataFolder) -> list[Line]:
    evaluator, at = Evaluator(folder), START
    while at <= END:
        # At night nothing is due that would find anything but closed halls.
        if due(at) and (8 <= at.hour < 18 or at.hour == 20 and at.minute == 0):
            assert evaluator.evaluate(at).ailing == {}
        at += dt.timedelta(minutes=5)
    records = AlertLog(folder.records.database).changes(START, END + dt.timedelta(minutes=5))
    changes = [record.change for record in records]
    return sorted((one.at, *one.alert, one.before, one.level, one.reason) for one in changes)


def test_what_is_found_live_is_what_a_replay_finds(folder: DataFolder) -> None:
    live, replayed = by_live(folder), by_replay(folder)
    assert [line for line in live if line not in replayed] == []
    assert [line for line in replayed if line not in live] == []
    assert {line[5] for line in live} >= {Reason.MET, Reason.RECOVERED, Reason.CLOSED}
