from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.real.bringing import Brought, as_documented, bring_twice, changes_nothing, overdue, seconds

CHANNELS = {"Internet": "pc", "Desk": "window", "Post": "mail", "e-mail": "mail", "Intern": "staff"}


@pytest.fixture(scope="module")
def wabo(real_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brought]:
    brought = bring_twice("wabo", [real_dir / "wabo_receipt_events.csv.gz"], tmp_path_factory.mktemp("wabo"))
    yield brought
    brought.folder.close()


def instant(text: str) -> float | None:
    return seconds(datetime.fromisoformat(text)) if text else None


def cases(wabo: Brought) -> dict[str, dict[str, str]]:
    """A case as all its steps tell it, without contradiction."""
    told: dict[str, dict[str, str]] = {}
    for event in wabo.source:
        case = {name: value for name, value in event.items() if name.startswith("case:")}
        assert told.setdefault(event["case:concept:name"], case) == case
    return told


def test_every_step_and_every_case_is_stored_but_two_that_end_before_they_start(wabo: Brought) -> None:
    wrong = {key for key, case in cases(wabo).items() if case["case:enddate"] and ends_first(case)}
    assert len(wrong) == 2
    assert wabo.counts("case_steps") == (8577, 8577, 0, 0, 0)
    assert wabo.counts("cases") == (1434, 1432, 0, 0, 2)
    assert wabo.refused("cases") == {
        key: ["order:accept_time<=finish_time", "order:apply_time<=finish_time"] for key in wrong
    }
    assert (wabo.counts("departments")[1], wabo.counts("items")[1]) == (4, 1)
    assert changes_nothing(wabo)
    assert as_documented(wabo)


def ends_first(case: dict[str, str]) -> bool:
    return datetime.fromisoformat(case["case:enddate"]) < datetime.fromisoformat(case["case:startdate"])


def test_times_with_either_offset_are_the_same_instants(wabo: Brought) -> None:
    told = cases(wabo)
    offsets: Counter[str] = Counter()
    for row in wabo.rows("cases"):
        case = told[row["project_no"]]
        offsets[case["case:startdate"][-6:]] += 1
        assert seconds(row["apply_time"]) == seconds(row["accept_time"]) == instant(case["case:startdate"])
        assert seconds(row["promise_due"]) == instant(case["case:deadline"])
        assert seconds(row["finish_time"]) == instant(case["case:enddate"])
        assert row["status"] == ("finished" if case["case:enddate"] else "in_progress")
        assert row["channel"] == CHANNELS[case["case:channel"]]
        assert row["dept_code"] == case["case:department"]
        assert row["is_test"] == (case["case:responsible"] == "test")
    assert set(offsets) == {"+01:00", "+02:00"}
    steps = {event["concept:instance"]: event for event in wabo.source}
    for row in wabo.rows("case_steps"):
        event = steps[row["step_id"]]
        assert seconds(row["started_at"]) == seconds(row["ended_at"]) == instant(event["time:timestamp"])
        assert (row["project_no"], row["name"]) == (event["case:concept:name"], event["concept:name"])


def test_late_and_endless_cases_are_those_of_the_log(wabo: Brought) -> None:
    [item] = wabo.rows("items")
    rows = wabo.rows("cases")
    late = [row for row in rows if overdue(row, item, wabo.now)]
    assert sum(row["finish_time"] is not None for row in late) == 377
    assert sum(row["finish_time"] is None for row in rows) == 105
    assert sum(row["finish_time"] is None for row in late) == 39
