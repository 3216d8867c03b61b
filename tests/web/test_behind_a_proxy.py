"""Behind a reverse proxy with https: whose word about a visitor counts, and where cookies travel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.door.identity_provider import CLIENT, SECRET, IdentityProvider, provided
from tests.web.asking import Line
from tests.web.people import PASSWORD, account_in, opened
from tests.web.serving import Server, served

PUBLIC = "https://cockpit.example"


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with provided() as running:
        yield running


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory, provider: IdentityProvider) -> Iterator[Server]:
    place = tmp_path_factory.mktemp("behind")
    with opened(place / "data") as folder:
        account_in(folder, "wang")
    web: dict[str, object] = {
        "public_url": PUBLIC,
        "trusted_proxies": "127.0.0.5/8",
        "metrics_from": "10.1.0.0/16",
    }
    oidc: dict[str, object] = {"issuer": provider.issuer, "client_id": CLIENT, "title": "示范市统一认证"}
    sections = {"web": web, "oidc": oidc}
    secret = {"COCKPIT_OIDC_SECRET": SECRET}
    with served(place / "data", place / "log", settings=sections, environment=secret) as server:
        yield server


@pytest.fixture
def line(behind: Server) -> Iterator[Line]:
    kept = Line(behind)
    yield kept
    kept.close()


def sign_in(line: Line, address: str, **headers: str) -> tuple[int, str]:
    body = {"name": "wang", "password": PASSWORD}
    given = {"Host": "cockpit.example", "Origin": PUBLIC} | headers
    answer = line.ask("/login", "POST", body=body, X_Forwarded_For=address, X_Forwarded_Proto="https", **given)
    return answer.status, answer.cookie


def test_over_https_the_cookie_travels_encrypted_only(line: Line) -> None:
    status, cookie = sign_in(line, "10.9.9.9")
    assert status == 303
    assert "secure" in cookie.lower() and "httponly" in cookie.lower() and "samesite=lax" in cookie.lower()


def test_a_browser_that_came_by_https_comes_by_nothing_else_for_a_year(line: Line) -> None:
    for path in ("/login", "/house/door.css", "/nothing", "/metrics"):
        told = line.ask(path).headers["strict-transport-security"]
        assert told == "max-age=31536000", path  # not for other hosts of the city, which may not speak it


def test_the_address_in_the_audit_is_what_the_nearest_proxy_saw(behind: Server, line: Line) -> None:
    sign_in(line, "1.2.3.4, 10.8.8.8")  # the first part is what the visitor claims
    with opened(behind.data_dir) as folder:
        (_, told), *_ = folder.people.audit(1)
    assert told.action == "sign_in" and told.detail.endswith("10.8.8.8")


def test_the_public_address_is_ours_and_another_is_not(line: Line) -> None:
    assert sign_in(line, "10.9.9.9", Origin="https://evil.example")[0] == 403
    assert sign_in(line, "10.9.9.9", Host="evil.example")[0] == 403


@pytest.mark.parametrize(("address", "status"), [("10.1.2.3", 200), ("10.2.0.1", 403), ("10.1.2.3, 10.2.0.1", 403)])
def test_figures_are_for_the_addresses_that_are_named(line: Line, address: str, status: int) -> None:
    assert line.ask("/metrics", X_Forwarded_For=address).status == status


def test_without_the_proxy_s_word_this_machine_is_not_named_and_reads_nothing(line: Line) -> None:
    assert line.ask("/metrics").status == 403


def test_the_identity_provider_is_offered_and_led_to_with_our_public_address(
    line: Line, provider: IdentityProvider
) -> None:
    form = line.ask("/login?next=%2F%3Fhall%3Ds1")
    assert "示范市统一认证" in form.body and 'href="/oidc/start?next=%2F%3Fhall%3Ds1"' in form.body
    answer = line.ask("/oidc/start?next=//evil.example")
    assert answer.status == 303 and answer.headers["location"].startswith(f"{provider.issuer}/authorize?")
    assert "redirect_uri=https%3A%2F%2Fcockpit.example%2Foidc%2Fcallback" in answer.headers["location"]
    (ticket,) = answer.cookies
    flags = {flag.strip().lower() for flag in ticket[1].split(";")[1:]}
    assert {"httponly", "secure", "samesite=lax", "path=/oidc"} <= flags
    assert line.ask("/oidc/callback?code=x&state=y").status == 403
