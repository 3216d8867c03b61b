"""Nothing is lost: a refused row is found again, and gone once it has come in mended."""

import json
from pathlib import Path

import pytest

from cockpit.lake.folder import DataFolder
from tests.intake.valid_city import (
    Row,
    bring,
    case,
    csv_text,
    hall,
    ids,
    quarantined,
    reasons,
    review,
    ticket,
    window,
    write,
)

HEADER = ",".join(ticket())


def test_a_refused_row_is_kept_with_file_line_key_reasons_and_its_own_words(city: DataFolder, tmp_path: Path) -> None:
    path = write(tmp_path, "tickets.csv", [ticket(1), ticket(2, channel="fax", hall_id="h9", note="=cmd()")])
    path.write_text(csv_text([ticket(1), ticket(2, channel="fax", hall_id="h9")]))
    result = bring(city, path)
    (held,) = quarantined(city)
    assert held["of_table"] == "tickets"
    assert (held["file"], held["line"], held["key"]) == ("tickets.csv", 3, "t2")
    assert sorted(held["reasons"]) == ["code:channel", "reference:hall_id"]
    assert held["batch_id"] == result.batch_id
    words = json.loads(held["row"])
    assert words["channel"] == "fax"
    assert words["take_time"] == "2026-10-12T09:00:00"


def test_a_mended_row_leaves_by_its_key_from_any_file(city: DataFolder, tmp_path: Path) -> None:
    bring(city, write(tmp_path, "tickets-1.csv", [ticket(1, channel="fax"), ticket(2, channel="fax")]))
    bring(city, write(tmp_path, "tickets-2.parquet", [ticket(1)]))
    assert [row["key"] for row in quarantined(city)] == ["t2"]
    assert ids(city, "tickets") == ["t1"]


def test_a_row_refused_anew_stands_in_the_place_of_its_old_refusal(city: DataFolder, tmp_path: Path) -> None:
    bring(city, write(tmp_path, "tickets.csv", [ticket(1, channel="fax")]))
    bring(city, write(tmp_path, "tickets.csv", [ticket(1, status="gone")]))
    assert reasons(city, "tickets") == {2: ["code:status"]}


def test_a_mended_row_without_a_key_leaves_by_its_place(city: DataFolder, tmp_path: Path) -> None:
    rows = [ticket(1), ticket(2, ticket_id=None), ticket(3, ticket_id=None, ticket_no="C")]
    bring(city, write(tmp_path, "tickets.csv", rows))
    assert len(quarantined(city)) == 2
    rows[1] = ticket(2)
    bring(city, write(tmp_path, "tickets.csv", rows))
    assert [row["line"] for row in quarantined(city)] == [4]
    assert ids(city, "tickets") == ["t1", "t2"]


def test_a_row_without_a_key_stays_when_another_row_takes_its_line(city: DataFolder, tmp_path: Path) -> None:
    bring(city, write(tmp_path, "reviews.csv", [review(1, review_id=None, text="要紧的一条", project_no="p7")]))
    other = {"review_id": "r9", "level": 1, "origin": "default", "channel": "qr", "named": "true"}
    bring(city, write(tmp_path, "reviews.csv", [other | {"assess_time": "2026-10-01T00:00:00"}]))
    assert len(quarantined(city)) == 1


@pytest.mark.parametrize(
    ("broken", "reason"),
    [("t2,h1,too few", "fields"), (",".join(["x"] * 40), "fields"), (HEADER, "header_again")],
    ids=["too few fields", "too many fields", "the header again"],
)
def test_a_line_that_does_not_fit_is_kept_and_leaves_when_mended(
    city: DataFolder, tmp_path: Path, broken: str, reason: str
) -> None:
    good = csv_text([ticket(1), ticket(2), ticket(3)]).splitlines()
    lines = [*good[:2], broken, good[3]]
    result = bring(city, write(tmp_path, "tickets.csv", "\n".join(lines) + "\n"))
    assert result.reasons == {"tickets": {reason: 1}}
    assert ids(city, "tickets") == ["t1", "t3"]
    assert reasons(city, "tickets") == {3: [reason]}
    result = bring(
        city, write(tmp_path, "tickets.csv", "\n".join([*lines[:2], broken.replace(",", ""), good[2]]) + "\n")
    )
    assert len(quarantined(city)) >= 1


def test_a_mended_line_leaves(city: DataFolder, tmp_path: Path) -> None:
    good = csv_text([ticket(1), ticket(2, ticket_no="综合"), ticket(3)])
    bring(city, write(tmp_path, "tickets.csv", good.replace("综合", "综,合")))
    assert reasons(city, "tickets") == {3: ["fields"]}
    bring(city, write(tmp_path, "tickets.csv", good))
    assert quarantined(city) == []
    assert ids(city, "tickets") == ["t1", "t2", "t3"]


def test_a_mended_line_of_json_leaves(city: DataFolder, tmp_path: Path) -> None:
    good = json.dumps(ticket(1)) + "\n" + json.dumps(ticket(2)) + "\n"
    bring(city, write(tmp_path, "tickets.jsonl", good.replace('"A002"', "A002")))
    assert reasons(city, "tickets") == {2: ["json"]}
    bring(city, write(tmp_path, "tickets.jsonl", good))
    assert quarantined(city) == []


def test_a_row_leaves_when_what_it_refers_to_has_arrived_and_it_is_brought_in_again(
    city: DataFolder, tmp_path: Path
) -> None:
    rows = [ticket(1, hall_id="h3", window_id="w3"), case(1, hall_id="h3")]
    write(tmp_path, "tickets.csv", rows[:1])
    write(tmp_path, "cases.csv", rows[1:])
    bring(city, tmp_path)
    assert reasons(city, "tickets") == {2: ["reference:hall_id", "reference:window_id"]}
    write(tmp_path, "halls.csv", [hall("h3")])
    write(tmp_path, "windows.csv", [window("w3", hall_id="h3")])
    bring(city, tmp_path)
    assert quarantined(city) == []
    assert ids(city, "tickets") == ["t1"]
    assert ids(city, "cases") == ["p1"]


def test_a_row_that_refers_to_a_refused_row_is_refused(city: DataFolder, tmp_path: Path) -> None:
    write(tmp_path, "halls.csv", [hall("h3", level="planet")])
    write(tmp_path, "tickets.csv", [ticket(1, hall_id="h3")])
    bring(city, tmp_path)
    assert reasons(city, "tickets") == {2: ["reference:hall_id"]}


def test_one_line_that_is_bad_in_two_tables_stands_in_both(city: DataFolder, tmp_path: Path) -> None:
    from cockpit.intake.profile import load_profile

    profile = tmp_path / "hall.toml"
    profile.write_text(
        """
title = "部门与事项"
source_system = "hall"
[[tables]]
table = "departments"
derived = true
[tables.columns]
dept_code = { column = "dept" }
name = { column = "dept_name" }
[[tables]]
table = "complaints"
[tables.columns]
complaint_id = { column = "id" }
kind = { column = "kind", codes = { "投诉" = "onsite" } }
created_at = { column = "at", format = "%d.%m.%Y %H:%M" }
dept_code = { column = "dept" }
""",
        encoding="utf-8",
    )
    rows: list[Row] = [
        {"id": "1", "kind": "投诉", "at": "12.10.2026 09:00", "dept": "d5", "dept_name": "五局"},
        {"id": "2", "kind": "表扬", "at": "31.02.2026 09:00", "dept": "d6", "dept_name": None},
    ]
    result = bring(city, write(tmp_path, "x.csv", rows), profile=load_profile(str(profile)))
    assert result.reasons == {
        "departments": {"required:name": 1},
        "complaints": {"code:kind": 1, "reference:dept_code": 1, "type:created_at": 1},
    }
    assert {row["of_table"] for row in quarantined(city)} == {"departments", "complaints"}
