"""Proving to an API who asks: bearer, API key, login, OAuth2. Tokens that end are got anew before they do.

Belongs here: signing requests. Values of secrets live in Secret objects and never in a repr.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import requests
from requests.auth import AuthBase

from campfill_pipeline.reporting import answers, templates
from campfill_pipeline.reporting import description as described
from campfill_pipeline.reporting.connector import Connector
from campfill_pipeline.reporting.effort import Effort
from campfill_pipeline.reporting.errors import UnusableAnswerError
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


class Bearer(AuthBase):
    """`Authorization: Bearer …`."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request."""
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        return request


class ApiKey(AuthBase):
    """The token in a header or parameter of the API's own name."""

    def __init__(self, name: str, token: Secret, location: str) -> None:
        self._name, self._token, self._location = name, token, location

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign one request."""
        if self._location == "header":
            request.headers[self._name] = self._token.reveal()
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
    ) -> None:
        self._fetch, self._transport, self._redactor = fetch, transport, redactor
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
            request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
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
) -> AuthBase:
    """The signer that a connector describes. `names` are its variables. Raises MissingTokenError."""
    auth = connector.auth
    if isinstance(auth, described.NoAuth):
        return Unsigned()
    if isinstance(auth, described.BearerAuth):
        return Bearer(Secret(sendable(token, connector.name)))
    if isinstance(auth, described.ApiKeyAuth):
        return ApiKey(auth.name, Secret(sendable(token, connector.name)), auth.location)
    fields = templates.uses_token(auth.model_dump())
    known = {**names, "token": sendable(token, connector.name) if fields else token}
    if isinstance(auth, described.LoginAuth):
        request, value, lifetime_key = _login_request(auth, base_url, known)
        fallback = auth.lifetime_seconds
    else:
        request, value, lifetime_key = _oauth_request(auth, base_url, known)
        fallback = auth.lifetime_seconds

    def read(body: Body) -> tuple[str, float]:
        answer = answers.document(body.content)
        found = answers.at(answer, value)
        if not isinstance(found, str) or not found:
            raise BadBodyError(f"The answer to the login holds no token at “{value}”.")
        lifetime = answers.at(answer, lifetime_key) if lifetime_key else None
        return found, float(lifetime) if isinstance(lifetime, int | float) else float(fallback)

    def fetch(effort: Effort) -> tuple[str, float]:
        found, lifetime = transport.ask(request(), effort, read, auth=None)
        if lifetime <= 0:
            raise UnusableAnswerError(
                "The API gave a token that has already ended.",
                mend="Check the clock of this machine and ask whoever runs the API.",
                connector=connector.name,
            )
        return found, lifetime

    return Session(fetch, transport, redactor)


def _login_request(
    auth: described.LoginAuth, base_url: str, known: Mapping[str, object]
) -> tuple[Callable[[], requests.Request], str, str | None]:
    def make() -> requests.Request:
        body: dict[str, Any] = templates.fill(auth.body, known)
        url = templates.address(base_url, templates.fill(auth.path, known))
        if auth.encoding == "json":
            return requests.Request("POST", url, json=body)
        return requests.Request("POST", url, data=body)

    return make, auth.token, auth.expires_in


def _oauth_request(
    auth: described.OAuthAuth, base_url: str, known: Mapping[str, object]
) -> tuple[Callable[[], requests.Request], str, str | None]:
    def make() -> requests.Request:
        body = {
            "client_id": templates.fill(auth.client_id, known),
            "client_secret": templates.fill(auth.client_secret, known),
            **templates.fill(auth.extra, known),
        }
        if auth.kind == "oauth2_client_credentials":
            body["grant_type"] = "client_credentials"
        else:
            body["grant_type"] = "refresh_token"
            body["refresh_token"] = templates.fill(auth.refresh_token, known)
        if auth.scope:
            body["scope"] = auth.scope
        url = templates.address(base_url, templates.fill(auth.token_url, known))
        return requests.Request("POST", url, data=body)

    return make, "access_token", "expires_in"
