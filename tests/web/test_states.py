"""What the page says in each state: nothing yet, data, old data, stale data, data that cannot be read."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cockpit import clock
from cockpit.door.accounts import Binding
from cockpit.door.roles import Role
from cockpit.lake.folder import open_folder
from cockpit.web import installed, who
from cockpit.web.gate import NOT_YOURS
from cockpit.web.server import ENTRY
from tests.board.small_city import NOW, at, bring_in, build, case, opening, settings_for, small_city
from tests.web.people import cookie_for, wall_cookie_for


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    st.cache_data.clear()
    yield
    st.cache_data.clear()


def run(monkeypatch: pytest.MonkeyPatch, data_dir: Path, now: datetime = NOW, cookie: str | None = None) -> AppTest:
    """The entry script as somebody sees it who is signed in, by this cookie where the folder is ruined already."""
    shown_to = cookie or cookie_for(data_dir, Role.DATA, now=now)
    monkeypatch.setattr(who, "cookie", lambda: shown_to)
    monkeypatch.setattr(clock, "now", lambda: now.astimezone(UTC))
    installed.install(settings_for(data_dir))
    app = AppTest.from_file(str(ENTRY), default_timeout=20).run()
    assert not app.exception and not app.error
    return app


def said(app: AppTest) -> str:
    """All that the page says, without tags."""
    return re.sub(r"<[^>]*>", " ", " ".join(part.proto.body for part in app.get("html")))


def test_before_the_first_import_the_page_says_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = said(run(monkeypatch, tmp_path / "data"))

    assert "python -m cockpit import" in text and "python -m cockpit demo" in text
    assert "尚无数据" in text


def test_where_there_is_no_folder_nobody_is_signed_in_and_looking_makes_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert who.OVER in said(run(monkeypatch, tmp_path / "data", cookie="of another folder"))
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("cookie", ["", "forged", "x" * 5000, "' OR 1=1 --", "\x00"])
def test_without_a_session_the_script_shows_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cookie: str
) -> None:
    build(tmp_path / "data").close()

    text = said(run(monkeypatch, tmp_path / "data", cookie=cookie or "none"))

    assert text.strip() == who.OVER


def test_data_of_today_are_shown_as_live(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    build(tmp_path / "data").close()

    text = said(run(monkeypatch, tmp_path / "data"))

    assert "实时" in text and "数据截至 10:05（2 分钟前）" in text and "最近导入 10:05" in text
    assert "没有新数据" not in text
    for name in ("市本级", "云栖", "石桥", "空港园", "无大厅（线上）", "无数据", "现有 8 行"):
        assert name in text


def test_an_extract_says_which_day_it_shows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    build(tmp_path / "data").close()

    text = said(run(monkeypatch, tmp_path / "data", at("08:00", 41)))

    assert "历史数据" in text and "2026年10月12日 星期一" in text
    assert "数据截至 10月12日 10:05（40 天前）" in text


def test_on_a_day_the_halls_are_shut_it_says_so_and_when_they_open(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def day(days: int, opens: str | None) -> dict[str, object]:
        hours = {"open_at": opens and at(opens, days), "close_at": opens and at("17:00", days)}
        return opening("s1", 1, "09:00", "17:00") | {"date": at("00:00", days).date(), **hours}

    tables = {**small_city(), "calendar": [*small_city()["calendar"], day(5, None), day(6, None), day(7, "08:30")]}
    build(tmp_path / "data", tables).close()

    said_on = {days: said(run(monkeypatch, tmp_path / "data", at("08:00", days))) for days in (5, 7, 8)}

    assert "今日闭厅，下次开门：10月19日 星期一 08:30。下面是最后有数据的一天：2026年10月12日" in said_on[5]
    assert "今天 08:30 开门，还没有数据；下面是最后有数据的一天" in said_on[7]
    assert "今天没有数据，下面是最后有数据的一天" in said_on[8]


def test_data_that_stopped_coming_are_called_stale(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    build(tmp_path / "data").close()

    assert "已有 55 分钟没有新数据" in said(run(monkeypatch, tmp_path / "data", at("11:00")))


def test_a_new_batch_is_on_the_next_drawing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    build(tmp_path / "data", refuse=False).close()
    app = run(monkeypatch, tmp_path / "data")
    assert "办结 1" in said(app)
    folder = open_folder(settings_for(tmp_path / "data"))
    bring_in(folder, {"cases": [case("p7", "s1", at("09:00"), at("10:00"))]}, batch_id="b2")
    folder.close()

    assert "办结 2" in said(app.run())


@pytest.mark.parametrize("lost", ["lake/tickets", "lake/tickets/_delta_log", "lake"])
def test_a_ruined_lake_is_one_sentence_and_no_old_number(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lost: str
) -> None:
    build(tmp_path / "data").close()
    cookie = cookie_for(tmp_path / "data", Role.DATA, now=NOW)
    shutil.rmtree(tmp_path / "data" / lost)

    text = said(run(monkeypatch, tmp_path / "data", cookie=cookie))

    assert "不可用" in text and "请检查数据目录" in text
    assert "市本级" not in text and "Traceback" not in text


def test_lost_files_of_a_table_are_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    build(tmp_path / "data").close()
    for file in (tmp_path / "data" / "lake" / "tickets").rglob("*.parquet"):
        file.unlink()

    text = said(run(monkeypatch, tmp_path / "data"))

    assert "请检查数据目录" in text and "parquet" not in text


def test_a_ruined_database_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    build(tmp_path / "data").close()
    cookie = cookie_for(tmp_path / "data", Role.DATA, now=NOW)
    for file in (tmp_path / "data").glob("records.sqlite*"):
        file.unlink()
    (tmp_path / "data" / "records.sqlite").write_text("this is no database, whatever its name says" * 40)

    text = said(run(monkeypatch, tmp_path / "data", cookie=cookie))

    assert "请检查数据库" in text and "市本级" not in text


def test_whatever_the_data_say_is_text_and_never_markup(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    build(tmp_path / "data").close()

    bodies = " ".join(part.proto.body for part in run(monkeypatch, tmp_path / "data").get("html"))

    assert "&lt;b&gt;bad&lt;/b&gt;" in bodies and "<b>bad</b>" not in bodies
    assert "取号&lt;10月&gt;.csv" in bodies


def test_the_script_shows_a_wall_screen_no_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    build(tmp_path / "data").close()
    cookie = wall_cookie_for(tmp_path / "data", now=NOW)

    assert said(run(monkeypatch, tmp_path / "data", cookie=cookie)).strip() == NOT_YOURS


def test_the_script_shows_a_manager_their_own_hall_and_nothing_of_the_imports(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    build(tmp_path / "data").close()
    leader = said(run(monkeypatch, tmp_path / "data"))
    cookie = cookie_for(tmp_path / "data", Role.MANAGER, Binding("hall", ("s1",)), now=NOW)

    text = said(run(monkeypatch, tmp_path / "data", cookie=cookie))

    inside = ("云栖", "石桥", "空港园", "无大厅（线上）", "cases.csv", "bad2")
    assert [word for word in inside if word not in leader] == []
    assert "市本级" in text and [word for word in inside if word in text] == []
