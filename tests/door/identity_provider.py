"""A small identity provider (OpenID Connect) on this machine: code flow with PKCE, one person, faults on demand.

It keeps the rules that a real one keeps: a code is good once, for the client, address and verifier it was given for.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "cockpit", "client-secret"


class IdentityProvider:
    """What the provider knows, and who is sitting in front of it.

    Attributes:
        issuer: its address.
        person: claims about the person who signs in.
        spoil: changes the claims of the next tokens.
        signs_with: another way to sign than the right one.
        away: whether it answers nobody.
    """

    def __init__(self) -> None:
        self.issuer = ""
        self.person: dict[str, Any] = {"sub": "u-1", "preferred_username": "wang"}
        self.spoil: Callable[[dict[str, Any]], None] = lambda claims: None
        self.signs_with = ""
        self.away = False
        self.seen: list[str] = []
        self._key = RSAKey.generate_key(2048, {"kid": "k1"})
        self._foreign = RSAKey.generate_key(2048, {"kid": "k1"})
        self._codes: dict[str, dict[str, str]] = {}
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._about),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/keys", self._keys),
            ]
        )

    async def _about(self, _request: Request) -> Response:
        if self.away:
            return Response("down for maintenance", status_code=502)
        ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return JSONResponse({"issuer": self.issuer, **{name: f"{self.issuer}/{path}" for name, path in ends.items()}})

    async def _authorize(self, request: Request) -> Response:
        query = dict(request.query_params)
        wanted = {"response_type": "code", "client_id": CLIENT, "code_challenge_method": "S256"}
        if any(query.get(name) != value for name, value in wanted.items()) or "openid" not in query["scope"].split():
            return Response("bad request", status_code=400)
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        self.seen.append(query["redirect_uri"])
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}", 303)

    async def _token(self, request: Request) -> Response:
        if self.away:
            return Response("down for maintenance", status_code=502)
        form = dict(await request.form())
        begun = self._codes.pop(str(form.get("code")), None)
        digest = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
        proved = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        known = f"Basic {base64.b64encode(f'{CLIENT}:{SECRET}'.encode()).decode()}"
        if request.headers.get("authorization") != known:
            return JSONResponse({"error": "invalid_client"}, 401)
        if begun is None or begun["code_challenge"] != proved or begun["redirect_uri"] != form.get("redirect_uri"):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        about = {"iss": self.issuer, "aud": CLIENT, "nonce": begun["nonce"], "iat": now, "exp": now + 300}
        claims = about | self.person
        self.spoil(claims)
        token = {"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": self._signed(claims)}
        return JSONResponse(token)

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.signs_with == "nothing":
            parts = (b'{"alg":"none"}', jwt.encode({"alg": "RS256"}, claims, self._key).split(".")[1])
            return f"{base64.urlsafe_b64encode(parts[0]).rstrip(b'=').decode()}.{parts[1]}."
        if self.signs_with == "the public key":
            public = OctKey.import_key(self._key.as_pem(private=False))
            return jwt.encode({"alg": "HS256", "kid": "k1"}, claims, public, algorithms=["HS256"])
        key = self._foreign if self.signs_with == "another key" else self._key
        return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, key)

    async def _keys(self, _request: Request) -> Response:
        return JSONResponse(KeySet([self._key]).as_dict(private=False))


@contextmanager
def provided() -> Iterator[IdentityProvider]:
    """A provider that answers on a port of its own until the end of the block."""
    provider = IdentityProvider()
    config = uvicorn.Config(provider.app, port=0, log_level="error", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    provider.issuer = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join(10)
