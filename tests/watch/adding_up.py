"""Whatever can be added up of a city adds up: places, days, months, and what is kept equals what is counted afresh.

Each check tells how many sums it held against each other, so that a city without records does not pass for a proof.
"""

import datetime as dt
import math
from collections.abc import Iterable
from itertools import pairwise

import polars as pl
from polars.testing import assert_frame_equal

from cockpit.lake.facts import FactStore
from cockpit.lake.folder import DataFolder
from cockpit.watch.numbers import count_rates
from metrics.facts import overview
from metrics.facts.kinds import FactKind, all_kinds
from metrics.facts.queues import COUNTS, queue_sums
from metrics.periods import Period, parse, periods_between
from metrics.rates import PLACE_COLUMNS, Place, rates_of
from metrics.records import Records, empty
from metrics.spells import MINUTE

Sums = dict[tuple[object, ...], tuple[float, ...]]
#: What is counted anew for every place, or told only where something is there, does not add up.
ANEW = {
    *("ywtb_items_on_target", "ywtb_halls_on_target", "wait_p90"),
    *("ywtb_case_rate_low", "ywtb_case_rate_high"),
}
#: What is judged on a period's last day does not add up over days.
OF_THE_LAST_DAY = {"online_capable_rate", "promise_compression", "promise_compression_weighted"}
#: A review that names neither ticket nor case belongs to no department, item or theme: only to hall, county, city.
OF_REVIEWS = {
    *("review_good_rate", "review_bad_rate", "callback_rate", "callback_satisfied_rate", "rectify_on_time_rate"),
}
OF_MATTERS = ("department", "item", "theme")
#: What a kind of facts counts.
COUNTED = {"queues": COUNTS, "windows": ("open", "busy"), "items": ("n", "logs")}


def assert_same(left: Sums, right: Sums, what: object) -> int:
    """Both have the same sums; whole numbers are the same to the last, only minutes may round otherwise."""
    assert left.keys() == right.keys(), what
    for key, numbers in left.items():
        for one, other in zip(numbers, right[key], strict=True):
            assert math.isclose(one, other, rel_tol=1e-11, abs_tol=1e-9), (what, key, numbers, right[key])
    return len(left)


def added(frame: pl.DataFrame, key: Iterable[str], columns: Iterable[str]) -> Sums:
    """Columns added up by key; what is nothing at all is left out."""
    names, columns = list(key), list(columns)
    sums = frame.group_by(names).agg(pl.col(columns).sum()) if names else frame.select(pl.col(columns).sum())
    kept = sums.filter(pl.any_horizontal(pl.col(columns) != 0))
    return {row[: len(names)]: row[len(names) :] for row in kept.select(*names, *columns).iter_rows()}


def rates_of_places_add_up(folder: DataFolder, month: Period, t: dt.datetime) -> int:
    """Halls and what has no hall make their county, counties and what has none the city, and so do all other places."""
    counted = count_rates(folder.lake, [month], t)
    told = {by: _told(counted.rates(by), by) for by in PLACE_COLUMNS}
    checked = 0
    for by, wider in [("hall", "county"), *((by, "city") for by in PLACE_COLUMNS if by != "city")]:
        shared = (told[by][1] & told[wider][1]) - (OF_REVIEWS if by in OF_MATTERS else set())
        both = pl.Series(list(shared)).implode()
        key = ["rate", *PLACE_COLUMNS[wider]]
        parts, whole = (told[place][0].filter(pl.col("rate").is_in(both)) for place in (by, wider))
        left, right = (added(frame, key, ("numerator", "denominator")) for frame in (parts, whole))
        checked += assert_same(left, right, (month.label, by, wider))
    nameless = _nameless_reviews(folder, month, t)
    for by in OF_MATTERS:
        for rate in ("review_good_rate", "review_bad_rate"):
            below = [told[at][0].filter(pl.col("rate") == rate)["denominator"].sum() for at in (by, "city")]
            assert below[1] - below[0] == nameless, (month.label, by, rate)
            checked += 1
    return checked


def _nameless_reviews(folder: DataFolder, month: Period, t: dt.datetime) -> int:
    """Active valid reviews of a month from which nobody can tell what they are about."""
    start, end = month.instants(folder.zone)
    refused = ~pl.col("valid").fill_null(value=True) & (pl.coalesce("verify_time", "assess_time") < t)
    given = folder.lake.snapshot().scan("reviews").filter(
        pl.col("assess_time").is_between(start, end, closed="left"), pl.col("origin") == "active", ~refused
    )  # fmt: skip
    return int(
        given.filter(pl.all_horizontal(pl.col("project_no", "ticket_id").is_null())).select(pl.len()).collect().item()
    )


def _told(rates: pl.DataFrame, by: Place) -> tuple[pl.DataFrame, set[str]]:
    """The figures that add up, and the rates that are told for such places."""
    kept = rates.filter(~pl.col("rate").is_in(ANEW))
    return kept, {rate.id for rate in rates_of() if by in rate.places}


def rates_of_days_make_the_month(folder: DataFolder, month: Period, t: dt.datetime) -> int:
    """The days of a month, each counted for itself, make the month, for every rate and kind of place."""
    days = count_rates(folder.lake, periods_between("day", month.start, month.end), t)
    whole = count_rates(folder.lake, [month], t)
    checked = 0
    for by, columns in PLACE_COLUMNS.items():
        frames = (told.rates(by).filter(~pl.col("rate").is_in(ANEW | OF_THE_LAST_DAY)) for told in (days, whole))
        left, right = (added(frame, ("rate", *columns), ("numerator", "denominator")) for frame in frames)
        checked += assert_same(left, right, (month.label, "days", by))
    return checked


def facts_are_what_a_fresh_count_finds(folder: DataFolder, kind: FactKind, start: dt.date, end: dt.date) -> int:
    """Kept facts are those of all records counted at once, row by row."""
    snapshot = folder.lake.snapshot()
    tables = {
        name: snapshot.scan(name).select(empty(name, snapshot.timezone).columns).collect()
        for name in (*kind.events, *kind.dated, *kind.references)
    }
    fresh = kind.compute(Records(tables, snapshot.timezone))
    fresh = fresh.filter(pl.col("date").is_between(start, end, closed="left"))
    stored = FactStore(folder.lake).facts(snapshot, kind, start, end)
    assert_frame_equal(stored.sort(stored.columns), fresh.sort(fresh.columns))
    return stored.height


def facts_of_places_and_days_add_up(folder: DataFolder, start: dt.date, end: dt.date) -> int:
    """Queues, windows and items make halls, halls counties, counties the city; days make months; hours make days."""
    store, snapshot = FactStore(folder.lake), folder.lake.snapshot()
    halls = snapshot.scan("halls").select("hall_id", "county").collect()
    checked = 0
    for name, kind in all_kinds().items():
        columns = COUNTED[name]
        whole = store.facts(snapshot, kind, start, end)
        placed = whole.join(halls, on="hall_id", how="inner")
        assert placed.height == whole.height  # no hall that the city does not know
        by_month = pl.concat(
            [
                store.facts(snapshot, kind, month.start, month.end).with_columns(month=pl.lit(month.label))
                for month in periods_between("month", start, end)
            ]
        )
        day_by_day = pl.concat(
            [
                store.facts(snapshot, kind, day.start, day.end).with_columns(
                    month=pl.lit(day.start.strftime("%Y-%m")), day=pl.lit(day.start)
                )
                for day in periods_between("day", start, end)
            ]
        )
        assert (day_by_day["day"] == day_by_day["date"]).all()
        for key in (("month",), ("month", "hall_id")):
            checked += assert_same(added(day_by_day, key, columns), added(by_month, key, columns), (name, key))
        in_city = added(whole, (), columns)
        for left, right in pairwise([("hall_id", "county"), ("county",), ()]):
            narrow = added(placed, left, columns)
            sums: dict[tuple[object, ...], list[float]] = {}
            for place, numbers in narrow.items():
                wider = place[len(left) - len(right) :]
                sums[wider] = [a + b for a, b in zip(sums.get(wider, [0] * len(numbers)), numbers, strict=True)]
            expected = added(placed, right, columns) if right else in_city
            checked += assert_same({key: tuple(numbers) for key, numbers in sums.items()}, expected, (name, left))
        if name == "queues":
            hours, days = (queue_sums(whole, every) for every in ("1h", "1d"))
            for frame in (hours, days, queue_sums(hours.rename({"hour": "at"}).with_columns(_end_of_hour()), "1d")):
                key = ("hall_id", "queue_id", "date")
                checked += assert_same(added(frame, key, columns), added(whole, key, columns), (name, "hours"))
    return checked


def _end_of_hour() -> pl.Expr:
    """Hours by their end, as facts have it."""
    return pl.col("at").dt.offset_by("1h")


def facts_are_the_rows_of_the_lake(folder: DataFolder, start: dt.date, end: dt.date) -> int:
    """Facts are as many as the rows of the lake, counted by plain conditions, hall by hall and day by day."""
    store, snapshot = FactStore(folder.lake), folder.lake.snapshot()
    tickets = snapshot.scan("tickets").filter(~pl.col("is_test")).collect()
    slip = (pl.col("status") == "cancelled") & (pl.col("end_time") - pl.col("take_time") <= dt.timedelta(seconds=120))
    real = tickets.filter((pl.col("status") != "void") & ~slip.fill_null(value=False)).with_columns(
        handle=pl.col("end_time") - pl.coalesce("start_time", "call_time")
    )
    served = real.filter(pl.col("status").is_in(["done", "returned"]), pl.col("handle") > dt.timedelta())
    queues = store.facts(snapshot, all_kinds()["queues"], start, end)
    items = store.facts(snapshot, all_kinds()["items"], start, end)
    of_items = served.filter(
        pl.col("item_code").is_not_null(), pl.col("end_time").dt.date() == pl.col("take_time").dt.date()
    )
    checked = 0
    for facts, column, rows in (
        (queues, "taken", real),
        (queues, "own", real.filter(pl.col("transferred_from").is_null())),
        (queues, "calls", real.filter(pl.col("call_time").is_not_null())),
        (queues, "handled", served),
        (items, "n", of_items),
    ):
        by_day = rows.select("hall_id", pl.col("take_time").dt.date().alias("date"), pl.lit(1).alias(column))
        by_day = by_day.filter(pl.col("date").is_between(start, end, closed="left"))
        key = ("hall_id", "date")
        checked += assert_same(added(facts, key, [column]), added(by_day, key, [column]), column)
    return checked


def rates_are_the_sums_of_facts(folder: DataFolder, month: Period, t: dt.datetime) -> int:
    """A hall's month is the sum of its facts: calls and waits, services and their length, windows open and busy."""
    store, snapshot = FactStore(folder.lake), folder.lake.snapshot()
    rates = count_rates(folder.lake, [month], t).rates("hall").filter(pl.col("denominator") > 0)
    queues = store.facts(snapshot, all_kinds()["queues"], month.start, month.end)
    windows = store.facts(snapshot, all_kinds()["windows"], month.start, month.end)
    checked = 0
    for rate, facts, above, below, scale in (
        ("wait_avg", queues, "wait", "calls", 1),
        ("handle_avg", queues, "handle", "handled", 1),
        ("window_saturation", windows, "busy", "open", MINUTE),
    ):
        told = rates.filter(pl.col("rate") == rate)
        sums = facts.select("hall_id", pl.col(above) / MINUTE, pl.col(below) / scale)
        found = added(told, ("hall_id",), ("numerator", "denominator"))
        expected = {key: numbers for key, numbers in added(sums, ("hall_id",), (above, below)).items() if numbers[1]}
        checked += assert_same(found, expected, (month.label, rate))
    return checked


def first_screen_is_the_sum_of_facts(folder: DataFolder, day: dt.date, t: dt.datetime) -> int:
    """What the first screen says of a day at its end is what the facts and the rates say of it."""
    store, snapshot = FactStore(folder.lake), folder.lake.snapshot()
    start = dt.datetime.combine(day, dt.time(), folder.zone)
    end = start + dt.timedelta(days=1)
    scan = {name: snapshot.scan(name) for name in ("tickets", "cases", "calendar")}
    closing = overview.last_closing(scan["calendar"], day)
    people = overview.ticket_counts(scan["tickets"], closing, start, end).collect()
    assert people["waiting"].sum() == 0
    taken = store.facts(snapshot, all_kinds()["queues"], day, day + dt.timedelta(days=1))
    checked = assert_same(
        added(people, ("hall_id",), ("tickets",)), added(taken, ("hall_id",), ("own",)), (day, "tickets")
    )
    cases = overview.case_counts(scan["cases"], start, end).collect()
    rates = count_rates(folder.lake, [parse(day.isoformat())], t).rates("city", ["auto_rate"])
    assert cases["finished"].sum() == rates["denominator"].item()
    return checked + 1
