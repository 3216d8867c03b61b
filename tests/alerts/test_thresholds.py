"""Thresholds in force: the definition's, then what people changed, for a place or for all, from an instant on."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import random

import pytest

from alerts.catalogue import catalogue
from alerts.definition import ImpossibleDefinition
from alerts.incidents import Place
from alerts.levels import judged
from alerts.thresholds import EDGES, Edge, ThresholdChange, allowed, edges_in_force, in_force
from tests.alerts.days import HALL, QUEUE, clock
from tests.alerts.storyline import frame

WAIT, SATURATION = catalogue()["wait_avg"], catalogue()["window_saturation"]


def change(
    edge: Edge, value: float | None, since: str = "10-12 00:00", place: Place = (), indicator: str = "wait_avg"
) -> ThresholdChange:
    # Records tell instants in universal time.
    return ThresholdChange(
        indicator, place, edge, value, clock(since).astimezone(dt.UTC), "li", clock("08:00"), "试运行"
    )


def values(changes: list[ThresholdChange], at: str, place: Place = ()) -> tuple[float, ...]:
    return dataclasses.astuple(in_force(WAIT, changes, clock(at), place))


def test_without_changes_those_of_the_definition_hold() -> None:
    assert values([], "10:00") == (15, 25, 40, 12)
    assert values([change("yellow", 1.4, indicator="footfall_peak")], "10:00") == (15, 25, 40, 12)


def test_a_change_holds_from_its_instant_on() -> None:
    later = [change("yellow", 18, "10-13 09:00")]
    assert values(later, "10-13 08:55")[0] == 15
    assert values(later, "10-13 09:00")[0] == 18


def test_of_several_the_one_in_force_last_holds_and_of_one_instant_that_recorded_last() -> None:
    several = [
        change("yellow", 18, "10-14 00:00"),
        change("yellow", 17, "10-13 00:00"),
        change("yellow", 16, "10-13 00:00"),
    ]
    assert [values(several, f"10-{day} 10:00")[0] for day in (12, 13, 14)] == [15, 16, 18]


def test_one_for_a_place_goes_before_one_for_all_whenever_it_was_made() -> None:
    several = [
        change("yellow", 20, place=QUEUE),
        change("yellow", 18, "10-13 00:00", HALL),
        change("yellow", 14, "10-14 00:00"),
    ]
    assert values(several, "10-15 10:00", QUEUE)[0] == 20
    assert values(several, "10-15 10:00", (("hall_id", "H1"), ("queue_id", "Q2")))[0] == 18
    assert values(several, "10-15 10:00", (("hall_id", "H2"), ("queue_id", "Q1")))[0] == 14


def test_a_change_taken_back_leaves_the_definition() -> None:
    several = [change("yellow", 18), change("yellow", None, "10-13 00:00")]
    assert [values(several, f"10-{day} 10:00")[0] for day in (12, 13)] == [18, 15]


REFUSED = {
    "yellow above orange": ([], [change("yellow", 26)]),
    "yellow at orange": ([], [change("yellow", 25)]),
    "recovery at yellow": ([], [change("recovery", 15)]),
    "red below orange": ([], [change("red", 20)]),
    "no number": ([], [change("red", float("nan"))]),
    "endless": ([], [change("red", float("inf"))]),
    "together with what is on record": ([change("orange", 16)], [change("yellow", 17)]),
    "together with what is on record for a place": ([change("orange", 16, place=HALL)], [change("yellow", 17)]),
    "together with what is on record for later": ([change("orange", 16, "11-01 00:00")], [change("yellow", 17)]),
    "the second of two": ([], [change("yellow", 14), change("recovery", 14.5)]),
    "a place that is none of its": ([], [change("yellow", 14, place=(("window_id", "W1"),))]),
}  # fmt: skip


@pytest.mark.parametrize("fault", REFUSED)
def test_thresholds_out_of_order_are_refused(fault: str) -> None:
    known, wanted = REFUSED[fault]
    with pytest.raises(ImpossibleDefinition, match="^wait_avg: "):
        allowed(WAIT, known, wanted)


def test_where_two_places_meet_thresholds_must_be_in_order_too() -> None:
    hall = change("orange", 86, place=HALL, indicator="window_saturation")
    group = change("yellow", 90, place=(("service_group", "tax"),), indicator="window_saturation")
    assert allowed(SATURATION, [], [group])
    with pytest.raises(ImpossibleDefinition, match="^window_saturation: "):
        allowed(SATURATION, [hall], [group])


def test_what_two_changes_make_possible_together_is_allowed_and_told_by_place() -> None:
    found = allowed(WAIT, [change("red", 50, place=HALL)], [change("yellow", 26), change("orange", 30)])
    assert {place: dataclasses.astuple(force) for place, force in found.items()} == {
        (): (26, 30, 40, 12), HALL: (26, 30, 50, 12),
    }  # fmt: skip


def test_downwards_the_order_is_the_other_way_round() -> None:
    rate = catalogue()["wait_sla_rate"]
    assert allowed(rate, [], [change("yellow", 75, indicator="wait_sla_rate")])
    with pytest.raises(ImpossibleDefinition):
        allowed(rate, [], [change("yellow", 90, indicator="wait_sla_rate")])


def test_readings_carry_the_thresholds_in_force_at_their_place_and_instant() -> None:
    dice = random.Random(7)
    places: list[Place] = [(), HALL, QUEUE, (("queue_id", "Q2"),), (("hall_id", "H2"),)]
    days = [f"10-{dice.randrange(12, 20)} 00:00" for _ in range(40)]
    changes = [change(dice.choice(EDGES), dice.choice([None, 10.0, 20.0]), day, dice.choice(places)) for day in days]
    where: list[Place] = [
        (("hall_id", hall), ("queue_id", queue)) for hall, queue in itertools.product(("H1", "H2"), ("Q1", "Q2"))
    ]
    lines = [
        (dict(place), clock(f"10-{day} 00:00"), {"reading": "value", "value": 16.0})
        for place in where
        for day in range(11, 21)
    ]
    read = frame(WAIT, lines)
    read = read.with_columns(**edges_in_force(read, WAIT, changes))
    for row in read.iter_rows(named=True):
        place = (("hall_id", row["hall_id"]), ("queue_id", row["queue_id"]))
        assert tuple(row[edge] for edge in EDGES) == dataclasses.astuple(in_force(WAIT, changes, row["at"], place))


def test_levels_follow_the_thresholds_in_force() -> None:
    lines = [
        ({"hall_id": "H1", "queue_id": queue}, clock("10:00"), {"reading": "value", "value": 16.0})
        for queue in ("Q1", "Q2")
    ]
    read, changes = frame(WAIT, lines), [change("yellow", 20, place=QUEUE), change("recovery", 17, place=QUEUE)]
    ready = judged(read, WAIT, edges_in_force(read, WAIT, changes)).sort("queue_id")
    assert ready["met"].to_list() == [0, 1]
    assert ready["past_1"].to_list() == [True, False]
    assert ready["yellow"].to_list() == [20, WAIT.thresholds.yellow]
