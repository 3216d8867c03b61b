"""Of two versions of a row the later one stays, whatever order they come in; the same thing twice changes nothing."""

import datetime as dt
import json
import shutil
import tempfile
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit.lake.folder import DataFolder
from metrics.standard import TABLES
from tests.intake.valid_city import (
    Row,
    bring,
    case,
    hall,
    ids,
    item,
    open_city,
    quarantined,
    review,
    rows_of,
    state,
    ticket,
    window,
    write,
)


def test_the_same_file_twice_changes_nothing_not_even_the_quarantine(city: DataFolder, tmp_path: Path) -> None:
    write(tmp_path, "tickets.csv", [ticket(1), ticket(2, channel="fax"), ticket(3), ticket(3, ticket_no="B")])
    (tmp_path / "cases.csv").write_text(
        "project_no,item_code,dept_code,applicant_type,channel,platform,apply_time,status,auto_approved,cross_region,"
        "is_test\n,i1,d1,natural,window,ywtb2,2026-10-12T09:00:00,accepted,false,false,false\ntoo,few\n"
    )
    write(tmp_path, "reviews.jsonl", "{broken\n" + json.dumps(review(1, level=9)) + "\n")
    write(tmp_path, "windows.csv", [window("w1"), window("w3", queue_ids='["q1", "q2"]'), window("w3")])
    bring(city, tmp_path)
    before = {name: rows_of(city, name) for name in TABLES if name != "deliveries"}
    held = quarantined(city)
    assert len(held) == 3 + 2 + 2 + 2
    result = bring(city, tmp_path)
    assert all(c.inserted == c.updated == 0 for c in result.tables.values())
    assert quarantined(city) == held
    for name, rows in before.items():
        assert rows_of(city, name).equals(rows), name


def test_contradictory_rows_of_one_key_in_one_file_are_all_refused(city: DataFolder, tmp_path: Path) -> None:
    rows = [ticket(1), ticket(1, ticket_no="B001"), ticket(2), ticket(2)]
    result = bring(city, write(tmp_path, "tickets.csv", rows))
    assert result.reasons == {"tickets": {"conflict": 2}}
    assert result.tables["tickets"].unchanged == 1
    assert ids(city, "tickets") == ["t2"]
    assert {row["key"] for row in quarantined(city)} == {"t1"}


def test_contradictory_lists_are_refused_too(city: DataFolder, tmp_path: Path) -> None:
    rows = [window("w3", queue_ids='["q1"]'), window("w3", queue_ids='["q2"]'), window("w1", queue_ids='["q9"]')]
    result = bring(city, write(tmp_path, "windows.csv", rows))
    assert result.reasons == {"windows": {"conflict": 2}}
    assert result.tables["windows"].updated == 1
    assert rows_of(city, "windows")["queue_ids"].to_list() == [["q9"], ["q1"]]


def test_of_an_older_and_a_newer_version_in_one_file_the_newer_stays(city: DataFolder, tmp_path: Path) -> None:
    rows = [
        ticket(1, ticket_no="NEW", updated_at="2026-10-12T11:00:00"),
        ticket(1, ticket_no="OLD", updated_at="2026-10-12T10:00:00"),
    ]
    result = bring(city, write(tmp_path, "tickets.csv", rows))
    assert (result.tables["tickets"].inserted, result.tables["tickets"].unchanged) == (1, 1)
    assert rows_of(city, "tickets")["ticket_no"].to_list() == ["NEW"]


def test_an_older_version_that_comes_later_changes_nothing(city: DataFolder, tmp_path: Path) -> None:
    bring(city, write(tmp_path, "tickets.csv", [ticket(1, ticket_no="NEW", updated_at="2026-10-12T11:00:00")]))
    result = bring(city, write(tmp_path, "tickets.csv", [ticket(1, ticket_no="OLD", updated_at="2026-10-12T10:00:00")]))
    assert result.tables["tickets"].unchanged == 1
    assert rows_of(city, "tickets")["ticket_no"].to_list() == ["NEW"]


def test_of_equal_versions_the_later_batch_stays(city: DataFolder, tmp_path: Path) -> None:
    for number in ("A", "B"):
        bring(city, write(tmp_path, "tickets.csv", [ticket(1, ticket_no=number, updated_at="2026-10-12T11:00:00")]))
    assert rows_of(city, "tickets")["ticket_no"].to_list() == ["B"]


def test_a_key_that_comes_back_in_another_month_leaves_one_row_with_its_new_content(
    city: DataFolder, tmp_path: Path
) -> None:
    first = case(1, apply_time="2026-08-31T23:30:00", accept_time=None)
    bring(city, write(tmp_path, "cases.csv", [first, case(2)]))
    moved = case(1, apply_time="2026-09-01T00:30:00", accept_time=None, visit_count=3)
    result = bring(city, write(tmp_path, "cases.csv", [moved]))
    assert (result.tables["cases"].updated, result.tables["cases"].inserted) == (1, 0)
    rows = rows_of(city, "cases")
    assert rows["project_no"].to_list() == ["p1", "p2"]
    assert rows["visit_count"].to_list() == [3, 1]
    back = case(1, apply_time="2026-08-31T23:30:00", accept_time=None, updated_at="2026-10-01T00:00:00")
    bring(city, write(tmp_path, "cases.csv", [back]))
    assert rows_of(city, "cases")["visit_count"].to_list() == [1, 1]
    everything = city.lake.snapshot().raw("cases", with_partition=True).select("project_no", "month").collect()
    assert sorted(everything.rows()) == [("p1", "2026-08"), ("p2", "2026-10")]


def test_a_reference_without_times_is_replaced_by_what_comes_later(city: DataFolder, tmp_path: Path) -> None:
    result = bring(city, write(tmp_path, "halls.csv", [hall("h1", name="新名"), hall("h2")]))
    assert (result.tables["halls"].updated, result.tables["halls"].unchanged) == (1, 1)
    assert rows_of(city, "halls")["name"].to_list() == ["新名", "h2 政务服务中心"]


def test_versions_of_an_item_stand_beside_each_other(city: DataFolder, tmp_path: Path) -> None:
    bring(city, write(tmp_path, "items.csv", [item("i1", version="2"), item("i1", version="1")]))
    assert rows_of(city, "items")["version"].to_list() == ["1", "2"]


def test_a_file_of_a_header_alone_is_taken_in_as_nothing(city: DataFolder, tmp_path: Path) -> None:
    path = write(tmp_path, "tickets.csv", ",".join(ticket()) + "\n")
    result = bring(city, path)
    assert result.tables["tickets"].read == 0
    assert len(state(city)["batches"]) == 2  # type: ignore[arg-type]


MOMENT = dt.datetime(2026, 10, 12, 2, tzinfo=dt.UTC)
VERSIONS = st.lists(
    st.tuples(st.integers(1, 4), st.integers(0, 5), st.sampled_from([8, 9, 10])),
    min_size=1,
    max_size=10,
    unique_by=lambda v: v[:2],
)


def _version(number: int, minute: int, month: int) -> Row:
    return case(
        number,
        apply_time=f"2026-{month:02d}-01T00:00:00",
        accept_time=None,
        visit_count=minute,
        updated_at=(MOMENT + dt.timedelta(minutes=minute)).isoformat(),
    )


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), versions=VERSIONS)
def test_any_order_and_any_split_into_batches_give_the_same_table(
    city_template: Path, data: st.DataObject, versions: list[tuple[int, int, int]]
) -> None:
    wanted = {}
    for number, minute, month in sorted(versions, key=lambda version: version[1]):
        wanted[f"p{number}"] = (minute, month)
    order = data.draw(st.permutations(versions))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(order)), max_size=2)))
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(city_template, Path(place) / "data")
        folder = open_city(Path(place) / "data", create=False)
        for first, last in zip([0, *cuts], [*cuts, len(order)], strict=True):
            if part := order[first:last]:
                bring(folder, write(Path(place), "cases.csv", [_version(*version) for version in part]))
        rows = rows_of(folder, "cases").with_columns(month=pl.col("apply_time").dt.month())
        folder.close()
    found = {row["project_no"]: (row["visit_count"], row["month"]) for row in rows.to_dicts()}
    assert rows.height == len(found)
    assert found == wanted
