"""The totals that a report is compared with: of the city, of each county and hall, whether a case has a hall or not."""

from __future__ import annotations

from cockpit.report.totals import _by_place

HOMES = [("H1", "云栖区", "330101"), ("H2", "月湖区", "330102"), ("H3", "云栖区", "330102"), ("H4", "月湖区", "330102")]


def test_a_case_without_a_hall_is_of_the_county_in_which_most_halls_of_its_region_lie() -> None:
    counts = [
        ("H1", "330101", 5), ("H3", "330102", 7), (None, "330102", 11), (None, "330101", 13), (None, "990000", 17),
        (None, None, 19), ("H2", None, 23),
    ]  # fmt: skip
    assert _by_place(counts, HOMES) == {
        "city": 5 + 7 + 11 + 13 + 17 + 19 + 23, "hall:H1": 5, "hall:H2": 23, "hall:H3": 7,
        "county:云栖区": 5 + 7 + 13, "county:月湖区": 11 + 23,
    }  # fmt: skip
