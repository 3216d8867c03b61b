from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cockpit.intake.importer import import_files
from tests.real.bringing import SAMPLES, Brought, as_documented, bring_twice, changes_nothing, tally

ZONE = ZoneInfo("Europe/Warsaw")
SAMPLE = SAMPLES / "warsaw_hall_polls_sample.csv"


@pytest.fixture(scope="module", params=["sample", "whole"])
def warsaw(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brought]:
    file = SAMPLE
    if request.param == "whole":
        file = request.getfixturevalue("real_dir") / "warsaw_hall_polls_2020-01-07_10.csv.gz"
    brought = bring_twice("warsaw_halls", [file], tmp_path_factory.mktemp("warsaw"))
    yield brought
    brought.folder.close()


def is_whole(brought: Brought) -> bool:
    return len(brought.source) > 1000


def test_every_poll_of_every_queue_is_stored_as_it_was_said(warsaw: Brought) -> None:
    told = {
        (
            poll["name"],
            f"{poll['name']}-{poll['idGrupy']}",
            datetime.strptime(poll["date"] + poll["time"], "%Y-%m-%d%H:%M").replace(tzinfo=ZONE),
        ): (
            int(poll["liczbaKlwKolejce"]),
            int(poll["liczbaCzynnychStan"]),
            poll["aktualnyNumer"] or None,
            float(poll["czasObslugi"]) or None,
        )
        for poll in warsaw.source
    }
    stored = {
        (row["hall_id"], row["queue_id"], row["at"]): (
            row["waiting"],
            row["open_windows"],
            row["current_no"],
            row["service_minutes"],
        )
        for row in warsaw.rows("queue_snapshots")
    }
    assert len(told) == len(warsaw.source)
    assert stored == told
    assert warsaw.counts("queue_snapshots") == (len(told), len(told), 0, 0, 0)
    assert changes_nothing(warsaw)
    assert as_documented(warsaw) == is_whole(warsaw)


def test_people_waiting_before_closed_windows_are_kept(warsaw: Brought) -> None:
    stuck = sum(poll["liczbaCzynnychStan"] == "0" != poll["liczbaKlwKolejce"] for poll in warsaw.source)
    rows = warsaw.rows("queue_snapshots")
    assert sum(row["waiting"] > 0 and row["open_windows"] == 0 for row in rows) == stuck > 0
    if is_whole(warsaw):
        assert stuck == 2537
        assert sum(row["current_no"] is None for row in rows) == 86994
        assert sum(row["service_minutes"] is None for row in rows) == 30719


def test_halls_and_queues_are_made_up_from_their_names(warsaw: Brought) -> None:
    halls, queues = warsaw.rows("halls"), warsaw.rows("queues")
    assert all(row["derived"] for row in (*halls, *queues))
    assert {row["hall_id"] for row in halls} == {poll["name"] for poll in warsaw.source}
    assert len(queues) == len({(poll["name"], poll["idGrupy"]) for poll in warsaw.source})
    assert len(queues) > len({poll["idGrupy"] for poll in warsaw.source})
    by_county: dict[str, set[str]] = {}
    for row in halls:
        by_county.setdefault(row["county"], set()).add(row["region_code"][:6])
    assert all(len(codes) == 1 for codes in by_county.values())
    assert Counter(row["queue_type"] for row in queues)["appointment"] == 1
    if is_whole(warsaw):
        assert (len(halls), len(queues), len(by_county)) == (20, 364, 15)


def test_the_same_polls_twice_in_a_file_are_one_row_each(tmp_path: Path) -> None:
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    doubled = tmp_path / "doubled.csv"
    doubled.write_text("\n".join(lines + lines[1:]) + "\n", encoding="utf-8")
    brought = bring_twice("warsaw_halls", [doubled], tmp_path)
    rows = len(lines) - 1
    assert brought.counts("queue_snapshots") == (2 * rows, rows, 0, rows, 0)
    brought.folder.close()


def test_two_states_of_a_queue_in_one_minute_are_both_refused(tmp_path: Path) -> None:
    header, first, second, *_ = SAMPLE.read_text(encoding="utf-8").splitlines()
    fields = first.split(",")
    fields[10] = "99"
    file = tmp_path / "contradiction.csv"
    file.write_text("\n".join([header, first, ",".join(fields), second]) + "\n", encoding="utf-8")
    brought = bring_twice("warsaw_halls", [file], tmp_path)
    assert brought.counts("queue_snapshots") == (3, 1, 0, 0, 2)
    assert brought.first.reasons == {"queue_snapshots": {"conflict": 2}}
    brought.folder.close()


def test_a_hall_that_the_profile_does_not_know_is_refused_and_not_guessed(tmp_path: Path) -> None:
    header, first, *_ = SAMPLE.read_text(encoding="utf-8").splitlines()
    file = tmp_path / "new_hall.csv"
    file.write_text(f"{header}\n{first}\n{first.replace('USC_Falecka', 'UD_Wawer')}\n", encoding="utf-8")
    brought = bring_twice("warsaw_halls", [file], tmp_path)
    assert brought.refused("halls") == {"UD_Wawer": ["code:county", "code:region_code"]}
    [reasons] = brought.refused("queue_snapshots").values()
    assert reasons == ["reference:hall_id"]
    brought.folder.close()


def test_a_later_poll_is_added_to_what_is_there(tmp_path: Path) -> None:
    brought = bring_twice("warsaw_halls", [SAMPLE], tmp_path)
    header, first, *_ = SAMPLE.read_text(encoding="utf-8").splitlines()
    later = tmp_path / "later.csv"
    later.write_text(f"{header}\n{first.replace('2020-01-07', '2020-02-01')}\n", encoding="utf-8")
    result = import_files(brought.folder, brought.profile, [later], by="test")
    assert tally(result, "queue_snapshots") == (1, 1, 0, 0, 0)
    brought.folder.close()
