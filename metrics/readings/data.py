"""Data (数据): whether the sources deliver in time, whether numbers are written down, whether rows are fit for use."""

from __future__ import annotations

import numpy as np
import polars as pl

from metrics.groups import distinct
from metrics.hours import numbers
from metrics.keys import row_key
from metrics.reading import Quantity, finished
from metrics.spells import DAY, MINUTE, NEVER, Ints, Spells, latest_before, micros, sum_within, time_between, within
from metrics.view import View

#: Tables whose sources are to deliver all day long.
LIVE_TABLES = ("tickets", "window_sessions", "attendance", "headcounts", "device_states")
#: Of so many intervals between deliveries the median is usual; a source slower than this is not a live one (minutes).
INTERVALS, LIVE_EVERY = 20, 15
#: Tickets, rows without which a share says nothing; how long a delivery counts.
TICKETS_ENOUGH, ROWS_ENOUGH, LOOK_BACK = 50, 100, 7 * DAY
LAG_GRAIN, SOURCE_GRAIN = ("hall_id", "source_system", "source_table"), ("hall_id", "source_system")


def data_lag(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How long a source has told nothing new, beyond what is usual for it (归集时延), by hall, source and table.

    Opening minutes from the greatest covers_until of its deliveries before t, to t, less its usual interval: the median
    of the last 20 intervals between its deliveries (several batches at one instant are one delivery); minutes, below 0
    while the next delivery is not yet to be expected. numerator: the opening minutes; baseline: the usual interval;
    denominator: none. Sample: the intervals known. Only a source whose usual interval is at most 15 minutes (to the
    minute, for jobs start seconds late) is judged; others are `no_data`. `source_table` is the table it brings. Source:
    the indicators 2026.1, 35.
    """
    asked, news = _last_news(view, instants)
    hall, at = view.hall_numbers(asked["hall_id"]), micros(asked["at"])
    covers = news["covers"].to_numpy()
    opening = _opening(view, covers)
    # Whole microseconds become minutes by a division that always gives the same: rows behind must add up.
    lag = time_between(opening, hall, np.minimum(covers, at), at) / MINUTE
    frame = asked.with_columns(
        pl.Series("numerator", lag),
        pl.lit(None, dtype=pl.Float64).alias("denominator"),
        (news["usual"] / MINUTE).alias("baseline"),
        news["intervals"].alias("sample"),
    ).with_columns(pl.col("baseline").round(0).le(LIVE_EVERY).fill_null(value=False).alias("covered"))
    value = pl.col("numerator") - pl.col("baseline")
    return finished(frame, LAG_GRAIN, enough=pl.lit(value=True), value=value)


def behind_data_lag(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """The delivery that reaches farthest; it alone makes the number."""
    measured = data_lag(view, instants)
    _, news = _last_news(view, instants)
    keys = view.records["deliveries"].select(row_key("deliveries")).to_series()
    return measured.select(
        *LAG_GRAIN,
        "at",
        pl.lit("deliveries").alias("table"),
        keys[news["delivery"].to_numpy()].alias("key"),
        "numerator",
        "denominator",
    )


def link_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How many of the day's finished tickets name the case that they made (全链贯通率), by hall.

    Percent: tickets done that day (by their end) whose item must make a case (of the version in force when the ticket
    was taken), with a project_no that names a case submitted before t ÷ all of them. Sample: at least 50. Tests count
    nowhere, neither tickets nor cases. Source: the indicators 2026.1, 36.
    """
    rows = _linked(view, instants)
    counts = rows.group_by("row").agg(
        pl.col("linked").sum().cast(pl.Int64).alias("numerator"), pl.len().cast(pl.Int64).alias("denominator")
    )
    frame = (
        instants.with_row_index("row")
        .join(counts, on="row", how="left", maintain_order="left")
        .with_columns(
            pl.col("numerator", "denominator").fill_null(0),
            pl.col("denominator").fill_null(0).alias("sample"),
            pl.lit(None, dtype=pl.Float64).alias("baseline"),
            view.covered_window(instants, "tickets"),
        )
    )
    share = pl.col("numerator") / pl.col("denominator") * 100
    return finished(frame, ("hall_id",), enough=pl.col("denominator") >= TICKETS_ENOUGH, value=share)


def behind_link_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """The day's finished tickets; those that name a case add to the numerator."""
    rows = _linked(view, instants)
    return rows.join(instants.select("hall_id", "at").with_row_index("row"), on="row").select(
        "hall_id",
        "at",
        pl.lit("tickets").alias("table"),
        "key",
        pl.col("linked").cast(pl.Float64).alias("numerator"),
        pl.lit(1.0).alias("denominator"),
    )


def invalid_row_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """How many of the rows that a source brought in the last week were unfit for use (异常记录率), by hall and source.

    Percent: rows quarantined ÷ rows read in the deliveries of [t − 7 days, t), over all tables of the source; a later
    repair does not change them. Sample: at least 100 rows. Places: sources that have delivered for the hall before t;
    rows that belong to no hall are not judged. Source: the indicators 2026.1, 37.
    """
    deliveries, place, asked, asked_place = _brought(view, instants)
    given, at = micros(deliveries["delivered_at"]), micros(asked["at"])
    bad, read = (
        sum_within(place, given, deliveries[name].cast(pl.Int64).to_numpy(), asked_place, at - LOOK_BACK, at)
        for name in ("rows_quarantined", "rows_read")
    )
    frame = asked.with_columns(
        pl.Series("numerator", bad),
        pl.Series("denominator", read),
        pl.Series("sample", read),
        pl.lit(None, dtype=pl.Float64).alias("baseline"),
        pl.lit(value=True).alias("covered"),
    )
    share = pl.col("numerator") / pl.col("denominator") * 100
    return finished(frame, SOURCE_GRAIN, enough=pl.col("denominator") >= ROWS_ENOUGH, value=share)


def behind_invalid_row_rate(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """The week's deliveries; each adds the rows it brought and those of them that were quarantined."""
    deliveries, place, asked, asked_place = _brought(view, instants)
    at = micros(asked["at"])
    which, question = within(place, micros(deliveries["delivered_at"]), asked_place, at - LOOK_BACK, at)
    rows = deliveries.select(row_key("deliveries"), "rows_quarantined", "rows_read")[which]
    return pl.concat([asked[question], rows], how="horizontal").select(
        *SOURCE_GRAIN,
        "at",
        pl.lit("deliveries").alias("table"),
        "key",
        pl.col("rows_quarantined").cast(pl.Float64).alias("numerator"),
        pl.col("rows_read").cast(pl.Float64).alias("denominator"),
    )


def _last_news(view: View, instants: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Every live source of a hall at each instant from its first delivery on, and what it had then delivered.

    Returns:
        hall_id, source_system, source_table, at; and, row by row, covers (microseconds up to which it reaches),
        delivery (row of `deliveries` that reaches so far), usual (interval, microseconds; null after one delivery),
        intervals.
    """
    told = view.coverage.news
    live = np.flatnonzero((told.hall >= 0) & np.isin(told.table, numbers(pl.Series(LIVE_TABLES), told.tables)))
    tables, systems = len(told.tables), len(told.systems)
    source = (told.hall[live] * systems + told.system[live]) * tables + told.table[live]
    places = distinct(source)
    place, given, covers, rows = np.searchsorted(places, source), told.given[live], told.covers[live], live
    # In order of source and time; of several batches at one instant the one that reaches farthest comes first.
    order = np.lexsort((-covers, given, place))
    place, given, covers, rows = place[order], given[order], covers[order], rows[order]
    new = np.ones(len(place), dtype=np.bool_)
    new[1:] = (place[1:] != place[:-1]) | (given[1:] != given[:-1])
    place, given, covers, rows = place[new], given[new], covers[new], rows[new]
    # Every source of its hall at every instant.
    hall, at = numbers(instants["hall_id"], told.halls), micros(instants["at"])
    of_hall = places // (systems * tables)
    first = np.searchsorted(of_hall, hall)
    counts = np.where(hall >= 0, np.searchsorted(of_hall, hall, side="right") - first, 0)
    which = np.repeat(np.arange(len(hall)), counts)
    asked_place = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    found = latest_before(place, given, asked_place, at[which])
    which, asked_place, found = which[found >= 0], asked_place[found >= 0], found[found >= 0]
    system, table = np.divmod(places[asked_place] % (systems * tables), tables)
    asked = instants.select("hall_id", "at")[which].with_columns(
        told.systems.gather(pl.Series(system)).alias("source_system"),
        told.tables.gather(pl.Series(table)).alias("source_table"),
    )
    asked_moments, back = np.unique(found, return_inverse=True)
    usual, intervals = _usual_interval(place, given, asked_moments)
    farthest = _farthest(place, covers)[found]
    news = pl.DataFrame({"covers": covers[farthest], "delivery": rows[farthest], "intervals": intervals[back]})
    return asked, news.with_columns(pl.Series("usual", usual[back]).fill_nan(None))


def _opening(view: View, covers: Ints) -> Spells:
    """When halls were open since the earliest of some instants."""
    sessions = view.all_sessions
    near = micros(sessions["close_at"]) > int(covers.min(initial=NEVER))
    sessions = sessions.filter(pl.Series(near))
    return Spells.of(view.hall_numbers(sessions["hall_id"]), micros(sessions["open_at"]), micros(sessions["close_at"]))


def _farthest(place: Ints, covers: Ints) -> Ints:
    """For each delivery the first one of its source, up to it, that reaches farthest."""
    if not len(place):
        return place
    # Sources one after the other on one line, so that one running maximum serves all of them.
    low = int(covers.min())
    reach = place * (int(covers.max()) - low + 1) + (covers - low)
    best = np.maximum.accumulate(reach)
    first = np.ones(len(place), dtype=np.bool_)
    first[1:] = best[1:] > best[:-1]
    return np.maximum.accumulate(np.where(first, np.arange(len(place)), 0)).astype(np.int64)


def _usual_interval(place: Ints, given: Ints, asked: Ints) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], Ints]:
    """Median of the last 20 intervals of a source up to some of its deliveries (nan: none yet), and their number."""
    begin = np.searchsorted(place, place[asked])
    count = np.minimum(asked - begin, INTERVALS)
    usual = np.full(len(asked), np.nan)
    steps = np.arange(INTERVALS)
    gaps = np.append(0, np.diff(given))
    for some in np.array_split(np.arange(len(asked)), len(asked) // _AT_ONCE + 1):
        last = np.maximum(asked[some, None] - steps, 0)
        intervals = np.sort(np.where(steps < count[some, None], gaps[last], NEVER), axis=1)
        middle = (np.maximum(count[some] - 1, 0) // 2, np.minimum(count[some] // 2, INTERVALS - 1))
        lower, upper = (intervals[np.arange(len(some)), number] for number in middle)
        usual[some] = np.where(count[some] > 0, (lower + upper) / 2, np.nan)
    return usual, count


#: So many rows of intervals are sorted at once.
_AT_ONCE = 100_000


def _linked(view: View, instants: pl.DataFrame) -> pl.DataFrame:
    """Done tickets of each day whose item must make a case: row, key (the ticket), linked."""
    versions = view.records["items"].select("item_code", "needs_case", "valid_from", "valid_to").sort("valid_from")
    zone = versions.schema["valid_from"]
    done = (
        view.visits.filter(pl.col("status") == "done", pl.col("end") < NEVER)
        .select("ticket_id", "hall_id", "item_code", "project_no", "take", "end")
        .with_columns(pl.col("take").cast(pl.Datetime("us", "UTC")).cast(zone).alias("taken"))
        .sort("taken")
        .join_asof(
            versions,
            left_on="taken",
            right_on="valid_from",
            by="item_code",
            strategy="backward",
            check_sortedness=False,
        )
        .filter("needs_case", pl.col("valid_to").is_null() | (pl.col("taken") < pl.col("valid_to")))
    )
    cases = view.records["cases"].filter(~pl.col("is_test")).select("project_no", "apply_time")
    done = done.join(cases, on="project_no", how="left", maintain_order="left")
    at = micros(instants["at"])
    ticket, row = within(
        view.hall_numbers(done["hall_id"]),
        done["end"].to_numpy(),
        view.hall_numbers(instants["hall_id"]),
        micros(instants["start"]),
        np.minimum(micros(instants["end"]), at),
    )
    applied: Ints = micros(done["apply_time"])[ticket]
    return pl.DataFrame(
        {"row": row, "key": done["ticket_id"].gather(ticket), "linked": applied < at[row]},
        schema_overrides={"row": pl.UInt32},
    )


def _brought(view: View, instants: pl.DataFrame) -> tuple[pl.DataFrame, Ints, pl.DataFrame, Ints]:
    """What sources brought for halls.

    Returns:
        The deliveries; the number of each one's source; every source of a hall at the instants after its first
        delivery (hall_id, source_system, at); the number of each of these.
    """
    deliveries = view.records["deliveries"].join(view.halls.to_frame("hall_id"), on="hall_id", how="semi")
    sources = (
        deliveries.group_by(SOURCE_GRAIN).agg(pl.col("delivered_at").min().alias("first")).sort(SOURCE_GRAIN)
    ).with_row_index("place")
    asked = (
        instants.select("hall_id", "at")
        .join(sources, on="hall_id", maintain_order="left_right")
        .filter(pl.col("first") < pl.col("at"))
    )
    names = sources.select(pl.concat_str(SOURCE_GRAIN, separator="\n")).to_series()
    place = numbers(deliveries.select(pl.concat_str(SOURCE_GRAIN, separator="\n")).to_series(), names)
    return deliveries, place, asked.select(*SOURCE_GRAIN, "at"), asked["place"].cast(pl.Int64).to_numpy()


QUANTITIES = (
    Quantity("data_lag", "RT", LAG_GRAIN, (), "分钟", data_lag, behind_data_lag),
    Quantity("link_rate", "D", ("hall_id",), ("tickets",), "%", link_rate, behind_link_rate),
    Quantity("invalid_row_rate", "D", SOURCE_GRAIN, (), "%", invalid_row_rate, behind_invalid_row_rate),
)
