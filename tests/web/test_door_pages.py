"""The door as people meet it, in a real browser: in, out, thrown out, and the first start of all."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from cockpit.door import accounts, signin
from cockpit.door.accounts import Binding
from cockpit.door.roles import Role
from cockpit.lake.folder import DataFolder
from cockpit.web import who
from tests.board.small_city import NOW
from tests.door.identity_provider import CLIENT, SECRET, provided
from tests.web.asking import Line
from tests.web.people import PASSWORD, account_in, at_time, audit_of, cookie_for, for_browser, opened
from tests.web.serving import Server, served

SIZES = ((1366, 768), (390, 844))
DRAWN = ".js-plotly-plot"
#: Within so many milliseconds an open page must show nothing more to whom it is closed.
SHUT_WITHIN = 15_000
#: What lies outside the screen or is cut off in one of the door's documents.
FITS = """() => {
  const wide = document.documentElement.clientWidth;
  return [...document.querySelectorAll('body *')].filter((e) => {
    const r = e.getBoundingClientRect();
    return r.width > 0 && (r.left < 0 || r.right > wide + 1 || e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0
      && getComputedStyle(e).overflowX !== 'visible');
  }).map((e) => e.outerHTML.slice(0, 80));
}"""


@contextmanager
def visiting(browser: Browser, cookie: str = "", url: str = "", dark: bool = False) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="zh-CN", color_scheme="dark" if dark else "light")
    if cookie:
        context.add_cookies([for_browser(url, cookie)])
    try:
        yield context
    finally:
        context.close()


def fill_in(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("form[method=post] button").first.click()


def test_somebody_signs_in_looks_and_signs_out_everywhere(browser: Browser, server: Server) -> None:
    with at_time(NOW), opened(server.data_dir) as folder:
        account_in(folder, "wang", Role.MANAGER, Binding("hall", ("s1",)))
    with visiting(browser) as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(f"{server.url}/?x=1")
        expect(page).to_have_title("登录 · 政务服务驾驶舱")
        fill_in(page, name="wang", password="not this one")
        expect(page.locator("[role=alert]")).to_contain_text("账号或密码不对")
        expect(page.locator("[name=name]")).to_have_value("wang")
        assert [said for said in complaints if "403" not in said] == []
        complaints.clear()
        fill_in(page, password=PASSWORD)
        page.wait_for_url(f"{server.url}/?x=1")
        page.locator(DRAWN).wait_for(timeout=60_000)
        shown = page.locator("table").first.locator("tbody tr")
        expect(shown).to_have_count(1)  # the one hall that is this person's
        expect(shown).to_contain_text("市本级")
        content = page.content()
        assert [word for word in ("云栖", "石桥", "空港园", "数据管理员", "cases.csv") if word in content] == []
        expect(page.locator("#ck-account summary")).to_have_text("wang")
        other = context.new_page()
        other.goto(server.url)
        other.locator(DRAWN).wait_for(timeout=60_000)
        page.locator("#ck-account summary").click()
        expect(page.locator("#ck-account p")).to_have_text("大厅主任 · 账号 wang")
        page.locator("#ck-account button").click()
        expect(page.locator("[role=status]")).to_have_text("您已退出登录。")
        other.wait_for_url(re.compile("/login"), timeout=SHUT_WITHIN)
        page.go_back()
        page.wait_for_url(re.compile("/login"), timeout=SHUT_WITHIN)
        assert complaints == [] and context.cookies() == [] or "cockpit_session" not in str(context.cookies())


def test_open_pages_show_nothing_more_to_whom_they_are_closed(browser: Browser, server: Server) -> None:
    """Three people look; what changes is noticed by the page, and by the server where the page's script is kept out."""
    changes: dict[str, Callable[[DataFolder, str], object]] = {
        "disabled": lambda folder, name: accounts.disable(folder, name, by="测试"),
        "reset": lambda folder, name: accounts.reset_password(folder, name, by="测试"),
        "moved": lambda folder, name: accounts.change(folder, name, Role.MANAGER, Binding("hall", ("s1",)), by="测试"),
    }
    with ExitStack() as stack:
        pages = {}
        for name, script in (("disabled", True), ("reset", False), ("moved", False)):
            cookie = cookie_for(server.data_dir, name=name, now=NOW)
            context = stack.enter_context(visiting(browser, cookie, server.url))
            if not script:
                context.route("**/house/account.js*", lambda route: route.abort())
            pages[name] = context.new_page()
            pages[name].goto(server.url)
        for page in pages.values():
            page.locator(DRAWN).wait_for(timeout=60_000)
        with at_time(NOW), opened(server.data_dir) as folder:
            for name, change in changes.items():
                change(folder, name)
        pages["disabled"].wait_for_url(re.compile("/login"), timeout=SHUT_WITHIN)
        for name in ("reset", "moved"):
            expect(pages[name].locator(".ck-notice")).to_have_text(re.compile(who.OVER), timeout=SHUT_WITHIN)
            expect(pages[name].locator(DRAWN)).to_have_count(0)
            assert "云栖" not in pages[name].locator("body").inner_text()


def test_the_first_start_of_all(browser: Browser, tmp_path: Path) -> None:
    """No default password: it lies in a file that goes with it, and stands in no log."""
    data, log = tmp_path / "data", tmp_path / "log"
    file = data / "secrets" / "first-admin-password"
    with served(data, log) as server, visiting(browser) as context:
        given = file.read_text().strip()
        assert str(file) in log.read_text()
        page = context.new_page()
        page.goto(server.url)
        fill_in(page, name="admin", password="admin")
        expect(page.locator("[role=alert]")).to_contain_text("账号或密码不对")
        fill_in(page, password=given)
        page.wait_for_url(f"{server.url}/password")
        page.goto(server.url)
        page.wait_for_url(f"{server.url}/password")  # nothing else opens
        expect(page.locator("[role=status]")).to_contain_text("这是一次性密码")
        fill_in(page, old=given, new="short", again="short")
        expect(page.locator("[role=alert]")).to_contain_text("10 至 128")
        fill_in(page, old=given, new=PASSWORD, again=PASSWORD)
        page.locator(".ck-notice").wait_for(timeout=60_000)
        assert not file.exists()
        value = next(c["value"] for c in context.cookies() if c["name"] == "cockpit_session")
        secrets = [given, PASSWORD, value, (data / "secrets" / "cookie.key").read_text().strip()]
    assert [secret for secret in secrets if secret in log.read_text()] == []
    modes = {path.name: path.stat().st_mode & 0o777 for path in (data / "secrets").iterdir()}
    assert set(modes.values()) == {0o600}
    before = log.read_text().count("一次性密码在")
    with served(data, log):
        assert log.read_text().count("一次性密码在") == before == 1


def test_the_whole_round_by_the_identity_provider(browser: Browser, tmp_path: Path) -> None:
    with provided() as provider:
        with opened(tmp_path / "data") as folder:
            account_in(folder, "wang")
        sections: dict[str, dict[str, object]] = {"oidc": {"issuer": provider.issuer, "client_id": CLIENT}}
        secret = {"COCKPIT_OIDC_SECRET": SECRET}
        with (
            served(tmp_path / "data", tmp_path / "log", settings=sections, environment=secret) as server,
            visiting(browser) as context,
        ):
            page = context.new_page()
            page.goto(server.url)
            page.locator("a.second").click()
            page.locator(".ck-notice").wait_for(timeout=60_000)
            expect(page.locator("#ck-account summary")).to_have_text("wang")
            provider.person = {"sub": "u-2", "preferred_username": "wang"}
            page.goto(f"{server.url}/oidc/start")
            expect(page.locator("[role=alert]")).to_contain_text("没有您能用的账号")
        with opened(tmp_path / "data") as folder:
            assert [line[1] for line in audit_of(folder)[:3]] == ["sign_in.refused", "sign_in", "account.link"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_door_s_documents_fit_every_screen(browser: Browser, server: Server, dark: bool) -> None:
    with at_time(NOW), opened(server.data_dir) as folder:
        if folder.people.account("fresh.one") is None:
            accounts.add(folder, "fresh.one", Role.LEADER, Binding(), by="测试")
        cookie = signin.begin(folder, accounts.known(folder, "fresh.one"), "192.0.2.1", "测试")
    pictures = os.environ.get("PICTURES_DIR")
    with visiting(browser, cookie, server.url, dark) as context:
        page = context.new_page()
        for path in ("/login", "/login?out", "/password", "/screen?token=x"):
            page.goto(f"{server.url}{path}")
            for width, height in SIZES:
                page.set_viewport_size({"width": width, "height": height})
                assert page.evaluate(FITS) == [], path
                assert not re.search(r"[A-Za-z]{4,}", page.locator("body").inner_text())
                if pictures:
                    name = f"{re.sub(r'[^a-z]+', '-', path)}-{width}-{'dark' if dark else 'light'}.png"
                    page.screenshot(path=Path(pictures) / name)


def test_who_is_signed_in_is_told_to_programs_too(server: Server) -> None:
    line = Line(server)
    answer = line.ask("/session", cookie=cookie_for(server.data_dir, Role.AUDITOR, now=NOW))
    line.close()
    assert answer.body == '{"name":"auditor.person","account":"auditor.person","role":"auditor"}'
    assert answer.headers["cache-control"] == "no-store"
