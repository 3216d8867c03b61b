"""The catalogue against the indicators as they are published, and definitions that cannot be meant."""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from alerts import catalogue as module
from alerts import indicators
from alerts.catalogue import catalogue, indicator
from alerts.definition import (
    CATALOGUE,
    CAUSES,
    GROUPS,
    HALF_HOURS,
    NO_HOLD,
    OWNERS,
    RT_HOLD,
    Hold,
    ImpossibleDefinition,
    Thresholds,
)
from alerts.levels import judged
from metrics.quantities import all_quantities
from tests.alerts.days import clock
from tests.alerts.naive import judge
from tests.alerts.published import PUBLISHED, of_2026_1
from tests.alerts.storyline import frame, place_of


def test_the_catalogue_2026_1_has_exactly_38_indicators_by_number() -> None:
    assert CATALOGUE == "2026.1"
    assert [definition.number for definition in of_2026_1().values()] == list(range(1, 39))
    assert set(of_2026_1()) == set(PUBLISHED)
    assert set(catalogue()) == set(all_quantities())


def test_the_groups_are_those_published_with_so_many_indicators() -> None:
    counts = {group: sum(one.group == group for one in of_2026_1().values()) for group in GROUPS}
    assert counts == {"flow": 8, "windows": 5, "handling": 6, "online": 6, "reviews": 6, "staff": 3, "data": 4}
    assert list(GROUPS.values()) == [
        "人流与排队", "窗口与饱和", "办理与时限", "一网通办与线上", "评价与投诉", "人员与公共卫生", "数据与设备",
    ]  # fmt: skip


@pytest.mark.parametrize("id_", PUBLISHED)
def test_an_indicator_is_as_published(id_: str) -> None:
    definition, published = catalogue()[id_], PUBLISHED[id_]
    assert (definition.number, definition.group) == (published.number, published.group)
    assert definition.name.startswith(published.name)
    assert (definition.cadence, definition.grain) == (published.cadence, tuple(published.grain.split()))
    assert definition.direction == published.direction
    assert definition.thresholds == Thresholds(*published.levels, published.recovery)
    assert (definition.hold.calm, definition.hold.red, definition.hold.keep) == published.hold
    assert definition.minutes == published.minutes
    assert definition.source == published.source
    assert definition.owner == published.owner
    assert published.action in definition.action


@pytest.mark.parametrize("id_", PUBLISHED)
def test_an_indicator_says_what_it_means_why_and_what_to_do_in_whole_chinese_sentences(id_: str) -> None:
    definition = catalogue()[id_]
    for text in (definition.meaning, definition.why):
        assert text.endswith("。")
        assert not set(",.;:!?") & set(text.replace("0.5", "")), text
    assert definition.unit and definition.sample and definition.action
    assert definition.cause in CAUSES and definition.owner in OWNERS
    assert dt.date(2026, 11, 1) < definition.next_review <= dt.date(2027, 12, 31)
    assert definition.strict == (definition.number == 3)
    assert (definition.source_column == "people_from") == (definition.number == 2)


def test_levels_need_what_is_published_and_nothing_else() -> None:
    assert {one.number for one in of_2026_1().values() if one.needs} == {1, 3, 9, 10, 15, 31, 32, 34}
    assert {one.number: set(one.at_least) for one in of_2026_1().values() if one.at_least} == {7: {3}, 10: {3}, 26: {2}}
    assert {one.number for one in of_2026_1().values() if one.instead} == {38}


def edges(low: float, yellow: float, orange: float, red: float) -> Iterator[float]:
    """Values at, just beside and between the thresholds, and far out."""
    points = [low, yellow, orange, red]
    for number, point in enumerate(points):
        yield from (point, point - 1e-9, point + 1e-9)
        if number:
            yield (point + points[number - 1]) / 2
    yield from (low - 1000, red - 1000, low + 1000, red + 1000)


#: What a level also looks at, in all its cases.
BESIDE: dict[int, list[dict[str, Any]]] = {
    1: [{"denominator": 16, "numerator": taken} for taken in (27, 27.99, 28, 29)],
    3: [{"numerator": now, "baseline": now - more} for now in (9.9, 10, 14.9, 15, 24.9, 25) for more in (2.5, 3, 4)],
    7: [{"numerator": waiting, "denominator": 0} for waiting in (0, 1)],
    9: [{"waiting_per_window": waiting} for waiting in (None, 0, 1, 1.1, 2, 2.1)],
    10: [{"waiting_per_window": waiting} for waiting in (None, 0, 2.9, 3)],
    15: [{"numerator": cases} for cases in (0, 2, 3)],
    26: [{"at_one_window": reviews} for reviews in (0, 1, 2, 3)],
    31: [{"numerator": complaints} for complaints in (0, 2, 3)],
    32: [{"missing": persons} for persons in (0, 1, 2)],
    34: [{"numerator": persons} for persons in (0, 1, 2, 3)],
    38: [
        {"denominator": used, "numerator": off, "key_off": key}
        for used in (1, 2, 3, 4, 5) for off in range(used + 1) for key in range(min(off, 2) + 1)
    ],
}  # fmt: skip


@pytest.mark.parametrize("id_", PUBLISHED)
def test_readings_at_and_beside_every_threshold_meet_what_plain_python_says(id_: str) -> None:
    definition, of = catalogue()[id_], PUBLISHED[id_]
    values: list[float | None] = list(edges(of.recovery, *of.levels))
    values += [None] if of.number in (7, 10) else []
    lines = [{"value": value} | beside for value in values for beside in BESIDE.get(of.number, [{}])]
    place = place_of(definition)
    ready = judged(
        frame(definition, [(place, clock("10:00"), {"reading": "value"} | line) for line in lines]), definition
    )
    for line, row in zip(lines, ready.iter_rows(named=True), strict=True):
        wanted = judge(of, line)
        assert (row["met"], {level for level in (1, 2, 3) if row[f"past_{level}"]}) == (wanted.met, wanted.past), line
        assert row["met"] not in {level for level in (1, 2, 3) if row[f"past_{level}"]}, "met and recovered at once"


def test_what_is_no_value_meets_nothing_and_is_not_recovered_either() -> None:
    definition = catalogue()["queue_per_window"]
    lines = [
        (place_of(definition), clock("10:00"), {"reading": kind, "numerator": 5})
        for kind in ("insufficient", "no_data")
    ]
    ready = judged(frame(definition, lines), definition)
    assert ready.select("met", "past_1", "past_2", "past_3").rows() == [(None,) * 4] * 2


WAIT, RATE, IDLE = (indicator(name) for name in ("wait_avg", "wait_sla_rate", "window_idle_rate"))
NO_NUMBER, ENDLESS = float("nan"), float("inf")
IMPOSSIBLE: dict[str, tuple[Any, dict[str, Any]]] = {
    "a quantity that is not read": (WAIT, {"id": "wait_mean"}),
    "no name": (WAIT, {"name": ""}),
    "no meaning": (WAIT, {"meaning": ""}),
    "no reason why": (WAIT, {"why": ""}),
    "nothing to do": (WAIT, {"action": ""}),
    "no sample": (WAIT, {"sample": ""}),
    "an unknown cause": (WAIT, {"cause": "fate"}),
    "an unknown group": (WAIT, {"group": "queues"}),
    "an unknown direction": (WAIT, {"direction": "sideways"}),
    "an unknown kind of source": (WAIT, {"source": "X"}),
    "an unknown owner": (WAIT, {"owner": "nobody"}),
    "strictly below, twice": (RATE, {"strict": True}),
    "a level there is none of": (WAIT, {"at_least": {4: pl.lit(value=True)}, "at_least_said": "直接为紫"}),
    "a need that is not said": (WAIT, {"needs": lambda level: pl.lit(value=True)}),
    "a need that is only said": (WAIT, {"needs_said": "还要"}),
    "a least level that is not said": (WAIT, {"at_least": {3: pl.lit(value=True)}}),
    "a least level that is only said": (WAIT, {"at_least_said": "直接为红"}),
    "instead of the thresholds, but when": (WAIT, {"instead": (pl.lit(value=True),) * 3, "instead_said": "改用"}),
    "instead of the thresholds, but what": (WAIT, {"instead_when": pl.lit(value=True), "instead_said": "改用"}),
    "instead of the thresholds, not said": (WAIT, {"instead": (pl.lit(True),) * 3, "instead_when": pl.lit(True)}),
    "a hold of nothing": (WAIT, {"hold": Hold(0, 1, 1)}),
    "a red hold of nothing": (WAIT, {"hold": Hold(1, 0, 1)}),
    "a recovery of nothing": (WAIT, {"hold": Hold(1, 1, 0)}),
    "a source that no reading tells": (WAIT, {"source_column": "people_from"}),
    "a hold of what is read once a day": (IDLE, {"hold": RT_HOLD}),
    "half hours of what is read once a day": (IDLE, {"hold": HALF_HOURS}),
    "yellow above orange": (WAIT, {"thresholds": Thresholds(26, 25, 40, 12)}),
    "orange above red": (WAIT, {"thresholds": Thresholds(15, 41, 40, 12)}),
    "recovery above yellow": (WAIT, {"thresholds": Thresholds(15, 25, 40, 16)}),
    "recovery at yellow": (WAIT, {"thresholds": Thresholds(15, 25, 40, 15)}),
    "two levels at once": (WAIT, {"thresholds": Thresholds(15, 25, 25, 12)}),
    "no number": (WAIT, {"thresholds": Thresholds(15, NO_NUMBER, 40, 12)}),
    "a recovery that never comes": (WAIT, {"thresholds": Thresholds(15, 25, 40, -ENDLESS)}),
    "a red that never comes": (WAIT, {"thresholds": Thresholds(15, 25, ENDLESS, 12)}),
    "downwards, yellow below orange": (RATE, {"thresholds": Thresholds(65, 70, 60, 85)}),
    "downwards, recovery below yellow": (RATE, {"thresholds": Thresholds(80, 70, 60, 75)}),
    "upwards with thresholds for downwards": (WAIT, {"direction": "down"}),
    "downwards with thresholds for upwards": (RATE, {"direction": "up"}),
}  # fmt: skip


@pytest.mark.parametrize("fault", IMPOSSIBLE)
def test_a_definition_that_cannot_be_meant_is_refused(fault: str) -> None:
    definition, changed = IMPOSSIBLE[fault]
    with pytest.raises(ImpossibleDefinition, match=f"^{changed.get('id', definition.id)}: "):
        dataclasses.replace(definition, **changed)


def test_holds_are_those_published() -> None:
    assert [dataclasses.astuple(hold) for hold in (RT_HOLD, NO_HOLD, HALF_HOURS)] == [(4, 2, 4), (1, 1, 1), (2, 2, 2)]


@pytest.fixture
def more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of further indicators, found beside those of the catalogue."""
    (tmp_path / "extra").mkdir()
    (tmp_path / "extra" / "__init__.py").touch()
    monkeypatch.setattr(indicators, "__path__", [*indicators.__path__, str(tmp_path)])
    module.catalogue.cache_clear()
    yield tmp_path / "extra"
    module.catalogue.cache_clear()
    for name in [name for name in sys.modules if name.startswith("alerts.indicators.extra")]:
        del sys.modules[name]
    importlib.invalidate_caches()


FILE = "import dataclasses\n\nfrom alerts.indicators.flow.wait_avg import DEFINITION as ONE\n\n"


def write(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.py").write_text(FILE + text, encoding="utf-8")
    importlib.invalidate_caches()


def test_a_file_must_be_called_as_its_indicator(more: Path) -> None:
    write(more, "wait_avg", "DEFINITION = ONE\n")
    with pytest.raises(ImpossibleDefinition, match="its file is called extra/wait_avg"):
        catalogue()


def test_an_impossible_file_stops_the_catalogue(more: Path) -> None:
    write(more, "wait_avg", 'DEFINITION = dataclasses.replace(ONE, cause="fate")\n')
    with pytest.raises(ImpossibleDefinition, match="wait_avg: no such group or cause"):
        catalogue()


def test_two_indicators_of_one_number_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    twin = dataclasses.replace(WAIT, number=5)
    monkeypatch.setattr("alerts.indicators.flow.wait_avg.DEFINITION", twin)
    module.catalogue.cache_clear()
    try:
        with pytest.raises(ImpossibleDefinition, match="the same number"):
            catalogue()
    finally:
        module.catalogue.cache_clear()


def test_a_quantity_that_nothing_watches_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    quantities = all_quantities()
    more = quantities | {"unwatched": dataclasses.replace(quantities["wait_avg"], id="unwatched")}
    monkeypatch.setattr(module, "all_quantities", lambda: more)
    module.catalogue.cache_clear()
    try:
        with pytest.raises(ImpossibleDefinition, match=r"no indicator watches these quantities: \['unwatched'\]"):
            catalogue()
    finally:
        module.catalogue.cache_clear()


def test_an_unknown_indicator_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        indicator("wait_mean")
