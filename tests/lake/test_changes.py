"""What the lake holds after any history of versions is what an obvious loop over a dictionary says."""

import datetime as dt
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit.lake.folder import DataFolder
from tests.lake.installation import Installation
from tests.lake.rows_by_hand import put, ticket

ZONE = dt.timezone(dt.timedelta(hours=8))
#: Around the turns of months in the city's time, and far apart.
TIMES = [
    dt.datetime(2026, 8, 31, 23, 59, 59, 999_999, tzinfo=ZONE),
    dt.datetime(2026, 9, 1, tzinfo=ZONE),
    dt.datetime(2026, 9, 30, 12, tzinfo=ZONE),
    dt.datetime(2026, 10, 1, 7, 59, tzinfo=ZONE),
    dt.datetime(2025, 1, 1, tzinfo=ZONE),
]
VERSIONS = [dt.datetime(2026, 10, day, tzinfo=dt.UTC) for day in (1, 2, 3)]


@dataclass(frozen=True)
class Version:
    """One version of a row, as a batch brings it."""

    key: str
    time: dt.datetime
    value: str | None
    updated_at: dt.datetime
    derived: bool


versions = st.builds(
    Version,
    key=st.sampled_from(["a", "b", "c"]),
    time=st.sampled_from(TIMES),
    value=st.sampled_from([None, "w1", "w2"]),
    updated_at=st.sampled_from(VERSIONS),
    derived=st.sampled_from([False, False, False, True]),
)
batches = st.lists(st.lists(versions, max_size=3, unique_by=lambda version: version.key), min_size=1, max_size=5)


def says_the_same(old: Version, new: Version, table: str) -> bool:
    when = (old.time == new.time) or table == "queues"
    return when and old.value == new.value and old.derived == new.derived


def fold(known: dict[str, Version], batch: list[Version], table: str, assumed: bool) -> tuple[int, int, int]:
    """The rule, row by row: how many were inserted, updated, unchanged."""
    counts = [0, 0, 0]
    for new in batch:
        old = known.get(new.key)
        if old is None:
            taken = True
        elif old.derived != new.derived:
            taken = old.derived  # a delivered row replaces a made-up one, and never the other way round
        elif says_the_same(old, new, table):
            taken = new.updated_at > old.updated_at and not assumed
        else:
            taken = new.updated_at >= old.updated_at
        counts[0 if old is None else 1 if taken else 2] += 1
        if taken:
            known[new.key] = new
    return counts[0], counts[1], counts[2]


def row(table: str, version: Version) -> dict[str, Any]:
    trail = {"updated_at": version.updated_at, "derived": version.derived}
    if table == "tickets":
        return ticket(version.key, version.time, item_code=version.value, **trail)
    if table == "queue_snapshots":  # the time is part of the key
        state = {"hall_id": "h1", "queue_id": version.key, "at": TIMES[0], "waiting": 1, "open_windows": 1}
        return {**state, "current_no": version.value, **trail}
    queue = {"queue_id": version.key, "hall_id": "h1", "name": version.value or "", "queue_type": "normal"}
    return {**queue, **trail}


def stored(folder: DataFolder, table: str) -> dict[str, tuple[Any, ...]]:
    rows = folder.lake.snapshot().raw(table).collect()
    key, value = {
        "tickets": ("ticket_id", "item_code"),
        "queue_snapshots": ("queue_id", "current_no"),
        "queues": ("queue_id", "name"),
    }[table]
    found = {
        entry[key]: (entry[value], entry.get("take_time"), entry["updated_at"], entry["derived"])
        for entry in rows.iter_rows(named=True)
    }
    assert len(found) == rows.height  # one row per key, whatever months it has been in
    return found


def within(time: dt.datetime, start: dt.datetime | None, end: dt.datetime | None) -> bool:
    return (start is None or start <= time) and (end is None or time < end)


def expected(known: dict[str, Version], table: str) -> dict[str, tuple[Any, ...]]:
    return {
        key: (
            (version.value or "") if table == "queues" else version.value,
            version.time.astimezone(dt.UTC) if table == "tickets" else None,
            version.updated_at,
            version.derived,
        )
        for key, version in known.items()
    }


@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    history=batches,
    table=st.sampled_from(["tickets", "tickets", "queue_snapshots", "queues"]),
    assumed=st.sampled_from([False, False, True]),
)
def test_any_history_of_versions_ends_as_a_dictionary_says(
    history: list[list[Version]], table: str, assumed: bool
) -> None:
    known: dict[str, Version] = {}
    with tempfile.TemporaryDirectory() as place, Installation(Path(place) / "data").opened() as folder:
        for number, batch in enumerate(history):
            outcome = put(folder.lake, f"b{number}", {table: [row(table, v) for v in batch]}, assumed=assumed)[table]
            counts = fold(known, batch, "queues" if table == "queue_snapshots" else table, assumed)
            assert (outcome.inserted, outcome.updated, outcome.unchanged) == counts
            assert stored(folder, table) == expected(known, table)
            if table == "tickets":
                for start, end in pairwise([None, *sorted(TIMES), None]):
                    found = folder.lake.snapshot().scan(table, start, end).collect()["ticket_id"].sort().to_list()
                    assert found == sorted(key for key, v in known.items() if within(v.time, start, end))
