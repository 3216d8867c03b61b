"""The truth about incidents: all kinds in every strength, the same whatever days are built, none on quiet days."""

import datetime as dt

import polars as pl
from polars.testing import assert_frame_equal

from cockpit.demo.city import plan_city
from cockpit.demo.incidents import STRENGTHS, Active
from cockpit.demo.kinds import KINDS
from cockpit.demo.truth import truth
from tests.demo.conftest import UNTIL
from tests.demo.placed_incidents import PLACED

ZONE = "Asia/Shanghai"


def test_the_truth_table_tells_place_time_indicators_and_a_sentence() -> None:
    city = plan_city(halls=7, days=60, until=UNTIL)
    table = truth(city.site.halls, city.mishaps.counties, Active.of(PLACED.values()), ZONE)
    assert table.height == len(KINDS)
    assert table["incident_id"].is_unique().all()
    assert (table["end"] > table["onset"]).all()
    assert table["indicators"].list.len().min() > 0
    assert table["sentence"].str.ends_with("。").all()
    assert not table["sentence"].str.contains(r"[{}]").any()
    placeless = table.filter(
        pl.all_horizontal(pl.col(c).is_null() for c in ("hall_id", "county", "dept_code", "item_code"))
    )
    assert placeless.is_empty()


def test_every_indicator_has_a_kind_that_is_meant_for_it() -> None:
    meant = {name for kind in KINDS for name in kind.indicators}
    assert len(meant) == 38


def test_a_whole_city_has_every_kind_in_every_strength() -> None:
    city = plan_city(halls=82, days=400, until=UNTIL)
    found = city.truth().group_by("kind", "strength").len()
    assert set(found.select("kind", "strength").rows()) == {(k.key, s) for k in KINDS for s in STRENGTHS}
    serious = found.filter(pl.col("strength") != "weak").group_by("kind").agg(pl.col("len").sum())
    assert serious["len"].min() >= 5
    recent = plan_city(halls=82, days=120, until=UNTIL).truth()
    assert recent["kind"].n_unique() == len(KINDS)


def test_incidents_do_not_depend_on_the_first_and_the_last_day() -> None:
    long = plan_city(halls=20, days=300, until=UNTIL).truth()
    short = plan_city(halls=20, days=80, until=UNTIL - dt.timedelta(days=60)).truth()
    start = pl.lit(dt.datetime.combine(UNTIL - dt.timedelta(days=139), dt.time())).dt.replace_time_zone(ZONE)
    stop = pl.lit(dt.datetime.combine(UNTIL - dt.timedelta(days=59), dt.time())).dt.replace_time_zone(ZONE)
    assert_frame_equal(short, long.filter(pl.col("end") > start, pl.col("onset") < stop))


def test_on_quiet_days_nothing_goes_wrong() -> None:
    city = plan_city(halls=30, days=120, until=UNTIL)
    quiet, wrong = city.quiet_days(), city.truth()
    assert quiet.height > 100
    wrong = wrong.filter(pl.col("dept_code").is_null(), pl.col("item_code").is_null())
    here = quiet.join(wrong.drop_nulls("hall_id"), on="hall_id")
    county = quiet.join(city.reference_tables()["halls"].select("hall_id", "county"), on="hall_id")
    there = county.join(wrong.filter(pl.col("hall_id").is_null()), on="county")
    for pairs in (here, there):
        assert pairs.filter(pl.col("date").is_between(pl.col("onset").dt.date(), pl.col("end").dt.date())).is_empty()
    assert quiet.select("hall_id", "date").is_unique().all()
