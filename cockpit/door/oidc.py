"""Signing in through the city's identity provider (统一身份认证, OpenID Connect): code flow with PKCE, state and nonce.

Only people who have an account here come in: the first time the account is found by its name, from then on by who the
person is to the provider, so that a name that is given to somebody else there opens nothing here.
"""

from __future__ import annotations

import os
import secrets
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from itsdangerous import BadSignature, URLSafeTimedSerializer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from cockpit.door import accounts, signin
from cockpit.door.keys import cookie_secret
from cockpit.errors import Refused, SettingsError
from cockpit.lake.folder import DataFolder
from cockpit.records.people import AccountRecord, line

SECRET_VARIABLE = "COCKPIT_OIDC_SECRET"
TICKET_SECONDS = 600
#: Seconds the provider has for an answer, and clocks may differ.
PATIENCE, LEEWAY = 10, 60
#: How long what the provider says about itself holds.
KNOWN_SECONDS = 3600
#: Of issuer and subject together; a longer one could not be told from another.
LONGEST_SUBJECT = 300
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]

AWAY = "统一身份认证暂时连不上或答复不正确，没有登录；请稍后重试，或用账号和密码登录。"
BROKEN = "这次统一身份认证没有完成（已超时，或不是从本页面开始的）；请回到登录页面重新开始。"


@dataclass(frozen=True)
class Claims:
    """What the provider has proved: who the person is there, and the account name that it gives."""

    subject: str
    name: str


class Provider:
    """The city's identity provider, as the settings name it.

    Args:
        folder: data folder.
        callback: address of our own route to which the provider leads back.
    """

    def __init__(self, folder: DataFolder, callback: str) -> None:
        """Prepare; nothing is asked yet."""
        self._folder = folder
        self._settings = folder.settings.oidc
        self._callback = callback
        self._signer = URLSafeTimedSerializer(cookie_secret(folder.path), salt="oidc")

    def start(self, wanted: str) -> tuple[str, str]:
        """Where to send the visitor, and the ticket with which the visitor comes back.

        Args:
            wanted: page to go to afterwards.

        Raises:
            Refused: the provider does not answer.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        endpoint = _known(self._settings.issuer, _hour())["authorization_endpoint"]
        with self._client() as client:
            url, _ = client.create_authorization_url(endpoint, state=state, nonce=nonce, code_verifier=verifier)
        ticket = {"state": state, "nonce": nonce, "verifier": verifier, "wanted": wanted}
        return url, str(self._signer.dumps(ticket))

    def finish(self, ticket: str, answer: dict[str, str], address: str) -> tuple[str, str]:
        """Sign in whom the provider has sent back.

        Args:
            ticket: what `start` gave the visitor.
            answer: the query with which the visitor came back.
            address: where from.

        Returns:
            The value of the session's cookie, and the page that was wanted.

        Raises:
            Refused: the round was not begun here, was refused there, or the person has no account here.
        """
        try:
            begun: dict[str, str] = self._signer.loads(ticket, max_age=TICKET_SECONDS)
        except BadSignature:
            raise Refused(BROKEN) from None
        try:
            if not secrets.compare_digest(answer.get("state", "").encode(), begun["state"].encode()):
                raise Refused(BROKEN)
            if "code" not in answer:
                raise Refused(BROKEN)
            account = self._account(self._claims(answer["code"], begun["verifier"], begun["nonce"]), address)
        except Refused:
            told = line("（未知账号）", "sign_in.refused", self._settings.title, address)
            self._folder.people.write_down(told)
            raise
        return signin.begin(self._folder, account, address, self._settings.title), begun["wanted"]

    def _claims(self, code: str, verifier: str, nonce: str) -> Claims:
        known = _known(self._settings.issuer, _hour())
        try:
            with self._client() as client:
                token = client.fetch_token(known["token_endpoint"], code=code, code_verifier=verifier, timeout=PATIENCE)
            keys = KeySet.import_key_set(cast(KeySetSerialization, _asked(known["jwks_uri"])))
            claims = jwt.decode(token["id_token"], keys, algorithms=ALGORITHMS).claims
            wanted: dict[str, Any] = {
                "iss": {"essential": True, "value": self._settings.issuer},
                "aud": {"essential": True, "value": self._settings.client_id},
                "nonce": {"essential": True, "value": nonce},
                "exp": {"essential": True},
                "sub": {"essential": True},
            }
            jwt.JWTClaimsRegistry(leeway=LEEWAY, **wanted).validate(claims)
        except (requests.RequestException, AuthlibBaseError, JoseError, KeyError, ValueError) as error:
            raise Refused(AWAY) from error
        subject = f"{self._settings.issuer} {claims['sub']}"
        if len(subject) > LONGEST_SUBJECT or not subject.isprintable():
            raise Refused(AWAY)
        return Claims(subject, str(claims.get(self._settings.name_claim, "")))

    def _account(self, claims: Claims, address: str) -> AccountRecord:
        people = self._folder.people
        account = people.account_of_subject(claims.subject)
        if account is None:
            named = people.account(claims.name) if accounts.nameable(claims.name) else None
            if named is not None and not named.disabled and named.subject is None:
                told = line(named.name, "account.link", named.name, f"{self._settings.title} · {address}")
                account = named if people.link_subject(named.account_id, claims.subject, told) else None
        if account is None or account.disabled:
            raise Refused(
                f"{self._settings.title}已通过，但驾驶舱里没有您能用的账号；请系统管理员添加同名账号或恢复它。"
            )
        if account.must_change:
            # Nobody who comes this way needs the one-time password, and whoever made it knows it.
            accounts.void_one_time(self._folder, account, self._settings.title)
            account = accounts.known(self._folder, account.name)
        return account

    def _client(self) -> OAuth2Session:
        return OAuth2Session(
            self._settings.client_id,
            os.environ.get(SECRET_VARIABLE),
            scope="openid profile",
            redirect_uri=self._callback,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if os.environ.get(SECRET_VARIABLE) else "none",
        )


def provider(folder: DataFolder, public_address: str) -> Provider:
    """The identity provider that the settings name.

    Raises:
        SettingsError: the settings name one only in part.
    """
    if not folder.settings.oidc.client_id:
        raise SettingsError("写了 oidc.issuer 却没有写 oidc.client_id；请补上驾驶舱在统一身份认证里的编号。")
    return Provider(folder, f"{public_address}/oidc/callback")


@lru_cache(maxsize=4)
def _known(issuer: str, _when: int) -> dict[str, str]:
    """What the provider says about itself; it must be the one that the settings name."""
    known = _asked(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if known.get("issuer") != issuer or not {"authorization_endpoint", "token_endpoint", "jwks_uri"} <= known.keys():
        raise Refused(AWAY)
    return known


def _asked(url: str) -> dict[str, Any]:
    try:
        answer = requests.get(url, timeout=PATIENCE)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found
    except (requests.RequestException, ValueError) as error:
        raise Refused(AWAY) from error


def _hour() -> int:
    return int(time.monotonic() // KNOWN_SECONDS)
