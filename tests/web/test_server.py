"""The server as a program meets it: who gets an answer, with which headers, and what /healthz says."""

import asyncio
import base64
import gzip
import hashlib
import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send
from streamlit.file_util import get_static_dir

from cockpit import clock
from cockpit.board.health import health
from cockpit.errors import StorageError
from cockpit.lake.folder import open_folder
from cockpit.settings import Settings
from cockpit.web import built, guard, shell
from cockpit.web.gate import COOKIE
from cockpit.web.health import SHARED_SECONDS
from cockpit.web.server import options, serve
from cockpit.web.sitemap import PAGES
from tests.board.small_city import NOW, build, settings_for
from tests.web.people import cookie_for
from tests.web.serving import ROOT, Server, served


@pytest.fixture(scope="module")
def cookie(server: Server) -> str:
    return f"{COOKIE}={cookie_for(server.data_dir, now=server.now)}"


def get(url: str, **headers: str) -> tuple[int, dict[str, str], str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, dict(refusal.headers), refusal.read().decode()


def test_the_one_inline_script_of_streamlit_is_the_one_the_policy_allows() -> None:
    page = (Path(get_static_dir()) / "index.html").read_text()
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)

    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]

    assert [f"sha256-{digest}" for digest in digests] == [guard.INLINE_SCRIPT]
    assert re.findall(r"<script>(.*?)</script>", shell.document("overview"), re.DOTALL) == scripts


def test_the_document_is_chinese_and_names_nothing_of_the_framework() -> None:
    page = shell.document("overview")

    assert '<html lang="zh-CN"' in page and "<title>政务服务驾驶舱</title>" in page
    assert not re.search(r"https?://|<!--|service-desc", page)
    assert not re.search(r"[A-Za-z]", re.sub(r"<script>.*?</script>|<[^>]*>|JavaScript", "", page, flags=re.DOTALL))


@pytest.mark.parametrize("page", [page.name for page in PAGES])
def test_a_page_names_what_it_is_drawn_with_beside_the_first_files(page: str) -> None:
    parts = {re.sub(r"\..*", "", Path(url).name) for url in built.ahead(page)}

    assert {"Html", "PageLink"} <= parts
    assert ("PlotlyChart" in parts) == (page in {"overview", "hall", "onenet", "reviews", "panorama"})
    assert ("Selectbox" in parts) == (page != "overview")
    for url in built.ahead(page):
        assert (Path(get_static_dir()) / url[1:]).is_file()
        assert f'<link rel="modulepreload" crossorigin data-ahead href="{url}">' in shell.document(page)


def test_built_files_come_compressed_and_say_what_they_say_on_the_disk(server: Server) -> None:
    for url in (*built.ahead("hall")[:3], built.ahead("hall")[-1]):
        request = urllib.request.Request(server.url + url, headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            headers, body = answer.headers, answer.read()
        plain = get(server.url + url)[2].encode()
        packed = headers.get("Content-Encoding") == "gzip"

        assert packed == (len(plain) >= 1024) and headers["Cache-Control"] == "public, immutable, max-age=31536000"
        assert (gzip.decompress(body) if packed else body).removeprefix(built.HINT) == plain


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/nothing-here", "/house/theme.css", "/_stcore/health", "/_stcore/agent/x"]
)
def test_every_answer_carries_the_security_headers(server: Server, path: str) -> None:
    _, headers, _ = get(server.url + path)

    lower = {name.lower(): value for name, value in headers.items()}
    for name, value in guard.SECURITY_HEADERS.items():
        assert lower[name.lower()] == value
    assert "strict-transport-security" not in lower  # this address is none with https


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/windows.php",
            "/_stcore/agent/openapi.json",
            "/_stcore/metrics",
            "/house/../server.py",
            "/house/nothing.css",
        ),
        *(
            "/static/nothing.js",
            "/static/js/",
            "/login/x",
            "/healthz/x",
            "/session/x",
            "/oidc/x",
            "/download",
            "/screen/x",
        ),
    ],
)
def test_an_unknown_address_gets_one_chinese_sentence(server: Server, cookie: str, path: str) -> None:
    assert get(f"{server.url}{path}", Cookie=cookie)[::2] == (404, shell.NOT_FOUND)


def test_the_first_page_by_its_own_name_leads_home(server: Server, cookie: str) -> None:
    status, _, body = get(f"{server.url}/overview", Cookie=cookie)

    assert status == 200 and "政务服务驾驶舱" in body


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.5:8501", "localhost@evil.example", "[::2]"]
)
def test_a_foreign_host_is_refused_in_chinese(server: Server, host: str) -> None:
    status, _, body = get(server.url, Host=host)

    assert status == 403 and "不是驾驶舱的网址" in body


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:9", "[::1]:8501", "127.8.8.8"])
def test_names_of_this_machine_are_answered(server: Server, host: str) -> None:
    assert get(f"{server.url}/login", Host=host)[0] == 200


def test_a_foreign_host_gets_no_web_socket(server: Server, cookie: str) -> None:
    place = server.url.removeprefix("http://")
    for host, expected in (("evil.example", b"403"), (place, b"101")):
        with socket.create_connection(("127.0.0.1", int(place.split(":")[1])), timeout=10) as line:
            line.sendall(
                f"GET /_stcore/stream HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Origin: {server.url}\r\nCookie: {cookie}\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
            )
            assert line.recv(64).split()[1] == expected


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("cockpit.example", True),
        ("COCKPIT.example:443", True),
        ("10.0.0.5:8501", True),
        ("[fe80::1]:8501", True),
        ("evil.example", False),
        ("cockpit.example.evil.example", False),
        ("cockpit.example@evil.example", False),
        ("10.0.0.5.evil.example", False),
        ("", False),
    ],
)
def test_where_others_may_come_the_public_address_and_plain_addresses_are_ours(host: str, ours: bool) -> None:
    settings = Settings(web={"host": "0.0.0.0", "public_url": "https://cockpit.example"})

    assert guard.OwnHost(_fails, settings).is_ours(host) is ours


async def _fails(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError("a secret in a traceback")


async def _ask(app: Any, peer: str) -> tuple[int, str]:  # noqa: ANN401
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"x-forwarded-for", b"127.0.0.1")]
    scope = {"type": "http", "method": "GET", "path": "/", "client": (peer, 1), "headers": headers}
    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent).decode()


def _alone(asked: Coroutine[Any, Any, tuple[int, str]]) -> tuple[int, str]:
    """Run in a thread of its own: the browser's driver keeps an event loop in that of the tests."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asked).result()


def test_a_failure_below_is_one_chinese_sentence_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    status, body = _alone(_ask(guard.SecurityHeaders(_fails), "127.0.0.1"))

    assert (status, body) == (500, guard.FAILED)
    assert "a secret in a traceback" in caplog.text


def test_healthz_says_ok_while_the_data_are_fresh(server: Server) -> None:
    status, _, body = get(f"{server.url}/healthz")
    said = json.loads(body)

    assert status == 200
    assert (said["status"], said["records"], said["lake"]) == ("ok", "ok", "ok")
    assert 2 <= said["data_age_minutes"] < 10
    assert len(said["data_version"]) == 16


def test_health_is_degraded_by_old_data_and_failed_by_a_broken_lake(tmp_path: Path) -> None:
    folder = build(tmp_path / "data")
    assert health(folder, NOW, 30).status == "ok"
    assert health(folder, clock.now(), 30).status == "degraded"
    version = health(folder, NOW, 30).data_version
    shutil.rmtree(tmp_path / "data" / "lake" / "tickets")

    broken = health(open_folder(settings_for(tmp_path / "data")), NOW, 30)

    assert (broken.status, broken.records, broken.lake, broken.data_version) == ("failed", "ok", "failed", version)
    folder.close()


def test_healthz_before_the_first_import_and_over_a_ruined_database(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with served(data, tmp_path / "log") as server:
        status, _, body = get(f"{server.url}/healthz")
        found = json.loads(body)
        assert (status, found["status"], found["data_age_minutes"]) == (200, "degraded", None)
        time.sleep(SHARED_SECONDS + 0.1)
        for file in data.glob("records.sqlite*"):
            file.unlink()
        (data / "records.sqlite").write_text("this is no database, whatever its name says" * 40)
        status, _, body = get(f"{server.url}/healthz")
        assert status == 503
        assert json.loads(body)["status"] == "failed" and json.loads(body)["records"] == "failed"
        assert "Traceback" not in body


def test_a_taken_port_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(StorageError) as refusal:
            serve(Settings(data_dir=tmp_path, web={"port": port}))

    assert str(port) in refusal.value.sentence and "web.port" in refusal.value.sentence


def test_config_may_change_the_look_but_not_what_leaves_the_network() -> None:
    given = Settings(streamlit={"browser": {"gatherUsageStats": True}, "theme": {"primaryColor": "#000000"}})

    in_force = options(given)

    assert in_force["theme.primaryColor"] == "#000000"
    assert in_force["browser.gatherUsageStats"] is False
    assert in_force["client.showErrorDetails"] == "none"
    assert (in_force["server.address"], in_force["server.port"]) == ("127.0.0.1", 8501)


def test_what_stays_for_good_is_not_searched_for_garbage_after_every_drawing() -> None:
    """Streamlit collects all garbage after each run of the script; that must not go through every module again."""
    told = (
        "import gc, sys; from cockpit.web.server import settle; settle(); "
        "print(gc.get_freeze_count(), len(gc.get_objects()), 'cockpit.web.hall_parts' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, cwd=ROOT)
    aside, searched, loaded = done.stdout.split()
    assert int(aside) > 100_000 and int(searched) < 5_000 and loaded == "True"
