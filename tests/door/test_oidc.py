"""Signing in through an identity provider: who proves to be somebody comes in, and every half-truth stays out."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from cockpit.door import accounts, oidc, signin
from cockpit.door.accounts import Binding
from cockpit.door.roles import Role
from cockpit.errors import Refused, SettingsError
from cockpit.lake.folder import DataFolder
from cockpit.settings import OidcSettings
from tests.door.identity_provider import CLIENT, SECRET, IdentityProvider, provided
from tests.web.people import account_in, audit_of

OURS = "http://cockpit.example"


@pytest.fixture(scope="module")
def running() -> Iterator[IdentityProvider]:
    with provided() as provider:
        yield provider


@pytest.fixture
def city(running: IdentityProvider, monkeypatch: pytest.MonkeyPatch) -> IdentityProvider:
    """The provider, with nothing spoilt and nothing remembered of it."""
    monkeypatch.setenv(oidc.SECRET_VARIABLE, SECRET)
    oidc._known.cache_clear()
    running.person, running.spoil = {"sub": "u-1", "preferred_username": "wang"}, lambda claims: None
    running.signs_with, running.away = "", False
    return running


@pytest.fixture
def here(folder: DataFolder, city: IdentityProvider) -> DataFolder:
    """The data folder of a city that has this provider."""
    settings = folder.settings.model_copy(update={"oidc": OidcSettings(issuer=city.issuer, client_id=CLIENT)})
    return dataclasses.replace(folder, settings=settings)


def answered(url: str) -> dict[str, str]:
    """What the provider sends the visitor back with."""
    there = requests.get(url, allow_redirects=False, timeout=10).headers["Location"]
    assert there.startswith(f"{OURS}/oidc/callback?")
    return dict(parse_qsl(urlsplit(there).query))


def go(here: DataFolder, change: Callable[[dict[str, str]], object] = lambda answer: None) -> str:
    """The whole round; returns the account that came in."""
    ours = oidc.provider(here, OURS)
    url, ticket = ours.start("/")
    answer = answered(url)
    change(answer)
    cookie, wanted = ours.finish(ticket, answer, "10.0.0.1")
    assert wanted == "/"
    who = signin.signed_in(here, cookie, used=True)
    assert who is not None and not who.must_change
    return who.viewer.name


def test_the_first_time_by_name_from_then_on_by_who_the_person_is(here: DataFolder, city: IdentityProvider) -> None:
    account_in(here, "wang")
    assert go(here) == "wang"
    assert accounts.known(here, "wang").subject == f"{city.issuer} u-1"
    city.person = {"sub": "u-1", "preferred_username": "wang.married"}
    assert go(here) == "wang"
    actions = [line[1] for line in audit_of(here)]
    assert actions[:3] == ["sign_in", "sign_in", "account.link"]


def test_a_name_that_was_given_to_somebody_else_opens_nothing(here: DataFolder, city: IdentityProvider) -> None:
    account_in(here, "wang")
    assert go(here) == "wang"
    city.person = {"sub": "u-2", "preferred_username": "wang"}
    with pytest.raises(Refused, match="没有您能用的账号"):
        go(here)
    assert accounts.known(here, "wang").subject == f"{city.issuer} u-1"
    assert audit_of(here)[0] == ("（未知账号）", "sign_in.refused", "统一身份认证")


@pytest.mark.parametrize("name", ["nobody", "", "wang\0", " wang", "x" * 500, "WANG", None, ["wang"]])
def test_who_has_no_account_here_stays_out(here: DataFolder, city: IdentityProvider, name: object) -> None:
    account_in(here, "wang")
    city.person = {"sub": "u-1", "preferred_username": name}
    with pytest.raises(Refused, match="没有您能用的账号"):
        go(here)
    assert accounts.known(here, "wang").subject is None


@pytest.mark.parametrize("linked", [False, True])
def test_who_is_disabled_stays_out(here: DataFolder, city: IdentityProvider, linked: bool) -> None:
    account_in(here, "wang")
    if linked:
        go(here)
    accounts.disable(here, "wang", by="测试")
    with pytest.raises(Refused, match="没有您能用的账号"):
        go(here)


def test_a_one_time_password_is_void_once_its_owner_has_come_the_other_way(
    here: DataFolder, city: IdentityProvider
) -> None:
    given = accounts.add(here, "wang", Role.LEADER, Binding(), by="测试")
    assert go(here) == "wang"
    with pytest.raises(Refused, match="账号或密码不对"):
        signin.sign_in(here, "wang", given, "10.0.0.9")
    with pytest.raises(Refused, match="没有密码"):
        accounts.change_own_password(here, "wang", given, "another fine one", keep_session=None)


def spoilt(**values: object) -> Callable[[dict[str, Any]], None]:
    """Claims with these values, or without those that are None."""

    def change(claims: dict[str, Any]) -> None:
        for name, value in values.items():
            claims.pop(name)
            if value is not None:
                claims[name] = value

    return change


FAULTS = {
    "nonce of another round": spoilt(nonce="x"),
    "no nonce": spoilt(nonce=None),
    "for another program": spoilt(aud="another"),
    "for others only": spoilt(aud=["another", "third"]),
    "for nobody": spoilt(aud=None),
    "by another issuer": spoilt(iss="https://evil.example"),
    "by nobody": spoilt(iss=None),
    "run out": spoilt(exp=int(time.time()) - 3600),
    "for ever": spoilt(exp=None),
    "about nobody": spoilt(sub=None),
    "about somebody endless": spoilt(sub="x" * 400),
    "from the future": spoilt(iat=int(time.time()) + 86_400),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_token_with_a_fault_opens_nothing(here: DataFolder, city: IdentityProvider, fault: str) -> None:
    account_in(here, "wang")
    city.spoil = FAULTS[fault]
    with pytest.raises(Refused) as refused:
        go(here)
    assert refused.value.sentence == oidc.AWAY
    assert audit_of(here)[0][1] == "sign_in.refused"
    assert accounts.known(here, "wang").subject is None


@pytest.mark.parametrize("signs_with", ["nothing", "the public key", "another key"])
def test_a_token_that_the_provider_has_not_signed_opens_nothing(
    here: DataFolder, city: IdentityProvider, signs_with: str
) -> None:
    account_in(here, "wang")
    city.signs_with = signs_with
    with pytest.raises(Refused) as refused:
        go(here)
    assert refused.value.sentence == oidc.AWAY


@pytest.mark.parametrize("state", ["", "guessed", "é", "\0"])
def test_an_answer_that_was_not_asked_for_opens_nothing(here: DataFolder, city: IdentityProvider, state: str) -> None:
    account_in(here, "wang")
    with pytest.raises(Refused) as refused:
        go(here, lambda answer: answer.update(state=state))
    assert refused.value.sentence == oidc.BROKEN
    assert audit_of(here)[0][1] == "sign_in.refused"


def test_a_refusal_at_the_provider_and_a_code_of_another_round_open_nothing(
    here: DataFolder, city: IdentityProvider
) -> None:
    account_in(here, "wang")
    with pytest.raises(Refused) as refused:
        go(here, lambda answer: answer.pop("code"))
    assert refused.value.sentence == oidc.BROKEN
    stolen = answered(oidc.provider(here, OURS).start("/")[0])["code"]
    with pytest.raises(Refused) as refused:  # whoever took it has not its verifier
        go(here, lambda answer: answer.update(code=stolen))
    assert refused.value.sentence == oidc.AWAY


def test_a_code_is_good_once(here: DataFolder, city: IdentityProvider) -> None:
    account_in(here, "wang")
    ours = oidc.provider(here, OURS)
    url, ticket = ours.start("/")
    answer = answered(url)
    ours.finish(ticket, answer, "10.0.0.1")
    with pytest.raises(Refused, match="暂时连不上"):
        ours.finish(ticket, answer, "10.0.0.1")


def test_a_ticket_that_is_forged_or_too_old_opens_nothing(
    here: DataFolder, city: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_in(here, "wang")
    ours = oidc.provider(here, OURS)
    url, ticket = ours.start("/")
    # The first letter of what it says, of its time, of its signature: of a part's last letter some bits say nothing.
    begins = [0, *(number + 1 for number, letter in enumerate(ticket) if letter == ".")]
    other = [ticket[:at] + ("a" if ticket[at] != "a" else "b") + ticket[at + 1 :] for at in begins]
    assert len(other) >= 3
    for forged in ("", "x", *other, ticket.replace(".", "", 1)):
        with pytest.raises(Refused, match="没有完成"):
            ours.finish(forged, answered(url), "10.0.0.1")
    later = time.time() + oidc.TICKET_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(Refused, match="没有完成"):
        ours.finish(ticket, answered(url), "10.0.0.1")


def test_while_the_provider_is_away_passwords_still_open(here: DataFolder, city: IdentityProvider) -> None:
    account_in(here, "wang")
    city.away = True
    with pytest.raises(Refused, match="暂时连不上"):
        oidc.provider(here, OURS).start("/")
    city.away = False
    ours = oidc.provider(here, OURS)
    url, ticket = ours.start("/")
    answer = answered(url)
    city.away = True
    with pytest.raises(Refused, match="暂时连不上"):
        ours.finish(ticket, answer, "10.0.0.1")
    city.away = False
    assert go(here) == "wang"  # being away is not remembered


def test_a_provider_that_calls_itself_something_else_is_not_believed(here: DataFolder, city: IdentityProvider) -> None:
    settings = OidcSettings(issuer=f"{city.issuer}/", client_id=CLIENT)
    other = dataclasses.replace(here, settings=here.settings.model_copy(update={"oidc": settings}))
    with pytest.raises(Refused, match="暂时连不上"):
        oidc.provider(other, OURS).start("/")


def test_half_a_setting_is_told(here: DataFolder, city: IdentityProvider) -> None:
    half = here.settings.model_copy(update={"oidc": OidcSettings(issuer=city.issuer)})
    with pytest.raises(SettingsError, match=r"oidc\.client_id"):
        oidc.provider(dataclasses.replace(here, settings=half), OURS)
