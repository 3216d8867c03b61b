"""The watched drop folder: what has come to rest in it goes in; what is refused stays and holds nobody back."""

import datetime as dt
import os
from pathlib import Path

import pytest

from cockpit.intake.drop import Drop, sweep
from cockpit.lake.folder import DataFolder
from tests.intake.valid_city import NOW, Row, case, csv_text, hall, ids, quarantined, ticket, write

HOUR_AGO = NOW - dt.timedelta(hours=1)


def drop(folder: DataFolder, name: str, content: str | bytes | list[Row], at: dt.datetime = HOUR_AGO) -> Path:
    """Lay a file into the drop folder, as of some time ago."""
    path = write(folder.settings.inbox / "standard", name, content)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def swept(folder: DataFolder, now: dt.datetime = NOW) -> list[Drop]:
    return sweep(folder, now)


def lying(folder: DataFolder) -> list[str]:
    return sorted(path.name for path in (folder.settings.inbox / "standard").iterdir() if path.is_file())


def done(folder: DataFolder) -> list[Path]:
    return sorted((folder.settings.inbox / "standard" / "done").glob("*"))


def test_files_at_rest_go_in_as_one_batch_and_are_put_away(city: DataFolder) -> None:
    drop(city, "halls.csv", [hall("h3")])
    drop(city, "tickets.csv", [ticket(1, hall_id="h3")])
    (told,) = swept(city)
    assert told.refusal is None
    assert told.files == ("halls.csv", "tickets.csv")
    assert ids(city, "tickets") == ["t1"]
    assert lying(city) == []
    assert {path.name.rsplit("-", 1)[1] for path in done(city)} == {"halls.csv", "tickets.csv"}
    assert swept(city) == []


def test_a_file_that_is_still_written_is_left_alone(city: DataFolder) -> None:
    drop(city, "tickets.csv", [ticket(1)], at=NOW - dt.timedelta(seconds=9))
    assert swept(city) == []
    (told,) = swept(city, NOW + dt.timedelta(seconds=2))
    assert told.result is not None


def test_a_refused_file_stays_and_the_others_go_in_together(city: DataFolder) -> None:
    drop(city, "cases.csv", [case(1, hall_id="h3")])
    drop(city, "halls.csv", [hall("h3")])
    drop(city, "tickets.csv", "not,a,ticket\n1,2,3\n")
    told = swept(city)
    assert [bool(entry.refusal) for entry in told] == [True, False]
    assert str(told[0].refusal).startswith("文件 tickets.csv 整个拒收")
    assert lying(city) == ["tickets.csv"]
    assert ids(city, "cases") == ["p1"]
    assert quarantined(city) == []


def test_two_refused_files_hold_nobody_back(city: DataFolder) -> None:
    drop(city, "cases.csv", "x\n")
    drop(city, "tickets.csv", "x\n")
    drop(city, "halls.csv", [hall("h3")])
    before = len(city.records.refusals())
    assert [bool(entry.refusal) for entry in swept(city)] == [True, True, False]
    assert len(city.records.refusals()) == before + 2


def test_a_refused_file_is_not_tried_again_until_it_changes(city: DataFolder) -> None:
    drop(city, "tickets.csv", "x\n1\n")
    before = len(city.records.refusals())
    assert len(swept(city)) == 1
    assert swept(city) == []
    assert len(city.records.refusals()) == before + 1
    drop(city, "tickets.csv", [ticket(1)])
    (told,) = swept(city)
    assert told.refusal is None
    assert ids(city, "tickets") == ["t1"]


def test_a_file_refused_for_its_name_goes_in_once_it_is_renamed(city: DataFolder) -> None:
    path = drop(city, "ticket.csv", [ticket(1)])
    assert "是否想写 tickets" in str(swept(city)[0].refusal)
    path.rename(path.with_name("tickets.csv"))
    (told,) = swept(city)
    assert told.refusal is None


def test_a_refused_file_is_tried_again_when_its_profile_has_been_mended(city: DataFolder, tmp_path: Path) -> None:
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    text = 'title = "x"\nsource_system = "x"\n[source]\nseparator = ";"\n[[tables]]\ntable = "departments"\n' + (
        '[tables.columns]\ndept_code = { column = "code" }\nname = { column = "name" }\n'
    )
    (profiles / "hall.toml").write_text(text)
    folder = city.__class__(
        **{
            **vars(city),
            "settings": city.settings.model_copy(
                update={"intake": city.settings.intake.model_copy(update={"profile_dir": profiles})}
            ),
        }
    )
    path = write(folder.settings.inbox / "hall", "d.csv", "code,name\nd8,八局\n")
    os.utime(path, (HOUR_AGO.timestamp(), HOUR_AGO.timestamp()))
    assert "separator" in str(swept(folder)[0].refusal)
    assert swept(folder) == []
    (profiles / "hall.toml").write_text(text.replace('";"', '","'))
    (told,) = swept(folder)
    assert told.refusal is None
    assert "d8" in ids(folder, "departments")


def test_a_folder_without_a_profile_is_told_and_keeps_its_files(city: DataFolder) -> None:
    path = write(city.settings.inbox / "standrad", "tickets.csv", [ticket(1)])
    os.utime(path, (HOUR_AGO.timestamp(), HOUR_AGO.timestamp()))
    (told,) = swept(city)
    assert "是否想写 standard" in str(told.refusal)
    assert path.exists()


def test_what_was_brought_in_is_kept_for_its_days_and_then_cleared(city: DataFolder) -> None:
    drop(city, "tickets.csv", [ticket(1)])
    swept(city)
    (kept,) = done(city)
    put_away = dt.datetime.fromtimestamp(kept.stat().st_mtime, dt.UTC)
    swept(city, put_away + dt.timedelta(days=6, hours=23))
    assert kept.exists()
    swept(city, put_away + dt.timedelta(days=7, seconds=1))
    assert not kept.exists()


def test_a_number_in_a_file_name_is_masked_where_it_is_put_away(city: DataFolder) -> None:
    drop(city, "tickets-13812345678.csv", csv_text([ticket(1)]))
    (told,) = swept(city)
    assert told.files == ("tickets-***.csv",)
    assert all("13812345678" not in str(path) for path in city.path.rglob("*"))


@pytest.mark.parametrize("name", ["tickets.csv.part", ".tickets.csv", "~$tickets.xlsx", "note.docx"])
def test_what_is_no_data_is_passed_over(city: DataFolder, name: str) -> None:
    drop(city, name, b"x")
    assert swept(city) == []
    assert lying(city) == [name]
