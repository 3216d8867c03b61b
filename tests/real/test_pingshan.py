from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cockpit.watch.numbers import count_rates
from metrics.periods import parse
from tests.real.bringing import Brought, as_documented, bring_twice, changes_nothing, held, overdue

ZONE = ZoneInfo("Asia/Shanghai")
CHANNELS = {
    "12345": "hotline",
    "12319": "hotline",
    "固话投诉": "hotline",
    "政府信箱": "mail",
    "美丽深圳": "app",
    "@坪山": "social",
}


@pytest.fixture(scope="module")
def pingshan(real_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brought]:
    file = real_dir / "pingshan_requests_2018_02_09.csv.gz"
    brought = bring_twice("pingshan", [file], tmp_path_factory.mktemp("pingshan"))
    yield brought
    brought.folder.close()


def unit(request: dict[str, str]) -> str:
    """The handling unit; a community or a street's own team needs no street in brackets."""
    name, bracket, _ = request["dispose_unit"].partition("（")
    own = name.endswith(("社区", "社区工作站")) or re.search("街道综合执法队$", name)
    return name if bracket and own else request["dispose_unit"]


def test_every_request_is_stored_but_those_without_a_unit(pingshan: Brought) -> None:
    nameless = {request["rec_id"] for request in pingshan.source if request["dispose_unit"] == "-"}
    assert pingshan.counts("cases") == (3981, 3973, 0, 0, 8)
    assert pingshan.refused("cases") == {key: ["required:dept_code"] for key in nameless}
    assert pingshan.counts("items") == (295, 295, 0, 0, 0)
    assert changes_nothing(pingshan)
    assert as_documented(pingshan)


def test_names_with_and_without_brackets_are_one_unit_only_where_they_surely_are(pingshan: Brought) -> None:
    raw = {request["dispose_unit"] for request in pingshan.source} - {"-"}
    units = {unit(request) for request in pingshan.source} - {"-"}
    assert (len(raw), len(units)) == (117, 107)
    stored = {row["dept_code"]: row["name"] for row in pingshan.rows("departments")}
    assert set(stored) == units | {"事项分类"}
    assert sum(name.startswith("市政服务中心（") for name in stored) == 4


def test_the_late_share_per_unit_and_channel_equals_a_plain_count(pingshan: Brought) -> None:
    told = Counter(
        (unit(request), CHANNELS[request["event_source"]], request["archive_code"] == "overtime")
        for request in pingshan.source
        if request["dispose_unit"] != "-"
    )
    items = {row["item_code"]: row for row in pingshan.rows("items")}
    found = Counter(
        (row["dept_code"], row["channel"], overdue(row, items[row["item_code"]], pingshan.now))
        for row in pingshan.rows("cases")
    )
    assert found == told
    assert sum(count for (_, _, late), count in found.items() if late) == 494


def test_a_request_keeps_its_day_and_its_stand_in_times_stay_on_it(pingshan: Brought) -> None:
    source = {request["rec_id"]: request for request in pingshan.source}
    for row in pingshan.rows("cases"):
        request = source[row["project_no"]]
        day = datetime.strptime(request["create_time"], "%Y-%m-%d").replace(tzinfo=ZONE)
        assert row["apply_time"] == row["accept_time"] == day
        assert row["promise_due"] == day.replace(hour=23, minute=59)
        assert row["finish_time"].date() == day.date()
        assert row["region_code"] == "440310000000"


def test_the_test_unit_counts_as_a_test(pingshan: Brought) -> None:
    tests = {request["rec_id"] for request in pingshan.source if "测试" in request["dispose_unit"]}
    assert len(tests) == 2
    assert {row["project_no"] for row in pingshan.rows("cases") if row["is_test"]} == tests


def test_the_products_own_deadlines_agree_with_the_source_per_unit_and_channel(pingshan: Brought) -> None:
    told = Counter(
        (unit(request), CHANNELS[request["event_source"]], request["archive_code"] == "overtime")
        for request in pingshan.source
        if request["dispose_unit"] != "-"
    )
    assert Counter(held(pingshan).select("dept_code", "channel", "overdue").rows()) == told


def test_the_rate_of_late_finishes_per_unit_equals_a_plain_count_without_the_test_rows(pingshan: Brought) -> None:
    found = count_rates(pingshan.folder.lake, [parse("2018")], pingshan.now).rates(
        "department", ["overdue_finish_rate"]
    )
    told = {row["dept_code"]: (row["numerator"], row["denominator"]) for row in found.to_dicts() if row["denominator"]}
    counted: dict[str, tuple[int, int]] = {}
    for request in pingshan.source:
        if request["dispose_unit"] != "-" and "测试" not in request["dispose_unit"]:
            late, all_ = counted.get(unit(request), (0, 0))
            counted[unit(request)] = (late + (request["archive_code"] == "overtime"), all_ + 1)
    assert told == counted
