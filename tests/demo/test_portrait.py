"""The page about the demo city is made from what a city realised and says plainly that the city is invented."""

import datetime as dt

import pytest

from cockpit.demo.city import plan_city
from cockpit.demo.kinds import KINDS
from cockpit.demo.measures import measure
from cockpit.demo.portrait import PAGE, UNTIL, page


def test_the_page_of_a_small_city_tells_everything() -> None:
    city = plan_city(halls=7, days=40, until=dt.date(2026, 10, 20))
    text = page(city, measure(city))
    assert "这座城市是虚构的" in text
    for kind in KINDS:
        assert f"`{kind.key}`" in text
    for wrong in ("nan", "None", "inf"):
        assert wrong not in text.replace("invented", "")


def test_the_page_in_the_documents_is_about_all_kinds_and_says_the_city_is_invented() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert "这座城市是虚构的" in text
    assert "82 个大厅" in text
    for kind in KINDS:
        assert f"`{kind.key}`" in text


@pytest.mark.proof
def test_the_page_in_the_documents_is_what_the_program_makes() -> None:
    city = plan_city(until=UNTIL)
    assert PAGE.read_text(encoding="utf-8") == page(city, measure(city))
