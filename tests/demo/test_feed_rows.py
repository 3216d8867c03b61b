"""What a feed brings tick by tick, put together, is what a city built at once knows at that instant."""

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cockpit.demo.city import plan_city
from cockpit.demo.history import City
from metrics.standard import TABLES

ZONE = ZoneInfo("Asia/Shanghai")
DAYS = 12
TICK = dt.timedelta(minutes=5)
#: Days on which a source of this city of three halls is late, while the feed goes on.
LATE = {"queue": dt.date(2025, 12, 26), "clock": dt.date(2026, 3, 31), "door": dt.date(2026, 11, 4)}

Tables = dict[str, pl.DataFrame]


def laid_out(until: dt.date, days: int = DAYS) -> City:
    return plan_city(halls=3, days=days, until=until)


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), ZONE)


def everything(city: City, now: dt.datetime) -> Tables:
    """All that a city built at once knows at an instant."""
    parts = [city.reference_tables(), city.backlog(now), city.span(city.first_day, city.last_planned_day, now)]
    return laid_over(parts)


def laid_over(parts: list[Tables]) -> Tables:
    """Of several versions of a row the latest, of equally old ones the one that came last, as the lake keeps them."""
    found = {}
    for name in TABLES:
        frames = [part[name].with_columns(came=pl.lit(n)) for n, part in enumerate(parts) if name in part]
        if frames:
            rows = pl.concat(frames).sort("updated_at", "came", maintain_order=True)
            found[name] = rows.unique(TABLES[name].key, keep="last").drop("came").sort(TABLES[name].key)
    return found


def assert_same(left: Tables, right: Tables) -> None:
    assert left.keys() == right.keys()
    for name in left:
        assert_frame_equal(left[name], right[name])


def without_registers(tables: Tables) -> Tables:
    """All but what says how far the calendars reach."""
    return {**tables, "deliveries": tables["deliveries"].filter(pl.col("source_system") != "registry")}


def fed(city: City, start: dt.datetime, moments: list[dt.datetime]) -> list[Tables]:
    """The state at each moment of a city that is known up to a start and then fed every five minutes."""
    parts = [everything(city, start)]
    states, since = [], start
    for moment in moments:
        while since < moment:
            now = min(since + TICK, moment)
            if now.date() > city.last_day:
                city, old = city.later(now.date()), city
                parts.append(city.span(old.last_planned_day + dt.timedelta(days=1), city.last_planned_day, since))
                parts.append(city.reference_tables())
                parts.append({"deliveries": city.register_deliveries()})
            parts.append(city.changes(since, now))
            since = now
        parts = [laid_over(parts)]
        states.append(parts[0])
    return states


@pytest.mark.parametrize("source", LATE)
def test_ticks_put_together_are_the_city_cut_at_the_last_instant(source: str) -> None:
    """While a source is held back, after it has delivered again, and (once) after a midnight."""
    day, after = LATE[source], LATE[source] + dt.timedelta(days=1)
    late = laid_out(day).truth().filter(pl.col("kind") == "source_late", pl.col("source") == source)
    onset, end = late.row(0, named=True)["onset"], late.row(0, named=True)["end"]
    assert onset.date() == day
    within = (onset + (end - onset) * 0.6).replace(microsecond=0)
    moments = [within, end + dt.timedelta(minutes=1), *([at(after, 10, 33)] if source == "queue" else [])]
    states = fed(laid_out(day), min(at(day, 12), onset.replace(microsecond=0) - dt.timedelta(minutes=25)), moments)
    for moment, state in zip(moments, states, strict=True):
        days = DAYS + (moment.date() - day).days
        assert_same(state, everything(laid_out(moment.date(), days), moment))


def test_a_source_that_is_held_back_tells_nothing_until_it_delivers_again() -> None:
    day = LATE["queue"]
    city = laid_out(day)
    onset, end, hall = (
        city.truth().filter(pl.col("kind") == "source_late", pl.col("source") == "queue").row(0, named=True)[name]
        for name in ("onset", "end", "hall_id")
    )
    before, after = onset - dt.timedelta(minutes=10), end + dt.timedelta(minutes=1)
    mine, cut = pl.col("hall_id") == hall, onset.replace(microsecond=0)
    during = everything(city, end - dt.timedelta(minutes=1))["tickets"]
    assert during.filter(mine)["take_time"].max() < cut < during.filter(~mine)["take_time"].max()
    quiet = city.changes(onset + dt.timedelta(seconds=1), end - dt.timedelta(minutes=1))["tickets"]
    assert quiet.filter(mine).is_empty()
    assert quiet.height > 20
    released = city.changes(end - dt.timedelta(minutes=1), after)["tickets"].filter(mine)
    assert released["take_time"].min() < before + dt.timedelta(minutes=40)
    assert released.filter(pl.col("take_time").is_between(onset, end)).height > 20


def test_a_ticket_s_case_is_news_of_the_ticket() -> None:
    """The number of a case opened during a service comes with the next tick, not only when the service has ended."""
    day = LATE["door"]
    city = laid_out(day)
    without, learned = set(), set()
    for minute in range(90):
        now = at(day, 9, 30) + dt.timedelta(minutes=minute)
        rows = city.changes(now, now + dt.timedelta(minutes=1)).get("tickets")
        if rows is not None:
            serving = rows.filter(pl.col("status") == "serving")
            learned |= without & set(serving.drop_nulls("project_no")["ticket_id"])
            without |= set(serving.filter(pl.col("project_no").is_null())["ticket_id"])
    assert len(learned) > 5


def test_nothing_is_new_between_an_instant_and_itself_or_an_earlier_one() -> None:
    day = LATE["door"]
    city = laid_out(day)
    assert city.changes(at(day, 10), at(day, 10)) == {}
    assert city.changes(at(day, 10), at(day, 9)) == {}


def test_a_city_that_goes_on_changes_nothing_of_its_past() -> None:
    day = LATE["clock"]
    now = at(day, 23, 59)
    city = laid_out(day)
    city.changes(at(day, 22), now)
    later = city.later(day + dt.timedelta(days=3))
    assert (later.first_day, later.last_day) == (city.first_day, day + dt.timedelta(days=3))
    assert_same(
        without_registers(city.span(city.first_day, day, now)), without_registers(later.span(city.first_day, day, now))
    )
    assert_same(city.backlog(now), later.backlog(now))
    # Made up from the beginning it is the same city as the one that went on.
    anew = laid_out(day + dt.timedelta(days=3), DAYS + 3)
    assert_same(later.changes(now, now + dt.timedelta(hours=20)), anew.changes(now, now + dt.timedelta(hours=20)))
    truth = city.truth()
    kept = later.truth().filter(pl.col("incident_id").is_in(truth["incident_id"].implode()))
    assert_frame_equal(kept, truth)
    assert city.later(day - dt.timedelta(days=1)).last_day == day


def test_plans_made_ahead_are_those_of_the_days_when_they_have_come() -> None:
    day = LATE["clock"]
    planned = laid_out(day).span(day + dt.timedelta(days=1), day + dt.timedelta(days=7))
    come = laid_out(day + dt.timedelta(days=7), DAYS + 7).span(day + dt.timedelta(days=1), day + dt.timedelta(days=7))
    for name in ("window_plan", "roster"):
        assert planned[name].height > 50
        assert_frame_equal(planned[name], come[name])
