"""Who may do what: host names, tokens, sessions of browsers, the page's own origin.

On the machine itself reading is open, as in the web UI; writing needs a token, or campfill's own page. Behind a proxy
everything needs a token, or the session of a browser that showed one. Belongs here: these rules. Does not belong here:
reading requests (`gate`), storing tokens (`warehouse/door_tokens`).
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from campfill_pipeline.door.limits import Limits
from campfill_pipeline.door.problems import ProblemError
from campfill_pipeline.warehouse import door_tokens
from campfill_pipeline.warehouse.door_tokens import DoorToken
from campfill_pipeline.warehouse.kept_connections import KeptConnections

COOKIE = "campfill_door"
SESSION_SECONDS = 12 * 3600
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_MOST_SESSIONS = 1_000


@dataclass(frozen=True)
class Visitor:
    """Who asks: `name` of the token, or `browser`, or `anybody` on this machine."""

    name: str
    may_write: bool


@dataclass(frozen=True)
class Asked:
    """What of a request decides whether it is let in. `headers` have lower-case names."""

    method: str
    headers: Mapping[str, str]
    address: str

    @property
    def host(self) -> str:
        """The name or address under which the door was asked, with its port."""
        return self.headers.get("host", "").lower()

    @property
    def writes(self) -> bool:
        """Whether it may change something."""
        return self.method not in _READING


@dataclass
class _Session:
    token: DoorToken
    until: float


@dataclass
class Access:
    """The rules of one door. `guarded`: everything needs a token. `hosts`: names it answers to besides this machine."""

    kept: KeptConnections
    guarded: bool
    hosts: frozenset[str]
    limits: Limits
    clock: Callable[[], float] = time.monotonic
    _sessions: dict[bytes, _Session] = field(default_factory=dict)
    _wrong: dict[str, tuple[int, float]] = field(default_factory=dict)

    def check_host(self, asked: Asked) -> None:
        """Raise ProblemError where the door is asked under a name that is not its own: by a forged DNS answer."""
        name = _host_name(asked.host)
        if name not in self.hosts and not _is_this_machine(name):
            raise ProblemError("unknown_host", f"The request is meant for “{asked.host[:100]}”.")

    def open_to_all(self, asked: Asked) -> bool:
        """Whether somebody without a token may read."""
        return not self.guarded and _is_this_machine(asked.address)

    def visitor(self, asked: Asked) -> Visitor:
        """Who asks, if they may. Raises ProblemError. Asks the database where a token or session is shown."""
        given = asked.headers.get("authorization")
        token = self._by_token(asked, given) if given is not None else self._by_session(asked)
        from_own_page = is_from_own_page(asked)
        if token is None and not self.open_to_all(asked):
            raise ProblemError("token_missing", "This door opens with a token only.")
        if not asked.writes:
            return Visitor(
                token.name if token else "anybody", may_write=token is None or token.may == "upload"
            )
        if given is None and not from_own_page:
            if token is None and not is_from_a_browser(asked):
                raise ProblemError("token_missing", "To write here, a program shows a token.")
            raise ProblemError("foreign_origin", "It was not sent by a page of this address.")
        if token is not None and token.may != "upload":
            raise ProblemError("read_only", f"The token “{token.name}” was made to read.")
        return Visitor(token.name if token else "browser", may_write=True)

    def begin_session(self, asked: Asked, token: str) -> str:
        """The secret of a new session for a browser that showed this token. Raises ProblemError."""
        known = self._by_token(asked, f"Bearer {token}")
        secret = secrets.token_urlsafe(32)
        now = self.clock()
        self._sessions = {key: one for key, one in self._sessions.items() if one.until > now}
        while len(self._sessions) >= _MOST_SESSIONS:
            self._sessions.pop(next(iter(self._sessions)))
        self._sessions[_hash(secret)] = _Session(known, now + SESSION_SECONDS)
        return secret

    def end_session(self, asked: Asked) -> None:
        """Forget the session of this browser."""
        self._sessions.pop(_hash(_cookie(asked)), None)

    def wrong_token_delay(self, asked: Asked) -> float:
        """Seconds by which an answer to another wrong token from this address is put off."""
        count, last = self._wrong.get(asked.address, (0, 0.0))
        if self.clock() - last > 300:
            count = 0
        if len(self._wrong) > 10_000:
            self._wrong.clear()
        self._wrong[asked.address] = (count + 1, self.clock())
        delay: float = self.limits.wrong_token_seconds * 2 ** min(count, 6)
        return delay

    def _by_token(self, asked: Asked, given: str) -> DoorToken:
        scheme, _, token = given.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise ProblemError("token_wrong", "The header Authorization holds no `Bearer TOKEN`.")
        with self.kept.ask() as connection:
            known = door_tokens.recognise(connection, token.strip(), now=datetime.now(UTC))
        if known is None:
            raise ProblemError("token_wrong", "Nobody has this token.")
        return known

    def _by_session(self, asked: Asked) -> DoorToken | None:
        secret = _cookie(asked)
        found = self._sessions.get(_hash(secret)) if secret else None
        if found is None or found.until < self.clock():
            return None
        with self.kept.ask() as connection:
            return found.token if door_tokens.still_valid(connection, found.token.token_no) else None


def is_from_own_page(asked: Asked) -> bool:
    """Whether a browser says, and nothing speaks against it, that a page of this very address sent the request."""
    origin, site = asked.headers.get("origin"), asked.headers.get("sec-fetch-site")
    if origin is None and site is None:
        return False
    if site is not None and site != "same-origin":
        return False
    return origin is None or origin.lower().partition("://")[2] == asked.host


def is_from_a_browser(asked: Asked) -> bool:
    """Whether the request tells from where, as browsers do and other programs do not."""
    return "origin" in asked.headers or "sec-fetch-site" in asked.headers


def _host_name(host: str) -> str:
    """The name in a header like `campfill.example:3001` or `[::1]:3001`."""
    if set(host) & set(" ,/@?#\t"):
        return ""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_this_machine(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _cookie(asked: Asked) -> str:
    try:
        found = SimpleCookie(asked.headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
