"""The forms in which good rows come in: whatever a hall's programs write, as long as it can mean one thing only."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from cockpit.lake.folder import DataFolder
from metrics.hours import sessions_of
from metrics.standard import TABLES
from metrics.tickets import visits
from tests.intake.broken_files import row_of, sheet_of, with_sheet
from tests.intake.valid_city import (
    SOUND,
    bring,
    case,
    csv_text,
    hall,
    ids,
    open_city,
    opening,
    quarantined,
    reasons,
    review,
    rows_of,
    ticket,
    write,
)

CSV = csv_text([ticket(1), ticket(2)])
WRITTEN: dict[str, bytes] = {
    "with a byte order mark": b"\xef\xbb\xbf" + CSV.encode(),
    "with a byte order mark and a blank line": b"\xef\xbb\xbf\n" + CSV.encode(),
    "with Windows line ends": CSV.replace("\n", "\r\n").encode(),
    "with old Mac line ends": CSV.replace("\n", "\r").encode(),
    "without a last line end": CSV.rstrip("\n").encode(),
    "with every field in quotes": "\n".join(
        ",".join(f'"{field}"' for field in line.split(",")) for line in CSV.splitlines()
    ).encode(),
    "with an empty column at the end of every line": CSV.replace("\n", ",\n").encode(),
    "with spaces around the names of the columns": CSV.replace("ticket_id,hall_id", " ticket_id , hall_id").encode(),
    "with a column that nobody knows": CSV.replace("\n", ",x\n").replace(",x\n", ",本厅备注\n", 1).encode(),
}


@pytest.mark.parametrize("form", WRITTEN)
def test_a_csv_file_comes_in(city: DataFolder, tmp_path: Path, form: str) -> None:
    result = bring(city, write(tmp_path, "tickets.csv", WRITTEN[form]))
    assert result.tables["tickets"].inserted == 2, result
    assert rows_of(city, "tickets")["hall_id"].to_list() == ["h1", "h1"]


@pytest.mark.parametrize(
    "name", ["tickets.csv", "tickets.csv.gz", "tickets.tsv", "tickets.jsonl", "tickets.parquet", "tickets.xlsx"]
)
def test_every_format_gives_the_same_rows(city: DataFolder, tmp_path: Path, name: str) -> None:
    rows = [
        ticket(1, ticket_no="=cmd()|'/C calc'!A0"),
        ticket(2, ticket_no="😀 ‏عربي", call_time="2026-10-12T09:00:00+08:00"),
    ]
    bring(city, write(tmp_path, name, rows))
    found = rows_of(city, "tickets")
    assert found["ticket_no"].to_list() == ["=cmd()|'/C calc'!A0", "😀 ‏عربي"]
    assert found["take_time"].dt.hour().to_list() == [9, 9]
    assert found["call_time"].to_list()[1] == dt.datetime(2026, 10, 12, 1, tzinfo=dt.UTC)
    assert found["is_test"].to_list() == [False, False]
    assert found["project_no"].null_count() == 2


def test_blank_lines_are_counted_and_left_out(city: DataFolder, tmp_path: Path) -> None:
    lines = CSV.splitlines()
    text = "\n" + lines[0] + "\n\n" + lines[1] + "\n\n\n" + lines[2].replace("kiosk", "fax") + "\n\n"
    result = bring(city, write(tmp_path, "tickets.csv", text))
    assert result.left_out == {"tickets": {"空行": 4}}
    assert reasons(city, "tickets") == {7: ["code:channel"]}


def test_quoted_texts_may_hold_separators_quotes_and_line_ends(city: DataFolder, tmp_path: Path) -> None:
    text = '第一行,"引号"\n第二行'
    bring(city, write(tmp_path, "reviews.csv", [review(1, text=text), review(2, level=9)]))
    assert rows_of(city, "reviews")["text"][0] == text
    assert len(quarantined(city)) == 1


def test_quotes_that_swallow_lines_do_not_hide_them(city: DataFolder, tmp_path: Path) -> None:
    rows = [review(n, text=f"评{n}") for n in range(1, 8)]
    text = csv_text(rows).replace("评2", '"评2').replace("评5", '评5"')
    result = bring(city, write(tmp_path, "reviews.csv", text))
    assert result.reasons == {"reviews": {"swallowed": 1}}
    assert ids(city, "reviews") == ["r1", "r6", "r7"]
    (held,) = quarantined(city)
    assert held["line"] == 3
    assert all(f"评{n}" in held["row"] for n in range(2, 6))
    bring(city, write(tmp_path, "reviews.csv", csv_text(rows)))
    assert quarantined(city) == []
    assert len(ids(city, "reviews")) == 7


def test_formula_text_stays_plain_text(city: DataFolder, tmp_path: Path) -> None:
    words = ["=1+1", "+8", "-8", "@sum", '=HYPERLINK("http://x","y")']
    bring(city, write(tmp_path, "reviews.csv", [review(n, text=word) for n, word in enumerate(words)]))
    assert rows_of(city, "reviews")["text"].to_list() == words


def test_marks_of_other_scripts_and_emoji_stay(city: DataFolder, tmp_path: Path) -> None:
    words = ["\u202eright to left\u202c", "👍🏽", "é", "e\u0301", "𠮷", "\u200b", "a\u2028b", "a\u0085b", "a\x1cb"]
    bring(city, write(tmp_path, "reviews.csv", [review(n, text=word) for n, word in enumerate(words)]))
    assert rows_of(city, "reviews")["text"].to_list() == words


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85", "\x7f"])
def test_marks_that_some_programs_take_for_line_ends_harm_nothing(city: DataFolder, tmp_path: Path, mark: str) -> None:
    # The lake's log quotes the least and the greatest text of every column.
    row = {"dept_code": f"d{mark}9", "name": f"{mark}税务局"}
    bring(city, write(tmp_path, "departments.jsonl", [row]))
    assert bring(city, write(tmp_path, "departments.jsonl", [row])).tables["departments"].unchanged == 1
    assert row["name"] in rows_of(city, "departments")["name"].to_list()


def test_a_workbook_of_a_person_comes_in(city: DataFolder, tmp_path: Path) -> None:
    path = tmp_path / "calendar.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    day, hour = book.add_format({"num_format": "yyyy/m/d"}), book.add_format({"num_format": "h:mm"})
    sheet.write_row(2, 1, ["hall_id", "date", "session", "day_type", "open_at", "close_at", "备注"])
    for line, opens in ((3, dt.time(8, 30)), (5, dt.time(9, 0))):
        sheet.write(line, 1, "h1")
        sheet.write_datetime(line, 2, dt.date(2026, 10, 12), day)
        sheet.write_formula(line, 3, "=ROW()-3", None, line - 2)
        sheet.write(line, 4, "work")
        sheet.write_datetime(line, 5, opens, hour)
        sheet.write(line, 6, "17:00")
    sheet.write_row(6, 1, ["h1", "2026-10-13", 2.5, "work"])
    sheet.write_blank(9, 1, None, day)
    book.close()
    result = bring(city, path)
    assert result.tables["calendar"].inserted == 2
    assert reasons(city, "calendar") == {7: ["type:session"]}
    found = rows_of(city, "calendar")
    assert found["session"].to_list() == [1, 3]
    assert found["open_at"].dt.strftime("%Y-%m-%d %H:%M").to_list() == ["2026-10-12 08:30", "2026-10-12 09:00"]
    assert found["close_at"].dt.hour().to_list() == [17, 17]


def test_a_workbook_keeps_long_numbers_and_leading_zeros_of_texts(city: DataFolder, tmp_path: Path) -> None:
    cells = row_of(1, "dept_code", "name") + row_of(2, "007", "情报") + '<row r="3"><c r="A3"><v>42</v></c></row>'
    bring(city, write(tmp_path, "departments.xlsx", with_sheet(sheet_of(cells))))
    assert "007" in ids(city, "departments")
    assert reasons(city, "departments") == {3: ["required:name"]}


def test_json_lines_keep_numbers_as_they_are_written(city: DataFolder, tmp_path: Path) -> None:
    lines = [
        json.dumps(case(1)).replace('"p1"', "12345678901234567890123"),
        json.dumps(case(2)).replace('"i1"', '"i1", "item_version": 1.10'),
        json.dumps(case(3)).replace('"false"', "false").replace("1}", "1.0}"),
        json.dumps(case(4) | {"extra": {"deep": [1, {"x": None}]}}),
    ]
    result = bring(city, write(tmp_path, "cases.jsonl", "\n".join(lines) + "\n\n"))
    assert result.tables["cases"].inserted == 4
    found = rows_of(city, "cases")
    assert found["project_no"].to_list() == ["12345678901234567890123", "p2", "p3", "p4"]
    assert found["item_version"].to_list()[1] == "1.10"


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "null",
        "[1]",
        '"text"',
        '{"project_no": NaN}',
        '{"visit_count": Infinity}',
        '{"project_no": "a", "project_no": "b"}',
        '{"project_no": "\\ud800"}',
        '{"\\udfff": 1}',
        '{"deep": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"deep": ' + '{"a":' * 5000 + "1" + "}" * 5000 + "}",
        '{"n": ' + "9" * 5000 + "",
    ],
    ids=lambda line: line[:24],
)
def test_a_line_of_json_that_says_nothing_or_two_things_is_kept_aside(
    city: DataFolder, tmp_path: Path, line: str
) -> None:
    text = json.dumps(case(1)) + "\n" + line + "\n" + json.dumps(case(2)) + "\n"
    result = bring(city, write(tmp_path, "cases.jsonl", text))
    assert result.reasons == {"cases": {"json": 1}}
    assert reasons(city, "cases") == {2: ["json"]}
    assert ids(city, "cases") == ["p1", "p2"]


def test_files_of_one_row_each_make_one_table(city: DataFolder, tmp_path: Path) -> None:
    for number, channel in enumerate(["fax", "kiosk", "fax", "app"], start=1):
        write(tmp_path, f"tickets-{number}.csv", [ticket(number, channel=channel)])
    result = bring(city, tmp_path)
    assert (result.tables["tickets"].read, result.tables["tickets"].quarantined) == (4, 2)
    assert ids(city, "tickets") == ["t2", "t4"]
    assert [(row["file"], row["key"]) for row in quarantined(city)] == [
        ("tickets-1.csv", "t1"),
        ("tickets-3.csv", "t3"),
    ]


# -- Parquet -----------------------------------------------------------------------------------------------------------


def typed(table: str, **values: object) -> pl.DataFrame:
    """One row of a table with these columns of their own types."""
    row = {name: value for name, value in SOUND[table].items() if name not in values}
    return pl.DataFrame([row]).with_columns(pl.lit(value).alias(name) for name, value in values.items())


def test_parquet_types_that_mean_the_same_are_taken(city: DataFolder, tmp_path: Path) -> None:
    moment = dt.datetime(2026, 10, 12, 9)  # noqa: DTZ001 (as programs write it)
    frame = typed(
        "tickets",
        ticket_id=7,
        ticket_no=pl.Series(["A7"], dtype=pl.Categorical),
        take_time=pl.Series([moment], dtype=pl.Datetime("ns")),
        call_time=pl.Series([moment], dtype=pl.Datetime("ms")),
        start_time=dt.datetime(2026, 10, 12, 1, tzinfo=dt.UTC),
        is_test=False,
        channel=b"kiosk",
        project_no=2**63,
        item_code=None,
    )
    frame.write_parquet(tmp_path / "tickets.parquet")
    assert bring(city, tmp_path / "tickets.parquet").tables["tickets"].inserted == 1
    found = rows_of(city, "tickets").row(0, named=True)
    assert (found["ticket_id"], found["project_no"]) == ("7", "9223372036854775808")
    assert (
        found["take_time"]
        == found["call_time"]
        == found["start_time"]
        == moment.replace(tzinfo=found["take_time"].tzinfo)
    )
    typed("windows", window_id="w9", queue_ids=pl.Series([["q1", "q2"]])).write_parquet(tmp_path / "windows.parquet")
    typed("calendar", date=dt.date(2026, 10, 12), open_at=dt.time(8, 30)).write_parquet(tmp_path / "calendar.parquet")
    typed("queue_snapshots", service_minutes=Decimal("7.5"), waiting=3.0).write_parquet(
        tmp_path / "queue_snapshots.parquet"
    )
    (tmp_path / "tickets.parquet").unlink()
    bring(city, tmp_path)
    assert quarantined(city) == []
    assert rows_of(city, "windows")["queue_ids"].to_list()[-1] == ["q1", "q2"]
    assert rows_of(city, "calendar")["open_at"][0].strftime("%H:%M") == "08:30"
    assert rows_of(city, "queue_snapshots")["service_minutes"].to_list() == [7.5]


FAR = {
    "a date beyond the calendar": (pl.Series([2**31 - 1], dtype=pl.Int32).cast(pl.Date), "range:take_time"),
    "an instant beyond the calendar": (pl.Series([2**62]).cast(pl.Datetime("us")), "range:take_time"),
    "milliseconds beyond the calendar": (pl.Series([-(2**62)]).cast(pl.Datetime("ms", "UTC")), "range:take_time"),
    "a number": (1_760_230_800, "type:take_time"),
    "a truth": (True, "type:take_time"),
    "a record": (pl.Series([{"at": 1}]), "type:take_time"),
    "a list": (pl.Series([[1, 2]]), "type:take_time"),
    "a duration": (dt.timedelta(hours=9), "type:take_time"),
    "bytes that are no text": (b"\xff\xfe", "type:take_time"),
}


@pytest.mark.parametrize("kind", FAR)
def test_a_parquet_column_of_another_type_is_refused_row_by_row(city: DataFolder, tmp_path: Path, kind: str) -> None:
    value, reason = FAR[kind]
    typed("tickets", take_time=value).write_parquet(tmp_path / "tickets.parquet")
    bring(city, tmp_path / "tickets.parquet")
    assert reason in reasons(city, "tickets")[1]


def test_a_date_is_no_number_and_a_list_no_text(city: DataFolder, tmp_path: Path) -> None:
    typed("headcounts", entered=dt.date(2026, 1, 1), source=pl.Series([["x"]])).write_parquet(
        tmp_path / "headcounts.parquet"
    )
    typed("windows", queue_ids=pl.Series([[1, 2]])).write_parquet(tmp_path / "windows.parquet")
    bring(city, tmp_path)
    assert reasons(city, "headcounts") == {1: ["type:entered", "type:source"]}
    assert reasons(city, "windows") == {1: ["type:queue_ids"]}


# -- times -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "2026-10-12T09:00:00",
        "2026-10-12 09:00:00",
        "2026-10-12T09:00",
        "2026-10-12 09:00",
        "2026-10-12T01:00:00Z",
        "2026-10-12T01:00Z",
        "2026-10-12T09:00:00+08:00",
        "2026-10-12T09:00:00.000",
        "2026-10-12 03:00:00.000000+02:00",
    ],
)
def test_every_way_to_write_an_instant_in_iso_is_read(city: DataFolder, tmp_path: Path, written: str) -> None:
    bring(city, write(tmp_path, "tickets.csv", [ticket(take_time=written)]))
    assert rows_of(city, "tickets")["take_time"][0] == dt.datetime(2026, 10, 12, 1, tzinfo=dt.UTC)


def test_an_hour_that_comes_twice_is_the_first_and_a_skipped_one_is_none(data_dir: Path, tmp_path: Path) -> None:
    folder = open_city(data_dir, city={"name": "远方市", "timezone": "America/New_York"})
    write(tmp_path, "halls.csv", [hall()])
    rows = [
        {"hall_id": "h1", "source": "door", "at": at, "entered": 1}
        for at in ("2025-11-02T01:30:00", "2026-03-08T02:30:00", "2026-03-08T03:00:00")
    ]
    write(tmp_path, "headcounts.csv", rows)
    bring(folder, tmp_path)
    assert reasons(folder, "headcounts") == {3: ["type:at"]}
    utc = rows_of(folder, "headcounts")["at"].dt.convert_time_zone("UTC").dt.strftime("%d %H:%M").to_list()
    assert utc == ["02 05:30", "08 07:00"]
    folder.close()


def test_closing_at_midnight_is_the_end_of_the_day(city: DataFolder, tmp_path: Path) -> None:
    bring(city, write(tmp_path, "calendar.csv", [opening(close_at="24:00")]))
    assert rows_of(city, "calendar")["close_at"][0].strftime("%m-%d %H:%M") == "10-13 00:00"


def test_a_wait_over_three_hours_is_taken_in_with_a_mark(city: DataFolder, tmp_path: Path) -> None:
    late = {"start_time": None, "end_time": None, "status": "called"}
    rows = [
        ticket(1, take_time="2026-10-12T08:00:00", call_time="2026-10-12T11:00:00", **late),
        ticket(2, take_time="2026-10-12T08:00:00", call_time="2026-10-12T11:01:00", **late),
        ticket(3, call_time=None, start_time=None, end_time=None, status="waiting"),
        ticket(4, take_time="2026-10-12T08:00:00", call_time="2026-10-12T11:00:01", **late),
    ]
    bring(city, write(tmp_path, "tickets.csv", rows))
    stored = rows_of(city, "tickets").sort("ticket_id")
    assert stored["suspect_wait"].to_list() == [False, True, False, True]
    # Who is marked is who baselines leave out.
    assert visits(stored, sessions_of(rows_of(city, "calendar")))["suspect"].sum() == 2


def test_a_clock_may_be_five_minutes_ahead(city: DataFolder, tmp_path: Path) -> None:
    rows = [
        {"hall_id": "h1", "source": "door", "at": at, "entered": 1}
        for at in ("2026-10-12T12:05:00", "2026-10-12T12:05:01")
    ]
    bring(city, write(tmp_path, "headcounts.csv", rows))
    assert reasons(city, "headcounts") == {3: ["future:at"]}


def test_every_table_of_the_standard_comes_in_as_csv_and_as_parquet(city: DataFolder, tmp_path: Path) -> None:
    for name in TABLES:
        write(tmp_path / "csv", f"{name}.csv", [SOUND[name]])
    for name in TABLES:
        write(tmp_path / "parquet", f"{name}.parquet", [SOUND[name]])
    bring(city, tmp_path / "csv")
    assert quarantined(city) == []
    before = {name: rows_of(city, name) for name in TABLES}
    result = bring(city, tmp_path / "parquet")
    assert all(counts.unchanged == 1 for counts in result.tables.values())
    assert all(rows_of(city, name).equals(before[name]) for name in TABLES)
