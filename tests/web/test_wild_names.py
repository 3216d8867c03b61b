"""Names that mean harm come out as text: on every page of every role, in every workbook, in the audit and the logs."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from prometheus_client.parser import text_string_to_metric_families

from cockpit.door.accounts import Binding
from cockpit.door.roles import PERSONAL, Role
from cockpit.plain import UNSEEN, one_line
from tests.web import sights
from tests.web.asking import Line
from tests.web.people import cookie_for, wall_cookie_for
from tests.web.serving import Server, served
from tests.web.test_browser import GEOMETRY
from tests.web.test_downloads import KINDS
from tests.web.wild_city import EVERY, FORGED, MARKUP, NAMES, wild_city

BOUND = {Role.MANAGER: Binding("hall", ("H001",))}
#: Whatever a text could have become: an element that names the evil host, type set by a formula, colour, icon.
BECOME = """() => [...document.querySelectorAll(
  '[href*=evil], [src*=evil], [onerror], [onmouseover], .katex, .stMarkdownColoredText, [class*=ColoredText], '
  + '.stMain [data-testid=stMarkdownContainer] :is(a, img, strong, code, [role=img])')]
  .map((e) => e.outerHTML.slice(0, 120))"""
#: What is chosen in a field of one line may end in …: the list that it opens says it whole.
IN_FIELDS = """() => [...document.querySelectorAll('[data-testid=stSelectbox] *')]
  .map((e) => `cut off: ${e.className} ${e.textContent.slice(0, 30)}`)"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wild")


@pytest.fixture(scope="module")
def review(place: Path) -> str:
    return wild_city(place / "data", sights.MORNING)


@pytest.fixture(scope="module")
def server(place: Path, review: str) -> Iterator[Server]:
    for name in NAMES[:2]:
        wall_cookie_for(place / "data", name=name[:60], now=sights.MORNING)
    with served(
        place / "data", place / "log", now=sights.MORNING, settings={"web": {"refresh_seconds": 30}}
    ) as running:
        yield running


@pytest.fixture(scope="module")
def taken(server: Server, browser: Browser, review: str) -> dict[Role, set[str]]:
    """Goes through all pages as every role, looking at what becomes of the names; returns the downloads offered."""
    links: dict[Role, set[str]] = {}
    faults: list[str] = []
    said: dict[str, str] = {}
    for role in PERSONAL:
        cookie = cookie_for(server.data_dir, role, BOUND.get(role), now=sights.MORNING)
        screen = sights.at_the_screen_of(browser, server, cookie)
        links[role] = set()
        for entry in sights.pages_of(role):
            page = screen.new_page()
            found = _watched(page)
            sights.set_to(page, (1366, 768), "light")
            more = f"?case={quote(review)}" if entry.name == "reviews" else ""
            page.goto(server.url + entry.url + more)
            sights.await_drawn(page)
            found += _faults(page)
            if role is Role.LEADER:
                sights.set_to(page, (390, 844), "dark")
                sights.await_drawn(page)
                found += _faults(page)
                sights.set_to(page, (1366, 768), "light")
            opens = page.get_by_role("button", name="依据与明细")
            if opens.count():
                sights.await_drawn(page)
                opens.first.click()
                expect(page.locator(".ck-behind dl").first, f"{role} {entry.name}").to_be_visible(timeout=60_000)
                sights.await_drawn(page)
                found += _became(page)  # what opens lies over the rest of the page
            said[f"{role} {entry.name}"] = page.locator("body").inner_text()
            hrefs = page.locator("a[download]").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
            links[role] |= set(hrefs)
            page.close()
            faults += [f"{role} {entry.name}: {fault}" for fault in found]
        screen.close()
    assert faults == []
    _hold(said)
    return links


def _watched(page: Page) -> list[str]:
    """What a page complains of, opens or asks of others from now on."""
    found: list[str] = []
    page.on("console", lambda told: found.append(told.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("dialog", lambda dialog: (found.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda asked: found.append(asked.url) if urlsplit(asked.url).hostname != "127.0.0.1" else None)
    return found


def _faults(page: Page) -> list[str]:
    in_fields = page.evaluate(IN_FIELDS)
    return [*_became(page), *(fault for fault in page.evaluate(GEOMETRY) if fault not in in_fields)]


def _became(page: Page) -> list[str]:
    hit = page.evaluate("window.hit")
    return [*([f"a script ran {hit} times"] if hit else []), *page.evaluate(BECOME)]


def _hold(said: dict[str, str]) -> None:
    """What was read: every kind of name stands on some page word for word, what nobody sees is shown as a sign."""
    for name in EVERY:
        shown = re.sub(r"\s+", " ", one_line(name))
        assert any(shown in re.sub(r"\s+", " ", text) for text in said.values()), name
    for where, text in said.items():
        assert not re.search(UNSEEN, text), where
    assert all(re.sub(r"\s+", " ", one_line(name)) in re.sub(r"\s+", " ", said["leader overview"]) for name in NAMES)
    assert "[a](b):red[c]" in said["data quality"] and MARKUP in said["data overview"]


def test_on_every_page_of_every_role_they_are_text(taken: dict[Role, set[str]]) -> None:
    assert set(taken) == set(PERSONAL) and all(taken.values())


def test_names_in_lists_to_choose_from_are_text(server: Server, browser: Browser, review: str) -> None:
    cookie = cookie_for(server.data_dir, Role.LEADER, now=sights.MORNING)
    screen = sights.at_the_screen_of(browser, server, cookie)
    page = screen.new_page()
    for address, fewest in (("/hall", 6), ("/onenet", 6), (f"/reviews?case={quote(review)}", 1)):
        page.goto(server.url + address)
        sights.await_drawn(page)
        most = 0
        for box in page.get_by_role("combobox").all()[:3]:
            box.click()
            options = page.get_by_role("option")
            expect(options.first).to_be_visible()
            texts = options.all_inner_texts()
            most = max(most, len(texts))
            assert not any(re.search(UNSEEN, text) for text in texts)
            assert _became(page) == [], (address, texts)
            page.keyboard.press("Escape")
        assert most >= fewest, address
    screen.close()


def test_no_workbook_computes_leads_anywhere_or_hides_anything(server: Server, taken: dict[Role, set[str]]) -> None:
    line = Line(server)
    kinds = set()
    for role, links in taken.items():
        cookie = cookie_for(server.data_dir, role, BOUND.get(role), now=sights.MORNING)
        for link in sorted(links):
            answer = _bytes(server, link, cookie)
            kinds.add(link.split("?")[0].removeprefix("/download/"))
            _is_only_text(answer, link)
    line.close()
    assert kinds == KINDS.keys() - _NOT_ON_A_FIRST_LOOK


#: Offered only where something is chosen first; the audit is looked at below, with what people tried by then.
_NOT_ON_A_FIRST_LOOK = {
    *("findings-rows", "admin-audit", "indicator-firing", "indicator-changes"),
    *("alert-rows", "alert-use", "alert-missed"),
    # Of a report that has been made; wild names in its files are tested beside them.
    *("report-pdf", "report-view", "report-xlsx"),
}


def _bytes(server: Server, link: str, cookie: str) -> bytes:
    import http.client

    from cockpit.web.gate import COOKIE

    asking = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
    asking.request("GET", link, headers={"Cookie": f"{COOKIE}={cookie}"})
    answer = asking.getresponse()
    content = answer.read()
    assert answer.status == 200, (link, content.decode(errors="replace"))
    name = answer.getheader("Content-Disposition") or ""
    assert re.fullmatch(r"attachment; filename\*=UTF-8''[\w%.~-]+", name)
    assert not re.search(r"%0|%1|%2F|%5C|%3C|%3E|%22|%7C|%E2%80%AE", name), name
    asking.close()
    return content


#: What a spreadsheet program computes, follows or does not show.
_ACTS = re.compile(r'<f[ >]|<hyperlink|TargetMode="External"|state="(very)?[hH]idden"')


def _is_only_text(content: bytes, link: str) -> None:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".rels"))}
    sheets = [body for name, body in parts.items() if name.startswith("xl/worksheets/")]
    assert sheets, link
    for body in parts.values():
        assert not _ACTS.search(body), link
        assert not re.search(UNSEEN, unescape(body)), link
    for name in re.findall(r'<sheet name="([^"]*)"', parts["xl/workbook.xml"]):
        assert not re.search(r"[\[\]:*?/\\]|^'|'$", unescape(name)) and len(unescape(name)) <= 31


def test_who_tries_to_sign_in_forges_no_line_of_the_log_or_the_audit(server: Server) -> None:
    line = Line(server)
    for name in (f"admin{FORGED}", *EVERY):
        line.ask("/login", "POST", body={"name": name, "password": name}, Origin=server.url)
        line.ask(f"/{quote(name, safe='')}?x={quote(name, safe='')}", X_Forwarded_For=quote(name, safe=""))
        line.ask(f"/download/{quote(name, safe='')}?hall={quote(name, safe='')}")
    log = server.log.read_text(encoding="utf-8", errors="replace")
    assert not re.search(r"^2026-11-20 10:00:00,000", log, re.MULTILINE)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", log)
    auditor = cookie_for(server.data_dir, Role.AUDITOR, now=sights.MORNING)
    _is_only_text(_bytes(server, "/download/admin-audit", auditor), "audit")
    told = line.ask("/metrics").body
    assert "evil" not in told and "forged" not in told
    assert len(list(text_string_to_metric_families(told))) > 3
    line.close()
