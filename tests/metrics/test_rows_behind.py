"""Every reading there is, at random instants of a demo city: counted, the rows behind it give its number.

Found by discovery: a new quantity is tried here without anybody naming it. Its rows are counted again in a city that
holds these rows and no others of their tables; what no such city can tell (a comparison with days that add nothing,
half a minute between two customers while others wait) is counted from the rows in plain Python.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from random import Random
from statistics import mean

import polars as pl
import pytest

from metrics.asof import as_of
from metrics.hours import rt_instants
from metrics.instants import daily, monthly, weekly
from metrics.keys import row_key
from metrics.quantities import all_quantities
from metrics.reading import Quantity
from metrics.records import Records
from metrics.standard import TABLES
from metrics.view import View
from tests.metrics.compare import assert_rows_behind
from tests.metrics.conftest import UNTIL
from tests.metrics.random_city import at
from tests.metrics.slow.drift import handle_time_drift
from tests.metrics.slow.records import DAY, MINUTE, Row, Tables, net, suspect
from tests.metrics.slow.windows import handle

#: Instants drawn of each quantity, those of them looked at, and readings counted again from their rows alone.
DRAWN, INSTANTS, READINGS = 2_000, 6, 4
#: Numerator and denominator.
Counts = tuple[float | None, float | None]


def instants(quantity: Quantity, view: View, random: Random) -> pl.DataFrame:
    """Random instants at which a quantity is due; some of those at which there is something to count, if any are."""
    start, end, zone = at(UNTIL - 50 * DAY, 0), at(UNTIL, 23), view.records.timezone
    every = {
        "RT": lambda: rt_instants(view.sessions, start, end),
        "D": lambda: daily(view.sessions, start, end),
        "W": lambda: weekly(zone, start, end),
        "M": lambda: monthly(zone, start, end),
    }[quantity.cadence]()
    if quantity.id == "tidal_wait_rise":
        every = every.filter(pl.col("at").dt.minute() % 30 == 0)
    drawn = _drawn(every, DRAWN, random)
    counted = quantity.measure(view, drawn).filter(COUNTABLE)
    return _drawn(drawn.filter(pl.col("at").is_in(counted["at"].implode())), INSTANTS, random)


#: Where anything counts at all.
COUNTABLE = (pl.col("numerator") != 0) | (pl.col("denominator").fill_null(0) != 0)


def _drawn(every: pl.DataFrame, number: int, random: Random) -> pl.DataFrame:
    times = every["at"].unique().sort().to_list()
    return every.filter(pl.col("at").is_in(random.sample(times, min(number, len(times)))))


def tried(name: str, view: View, seed: int) -> int:
    """Hold some readings against their rows; how many."""
    quantity, random = all_quantities()[name], Random(f"{name} {seed}")
    asked, place = instants(quantity, view, random), [*quantity.grain, "at"]
    rows = assert_rows_behind(quantity, view, asked)
    assert not rows.select(*place, "table", "key").is_duplicated().any()
    assert_known(rows, view)
    frame = quantity.measure(view, asked)
    some = frame.filter(COUNTABLE).sort(place)
    chosen = random.sample(some.to_dicts(), min(READINGS, some.height))
    for reading in chosen:
        here = pl.all_horizontal(pl.col(column) == reading[column] for column in place)
        mine = rows.filter(here)
        now = asked.filter(pl.col("at") == reading["at"])
        for number, counted in zip(
            (reading["numerator"], reading["denominator"]), count(quantity, view, mine, now, reading), strict=True
        ):
            assert counted == (number if number is None else pytest.approx(number, rel=1e-9, abs=1e-9)), reading
    return len(chosen)


def count(quantity: Quantity, view: View, rows: pl.DataFrame, now: pl.DataFrame, reading: Row) -> Counts:
    if quantity.id in OTHERWISE:
        return OTHERWISE[quantity.id](view, rows, now, reading)
    return alone(quantity, view, rows, now, reading)


def alone(quantity: Quantity, view: View, rows: pl.DataFrame, now: pl.DataFrame, reading: Row) -> Counts:
    """The reading of a city that holds the rows behind and no others of their tables."""
    tables = {**view.records.tables, **those(view, rows)}
    here = pl.all_horizontal(pl.col(column) == reading[column] for column in (*quantity.grain, "at"))
    found = quantity.measure(View(Records(tables, view.records.timezone)), now).filter(here)
    ((numerator, denominator),) = found.select("numerator", "denominator").iter_rows()
    return numerator, denominator


def those(view: View, rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The records that rows behind name, by table; each there, and once."""
    found = {}
    for (name,), part in rows.partition_by("table", as_dict=True).items():
        table = view.records[str(name)]
        found[str(name)] = table.filter(table.select(row_key(str(name))).to_series().is_in(part["key"].implode()))
        assert found[str(name)].height == part["key"].n_unique()
    return found


def assert_known(rows: pl.DataFrame, view: View) -> None:
    """No row had yet to come at the instant of the reading: what decides is the first thing that happens in it."""
    for (name, t), part in rows.partition_by("table", "at", as_dict=True).items():
        assert isinstance(t, dt.datetime)
        table = str(name)
        if not any(column.mark == "event" for column in TABLES[table].columns) or table == "deliveries":
            continue
        known = as_of(table, view.records[table].lazy(), t).select(row_key(table)).collect()["key"]
        assert part["key"].is_in(known.implode()).all(), (table, t)


def of_usual_comers(view: View, rows: pl.DataFrame, now: pl.DataFrame, reading: Row) -> Counts:
    """1: people who came today, and on the middle one or two of the days compared with; each is one."""
    tickets = those(view, rows)["tickets"]
    today = tickets.filter(pl.col("take_time").dt.date() == reading["at"].date()).height
    shares = rows.filter(pl.col("denominator") > 0)["denominator"].to_list()
    # Without a comparison there is no denominator; where nobody came on the middle days it is 0.
    days = 1 if not shares else round(1 / shares[0])
    past = (tickets.height - today) / days
    return today, None if reading["denominator"] is None else past


def of_usual_waits(view: View, rows: pl.DataFrame, now: pl.DataFrame, reading: Row) -> Counts:
    """3: the mean wait of today's calls, and the mean over days of the mean waits of the calls compared with."""
    waits: dict[dt.date, list[float]] = {}
    calendar = {"calendar": view.records["calendar"].filter(pl.col("hall_id") == reading["hall_id"]).to_dicts()}
    today = reading["at"].date()
    for row in those(view, rows)["tickets"].to_dicts():
        wait = net(calendar, row["hall_id"], row["take_time"], row["call_time"]) / MINUTE
        waits.setdefault(row["call_time"].date(), []).append(wait)
        assert row["call_time"].date() == today or not suspect(row)
    now_waits = waits.pop(today, [])
    means = [mean(of_day) for of_day in waits.values()]
    return mean(now_waits) if now_waits else None, mean(means) if means else None


def of_days(view: View, rows: pl.DataFrame, now: pl.DataFrame, reading: Row) -> Counts:
    """13: E, day by day, from all services of the item; the rows behind are all of them on the days in E."""
    own = (pl.col("hall_id") == reading["hall_id"]) & (pl.col("item_code") == reading["item_code"])
    tickets = view.records["tickets"].filter(own)
    listed = those(view, rows).get("tickets", tickets.clear())
    for day in listed["take_time"].dt.date().unique():
        on = pl.col("take_time").dt.date() == day, pl.col("end_time").dt.date() == day
        taken = tickets.filter(*on, pl.col("end_time") < reading["at"])
        served = [row["ticket_id"] for row in taken.to_dicts() if not row["is_test"] and handle(row) is not None]
        assert sorted(served) == sorted(listed.filter(on[0])["ticket_id"])
    known: Tables = {
        "tickets": as_of("tickets", tickets.lazy(), reading["at"]).collect().to_dicts(),
        "calendar": view.records["calendar"].filter(pl.col("hall_id") == reading["hall_id"]).to_dicts(),
    }
    found = handle_time_drift(known, reading["hall_id"], reading["item_code"], reading["at"])
    assert found is not None
    return found["numerator"], found["denominator"]


def nearly_alone(name: str) -> Callable[..., Counts]:
    """Work at windows: whoever only waits meanwhile is not behind it, and half a minute of a ticket hangs on that."""

    def counted(view: View, rows: pl.DataFrame, now: pl.DataFrame, reading: Row) -> Counts:
        numerator, denominator = alone(all_quantities()[name], view, rows, now, reading)
        tickets = rows.filter(pl.col("table") == "tickets").height
        assert numerator is not None
        assert math.isclose(numerator, reading["numerator"], abs_tol=tickets / 2 + 1e-9)
        return reading["numerator"], denominator

    return counted


#: Numbers that the rows behind do not make on their own, and how those rows are counted.
OTHERWISE: dict[str, Callable[..., Counts]] = {
    "footfall_peak": of_usual_comers,
    "tidal_wait_rise": of_usual_waits,
    "handle_time_drift": of_days,
    "window_saturation": nearly_alone("window_saturation"),
    "window_idle_rate": nearly_alone("window_idle_rate"),
}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", all_quantities())
def test_the_rows_behind_a_reading_counted_give_its_number(name: str, seed: int, demo_view: View) -> None:
    assert tried(name, demo_view, seed)


@pytest.mark.proof
@pytest.mark.parametrize("name", all_quantities())
def test_the_rows_behind_many_readings_counted_give_their_numbers(name: str, demo_view: View) -> None:
    assert sum(tried(name, demo_view, seed) for seed in range(3, 13)) >= 20


def test_all_indicators_are_tried() -> None:
    assert len(all_quantities()) >= 38
    assert OTHERWISE.keys() <= all_quantities().keys()
