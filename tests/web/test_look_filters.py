"""Filters stand in the address; what the address says wrongly falls back with a notice."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cockpit.web import filters

PAGE = Path(__file__).with_name("filtered_page.py")


def run(**address: str) -> AppTest:
    app = AppTest.from_file(str(PAGE), default_timeout=20)
    for name, value in address.items():
        app.query_params[name] = value
    return app.run()


def chosen(app: AppTest) -> dict[str, str]:
    assert not app.exception
    return eval(app.text[0].value)  # noqa: S307


def notices(app: AppTest) -> str:
    return " ".join(part.proto.body for part in app.get("html"))


def test_without_an_address_the_defaults_hold_and_the_address_stays_clean() -> None:
    app = run()

    assert chosen(app) == {"county": "", "month": "2026-09"}
    assert app.query_params == {} and notices(app) == ""


def test_the_address_decides() -> None:
    app = run(county="x", month="2026-10")

    assert chosen(app) == {"county": "x", "month": "2026-10"}
    assert [box.value for box in app.selectbox] == ["x", "2026-10"]


def test_what_is_chosen_goes_into_the_address_and_the_default_leaves_it() -> None:
    app = run()

    app.selectbox[0].select("y").run()
    assert chosen(app)["county"] == "y" and app.query_params == {"county": "y"}
    app.selectbox[0].select("").run()
    assert chosen(app)["county"] == "" and app.query_params == {}


def test_an_unknown_value_falls_back_with_a_notice_until_something_is_chosen() -> None:
    app = run(county="<b>nope</b>", month="1999-01")

    assert chosen(app) == {"county": "", "month": "2026-09"} and app.query_params == {}
    assert "“区县”、“月份”没有这个选项" in notices(app) and "nope" not in notices(app)
    app.run()
    assert "“区县”" in notices(app)
    app.selectbox[0].select("x").run()
    assert "“区县”" not in notices(app) and "“月份”" in notices(app)


def test_what_was_chosen_on_another_page_holds_here_too_where_it_can() -> None:
    app = AppTest.from_file(str(PAGE), default_timeout=20)
    app.session_state["ck-filters"] = {"county": "x", "month": "2026-10"}

    assert chosen(app.run()) == {"county": "x", "month": "2026-09"}  # the month is not remembered
    assert app.query_params == {"county": "x"}


def test_going_back_in_the_browser_goes_back_in_the_filters() -> None:
    app = run()
    app.selectbox[0].select("y").run()

    app.query_params["county"] = "x"
    assert chosen(app.run())["county"] == "x" and app.selectbox[0].value == "x"
    del app.query_params["county"]
    assert chosen(app.run())["county"] == "" and app.selectbox[0].value == ""


def test_options_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="share a label"):
        filters.bar(filters.Choice("hall", "大厅", {"a": "云栖", "b": "云栖"}))
