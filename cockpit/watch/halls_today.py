"""What happened in every hall on the day shown, and what is going on in it at that instant.

None stands for 无数据: nothing that covers the day was delivered. It is never shown as 0.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from cockpit.lake.store import Snapshot
from cockpit.watch.freshness import Moment
from metrics.facts import overview as facts

#: How `deliveries` names rows without a hall.
WITHOUT_HALL = "-"
#: What belongs to no hall, as pages call it everywhere; the commands' answers keep `metrics.rates.NO_HALL`.
ONLINE = "无大厅（线上）"
LEVEL_ORDER = ("city", "county", "town", "village", "park")


@dataclass(frozen=True)
class HallToday:
    """One hall on the day shown, or the whole city; None = 无数据.

    Attributes:
        hall_id: the hall; None for what belongs to no hall, and for the city.
        name: its short name.
        county: its county, 市本级 included.
        open: whether its doors are open at the instant shown; None where no calendar was delivered.
        tickets: 今日取号, visitors who took a ticket.
        waiting: 当前等候, people waiting.
        open_windows: 开放窗口.
        windows_by_queue: whether `open_windows` adds up what each queue reports, so that a window that serves several
            queues counts more than once.
        seen_at: when the queue machine last said so, for halls that give only states.
        submitted: 办件申请, applications handed in.
        finished: 办结, applications finished.
        reviews: 评价, valid reviews.
        bad_reviews: 差评, bad ones that people gave by themselves.
    """

    hall_id: str | None
    name: str
    county: str
    open: bool | None = None
    tickets: int | None = None
    waiting: int | None = None
    open_windows: int | None = None
    windows_by_queue: bool = False
    seen_at: datetime | None = None
    submitted: int | None = None
    finished: int | None = None
    reviews: int | None = None
    bad_reviews: int | None = None


def halls_today(snapshot: Snapshot, moment: Moment, scope: Collection[str] | None) -> list[HallToday]:
    """Every hall that may be seen, by level, county and identifier; at the end what belongs to no hall.

    Args:
        snapshot: the state of the data.
        moment: the instant shown.
        scope: the halls that may be seen; None is the whole city, with what belongs to no hall.
    """
    counted = _counts(snapshot, moment)
    delivered = _delivered(snapshot, moment)
    with_calendar = set(
        snapshot.scan("calendar").filter(pl.col("date") == moment.day).select("hall_id").collect()["hall_id"]
    )
    seen = pl.lit(value=True) if scope is None else pl.col("hall_id").is_in(sorted(scope))
    halls = snapshot.scan("halls").filter(seen).select("hall_id", "short_name", "county", "level").collect()
    rows = [
        _hall(hall["hall_id"], hall["short_name"], hall["county"], counted, delivered, with_calendar)
        for hall in sorted(halls.to_dicts(), key=lambda h: (LEVEL_ORDER.index(h["level"]), h["county"], h["hall_id"]))
    ]
    if scope is None:
        elsewhere = _no_hall(counted, delivered)
        rows += [elsewhere] if elsewhere else []
    return rows


def city_today(name: str, halls: list[HallToday]) -> HallToday:
    """The city: the sum over the halls that delivered; None where none of them did."""

    def total(measure: str) -> int | None:
        known = [value for hall in halls if (value := getattr(hall, measure)) is not None]
        return sum(known) if known else None

    measures = ("tickets", "waiting", "open_windows", "submitted", "finished", "reviews", "bad_reviews")
    doors = [hall.open for hall in halls if hall.open is not None]
    return HallToday(
        hall_id=None,
        name=name,
        county="",
        open=any(doors) if doors else None,
        windows_by_queue=any(hall.windows_by_queue for hall in halls),
        seen_at=max((hall.seen_at for hall in halls if hall.seen_at), default=None),
        **{measure: total(measure) for measure in measures},
    )


_Counts = dict[str | None, dict[str, int | datetime | None]]


def _counts(snapshot: Snapshot, moment: Moment) -> dict[str, _Counts]:
    """Every count of the day by hall; what has no row is not in it."""
    start, at, span = moment.start, moment.at, moment.span
    closing = facts.last_closing(snapshot.scan("calendar"), moment.day)
    reviews = snapshot.scan("reviews", *span)
    frames = {
        "tickets": facts.ticket_counts(snapshot.scan("tickets", *span), closing, start, at),
        "windows": facts.open_windows(
            snapshot.scan("window_sessions", *span), snapshot.scan("windows"), closing, start, at
        ),
        "queues": facts.queue_states(snapshot.scan("queue_snapshots", *span), start, at),
        "cases": facts.case_counts(snapshot.scan("cases"), start, at),
        "reviews": facts.review_counts(reviews, snapshot.scan("cases"), start, at),
        "doors": facts.open_halls(snapshot.scan("calendar"), at),
    }
    collected = pl.collect_all(list(frames.values()))
    return {
        name: {row.pop("hall_id"): row for row in frame.to_dicts()}
        for name, frame in zip(frames, collected, strict=True)
    }


def _delivered(snapshot: Snapshot, moment: Moment) -> set[tuple[str, str]]:
    """Tables and halls of which something was delivered that reaches into the day shown."""
    # What reaches into the day cannot have been delivered before it.
    rows = snapshot.scan("deliveries", start=moment.span[0]).filter(pl.col("covers_until") > moment.start)
    return set(rows.select("table", "hall_id").unique().collect().iter_rows())


def _places_reviews_by_case(delivered: set[tuple[str, str]]) -> bool:
    """Whether the city's reviews name no hall at all, so that each belongs to the hall of its case."""
    return {hall for table, hall in delivered if table == "reviews"} == {WITHOUT_HALL}


def _hall(
    hall_id: str,
    name: str,
    county: str,
    counted: dict[str, _Counts],
    delivered: set[tuple[str, str]],
    with_calendar: set[str],
) -> HallToday:
    def count(source: str, measure: str, table: str) -> int | None:
        found = counted[source].get(hall_id, {}).get(measure)
        if isinstance(found, int):
            return found
        place = WITHOUT_HALL if table == "reviews" and _places_reviews_by_case(delivered) else hall_id
        return 0 if (table, place) in delivered else None

    queue = counted["queues"].get(hall_id, {})
    waiting, windows = count("tickets", "waiting", "tickets"), count("windows", "open_windows", "window_sessions")
    states = queue.get("waiting") if waiting is None else None
    by_queue = queue.get("windows_by_queue") if windows is None else None
    seen_at = queue.get("seen_at")
    return HallToday(
        hall_id=hall_id,
        name=name,
        county=county,
        open=hall_id in counted["doors"] if hall_id in with_calendar else None,
        tickets=count("tickets", "tickets", "tickets"),
        waiting=states if isinstance(states, int) else waiting,
        open_windows=by_queue if isinstance(by_queue, int) else windows,
        windows_by_queue=by_queue is not None,
        seen_at=seen_at if isinstance(seen_at, datetime) and (states is not None or by_queue is not None) else None,
        submitted=count("cases", "submitted", "cases"),
        finished=count("cases", "finished", "cases"),
        reviews=count("reviews", "reviews", "reviews"),
        bad_reviews=count("reviews", "bad_reviews", "reviews"),
    )


def _no_hall(counted: dict[str, _Counts], delivered: set[tuple[str, str]]) -> HallToday | None:
    """What belongs to no hall; None where nothing of the kind was delivered."""
    cases, reviews = counted["cases"].get(None), counted["reviews"].get(None)
    has_cases = cases is not None or ("cases", WITHOUT_HALL) in delivered
    if not has_cases and reviews is None:
        return None

    def of(row: dict[str, int | datetime | None] | None, measure: str, known: bool) -> int | None:
        found = (row or {}).get(measure)
        return found if isinstance(found, int) else (0 if known else None)

    return HallToday(
        hall_id=None,
        name=ONLINE,
        county="",
        submitted=of(cases, "submitted", has_cases),
        finished=of(cases, "finished", has_cases),
        reviews=of(reviews, "reviews", ("reviews", WITHOUT_HALL) in delivered),
        bad_reviews=of(reviews, "bad_reviews", ("reviews", WITHOUT_HALL) in delivered),
    )
