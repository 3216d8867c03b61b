from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from cockpit.watch.numbers import count_rates
from metrics.periods import parse
from tests.real.bringing import SAMPLES, Brought, as_documented, bring_twice, changes_nothing, held, overdue

ZONE = ZoneInfo("America/New_York")
CHANNELS = {
    "Constituent Call": "hotline",
    "Citizens Connect App": "app",
    "City Worker App": "staff",
    "Employee Generated": "staff",
    "Self Service": "pc",
    "Twitter": "social",
}


@pytest.fixture(scope="module", params=["sample", "whole"])
def boston(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brought]:
    files = [SAMPLES / f"boston311_{year}_sample.csv" for year in (2015, 2016)]
    if request.param == "whole":
        files = [request.getfixturevalue("real_dir") / f"boston311_{year}.csv.gz" for year in (2015, 2016)]
    brought = bring_twice("boston311", files, tmp_path_factory.mktemp("boston"))
    yield brought
    brought.folder.close()


def is_whole(brought: Brought) -> bool:
    return len(brought.source) > 1000


def backwards(case: dict[str, str]) -> bool:
    return bool(case["closed_dt"]) and case["closed_dt"] < case["open_dt"]


def local(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE) if text else None


def test_every_case_is_stored_but_those_closed_before_they_were_opened(boston: Brought) -> None:
    wrong = {case["case_enquiry_id"] for case in boston.source if backwards(case)}
    assert len(wrong) == 8
    read = len(boston.source)
    assert boston.counts("cases") == (read, read - 8, 0, 0, 8)
    assert boston.refused("cases") == {
        key: ["order:accept_time<=finish_time", "order:apply_time<=finish_time"] for key in wrong
    }
    if is_whole(boston):
        assert read == 13715
        assert (boston.counts("departments")[1], boston.counts("items")[1]) == (6, 7)
    assert changes_nothing(boston)
    assert as_documented(boston) == is_whole(boston)


def test_times_status_channel_and_department_are_those_of_the_request(boston: Brought) -> None:
    source = {case["case_enquiry_id"]: case for case in boston.source}
    for row in boston.rows("cases"):
        case = source[row["project_no"]]
        assert row["apply_time"] == row["accept_time"] == local(case["open_dt"])
        assert row["finish_time"] == local(case["closed_dt"])
        assert row["promise_due"] == local(case["sla_target_dt"])
        assert row["status"] == {"Open": "accepted", "Closed": "finished"}[case["case_status"]]
        assert row["channel"] == CHANNELS[case["source"]]
        assert (row["dept_code"], row["item_code"]) == (case["department"], case["type"])


def test_overdue_by_the_rates_agrees_with_the_citys_own_word_for_every_case(boston: Brought) -> None:
    said = {case["case_enquiry_id"]: case["on_time"] == "OVERDUE" for case in boston.source}
    items = {row["item_code"]: row for row in boston.rows("items")}
    found = {row["project_no"]: overdue(row, items[row["item_code"]], boston.now) for row in boston.rows("cases")}
    assert len(found) == len(boston.source) - 8
    assert {key for key, late in found.items() if late != said[key]} == set()
    assert sum(found.values()) > 0


def test_the_overdue_share_per_year_and_channel_equals_a_plain_count(boston: Brought) -> None:
    told: Counter[tuple[int, str, bool]] = Counter()
    for case in boston.source:
        if not backwards(case):
            told[int(case["open_dt"][:4]), CHANNELS[case["source"]], case["on_time"] == "OVERDUE"] += 1
    items = {row["item_code"]: row for row in boston.rows("items")}
    found = Counter(
        (row["apply_time"].year, row["channel"], overdue(row, items[row["item_code"]], boston.now))
        for row in boston.rows("cases")
    )
    assert found == told


def test_a_ward_is_the_same_however_it_is_written(boston: Brought) -> None:
    source = {case["case_enquiry_id"]: case["ward"] for case in boston.source}
    spellings: dict[str | None, set[str]] = {}
    for row in boston.rows("cases"):
        number = source[row["project_no"]].removeprefix("Ward ").strip().lstrip("0")
        code = f"2507{int(number):02}000000" if number else None
        assert row["region_code"] == code
        spellings.setdefault(code, set()).add(source[row["project_no"]])
    assert spellings[None] <= {" ", "0", "00"}
    assert any({f"Ward {n}", f"0{n}", f"{n}"} <= names for names in spellings.values() for n in range(1, 10))
    if is_whole(boston):
        assert len(spellings) == 23


def test_the_extract_is_later_than_all_its_events_and_deadlines(boston: Brought) -> None:
    rows = boston.rows("cases")
    for name in ("apply_time", "finish_time", "promise_due"):
        assert max(row[name] for row in rows if row[name]) < boston.now


@pytest.mark.parametrize(
    ("column", "value", "table", "reason"),
    [
        ("source", "Carrier Pigeon", "cases", "code:channel"),
        ("case_status", "Pending", "cases", "code:status"),
        ("open_dt", "2015-02-31 10:00:00", "cases", "type:apply_time"),
        ("subject", "Fire Department", "items", "code:dept_code"),
    ],
)
def test_what_the_profile_does_not_know_is_refused(
    tmp_path: Path, column: str, value: str, table: str, reason: str
) -> None:
    header, line = (SAMPLES / "boston311_2015_sample.csv").read_text(encoding="utf-8").splitlines()[:2]
    fields = dict(zip(header.split(","), line.split(","), strict=True)) | {column: value}
    file = tmp_path / "changed.csv"
    file.write_text(f"{header}\n{','.join(fields.values())}\n", encoding="utf-8")
    brought = bring_twice("boston311", [file], tmp_path)
    [reasons] = brought.refused(table).values()
    assert reason in reasons
    assert brought.rows("cases") == []
    brought.folder.close()


def test_the_products_own_deadlines_agree_with_the_citys_word_per_year_and_channel(boston: Brought) -> None:
    told: Counter[tuple[int, str, bool]] = Counter(
        (int(case["open_dt"][:4]), CHANNELS[case["source"]], case["on_time"] == "OVERDUE")
        for case in boston.source
        if not backwards(case)
    )
    rows = held(boston).select(pl.col("apply_time").dt.year(), "channel", "overdue").rows()
    assert Counter(rows) == told


def test_the_rate_of_late_finishes_per_department_equals_a_plain_count(boston: Brought) -> None:
    years = [parse("2015"), parse("2016")]
    found = count_rates(boston.folder.lake, years, boston.now).rates("department", ["overdue_finish_rate"])
    told = {
        (row["period"], row["dept_code"]): (int(row["numerator"]), int(row["denominator"]))
        for row in found.to_dicts()
        if row["denominator"]
    }
    counted: dict[tuple[str, str], tuple[int, int]] = {}
    for case in boston.source:
        if not backwards(case) and case["closed_dt"][:4] in ("2015", "2016") and case["sla_target_dt"]:
            late, all_ = counted.get((case["closed_dt"][:4], case["department"]), (0, 0))
            late += case["on_time"] == "OVERDUE"
            counted[case["closed_dt"][:4], case["department"]] = (late, all_ + 1)
    assert told == counted
