"""The demo city keeps to the data standard, as any city's files must."""

import polars as pl
import pytest

from metrics.standard import TABLES
from tests.demo.conftest import City


def in_utc(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        pl.col(column.name).dt.convert_time_zone("UTC") if isinstance(column.dtype, pl.Datetime) else column.name
        for column in TABLES[name].columns
    )


def test_there_is_a_file_for_every_table_and_the_summary_counts_its_rows(city: City) -> None:
    assert sorted(city.tables) == sorted(TABLES)
    assert city.summary.rows == {name: frame.height for name, frame in city.tables.items()}
    assert all(count > 0 for count in city.summary.rows.values())


@pytest.mark.parametrize("which", ["city", "city_now"])
def test_every_row_passes_types_codes_and_rules_of_the_standard(which: str, request: pytest.FixtureRequest) -> None:
    for name, frame in request.getfixturevalue(which).tables.items():
        _, failure = TABLES[name].schema.filter(in_utc(name, frame))
        assert failure.counts() == {}, name


@pytest.mark.parametrize("which", ["city", "city_now"])
def test_keys_are_unique(which: str, request: pytest.FixtureRequest) -> None:
    for name, frame in request.getfixturevalue(which).tables.items():
        assert frame.select(TABLES[name].key).is_unique().all(), name


@pytest.mark.parametrize("which", ["city", "city_now"])
def test_every_reference_names_a_row_that_exists(which: str, request: pytest.FixtureRequest) -> None:
    tables = request.getfixturevalue(which).tables
    links = [(name, column, target) for name in tables for column, target in TABLES[name].references.items()]
    links += [
        ("tickets", "queue_id", "queues"),
        ("tickets", "staff_id", "staff"),
        ("tickets", "project_no", "cases"),
        ("reviews", "project_no", "cases"),
        ("reviews", "ticket_id", "tickets"),
        ("reviews", "device_id", "devices"),
        ("case_pauses", "project_no", "cases"),
        ("case_steps", "project_no", "cases"),
        ("window_sessions", "staff_id", "staff"),
        ("window_plan", "staff_id", "staff"),
        ("roster", "staff_id", "staff"),
        ("attendance", "staff_id", "staff"),
        ("health_checks", "staff_id", "staff"),
    ]
    assert len(links) > 30
    for name, column, target in links:
        known = tables[target].select(pl.col(TABLES[target].key[0]).alias(column)).unique()
        lost = tables[name].filter(pl.col(column).is_not_null()).join(known, on=column, how="anti")
        assert lost.is_empty(), (name, column, target)
    before = tables["tickets"].select(transferred_from="ticket_id")
    assert tables["tickets"].drop_nulls("transferred_from").join(before, on="transferred_from", how="anti").is_empty()
    served = tables["windows"].explode("queue_ids").join(tables["queues"], left_on="queue_ids", right_on="queue_id")
    assert (served["hall_id"] == served["hall_id_right"]).all()
    assert served["queue_ids"].n_unique() == tables["queues"].height
    stated = tables["queue_snapshots"].join(tables["queues"], on="queue_id", suffix="_queue")
    assert stated.height == tables["queue_snapshots"].height


def test_updated_at_is_the_latest_event_of_the_row(city_now: City) -> None:
    for name, frame in city_now.tables.items():
        events = TABLES[name].events
        assert frame["updated_at"].null_count() == 0, name
        if not events:
            continue
        if name in ("cases", "tickets"):
            # Pauses lie in their own table, but change the state of the case; a case opened during a service gives the
            # ticket its number.
            assert frame.filter(pl.col("updated_at") < pl.max_horizontal(events)).is_empty()
            later = frame.filter(pl.col("updated_at") > pl.max_horizontal(events))
            assert name == "cases" or (later["status"] == "serving").all()
            assert name == "cases" or later["project_no"].null_count() == 0
            continue
        happened = frame.filter(pl.max_horizontal(events).is_not_null())
        assert happened.filter(pl.col("updated_at") != pl.max_horizontal(events)).is_empty(), name


def test_nobody_can_be_told_from_the_files(city: City) -> None:
    for name in ("tickets", "cases"):
        hashes = city.tables[name]["applicant_hash"].drop_nulls()
        assert hashes.str.contains(r"^[0-9a-f]{64}$").all()
    assert city.tables["tickets"]["applicant_hash"].null_count() > 0
    assert not city.tables["reviews"]["text"].drop_nulls().str.contains(r"\d").any()


def test_counties_and_levels_are_mixed_and_no_two_halls_share_a_cell(city: City) -> None:
    halls = city.tables["halls"]
    assert halls["level"].to_list().count("city") == 1
    assert {"city", "county", "town", "park"} == set(halls["level"])
    assert "市本级" in set(halls["county"])
    assert halls["county"].n_unique() == 3
    assert halls.group_by("county").agg(pl.col("region_code").str.head(6).n_unique())["region_code"].max() == 1
    assert halls.select("grid_row", "grid_col").is_unique().all()
