"""How a description says who asks: the kinds of sign-in.

Belongs here: keys of `[auth]`, their defaults and bounds. Does not belong here: signing (auth.py).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from campfill_pipeline.reporting.description.part import Part


class NoAuth(Part):
    """The API asks for no proof."""

    kind: Literal["none"]


class BearerAuth(Part):
    """`Authorization: Bearer …` with the reporting token."""

    kind: Literal["bearer"]


class BasicAuth(Part):
    """`Authorization: Basic …`: a user name and a password."""

    kind: Literal["basic"]
    user: str
    password: str = "{token}"


class ApiKeyAuth(Part):
    """The reporting token in a header or parameter of the API's own name, after a word (`scheme`) if it wants one."""

    kind: Literal["api_key"]
    name: str
    location: Literal["header", "query"] = "header"
    scheme: str = ""


class _Session(Part):
    """A token that is got by a request, and then sent in a header after a word."""

    header: str = Field(default="Authorization", min_length=1)
    scheme: str = "Bearer"
    lifetime_seconds: int = Field(default=3600, ge=1)


class LoginAuth(_Session):
    """A token is got by a login request and then sent in a header."""

    kind: Literal["login"]
    path: str
    body: dict[str, Any]
    encoding: Literal["json", "form"] = "json"
    token: str = "token"
    expires_in: str | None = "expires_in"


class OAuthAuth(_Session):
    """OAuth2: an access token for client credentials or for a refresh token, got again before it ends.

    `client_auth`: whether the client's id and secret stand in the body or in a Basic header. A new refresh token in an
    answer takes the old one's place.
    """

    kind: Literal["oauth2_client_credentials", "oauth2_refresh_token"]
    token_url: str
    client_id: str
    client_secret: str
    client_auth: Literal["body", "basic"] = "body"
    refresh_token: str = "{token}"
    scope: str | None = None
    extra: dict[str, str] = Field(default={})


Auth = Annotated[
    NoAuth | BearerAuth | BasicAuth | ApiKeyAuth | LoginAuth | OAuthAuth,
    Field(discriminator="kind"),
]
