"""Paths, folders, settings and profiles that cannot be used, each told in one sentence."""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cockpit.errors import RefusedFile, SettingsError
from cockpit.intake.city import OtherCity
from cockpit.intake.draft import limits_of
from cockpit.intake.importer import import_files
from cockpit.intake.profile import load_profile
from cockpit.intake.readers import read_file
from cockpit.lake.folder import DataFolder
from tests.intake.valid_city import STANDARD, bring, city_files, ids, is_one_sentence, refusal, state, ticket, write

HALL = """
title = "一个大厅的导出"
source_system = "hall"
[source]
encoding = "gb18030"
separator = ";"
null = ["-"]
[[tables]]
table = "departments"
files = "*.csv"
[tables.columns]
dept_code = { column = "部门编码" }
name = { column = "部门" }
"""


def profile_file(place: Path, text: str, name: str = "hall.toml") -> Path:
    place.mkdir(parents=True, exist_ok=True)
    path = place / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_that_is_not_there(unmoved: DataFolder, tmp_path: Path) -> None:
    sentence = refusal(unmoved, tmp_path / "tickets.csv")
    assert "tickets.csv 不存在" in sentence
    assert str(tmp_path) in sentence


def test_a_folder_without_data(unmoved: DataFolder, tmp_path: Path) -> None:
    (tmp_path / "tickets.docx").write_bytes(b"PK")
    assert str(tmp_path) in refusal(unmoved, tmp_path)


def test_what_programs_hide_in_a_folder_is_passed_over(city: DataFolder, tmp_path: Path) -> None:
    write(tmp_path, "~$tickets.xlsx", b"\x05lock")
    write(tmp_path, "._tickets.csv", b"\x00\x05\x16\x07")
    write(tmp_path, "tickets.csv", [ticket()])
    assert bring(city, tmp_path).tables["tickets"].inserted == 1


def test_a_file_that_may_not_be_read(unmoved: DataFolder, tmp_path: Path) -> None:
    path = write(tmp_path, "tickets.csv", [ticket()])
    path.chmod(0)
    if os.geteuid() != 0:
        assert "打不开" in refusal(unmoved, path)
        return
    os.seteuid(65534)  # whoever is root may read everything
    try:
        with pytest.raises(RefusedFile, match="tickets.csv 整个拒收.打不开") as caught:
            read_file(path, STANDARD.source, limits_of(unmoved), ())
    finally:
        os.seteuid(0)
    assert is_one_sentence(caught.value.sentence)


def test_a_folder_that_is_named_like_a_file(unmoved: DataFolder, tmp_path: Path) -> None:
    (tmp_path / "tickets.csv").mkdir()
    assert "没有能读的数据文件" in refusal(unmoved, tmp_path / "tickets.csv")


def test_one_broken_file_keeps_the_whole_batch_out(unmoved: DataFolder, tmp_path: Path) -> None:
    write(tmp_path, "tickets.csv", [ticket(1)])
    write(tmp_path, "cases.csv", "a,b\n1,2\n")
    sentence = refusal(unmoved, tmp_path)
    assert sentence.startswith("文件 cases.csv 整个拒收")
    told = unmoved.records.refusals(1)[0]
    assert (told.name, len(told.sha256), told.by) == ("cases.csv", 64, "tester")


def test_only_the_file_at_fault_is_written_down(unmoved: DataFolder, tmp_path: Path) -> None:
    before = len(unmoved.records.refusals(1000))
    refusal(
        unmoved,
        write(tmp_path, "tickets-b.csv", "a\n1\n"),
        write(tmp_path, "tickets-bb.csv", [ticket()]),
        write(tmp_path, "b.csv", "a\n1\n"),
        profile=STANDARD,
    )
    told = unmoved.records.refusals(1000)
    assert [refused.name for refused in told[: len(told) - before]] == ["b.csv"]


def test_a_file_of_three_hundred_megabytes_in_one_field_is_refused_in_seconds(
    city_template: Path, tmp_path: Path
) -> None:
    path = tmp_path / "tickets.csv"
    with path.open("wb") as file:
        file.write(b"ticket_id,hall_id\n")
        file.truncate(300 << 20)
    program = (
        "from tests.intake.valid_city import *\n"
        f"folder = open_city(Path({str(city_template)!r}), create=False)\n"
        f"try: import_files(folder, STANDARD, [Path({str(path)!r})], by='tester', now=NOW)\n"
        "except RefusedFile as error: print(error.sentence)\n"
    )
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30)),
    )
    assert "max_field_mb" in done.stdout
    assert time.monotonic() - started < 10


def test_a_file_over_the_limit_is_refused_before_it_is_read(unmoved: DataFolder, tmp_path: Path) -> None:
    path = tmp_path / "tickets.csv"
    with path.open("wb") as file:
        file.write(b"ticket_id\n")
        file.truncate(65 << 20)
    assert "max_file_mb" in refusal(unmoved, path)


def test_gb18030_is_read_rightly_where_the_profile_says_so(city: DataFolder, tmp_path: Path) -> None:
    profile = load_profile(str(profile_file(tmp_path / "p", HALL)))
    path = write(tmp_path, "部门.csv", "部门编码;部门\nd7;镕基局\nd8;-\n".encode("gb18030"))
    result = bring(city, path, profile=profile)
    assert result.reasons == {"departments": {"required:name": 1}}
    assert "d7" in ids(city, "departments")


def test_utf8_read_as_gb18030_names_the_place(unmoved: DataFolder, tmp_path: Path) -> None:
    profile = load_profile(str(profile_file(tmp_path / "p", HALL)))
    sentence = refusal(unmoved, write(tmp_path, "d.csv", b"\xe9\x83\xa8;b\nd7;\xff\xff\n"), profile=profile)
    assert "gb18030" in sentence


def test_a_file_that_no_rule_takes(unmoved: DataFolder, tmp_path: Path) -> None:
    profile = load_profile(str(profile_file(tmp_path / "p", HALL)))
    sentence = refusal(unmoved, write(tmp_path, "d.tsv", "a\tb\n"), profile=profile)
    assert "不认识这个文件名" in sentence
    assert "*.csv" in sentence


def test_another_city_is_kept_out(city: DataFolder, tmp_path: Path) -> None:
    text = HALL.replace("[source]", 'city = "远方市"\ntimezone = "Europe/Warsaw"\n[source]', 1)
    profile = load_profile(str(profile_file(tmp_path / "p", text)))
    path = write(tmp_path, "d.csv", "部门编码;部门\nd7;局\n".encode("gb18030"))
    before = state(city)
    with pytest.raises(OtherCity) as caught:
        import_files(city, profile, [path], by="tester")
    assert state(city) == before
    assert is_one_sentence(caught.value.sentence)
    assert "远方市" in caught.value.sentence
    assert str(city.path) in caught.value.sentence


def test_the_first_batch_settles_city_and_zone(data_dir: Path, tmp_path: Path) -> None:
    from tests.intake.valid_city import open_city

    text = HALL.replace("[source]", 'city = "远方市"\ntimezone = "Europe/Warsaw"\n[source]', 1)
    profile = load_profile(str(profile_file(tmp_path / "p", text)))
    folder = open_city(data_dir)
    bring(folder, write(tmp_path, "d.csv", "部门编码;部门\nd7;局\n".encode("gb18030")), profile=profile)
    folder.close()
    again = open_city(data_dir, create=False)
    assert (again.city, again.timezone) == ("远方市", "Europe/Warsaw")
    again.close()


def test_an_unknown_profile_is_told_with_the_nearest(tmp_path: Path) -> None:
    profile_file(tmp_path, HALL, "hall_export.toml")
    with pytest.raises(SettingsError) as caught:
        load_profile("hall_exprot", tmp_path)
    assert "hall_exprot" in caught.value.sentence
    assert "是否想写 hall_export" in caught.value.sentence
    with pytest.raises(SettingsError, match="是否想写 standard"):
        load_profile("standrad")


def test_all_faults_of_a_profile_are_told_at_once_each_with_its_place(tmp_path: Path) -> None:
    text = (
        HALL.replace('separator = ";"', 'seperator = ";"')
        .replace('encoding = "gb18030"', 'encoding = "gb-zwei"')
        .replace('name = { column = "部门" }', 'nmae = { column = "部门" }\nname = { column = "a", value = "b" }')
    )
    with pytest.raises(SettingsError) as caught:
        load_profile(str(profile_file(tmp_path, text)))
    told = caught.value.sentence
    assert "是否想写 separator" in told
    assert "column、sql、value" in told
    assert all("hall.toml" in fault for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('table = "departments"', 'table = "department"', "是否想写 departments"),
        ("dept_code =", "dept_cod =", "是否想写 dept_code"),
        ('column = "部门编码"', 'sql = "upper("', "SQL"),
        ('column = "部门编码"', 'column = "部门编码", zone = "Mars/North"', "dept_code.zone"),
        ('encoding = "gb18030"', 'encoding = "gb-zwei"', "gb-zwei"),
        ('name = { column = "部门" }', "", "缺少必填列 name"),
        ('source_system = "hall"', "", "source_system"),
        ('source_system = "hall"', 'source_system = "hall"\nnow = 2026-10-12T00:00:00', "时区"),
        ('source_system = "hall"', 'source_system = "hall"\ncity = "远方市"', "timezone"),
        ("[source]", "[source", "TOML"),
    ],
)
def test_a_fault_of_a_profile_says_what_and_where(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in HALL
    with pytest.raises(SettingsError) as caught:
        load_profile(str(profile_file(tmp_path, HALL.replace(old, new, 1))))
    assert told in caught.value.sentence
    assert "hall.toml" in caught.value.sentence


def test_a_folder_of_the_standard_mixes_formats_and_bad_and_good_rows(data_dir: Path, tmp_path: Path) -> None:
    from tests.intake.valid_city import case, open_city, review

    folder = open_city(data_dir)
    place = city_files(tmp_path / "in")
    write(place, "tickets-1.csv.gz", [ticket(1), ticket(2, channel="fax")])
    write(place, "tickets-2.parquet", [ticket(3), ticket(4, status="gone")])
    write(place, "cases.xlsx", [case(1), case(2, item_code="i9")])
    write(place, "reviews.jsonl", [review(1), review(2, level=9), review(3)])
    write(place, "calendar.tsv", [{"hall_id": "h1", "date": "2026-10-12", "session": 1, "day_type": "work"}])
    result = bring(folder, place)
    assert {name: (c.read, c.inserted, c.quarantined) for name, c in result.tables.items()} == {
        "halls": (2, 2, 0),
        "calendar": (1, 1, 0),
        "departments": (1, 1, 0),
        "staff": (2, 2, 0),
        "items": (1, 1, 0),
        "queues": (1, 1, 0),
        "windows": (2, 2, 0),
        "devices": (1, 1, 0),
        "tickets": (4, 2, 2),
        "cases": (2, 1, 1),
        "reviews": (3, 2, 1),
    }
    assert ids(folder, "tickets") == ["t1", "t3"]
    folder.close()
