"""Nothing leaks: every route, by whatever method, path, header or cookie somebody comes who may not see it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from cockpit.door import accounts
from cockpit.door.accounts import Binding
from cockpit.door.roles import Role
from cockpit.web import gate
from cockpit.web.sitemap import BY_URL
from tests.board.small_city import NOW
from tests.web.asking import Line
from tests.web.people import PASSWORD, account_in, at_time, cookie_for, opened, session_in, wall_cookie_for
from tests.web.routes import discovered
from tests.web.serving import Server

DOOR, PROGRAM = 303, 401
#: Every route → an address of it, and what somebody gets there by GET who is not signed in.
ANONYMOUS: dict[str, tuple[str, int]] = {
    "/healthz": ("/healthz", 200),
    "/metrics": ("/metrics", 200),  # asked for from this machine
    "/login": ("/login", 200),
    "/logout": ("/logout", 404),
    "/screen": ("/screen?token=guessed", 403),
    "/oidc/start": ("/oidc/start", 403),  # no provider in the settings
    "/oidc/callback": ("/oidc/callback?code=x&state=y", 403),
    "/house/{name}": ("/house/door.css", 200),
    "/house/plotly.min.js": ("/house/plotly.min.js", 200),
    "/wall": ("/wall", DOOR),
    "/wall-data": ("/wall-data", PROGRAM),
    "/session": ("/session", PROGRAM),
    "/password": ("/password", DOOR),
    "/download/{kind}": ("/download/names", PROGRAM),
    "/_stcore/health": ("/_stcore/health", PROGRAM),
    "/_stcore/metrics": ("/_stcore/metrics", PROGRAM),
    "/_stcore/host-config": ("/_stcore/host-config", PROGRAM),
    "/_stcore/upload_file/{session_id}/{file_id}": ("/_stcore/upload_file/a/b", PROGRAM),
    "/_stcore/bidi-components/{path:path}": ("/_stcore/bidi-components/x/y.js", PROGRAM),
    "/_stcore/stream": ("/_stcore/stream", PROGRAM),
    "/_stcore/agent/interact": ("/_stcore/agent/interact", PROGRAM),
    "/_stcore/agent/openapi.json": ("/_stcore/agent/openapi.json", PROGRAM),
    "/_stcore/agent/mcp": ("/_stcore/agent/mcp", PROGRAM),
    "/media/{file_id:path}": ("/media/x.png", PROGRAM),
    "/component/{path:path}": ("/component/x/y.js", PROGRAM),
    "/auth/login": ("/auth/login", DOOR),
    "/auth/logout": ("/auth/logout", DOOR),
    "/oauth2callback": ("/oauth2callback", DOOR),
    "": ("/index.html", DOOR),  # Streamlit's own files
    **{url: (url, DOOR) for url in BY_URL},
}
OPEN = {"/healthz", "/metrics", "/login", "/house/{name}", "/house/plotly.min.js"}
#: Names of halls, people and things of the framework: nothing of the kind may be in what a stranger gets.
INSIDE = re.compile(r"市本级|云栖|石桥|空港园|示范市政务|临江县|leader\.person|streamlit|stcore", re.IGNORECASE)
#: By these a client claims to be somebody.
CLAIMS = {
    "X_Forwarded_User": "admin",
    "X_Forwarded_Email": "admin@city",
    "Remote_User": "admin",
    "X_Remote_User": "admin",
    "X_Auth_Request_User": "admin",
    "X_Cockpit_User": "admin",
    "Authorization": "Bearer admin",
    "X_Forwarded_For": "127.0.0.1",
    "X_Original_URL": "/login",
    "X_Rewrite_URL": "/login",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND")


@pytest.fixture(scope="module")
def line(server: Server) -> Iterator[Line]:
    kept = Line(server)
    yield kept
    kept.close()


@pytest.fixture(scope="module")
def leader(server: Server) -> str:
    return cookie_for(server.data_dir, now=NOW)


@pytest.fixture(scope="module")
def ended(server: Server) -> str:
    """The cookie of a session that was over when its account was disabled."""
    cookie = cookie_for(server.data_dir, name="left.person", now=NOW)
    with at_time(NOW), opened(server.data_dir) as folder:
        accounts.disable(folder, "left.person", by="测试")
    return cookie


def test_every_route_of_the_application_has_its_place_in_the_table() -> None:
    assert discovered().keys() | BY_URL.keys() == ANONYMOUS.keys()


@pytest.mark.parametrize("route", ANONYMOUS)
def test_a_stranger_gets_nothing_of_the_city_by_any_route(line: Line, ended: str, route: str) -> None:
    path, expected = ANONYMOUS[route]
    for cookie, claims in (("", {}), ("forged", {}), (ended, {}), ("", CLAIMS)):
        if route == "/metrics" and claims:
            expected = 403  # who came through a proxy that nobody has named
        answer = line.ask(path, cookie=cookie, **claims)
        assert answer.status == expected, (path, cookie)
        assert not INSIDE.search(answer.body) or route.startswith("/house/")
        if expected == DOOR:
            assert answer.headers["location"].startswith("/login")
    for method in METHODS[1:]:
        answer = line.ask(path, method, ended, Origin=f"http://{line.place}", **CLAIMS)
        assert answer.status >= 300 or (route in OPEN and method == "HEAD") or route == "/logout", (method, path)
        assert not INSIDE.search(answer.body) and not answer.cookie.startswith(f"{gate.COOKIE}=e"), (method, path)


@pytest.mark.parametrize("cookie", ["", "forged", "ended", "claims"])
def test_a_stranger_gets_no_web_socket(line: Line, ended: str, cookie: str) -> None:
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in CLAIMS.items())
    given = ended if cookie == "ended" else cookie
    for path in ("/_stcore/stream", "//_stcore/stream", "/login/../_stcore/stream", "/_stcore/stream/", "/login"):
        assert line.web_socket(given, path=path, more=more if cookie == "claims" else "") in {403, 404}


TRICKS = (
    *(
        "//",
        "//overview",
        "/./",
        "/.",
        "/..",
        "/login/..",
        "/login/../overview",
        "/login/%2e%2e/overview",
        "/;/overview",
    ),
    *(
        "/overview/",
        "/%6fverview",
        "/OVERVIEW",
        "/overview%2f",
        "/%2foverview",
        "/overview%00",
        "/overview%0d%0a",
        "/\\",
    ),
    *("/login\\..\\overview", "/healthz//..", "/static/../overview", "/static/..%2foverview", "/static//index.html"),
    *("/house/..%2fentry.py", "/house/%2e%2e", "/house/....//x", "/static/%2e%2e/index.html", "/login//evil.example"),
    *("http:/login/../_stcore/health", "http://x/overview", "login", "*", "/index.html", "/static/index.html"),
    *("/_stcore%2fhealth", "/%5fstcore/health", "/_STCORE/health", "/_stcore/./health", "/login/_stcore/health"),
)


@pytest.mark.parametrize("path", TRICKS)
def test_an_odd_address_leads_nowhere(line: Line, path: str) -> None:
    answer = line.ask(path)

    assert answer.status in {303, 401, 403, 404, 400}, answer.body
    assert not INSIDE.search(answer.body)
    assert answer.status != 303 or re.match(r"/login(\?|$)", answer.headers["location"])


@pytest.mark.parametrize("path", TRICKS)
def test_a_wall_screen_opens_no_page_by_an_odd_address(server: Server, line: Line, path: str) -> None:
    cookie = _wall.setdefault(server.url, "") or wall_cookie_for(server.data_dir, name="门厅", now=NOW)
    _wall[server.url] = cookie

    answer = line.ask(path, cookie=cookie)

    assert answer.status in {307, 400, 403, 404} or answer.body == "ok"  # what /_stcore/health says
    assert "<html" not in answer.body


_wall: dict[str, str] = {}


def test_a_wall_screen_has_neither_pages_nor_downloads_nor_a_password(server: Server, line: Line) -> None:
    cookie = wall_cookie_for(server.data_dir, name="二楼", now=NOW)
    for path in ("/", "/password", "/download/names", "/download/held"):
        assert line.ask(path, cookie=cookie).status == 403, path
    assert line.post("/password", cookie, old="x", new=PASSWORD, again=PASSWORD).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[evil"},
        {"Origin": ""},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Referer": "https://evil.example/"},
        {},
    ],
    ids=str,
)
def test_what_another_site_sends_is_refused(server: Server, line: Line, leader: str, headers: dict[str, str]) -> None:
    own = f"http://{line.place}"
    for path, method in (
        ("/logout", "POST"),
        ("/password", "POST"),
        ("/login", "POST"),
        ("/_stcore/upload_file/a/b", "PUT"),
    ):
        answer = line.ask(path, method, leader, {"name": "a"}, **headers)
        assert (answer.status, answer.body) == (403, gate.FOREIGN_ORIGIN)
    if "Sec_Fetch_Site" in headers:
        assert line.ask("/logout", "POST", leader, {}, Origin=own, **headers).status == 403
    assert line.ask("/session", cookie=leader).status == 200  # still signed in


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1", "http://[evil", "http://127.0.0.1:1"]
)
def test_another_site_gets_no_web_socket_though_the_browser_sends_the_cookie(
    line: Line, leader: str, origin: str
) -> None:
    assert line.web_socket(leader, origin) == 403
    assert line.web_socket(leader) == 101


ELSEWHERE = (
    *("//evil.example", "///evil.example", "https://evil.example", "https:evil.example", "https:///evil.example"),
    *(
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/%09/evil.example",
        "\t//evil.example",
        "//[",
        "http://[",
    ),
    *(
        "/login",
        "/nothing",
        "/download/names",
        "/logout",
        "/screen?token=x",
        "@evil.example",
        "/\r\nSet-Cookie: a=b",
        "?x",
    ),
)


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_signing_in_leads_to_one_of_our_pages_and_never_elsewhere(server: Server, line: Line, wanted: str) -> None:
    with at_time(NOW), opened(server.data_dir) as folder:
        account_in(folder, "goes.on")
    answer = line.post("/login", name="goes.on", password=PASSWORD, next=wanted)

    assert (answer.status, answer.headers["location"]) == (303, "/")
    assert len(answer.cookies) == 1


def test_signing_in_leads_back_to_the_page_that_was_wanted_with_its_filters(server: Server, line: Line) -> None:
    sent_away = line.ask("/?hall=s1&name=%3Cb%3E")
    assert sent_away.headers["location"] == "/login?next=%2F%3Fhall%3Ds1%26name%3D%253Cb%253E"
    form = line.ask(sent_away.headers["location"])
    wanted = re.search(r'name="next" value="([^"]*)"', form.body)
    assert wanted is not None
    with at_time(NOW), opened(server.data_dir) as folder:
        account_in(folder, "goes.on")
    answer = line.post("/login", name="goes.on", password=PASSWORD, next=wanted[1].replace("&amp;", "&"))

    assert answer.headers["location"] == "/?hall=s1&name=%3Cb%3E"


def test_what_was_typed_comes_back_as_text(line: Line) -> None:
    answer = line.post("/login", name='"><script>x</script>', password="p", next='/?"><script>')

    assert answer.status == 403
    assert "<script" not in answer.body and "&lt;script&gt;" in answer.body


def test_a_huge_or_broken_form_is_not_read_to_its_end(line: Line) -> None:
    own = f"http://{line.place}"
    assert line.ask("/login", "POST", body="name=" + "x" * 20_000, Origin=own).status == 403
    assert line.ask("/login", "POST", body="&".join(f"f{n}=1" for n in range(40)), Origin=own).status == 403
    assert line.ask("/login", "POST", body="name=%00&password=%ff", Origin=own).status == 403


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(server: Server, line: Line) -> None:
    with at_time(NOW), opened(server.data_dir) as folder:
        account_in(folder, "flags")
    first = line.post("/login", name="flags", password=PASSWORD).cookie
    flags = {flag.strip().lower() for flag in first.split(";")[1:]}

    assert flags == {"httponly", "path=/", "samesite=lax"}
    value = first.split(";")[0].partition("=")[2]
    second = line.post("/login", value, name="flags", password=PASSWORD).cookie.split(";")[0].partition("=")[2]
    assert second != value  # nobody can hand a session to somebody who then signs in to it
    assert line.ask("/session", cookie=value).status == 401  # and the one before is over
    for file in server.data_dir.glob("records.sqlite*"):
        assert second.encode() not in file.read_bytes()
    assert second not in server.log.read_text()


def test_nothing_but_the_password_is_open_as_long_as_it_must_be_changed(server: Server, line: Line) -> None:
    with at_time(NOW), opened(server.data_dir) as folder:
        if folder.people.account("fresh") is None:
            accounts.add(folder, "fresh", Role.LEADER, Binding(), by="测试", password="one-time-3456")
        else:
            pytest.fail("the account was there already")
        cookie = session_in(folder, "fresh")
    answer = line.ask("/", cookie=cookie)
    assert (answer.status, answer.headers["location"]) == (303, "/password")
    for path in ("/_stcore/health", "/_stcore/host-config", "/download/names", "/media/x"):
        assert line.ask(path, cookie=cookie).status == 403, path
    assert line.web_socket(cookie) == 403
    assert "这是一次性密码" in line.ask("/password", cookie=cookie).body
    other = session_of(server, "fresh")

    for old, new, again, why in (
        ("wrong", PASSWORD, PASSWORD, "原密码不对"),
        ("one-time-3456", PASSWORD, "another one", "不一样"),
        ("one-time-3456", "short", "short", "10 至 128"),
        ("one-time-3456", "one-time-3456", "one-time-3456", "与原密码相同"),
    ):
        refused = line.post("/password", cookie, old=old, new=new, again=again)
        assert refused.status == 403 and why in refused.body
    assert line.ask("/", cookie=cookie).status == 303
    assert line.post("/password", cookie, old="one-time-3456", new=PASSWORD, again=PASSWORD).status == 303

    assert line.ask("/", cookie=cookie).status == 200
    assert line.ask("/session", cookie=other).status == 401  # everywhere else it is over


def session_of(server: Server, name: str) -> str:
    with at_time(NOW), opened(server.data_dir) as folder:
        return session_in(folder, name)


def test_a_wall_screen_opens_with_its_token_and_goes_dark_when_it_is_revoked(server: Server, line: Line) -> None:
    from cockpit.door import walls

    with at_time(NOW), opened(server.data_dir) as folder:
        token = walls.issue(folder, "一楼", Binding(), by="测试")
    answer = line.ask(f"/screen?token={token}")
    cookie = answer.cookie.split(";")[0].partition("=")[2]
    assert (answer.status, answer.headers["location"]) == (303, "/wall")
    assert line.ask("/session", cookie=cookie).body == '{"name":"一楼","account":"大屏 一楼","role":"wall"}'
    assert line.web_socket(cookie) == 101
    with at_time(NOW), opened(server.data_dir) as folder:
        walls.revoke(folder, "一楼", by="测试")

    assert line.ask("/session", cookie=cookie).status == 401
    assert line.web_socket(cookie) == 403
    assert line.ask(f"/screen?token={token}").status == 403
    assert token not in server.log.read_text()
