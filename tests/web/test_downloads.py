"""Downloads, figures for monitoring, and that no page gives files past our own routes."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from unittest import mock

import pytest
from prometheus_client.parser import text_string_to_metric_families

import cockpit.web
from cockpit.door.accounts import Binding
from cockpit.door.roles import PAGES, PERSONAL, RIGHTS, Role
from cockpit.web import downloads, exposition
from tests.board.small_city import NOW
from tests.web.asking import Line
from tests.web.people import audit_of, cookie_for, opened, wall_cookie_for
from tests.web.serving import Server

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def line(server: Server) -> Iterator[Line]:
    kept = Line(server)
    yield kept
    kept.close()


def last_line(server: Server) -> tuple[str, str, str]:
    with opened(server.data_dir) as folder:
        return audit_of(folder)[0]


def test_each_gets_their_own_part_and_the_audit_says_so(server: Server, line: Line) -> None:
    for binding, halls in ((Binding(), "云栖 空港园 市本级 石桥"), (Binding("county", ("云栖区",)), "云栖 石桥")):
        name = f"down.{binding.to}"
        cookie = cookie_for(server.data_dir, Role.MANAGER, binding, name=name, now=NOW)
        answer = line.ask("/download/names?month=2026-10", cookie=cookie)
        assert (answer.status, answer.body.split()) == (200, halls.split())
        assert answer.headers["cache-control"] == "no-store"
        assert last_line(server) == (name, "download", "names?month=2026-10")


def test_what_is_outside_or_needs_another_role_is_refused_and_written_down(server: Server, line: Line) -> None:
    cookie = cookie_for(server.data_dir, Role.MANAGER, Binding("hall", ("s1",)), name="down.hall", now=NOW)
    assert line.ask("/download/names?hall=s1", cookie=cookie).body == "市本级"
    for path, why in (
        ("names?hall=c1", "不在您负责的范围内"),
        ("names?hall=none", "不在您负责的范围内"),
        ("held", "没有这项权限"),
    ):
        answer = line.ask(f"/download/{path}", cookie=cookie)
        assert answer.status == 403 and why in answer.body and "云栖" not in answer.body
        assert last_line(server)[:2] == ("down.hall", "download.refused")
    keeper = cookie_for(server.data_dir, Role.DATA, now=NOW)
    assert line.ask("/download/held", cookie=keeper).status == 200
    admin = cookie_for(server.data_dir, Role.ADMIN, now=NOW)
    assert line.ask("/download/names", cookie=admin).status == 403


@pytest.mark.parametrize("kind", ["nothing", "names%0aX", "Names", "..", "names/", "%2e%2e"])
def test_an_unknown_kind_is_no_download(server: Server, line: Line, kind: str) -> None:
    cookie = cookie_for(server.data_dir, Role.MANAGER, name="down.city", now=NOW)
    assert line.ask(f"/download/{kind}", cookie=cookie).status == 404


@pytest.mark.parametrize("called", ['a"; x="b.exe', "a\r\nSet-Cookie: b=c", "../../etc/passwd", "中文 名.txt", "\0"])
def test_a_file_s_name_stays_a_name(server: Server, line: Line, called: str) -> None:
    from urllib.parse import quote

    cookie = cookie_for(server.data_dir, Role.MANAGER, name="down.city", now=NOW)
    answer = line.ask(f"/download/names?called={quote(called, safe='')}", cookie=cookie)
    assert answer.status == 200 and not answer.cookies
    assert re.fullmatch(r"attachment; filename\*=UTF-8''[\w%.~-]+", answer.headers["content-disposition"])


def test_a_long_question_fits_the_audit(server: Server, line: Line) -> None:
    cookie = cookie_for(server.data_dir, Role.MANAGER, name="down.city", now=NOW)
    assert line.ask(f"/download/names?x={'y' * 5000}%00", cookie=cookie).status == 200
    assert len(last_line(server)[2]) == 1000


def makers() -> dict[str, downloads.Offered]:
    """Every kind of download, found in every module that offers some."""
    found = [module.name for module in pkgutil.iter_modules(cockpit.web.__path__) if module.name.endswith("_files")]
    offering = [path.stem for path in (ROOT / "cockpit" / "web").glob("*.py") if "offer(" in path.read_text("utf-8")]
    assert set(offering) - {"downloads"} == set(found)
    with mock.patch.dict(downloads._makers, clear=True):
        for name in found:
            import_module(f"cockpit.web.{name}").register()
        return dict(downloads.offered())


KINDS = makers()


@pytest.mark.parametrize("kind", KINDS)
def test_no_download_is_a_way_round_a_page_that_one_s_role_does_not_open(server: Server, line: Line, kind: str) -> None:
    offered = KINDS[kind]
    closed = [role for role in PERSONAL if offered.page not in PAGES[role]]
    assert closed and any(offered.page in PAGES[role] and offered.right in RIGHTS[role] for role in PERSONAL)
    for role in closed:
        cookie = cookie_for(server.data_dir, role, now=NOW)
        answer = line.ask(f"/download/{kind}?hall=s1&day=2026-10-12&month=2026-10&period=2026-10", cookie=cookie)
        assert (answer.status, answer.body) == (403, downloads.NOT_YOURS), role
        who, action, subject = last_line(server)
        assert (who, action) == (f"{role}.person", "download.refused") and subject.startswith(f"{kind}?")
    for role in (role for role in PERSONAL if role not in closed and offered.right not in RIGHTS[role]):
        answer = line.ask(f"/download/{kind}", cookie=cookie_for(server.data_dir, role, now=NOW))
        assert answer.status == 403 and last_line(server)[:2] == (f"{role}.person", "download.refused")
    wall = line.ask(f"/download/{kind}", cookie=wall_cookie_for(server.data_dir, name=f"东墙 {kind}", now=NOW))
    assert wall.status == 403


def test_addresses_of_downloads_are_written_with_their_parameters() -> None:
    assert downloads.link("names", hall="s 1&x", county=None, month="") == "/download/names?hall=s+1%26x"
    assert downloads.link("names") == "/download/names"


def test_no_page_gives_files_by_addresses_that_are_not_bound_to_a_person() -> None:
    """Whatever Streamlit serves below /media is open to everybody who is signed in and knows the address."""
    by_address = re.compile(r"download_button|st\.(image|audio|video|pdf|logo)\b|media_file_mgr|file_uploader")
    files = [*(ROOT / "pages").rglob("*.py"), *(ROOT / "cockpit" / "web").rglob("*.py")]
    assert len(files) > 10
    assert [path.name for path in files if by_address.search(path.read_text("utf-8"))] == []


def test_figures_for_monitoring_can_be_read_on_this_machine(line: Line) -> None:
    line.ask("/no-such-page")
    line.ask("/metrics")  # counts itself for the next one
    answer = line.ask("/metrics")
    families = {family.name: family for family in text_string_to_metric_families(answer.body)}
    assert answer.status == 200
    up = {sample.labels["part"]: sample.value for sample in families["cockpit_up"].samples}
    assert up == {"records": 1, "lake": 1}
    assert families["cockpit_data_age_seconds"].samples[0].value >= 120
    assert families["cockpit_sessions_open"].samples[0].value >= 0
    areas = {sample.labels["area"] for sample in families["cockpit_answers"].samples}
    assert {"metrics", "page"} <= areas <= {*exposition._AREAS.values(), "page"}


@pytest.mark.parametrize("header", ["X_Forwarded_For", "Forwarded"])
def test_who_comes_through_an_unnamed_proxy_reads_no_figures(line: Line, header: str) -> None:
    answer = line.ask("/metrics", **{header: "127.0.0.1"})
    assert (answer.status, answer.body) == (403, exposition.NOT_FOR_YOU)
