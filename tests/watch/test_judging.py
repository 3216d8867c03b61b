"""One evaluation on a demo city: what is on record in universal time, and what is bad now, stops no indicator."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import polars as pl
import pytest

from alerts.bad_data import WITNESSES
from alerts.catalogue import catalogue
from alerts.machine import State
from alerts.steps import Standing
from alerts.thresholds import ThresholdChange
from cockpit.records.alert_log import StandingRecord
from cockpit.watch.judging import Judging
from cockpit.watch.loading import MomentLoader
from cockpit.watch.standings import as_body
from metrics.view import View
from tests.watch.conftest import ZONE, City

AT = dt.datetime(2026, 10, 19, 10, 30, tzinfo=ZONE)


@pytest.fixture(scope="module")
def view(city: City) -> View:
    return MomentLoader(city.folder.lake).view(city.folder.lake.snapshot(), AT)


def judging(city: City, thresholds: list[ThresholdChange], known: dict[str, StandingRecord]) -> Judging:
    return Judging(AT, ("RT",), city.folder.lake.snapshot(), thresholds, known)


def red(indicator: str, *places: dict[str, str]) -> StandingRecord:
    """An indicator remembered as red since five minutes ago."""
    definition, state = catalogue()[indicator], State.fresh(len(places))
    state.level[:] = 3
    standing = Standing(pl.DataFrame(list(places), schema=dict.fromkeys(definition.grain, pl.String)), state)
    before = AT - dt.timedelta(minutes=5)
    return StandingRecord(indicator, before, definition.version, as_body(standing, before.date()), {}, None)


def test_changed_thresholds_as_records_give_them_are_in_force(city: City, view: View) -> None:
    since = dt.datetime(2026, 10, 19, 2, 0, tzinfo=dt.UTC)
    changes = [ThresholdChange("wait_avg", (), "recovery", 1.5, since, "li", since, "试运行")]
    run = judging(city, changes, {})
    run.read(catalogue()["wait_avg"], view, dry=True)
    assert run.found.ailing == {}
    assert set(run.found.readings["wait_avg"]["recovery"]) == {1.5}


def test_while_the_tickets_of_one_hall_are_late_its_indicators_are_held_back_and_no_others(
    city: City, view: View
) -> None:
    hall, other = view.sessions["hall_id"].unique().sort()[:2]
    late = {"hall_id": hall, "source_system": "queueing", "source_table": "tickets"}
    refused = {"hall_id": other, "source_system": "personnel"}
    run = judging(city, [], {"data_lag": red("data_lag", late), "invalid_row_rate": red("invalid_row_rate", refused)})
    for definition in catalogue().values():
        if definition.cadence == "RT" and definition.id not in WITNESSES:
            run.read(definition, view, dry=True)
    assert run.found.ailing == {}
    for name in ("wait_avg", "footfall_peak", "wait_max_open"):
        read = run.found.readings[name]
        assert np.array_equal(read["held"], read["hall_id"] == hall) and read["held"].any()
    assert not run.found.readings["window_open_rate"]["held"].any()


def test_a_hall_whose_sessions_overlap_is_read_once_and_harms_no_indicator(city: City, view: View) -> None:
    calendar = view.records["calendar"]
    hall = view.sessions.filter(pl.col("open_at") < AT, pl.col("close_at") >= AT)["hall_id"][0]
    again = calendar.filter(hall_id=hall, date=AT.date()).with_columns(
        session=pl.col("session") + 10, open_at=pl.lit(AT - dt.timedelta(minutes=20)).cast(calendar.schema["open_at"])
    )
    tables = {**view.records.tables, "calendar": pl.concat([calendar, again])}
    doubled = dataclasses.replace(view, records=dataclasses.replace(view.records, tables=tables))
    run, plain = judging(city, [], {}), judging(city, [], {})
    for name in ("wait_max_open", "wait_avg", "hall_occupancy"):
        run.read(catalogue()[name], doubled, dry=False)
        plain.read(catalogue()[name], view, dry=False)
        assert run.found.readings[name].equals(plain.found.readings[name])
    assert run.found.ailing == {}


def test_how_the_readings_were_is_kept_for_each_hall_and_between_half_hours(city: City, view: View) -> None:
    run, names = judging(city, [], {}), ("wait_avg", "tidal_wait_rise", "footfall_peak")
    for name in names:
        run.read(catalogue()[name], view, dry=False)
    kept = {record.indicator: record for record in run.standings()}
    for name in names:
        plain: dict[str, dict[str, int]] = {}
        for row in run.found.readings[name].to_dicts():
            of_hall = plain.setdefault(row["hall_id"], {})
            for kind in [row["reading"], *(["held"] if row["held"] else [])]:
                of_hall[kind] = of_hall.get(kind, 0) + 1
        assert kept[name].body["read"] == plain
        assert sum(counts.get("value", 0) for counts in plain.values()) == kept[name].counts.get("value", 0)

    later = AT + dt.timedelta(minutes=5)
    then = MomentLoader(city.folder.lake).view(city.folder.lake.snapshot(), later)
    after = Judging(later, ("RT",), city.folder.lake.snapshot(), [], kept)
    after.read(catalogue()["tidal_wait_rise"], then, dry=False)
    (record,) = after.standings()
    assert after.found.readings["tidal_wait_rise"].is_empty()
    assert record.body["read"] == kept["tidal_wait_rise"].body["read"] != {}
    assert record.counts == kept["tidal_wait_rise"].counts
