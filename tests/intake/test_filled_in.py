"""What the import adds of its own: records of deliveries, working days, reference rows that a source only names."""

import datetime as dt
from pathlib import Path

import chinese_calendar
import polars as pl
import pytest

from cockpit.intake.profile import Profile, load_profile
from cockpit.intake.workdays import SOURCE, filled_workdays
from cockpit.lake.folder import DataFolder
from tests.intake.valid_city import (
    NOW,
    SOUND,
    STANDARD,
    Row,
    bring,
    case,
    csv_text,
    hall,
    ids,
    item,
    open_city,
    reasons,
    review,
    rows_of,
    ticket,
    write,
)

# -- deliveries --------------------------------------------------------------------------------------------------------


def deliveries(folder: DataFolder, batch_id: str | None) -> dict[tuple[str, str], tuple[int, int]]:
    """(table, hall) → rows read and quarantined, of one batch."""
    rows = rows_of(folder, "deliveries").filter(pl.col("batch_id") == batch_id)
    assert not rows.select("source_system", "table", "hall_id").is_duplicated().any()
    return {(r["table"], r["hall_id"]): (r["rows_read"], r["rows_quarantined"]) for r in rows.to_dicts()}


def test_every_batch_leaves_one_row_per_table_and_hall(city: DataFolder, tmp_path: Path) -> None:
    write(tmp_path, "tickets.csv", [ticket(1), ticket(2, hall_id="h2", channel="fax"), ticket(3, hall_id="h9")])
    write(tmp_path, "cases.csv", [case(1), case(2, hall_id=None), case(3, hall_id="h2")])
    result = bring(city, tmp_path)
    assert deliveries(city, result.batch_id) == {
        ("tickets", "h1"): (1, 0),
        ("tickets", "h2"): (1, 1),
        ("tickets", "-"): (1, 1),
        ("cases", "h1"): (1, 0),
        ("cases", "h2"): (1, 0),
        ("cases", "-"): (1, 0),
    }


def test_a_hall_from_which_nothing_came_this_time_has_a_row_too(city: DataFolder, tmp_path: Path) -> None:
    bring(city, write(tmp_path, "tickets.csv", [ticket(1), ticket(2, hall_id="h2")]))
    result = bring(city, write(tmp_path, "tickets.csv", [ticket(3)]))
    assert deliveries(city, result.batch_id) == {("tickets", "h1"): (1, 0), ("tickets", "h2"): (0, 0)}
    result = bring(city, write(tmp_path, "tickets.csv", ",".join(ticket()) + "\n"))
    assert deliveries(city, result.batch_id) == {("tickets", "h1"): (0, 0), ("tickets", "h2"): (0, 0)}


def test_a_first_delivery_of_nothing_has_a_row_without_a_hall(city: DataFolder, tmp_path: Path) -> None:
    result = bring(city, write(tmp_path, "tickets.csv", ",".join(ticket()) + "\n"))
    assert deliveries(city, result.batch_id) == {("tickets", "-"): (0, 0)}


def test_unsplittable_lines_are_counted_without_a_hall(city: DataFolder, tmp_path: Path) -> None:
    result = bring(city, write(tmp_path, "tickets.csv", csv_text([ticket(1)]) + "x,y\n"))
    assert deliveries(city, result.batch_id) == {("tickets", "h1"): (1, 0), ("tickets", "-"): (1, 1)}


def test_a_row_without_a_hall_of_its_own_is_counted_where_its_case_window_or_device_is(
    city: DataFolder, tmp_path: Path
) -> None:
    bring(city, write(tmp_path / "before", "cases.csv", [case(1), case(2, hall_id="h2")]))
    write(tmp_path, "reviews.csv", [review(1, hall_id=None), review(2, hall_id=None, project_no="p2"), review(3)])
    for name in ("window_sessions", "device_states", "case_pauses"):
        write(tmp_path, f"{name}.csv", [SOUND[name]])
    result = bring(city, tmp_path)
    assert deliveries(city, result.batch_id) == {
        ("reviews", "h1"): (2, 0),
        ("reviews", "h2"): (1, 0),
        ("window_sessions", "h1"): (1, 0),
        ("device_states", "h1"): (1, 0),
        ("case_pauses", "h1"): (1, 0),
    }


def test_data_reach_to_the_latest_event_plans_to_their_end(city: DataFolder, tmp_path: Path) -> None:
    write(tmp_path, "tickets.csv", [ticket(1)])
    write(tmp_path, "window_plan.csv", [SOUND["window_plan"] | {"end_at": "2026-12-31T17:00:00"}])
    batch = bring(city, tmp_path).batch_id
    rows = rows_of(city, "deliveries").filter(pl.col("batch_id") == batch).select("table", "covers_until")
    assert {table: f"{until:%m-%d %H:%M}" for table, until in rows.iter_rows()} == {
        "tickets": "10-12 09:20",
        "window_plan": "12-31 17:00",
    }


def test_a_folder_that_brings_its_own_deliveries_gets_none(city: DataFolder, tmp_path: Path) -> None:
    before = rows_of(city, "deliveries").height
    write(tmp_path, "tickets.csv", [ticket(1)])
    write(tmp_path, "deliveries.csv", [SOUND["deliveries"]])
    bring(city, tmp_path)
    rows = rows_of(city, "deliveries")
    assert rows.height == before + 1
    assert rows.filter(pl.col("batch_id") == "b1")["source_system"].to_list() == ["hall"]


# -- working days ------------------------------------------------------------------------------------------------------


def test_working_days_are_filled_for_the_years_of_the_records_and_the_next(city: DataFolder, tmp_path: Path) -> None:
    result = bring(city, write(tmp_path, "tickets.csv", [ticket(1)]))
    assert set(result.tables) == {"tickets"}
    days = rows_of(city, "workdays")
    assert days["date"].dt.year().unique().sort().to_list() == [2026, 2027]
    assert days.height == 365 + 365
    known = days.filter(pl.col("date").dt.year() == 2026)
    assert not known["provisional"].any()
    assert all(chinese_calendar.is_workday(day) == works for day, works, _ in known.iter_rows())
    assert days.filter(pl.col("date").dt.year() == 2027)["provisional"].all()
    assert city.lake.snapshot().scan("workdays").select("source_system").unique().collect().item() == SOURCE


def test_delivered_working_days_win_and_are_the_only_ones_counted(city: DataFolder, tmp_path: Path) -> None:
    makeup = [{"date": "2026-10-12", "is_workday": "false"}, {"date": "2026-10-10", "is_workday": "true"}]
    write(tmp_path, "tickets.csv", [ticket(1)])
    write(tmp_path, "workdays.csv", makeup)
    result = bring(city, tmp_path)
    assert (result.tables["workdays"].read, result.tables["workdays"].inserted) == (2, 2)
    found = dict(rows_of(city, "workdays").select("date", "is_workday").iter_rows())
    assert found[dt.date(2026, 10, 12)] is False
    assert len(found) == 730
    bring(city, write(tmp_path, "tickets.csv", [ticket(2, take_time="2025-10-12T09:00:00")]))
    assert dict(rows_of(city, "workdays").select("date", "is_workday").iter_rows())[dt.date(2026, 10, 12)] is False


def test_delivered_working_days_replace_filled_ones(city: DataFolder, tmp_path: Path) -> None:
    bring(city, write(tmp_path / "a", "tickets.csv", [ticket(1)]))
    result = bring(city, write(tmp_path / "b", "workdays.csv", [{"date": "2026-10-12", "is_workday": "false"}]))
    assert result.tables["workdays"].updated == 1
    days = city.lake.snapshot().scan("workdays").filter(pl.col("date") == dt.date(2026, 10, 12)).collect()
    assert (days["is_workday"].item(), days["derived"].item()) == (False, False)


@pytest.mark.parametrize(
    ("year", "rule", "provisional"), [(2004, "china", False), (1999, "china", True), (2026, "weekdays", True)]
)
def test_years_beyond_the_official_calendar_are_provisional(year: int, rule: str, provisional: bool) -> None:
    days = filled_workdays({year}, rule)
    assert days["provisional"].unique().to_list() == [provisional]
    assert days.height == 366 if year == 2004 else 365
    if provisional:
        weekdays = days.filter(pl.col("date").dt.weekday() <= 5)
        assert days["is_workday"].sum() <= weekdays.height
        assert not days.filter(pl.col("date").dt.weekday() > 5)["is_workday"].any()
    if rule == "china" and provisional:
        assert not days.filter(pl.col("date") == dt.date(year, 10, 1))["is_workday"].item()


# -- made-up references ------------------------------------------------------------------------------------------------

NAMING = """
title = "只写大厅和事项名称的导出"
source_system = "hall"
{more}
[[tables]]
table = "departments"
derived = true
[tables.columns]
dept_code = {{ column = "dept" }}
name = {{ column = "dept" }}
[[tables]]
table = "complaints"
[tables.columns]
complaint_id = {{ column = "id", prefix = "x-" }}
kind = {{ value = "onsite" }}
created_at = {{ column = "at" }}
dept_code = {{ column = "dept" }}
[[tables.leave_out]]
when = "id = '0'"
reason = "试运行的一行"
"""


def naming(place: Path, more: str = "") -> Profile:
    path = place / "naming.toml"
    path.write_text(NAMING.format(more=more), encoding="utf-8")
    return load_profile(str(path))


def test_a_made_up_reference_never_replaces_a_delivered_one_and_yields_to_it(city: DataFolder, tmp_path: Path) -> None:
    rows: list[Row] = [
        {"id": str(n), "at": "2026-10-12T09:00:00", "dept": dept} for n, dept in enumerate(["d1", "d1", "d2", "d2"])
    ]
    profile = naming(tmp_path)
    result = bring(city, write(tmp_path, "x-1.csv", rows), profile=profile)
    assert result.left_out == {"complaints": {"试运行的一行": 1}}
    assert (result.tables["departments"].read, result.tables["departments"].unchanged) == (2, 1)
    names = dict(rows_of(city, "departments").iter_rows())
    assert names == {"d1": "自然资源局", "d2": "d2"}
    derived = city.lake.snapshot().scan("departments").select("dept_code", "derived").collect()
    assert dict(derived.iter_rows()) == {"d1": False, "d2": True}
    assert ids(city, "complaints") == ["x-1", "x-2", "x-3"]
    bring(city, write(tmp_path, "departments.csv", [{"dept_code": "d2", "name": "税务局"}]))
    bring(city, write(tmp_path, "x-1.csv", rows), profile=profile)
    assert dict(rows_of(city, "departments").iter_rows()) == {"d1": "自然资源局", "d2": "税务局"}


def test_several_files_may_name_the_same_thing(city: DataFolder, tmp_path: Path) -> None:
    rows: list[Row] = [{"id": "1", "at": "2026-10-12T09:00:00", "dept": "d7"}]
    for n in (1, 2):
        write(tmp_path / "in", f"x-{n}.csv", [rows[0] | {"id": str(n)}, rows[0] | {"id": f"{n}b", "dept": None}])
    result = bring(city, tmp_path / "in", profile=naming(tmp_path))
    assert (result.tables["departments"].read, result.tables["departments"].inserted) == (1, 1)
    assert result.tables["complaints"].inserted == 4


def test_an_extract_ends_when_it_was_taken(city: DataFolder, tmp_path: Path) -> None:
    profile = naming(tmp_path, "now = 2022-09-16T00:00:00-04:00")
    rows = [
        {"id": "1", "at": "2022-09-16T11:00:00", "dept": "d7"},
        {"id": "2", "at": "2022-09-17T11:00:00", "dept": "d7"},
    ]
    result = bring(city, write(tmp_path, "x.csv", rows), profile=profile, now=None)
    assert reasons(city, "complaints") == {3: ["future:created_at"]}
    until = rows_of(city, "deliveries").filter(pl.col("batch_id") == result.batch_id)["covers_until"].unique()
    assert until.to_list() == [dt.datetime(2022, 9, 16, 4, tzinfo=dt.UTC)]


def test_an_item_is_known_by_any_of_its_versions(city: DataFolder, tmp_path: Path) -> None:
    write(tmp_path, "items.csv", [item("i2", version="1"), item("i2", version="2")])
    write(tmp_path, "cases.csv", [case(item_code="i2", item_version="7")])
    bring(city, tmp_path)
    assert ids(city, "cases") == ["p1"]


def test_an_empty_folder_takes_any_first_batch(data_dir: Path, tmp_path: Path) -> None:
    folder = open_city(data_dir)
    result = bring(folder, write(tmp_path, "halls.csv", [hall()]), profile=STANDARD, now=NOW)
    assert result.tables["halls"].inserted == 1
    assert rows_of(folder, "workdays").is_empty()
    folder.close()
