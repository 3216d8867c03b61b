"""The define part of a profile: names for expressions, with which the rules of a table can calculate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cockpit.errors import RefusedFile, SettingsError
from cockpit.intake.counting import BatchResult
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.lake.folder import DataFolder, open_folder
from cockpit.settings import Settings

PROFILE = """
title = "夜间值守"
source_system = "night"

[[tables]]
table = "departments"
derived = true
columns = {{ dept_code = {{ value = "d" }}, name = {{ value = "d" }} }}

[[tables]]
table = "complaints"
leave_out = [{{ when = "spell < INTERVAL '1 minute'", reason = "不足一分钟" }}]
{define}
[tables.columns]
complaint_id.column = "no"
kind.value = "onsite"
created_at.sql = "came"
closed_at.sql = "gone"
dept_code.value = "d"
"""
DEFINE = """
[tables.define]
came = { sql = "night || ' ' || arrival", format = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H.%M"] }
left_clock = { sql = "night || ' ' || departure", format = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H.%M"] }
gone.sql = "CASE WHEN left_clock < came THEN left_clock + INTERVAL '1 day' ELSE left_clock END"
spell.sql = "gone - came"
"""
HEADER = "no,night,arrival,departure"


def bring(place: Path, *lines: str, define: str = DEFINE, header: str = HEADER) -> tuple[DataFolder, BatchResult]:
    profile, file = place / "night.toml", place / "night.csv"
    profile.write_text(PROFILE.format(define=define), encoding="utf-8")
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    folder = open_folder(Settings(data_dir=place / "data"), create=True)
    return folder, import_files(folder, load_profile(str(profile)), [file], by="test")


def stored(folder: DataFolder) -> dict[str, tuple[Any, Any]]:
    rows = folder.lake.snapshot().scan("complaints").collect().to_dicts()
    return {
        row["complaint_id"]: tuple(
            None if time is None else time.strftime("%d %H:%M") for time in (row["created_at"], row["closed_at"])
        )
        for row in rows
    }


def test_definitions_build_on_each_other_and_calculate_with_times(tmp_path: Path) -> None:
    folder, _ = bring(tmp_path, "1,2026-03-01,22:10,23:40", "2,2026-03-01,23.50,0.20", "3,2026-03-01,22:10,")
    assert stored(folder) == {
        "1": ("01 22:10", "01 23:40"),
        "2": ("01 23:50", "02 00:20"),
        "3": ("01 22:10", None),
    }
    folder.close()


def test_rows_can_be_left_out_by_a_definition(tmp_path: Path) -> None:
    folder, result = bring(tmp_path, "1,2026-03-01,22:10,22:10", "2,2026-03-01,22:10,22:11")
    assert set(stored(folder)) == {"2"}
    assert result.left_out == {"complaints": {"不足一分钟": 1}}
    folder.close()


def test_a_defined_time_that_is_none_refuses_its_row_and_no_other(tmp_path: Path) -> None:
    folder, result = bring(
        tmp_path,
        "0,2026-03-01,1:00,1:00",
        "1,2026-03-01,22:10,25:00",
        "2,2026-02-31,22:10,22:20",
        "3,2026-03-01,1:00,2:00",
    )
    assert set(stored(folder)) == {"3"}
    assert result.reasons == {
        "complaints": {"type:left_clock": 2, "type:came": 1, "required:created_at": 1},
    }
    entries = folder.lake.snapshot().quarantine().collect()
    assert sorted(entries["line"]) == [3, 4]
    assert all("left_clock" not in row for row in entries["row"])
    folder.close()


def test_a_file_without_rows_is_taken_as_it_is(tmp_path: Path) -> None:
    folder, result = bring(tmp_path)
    assert vars(result.tables["complaints"]) == dict.fromkeys(
        ("read", "inserted", "updated", "unchanged", "quarantined"), 0
    )
    folder.close()


def test_a_definition_never_hides_a_column_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(RefusedFile, match="define 里的名字 came 与它的一列同名"):
        bring(tmp_path, "1,2026-03-01,22:10,23:40,x", header=HEADER + ",came")


def test_a_definition_over_a_column_that_the_file_lacks_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(RefusedFile, match="came"):
        bring(tmp_path, "1,22:10,23:40", header="no,arrival,departure")


@pytest.mark.parametrize(
    ("define", "fault"),
    [
        ('define.came.column = "arrival"', "define 里的 came 只能写 sql"),
        ('define.came = { sql = "arrival", codes = { a = "b" } }', "define 里的 came 只能写 sql"),
        ('define.came.sql = "arrival +"', "读不懂"),
        ('define.Came.sql = "arrival"', "define"),
        ('define.no.sql = "arrival"', "要写成 sql = 'no'"),
    ],
)
def test_a_faulty_definition_is_told_when_the_profile_is_read(tmp_path: Path, define: str, fault: str) -> None:
    with pytest.raises(SettingsError) as caught:
        bring(tmp_path, define=define)
    assert fault in caught.value.sentence
