"""Scoring a replay: what counts as seen, as false, as a quiet day disturbed, on changes made by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from alerts.catalogue import catalogue
from alerts.incidents import Change
from alerts.machine import Reason
from alerts.merging import Merged, merged
from cockpit.watch.harm import Harm, false_ones
from cockpit.watch.replay import Played
from cockpit.watch.scoring import QUIET, Label, Score, changes_of, explained, meant, quiet, seen
from cockpit.watch.told import spells_of, told

ZONE = ZoneInfo("Asia/Shanghai")
DAY = dt.datetime(2026, 10, 12, tzinfo=ZONE)


def at(clock: str, day: int = 0) -> dt.datetime:
    hour, minute = map(int, clock.split(":"))
    return DAY + dt.timedelta(days=day, hours=hour, minutes=minute)


def change(indicator: str, when: dt.datetime, before: int, level: int, *place: str) -> Change:
    named = tuple(zip(catalogue()[indicator].grain, place, strict=True))
    return Change(when, (indicator, named), before, level, Reason.MET if level > before else Reason.RECOVERED)


def label(kind: str, onset: dt.datetime, end: dt.datetime, *indicators: str, **places: str) -> Label:
    return Label(kind, kind, "strong", onset, end, {name: frozenset({one}) for name, one in places.items()}, indicators)


TIDE = label("tide", at("9:30"), at("11:30"), "wait_avg", "tidal_wait_rise", hall_id="H1", queue_id="Q1")
LINKS = label("links", at("8:00"), at("18:00", 1), "link_rate", hall_id="H2")


def test_a_label_is_seen_by_a_rise_of_a_meant_indicator_at_its_place_between_onset_and_a_little_after_its_end() -> None:
    rises = [
        change("wait_avg", at("9:20"), 0, 1, "H1", "Q1"),  # before
        change("wait_avg", at("9:50"), 0, 1, "H1", "Q2"),  # another queue
        change("wait_avg", at("10:10"), 1, 2, "H1", "Q1"),  # seen after 40 minutes
        change("wait_avg", at("10:30"), 2, 1, "H1", "Q1"),  # no rise
        change("tidal_wait_rise", at("12:00"), 0, 1, "H1", "Q1"),  # half an hour after its end, just in time
        change("wait_max_open", at("10:00"), 0, 1, "H1", "Q1"),  # not meant to see it
    ]
    assert seen([TIDE], rises) == {"tide": {"wait_avg": 40.0, "tidal_wait_rise": 150.0}}
    late = [change("tidal_wait_rise", at("12:05"), 0, 1, "H1", "Q1")]
    assert seen([TIDE], late) == {}
    evening = [change("link_rate", at("20:00", 3), 0, 1, "H2")]
    assert seen([LINKS], evening) == {"links": {"link_rate": 3 * 1440 + 12 * 60.0}}
    score = Score([TIDE, LINKS], seen([TIDE, LINKS], [*rises, *evening]))
    assert (score.recall(), score.recall(indicator="link_rate"), score.recall({"weak"})) == ((2, 2), (1, 1), (0, 0))
    assert (score.lead(), score.lead("tidal_wait_rise"), score.lead("wait_avg"), score.lead("data_lag")) == (
        40,
        150,
        40,
        None,
    )


def test_incidents_of_a_replay_take_in_what_comes_while_they_are_open_and_end_when_all_is_over() -> None:
    changes = [
        change("wait_avg", at("9:50"), 0, 1, "H1", "Q1"),
        change("wait_max_open", at("10:00"), 0, 3, "H1", "Q2"),
        change("wait_avg", at("10:20"), 1, 0, "H1", "Q1"),
        change("wait_max_open", at("10:40"), 3, 0, "H1", "Q2"),
        change("wait_avg", at("14:00"), 0, 1, "H1", "Q1"),
        change("off_post_minutes", at("14:05"), 0, 2, "H1", "W1"),
    ]
    found = [(one.key[1], one.opened_at, one.cleared_at, one.worst, len(one.first)) for one in merged(changes)]
    assert found == [
        ("crowd", at("9:50"), at("10:40"), 3, 2),
        ("crowd", at("14:00"), None, 1, 1),
        ("posts", at("14:05"), None, 2, 1),
    ]


def test_of_one_indicator_alone_only_what_it_is_meant_to_see_is_asked() -> None:
    assert meant([TIDE, LINKS], {"wait_avg"}) == [TIDE] and meant([TIDE, LINKS], {"device_offline"}) == []
    assert meant([TIDE, LINKS], catalogue()) == [TIDE, LINKS]


def test_an_incident_stands_for_a_label_of_its_place_and_time_or_for_harm_else_it_is_false() -> None:
    crowd, later, elsewhere = (
        merged([change("wait_avg", when, 0, 2, hall, "Q1")])[0]
        for when, hall in ((at("10:00"), "H1"), (at("13:00"), "H1"), (at("10:00"), "H3"))
    )
    until = at("18:00")
    closed = [Merged(one.key, one.opened_at, one.opened_at, one.worst, one.first) for one in (crowd, later, elsewhere)]
    assert [explained(one, [TIDE], until) for one in closed] == [True, False, False]
    waited = {("crowd", frozenset({("hall_id", "H3")})): [(at("10:50"), at("11:20"))]}
    assert [one.hall for one in false_ones(closed[1:], Harm(waited), until)] == ["H1"]
    too_far = {("crowd", frozenset({("hall_id", "H3")})): [(at("11:10"), at("11:20"))]}
    assert len(false_ones(closed[1:], Harm(too_far), until)) == 2
    score = Score([], incidents=closed, false=closed[1:], hall_months=4.0)
    assert (score.false_a_month({2, 3}), score.false_a_month({1})) == (0.5, 0)
    assert score.precision("wait_avg") == (1, 3) and score.precision("off_post_minutes") == (0, 0)


def test_quiet_days_are_disturbed_by_orange_or_red_only(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    days = pl.DataFrame({"hall_id": ["H1", "H1", "H2"], "date": [at("0:00", day).date() for day in (0, 1, 0)]})
    days.write_parquet(tmp_path / QUIET)
    closings = days.with_columns(pl.lit(at("8:30")).alias("first_open"), pl.lit(at("17:00")).alias("last_close"))
    played = Played(closings=closings)
    changes = [
        change("wait_avg", at("10:00"), 0, 2, "H1", "Q1"),
        change("wait_avg", at("10:00", 1), 0, 1, "H1", "Q1"),
        change("wait_avg", at("10:30"), 3, 2, "H2", "Q3"),
    ]
    assert quiet(tmp_path, played, changes, DAY) == (3, 1)
    assert quiet(tmp_path, played, changes, at("0:00", 1)) == (1, 0)


def replayed() -> Played:
    rows = [
        ("H1", "Q1", at("9:50"), 0, 1), ("H1", "Q1", at("10:00"), 1, 3), ("H1", "Q1", at("10:40"), 3, 0),
        ("H1", "Q1", at("9:00", 7), 0, 2), ("H2", "Q3", at("9:00"), 0, 1), ("H2", "Q3", at("9:20"), 1, 0),
    ]  # fmt: skip
    shape = {"hall_id": pl.String, "queue_id": pl.String, "at": pl.Datetime("us", "Asia/Shanghai")}
    frame = pl.DataFrame(rows, schema=shape | {"before": pl.Int8, "level": pl.Int8}, orient="row").sort("at")
    frame = frame.with_columns(pl.lit(1, dtype=pl.Int8).alias("reason"), pl.lit(value=False).alias("flapping"))
    return Played({"wait_avg": frame}, {"wait_avg": {"value": 9, "held": 0}}, {"wait_sla_rate": "broken"})


def test_what_a_replay_tells_of_an_indicator() -> None:
    played = replayed()
    spells = spells_of(played.changes["wait_avg"], catalogue()["wait_avg"])
    assert spells.select("hall_id", "worst").rows() == [("H2", 1), ("H1", 3), ("H1", 2)]
    wait, broken = told(played)
    assert wait.alerts == {1: 1, 2: 1, 3: 1} and wait.minutes == pytest.approx(35) and wait.longest == 50
    assert wait.hall_weeks == {
        ("H1", "2026-W42"): (0, 0, 1),
        ("H1", "2026-W43"): (0, 1, 0),
        ("H2", "2026-W42"): (1, 0, 0),
    }
    assert wait.most == 1 and broken.ailing == "broken"
    assert [one.at for one in changes_of(Played({"wait_avg": played.changes["wait_avg"]}))] == sorted(
        played.changes["wait_avg"]["at"].to_list()
    )
