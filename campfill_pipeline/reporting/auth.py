"""Proving to an API who asks: bearer, API key, Basic, login, OAuth2. Tokens that end are got anew before they do.

Belongs here: signing requests. Values of secrets live in Secret objects and never in a repr.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus

import requests
from requests.auth import AuthBase

from campfill_pipeline.reporting.answers import bodies
from campfill_pipeline.reporting.description import tables as described
from campfill_pipeline.reporting.description import templates
from campfill_pipeline.reporting.description.connector import Connector
from campfill_pipeline.reporting.effort import Effort
from campfill_pipeline.reporting.errors import UnusableAnswerError
from campfill_pipeline.reporting.refresh_tokens import RefreshTokens, Unkept
from campfill_pipeline.reporting.secrets import Redactor, Secret, sendable
from campfill_pipeline.reporting.transport import BadBodyError, Body, Transport

_EARLY = 60.0  # seconds before its end that a token is got anew
_AGAIN_AFTER = (
    5.0  # a token younger than this that is not accepted will not be accepted either when got again
)


class Unsigned(AuthBase):
    """Signs nothing."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Leave the request as it is."""
        return request


class HeaderToken(AuthBase):
    """A token in a header, after a word where there is one: `Authorization: Bearer …`."""

    def __init__(self, token: Secret, header: str = "Authorization", scheme: str = "Bearer") -> None:
        self._token, self._header, self._scheme = token, header, scheme

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request."""
        request.headers[self._header] = f"{self._scheme} {self._token.reveal()}".strip()
        return request


class ApiKey(AuthBase):
    """The token in a header or parameter of the API's own name."""

    def __init__(self, name: str, token: Secret, location: str, scheme: str = "") -> None:
        self._name, self._token, self._location, self._scheme = name, token, location, scheme

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request."""
        if self._location == "header":
            request.headers[self._name] = f"{self._scheme} {self._token.reveal()}".strip()
        else:
            request.prepare_url(request.url, {self._name: self._token.reveal()})
        return request


class Session(AuthBase):
    """A token got by a request (login or OAuth2), shared by all threads and got anew before it ends."""

    def __init__(
        self,
        fetch: Callable[[Effort], tuple[str, float]],
        transport: Transport,
        redactor: Redactor,
        header: str = "Authorization",
        scheme: str = "Bearer",
    ) -> None:
        self._fetch, self._transport, self._redactor = fetch, transport, redactor
        self._header, self._scheme = header, scheme
        self._token: Secret | None = None
        self._got = self._ends = 0.0
        self._lock = threading.Lock()

    def ready(self, effort: Effort) -> None:
        """Have a token that lasts; asks the API where needed."""
        with self._lock:
            now = self._transport.clock.monotonic()
            if self._token is None or now >= self._ends:
                self._renew(effort)

    def again(self, effort: Effort) -> bool:
        """After a 401: get another token. False where the refused one was brand new, so that another is no
        help.
        """
        with self._lock:
            if self._transport.clock.monotonic() - self._got < _AGAIN_AFTER:
                return False
            self._renew(effort)
            return True

    def _renew(self, effort: Effort) -> None:
        token, lifetime = self._fetch(effort)
        self._redactor.learn(token)
        self._token = Secret(token)
        self._got = self._transport.clock.monotonic()
        self._ends = self._got + max(lifetime - _EARLY, lifetime / 2)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request."""
        if self._token is not None:
            request.headers[self._header] = f"{self._scheme} {self._token.reveal()}".strip()
        return request


def needs_token(connector: Connector) -> bool:
    """Whether the user's reporting token is part of this connector's sign-in."""
    auth = connector.auth
    if isinstance(auth, described.NoAuth):
        return False
    return isinstance(auth, described.BearerAuth | described.ApiKeyAuth) or templates.uses_token(
        auth.model_dump()
    )


def signer(
    connector: Connector,
    base_url: str,
    token: str,
    names: Mapping[str, object],
    transport: Transport,
    redactor: Redactor,
    kept: RefreshTokens | None = None,
) -> AuthBase:
    """The signer that a connector describes. `names` are its variables; `kept` is where refresh tokens are kept that
    an API gives in place of the user's. Raises MissingTokenError.
    """
    auth = connector.auth
    if isinstance(auth, described.NoAuth):
        return Unsigned()
    if isinstance(auth, described.BearerAuth):
        return HeaderToken(Secret(sendable(token, connector.name)))
    if isinstance(auth, described.ApiKeyAuth):
        return ApiKey(auth.name, Secret(sendable(token, connector.name)), auth.location, auth.scheme)
    fields = templates.uses_token(auth.model_dump())
    known = {**names, "token": sendable(token, connector.name) if fields else token}
    if isinstance(auth, described.BasicAuth):
        parts = f"{templates.fill(auth.user, known)}:{templates.fill(auth.password, known)}"
        encoded = base64.b64encode(parts.encode()).decode()
        redactor.learn(encoded)
        return HeaderToken(Secret(encoded), scheme="Basic")
    asking = _Login(auth, connector, base_url, known, transport, redactor, kept or Unkept())
    return Session(asking.fetch, transport, redactor, auth.header, auth.scheme)


class _Login:
    """Getting a token, by a login or by OAuth2."""

    def __init__(
        self,
        auth: described.LoginAuth | described.OAuthAuth,
        connector: Connector,
        base_url: str,
        known: Mapping[str, object],
        transport: Transport,
        redactor: Redactor,
        kept: RefreshTokens,
    ) -> None:
        self._auth, self._connector, self._base_url, self._known = auth, connector, base_url, known
        self._transport, self._redactor, self._kept = transport, redactor, kept

    def fetch(self, effort: Effort) -> tuple[str, float]:
        """A token and how many seconds it lasts."""
        if isinstance(self._auth, described.LoginAuth):
            found, lifetime, _ = self._ask(_login_request(self._auth, self._base_url, self._known), effort)
        elif self._auth.kind == "oauth2_client_credentials":
            found, lifetime, _ = self._ask(
                _oauth_request(self._auth, self._base_url, self._known, None), effort
            )
        else:
            found, lifetime = self._refreshed(self._auth, effort)
        if lifetime <= 0:
            raise UnusableAnswerError(
                "The API gave a token that has already ended.",
                mend="Check the clock of this machine and ask whoever runs the API.",
                connector=self._connector.name,
            )
        return found, lifetime

    def _refreshed(self, auth: described.OAuthAuth, effort: Effort) -> tuple[str, float]:
        """One process after the other: a refresh token that is used up is of no use to a second one."""
        given = str(templates.fill(auth.refresh_token, self._known))
        with self._kept.turn():
            newest = self._kept.newest(given)
            self._redactor.learn(newest)
            request = _oauth_request(auth, self._base_url, self._known, newest)
            found, lifetime, rotated = self._ask(request, effort)
            if rotated and rotated != newest:
                self._redactor.learn(rotated)
                self._kept.keep(given, rotated)
        return found, lifetime

    def _ask(self, request: requests.Request, effort: Effort) -> tuple[str, float, str | None]:
        auth = self._auth
        login = isinstance(auth, described.LoginAuth)
        value = auth.token if isinstance(auth, described.LoginAuth) else "access_token"
        lifetime_key = auth.expires_in if isinstance(auth, described.LoginAuth) else "expires_in"

        def read(body: Body) -> tuple[str, float, str | None]:
            answer = bodies.document(body.content)
            found = bodies.at(answer, value)
            if not isinstance(found, str) or not found:
                bodies.refuse_error(answer, self._connector.error, empty=True)
                raise BadBodyError(f"The answer to the login holds no token at “{value}”.")
            told = bodies.at(answer, lifetime_key) if lifetime_key else None
            lifetime = float(str(told)) if _seconds(told) else float(auth.lifetime_seconds)
            rotated = None if login else bodies.at(answer, "refresh_token")
            return found, lifetime, rotated if isinstance(rotated, str) else None

        got: tuple[str, float, str | None] = self._transport.ask(request, effort, read, auth=None)
        return got


def _seconds(value: object) -> bool:
    if isinstance(value, str):
        return value.strip().isdigit()
    return isinstance(value, int | float) and not isinstance(value, bool)


def _login_request(auth: described.LoginAuth, base_url: str, known: Mapping[str, object]) -> requests.Request:
    body: dict[str, Any] = templates.fill(auth.body, known)
    url = templates.address(base_url, templates.fill(auth.path, known))
    if auth.encoding == "json":
        return requests.Request("POST", url, json=body)
    return requests.Request("POST", url, data=body)


def _oauth_request(
    auth: described.OAuthAuth, base_url: str, known: Mapping[str, object], refresh_token: str | None
) -> requests.Request:
    client, secret = templates.fill(auth.client_id, known), templates.fill(auth.client_secret, known)
    body: dict[str, Any] = {**templates.fill(auth.extra, known)}
    headers = {}
    if auth.client_auth == "basic":
        pair = f"{quote_plus(client)}:{quote_plus(secret)}"  # as RFC 6749, section 2.3.1 has it
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        body = {"client_id": client, "client_secret": secret, **body}
    body["grant_type"] = "client_credentials" if refresh_token is None else "refresh_token"
    if refresh_token is not None:
        body["refresh_token"] = refresh_token
    if auth.scope:
        body["scope"] = auth.scope
    url = templates.address(base_url, templates.fill(auth.token_url, known))
    return requests.Request("POST", url, data=body, headers=headers)
