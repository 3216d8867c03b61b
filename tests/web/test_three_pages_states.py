"""What 好差评 and 数据质量 say in each state: nothing yet, stale data, data that cannot be read, another's hall."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cockpit import clock
from cockpit.door.accounts import Binding
from cockpit.door.roles import Role
from cockpit.web import installed, who
from cockpit.web.reading import UNREADABLE
from tests.board.small_city import NOW, at, build, settings_for, small_city
from tests.board.test_reviews import city
from tests.web.people import cookie_for, opened

ROOT = Path(__file__).resolve().parents[2]


def said(
    monkeypatch: pytest.MonkeyPatch, data_dir: Path, page: str, cookie: str, now: datetime = NOW, **asked: str
) -> str:
    """All that a page says, without tags."""
    monkeypatch.setattr(who, "cookie", lambda: cookie)
    monkeypatch.setattr(clock, "now", lambda: now.astimezone(UTC))
    installed.install(settings_for(data_dir))
    app = AppTest.from_file(str(ROOT / "pages" / f"{page}.py"), default_timeout=60)
    for name, value in asked.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return re.sub(r"<[^>]*>", " ", " ".join(part.proto.body for part in app.get("html")))


@pytest.mark.parametrize("page", ["reviews", "quality"])
def test_before_the_first_import_the_page_says_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, page: str
) -> None:
    with opened(tmp_path / "data"):
        pass
    text = said(monkeypatch, tmp_path / "data", page, cookie_for(tmp_path / "data", now=NOW))
    assert "尚无数据" in text and "python -m cockpit import" in text


@pytest.mark.parametrize(("page", "table"), [("reviews", "reviews"), ("quality", "deliveries")])
def test_what_cannot_be_read_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, page: str, table: str
) -> None:
    build(tmp_path / "data", city() | {"deliveries": small_city()["deliveries"]}, refuse=False).close()
    cookie = cookie_for(tmp_path / "data", now=NOW)
    for file in (tmp_path / "data" / "lake" / table).rglob("*.parquet"):
        file.unlink()
    text = said(monkeypatch, tmp_path / "data", page, cookie)
    assert UNREADABLE in text or "请用备份恢复数据目录" in text


def test_data_that_stopped_coming_are_called_stale(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    build(tmp_path / "data").close()
    cookie = cookie_for(tmp_path / "data", now=at("11:00"))
    text = said(monkeypatch, tmp_path / "data", "quality", cookie, at("11:00"))
    assert "已有 55 分钟没有新数据" in text


def test_a_hall_of_somebody_else_in_the_address_shows_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    build(tmp_path / "data", city(), refuse=False).close()
    cookie = cookie_for(tmp_path / "data", Role.MANAGER, Binding("hall", ("t1",)), now=NOW)
    asked = {"hall": "s1", "county": "市本级", "review": "late", "month": "2026-10"}
    text = said(monkeypatch, tmp_path / "data", "reviews", cookie, **asked)
    assert "没有这个选项" in text and "市本级" not in text and "<script>" not in text
    assert "这个月份和范围里没有评价" in text
