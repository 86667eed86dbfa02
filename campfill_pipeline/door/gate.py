"""What every request passes before any route sees it, and before a byte of its body is read.

Belongs here: the order of the checks, the answer where one fails, and letting a refused sender read it. Does not belong
here: the rules themselves (`access`, `receiving`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi.concurrency import run_in_threadpool

from campfill_pipeline.door import problems
from campfill_pipeline.door.access import Access, Asked
from campfill_pipeline.door.limits import Limits
from campfill_pipeline.door.problems import ProblemError
from campfill_pipeline.warehouse.kept_connections import AwayError
from campfill_pipeline.warehouse.postgres.server import ServerError

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

OPEN_PATHS = frozenset({"/login", "/static/door.css", "/static/login.js", "/static/language.js"})
"""What somebody without a token may see: the way to show one."""
LINGER_BYTES = 4_000_000
_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
_log = logging.getLogger("campfill.door")


class Gate:
    """The outermost layer of the door's application."""

    def __init__(self, app: App, access: Access, limits: Limits) -> None:
        self._app, self._access, self._limits = app, access, limits

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """One request (or the start and end of the server)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(scope, receive, send, self._limits)
        try:
            scope["visitor"] = await self._let_in(scope)
        except ProblemError as problem:
            if _wants_to_log_in(scope, problem):
                await _redirect(scope, body)
            else:
                await problems.answer(problem)(scope, body.receive, body.send)
        else:
            await self._app(_as_get(scope), body.receive, body.send)

    async def _let_in(self, scope: MutableMapping[str, Any]) -> object:
        asked = asked_of(scope)
        self._access.check_host(asked)
        if scope["path"] in OPEN_PATHS:
            return None
        try:
            if self._needs_no_database(asked):
                return self._access.visitor(asked)
            # Not in the threads that write files: who only asks would wait for the disk behind each of them.
            return await run_in_threadpool(self._access.visitor, asked)
        except (AwayError, ServerError) as error:
            _log.warning("%s", error)
            raise ProblemError("database_away", "Whether you may come in cannot be looked up now.") from error
        except ProblemError as problem:
            if problem.kind.code == "token_wrong":
                await asyncio.sleep(self._access.wrong_token_delay(asked))
            raise

    def _needs_no_database(self, asked: Asked) -> bool:
        return "authorization" not in asked.headers and "cookie" not in asked.headers


def asked_of(scope: MutableMapping[str, Any]) -> Asked:
    """What of this request decides whether it is let in."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key = name.decode("latin-1")
        text = value.decode("latin-1")
        # A header that came twice is taken as neither: joined, it is no host, origin or token that anybody has.
        joint = "; " if key == "cookie" else ", "
        headers[key] = f"{headers[key]}{joint}{text}" if key in headers else text
    client = scope.get("client")
    return Asked(scope["method"], headers, client[0] if client else "")


def _as_get(scope: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A question for the head of an answer, asked as for the whole; the server leaves the body out."""
    endless = scope["path"].endswith("/events")
    return {**scope, "method": "GET"} if scope["method"] == "HEAD" and not endless else scope


def _wants_to_log_in(scope: MutableMapping[str, Any], problem: ProblemError) -> bool:
    """Whether a person stands before a closed door, in a browser: they are led to where a token can be shown."""
    accept = asked_of(scope).headers.get("accept", "")
    return (
        problem.kind.code == "token_missing" and scope["method"] in ("GET", "HEAD") and "text/html" in accept
    )


async def _redirect(scope: MutableMapping[str, Any], body: _Body) -> None:
    headers = [(b"location", b"/login"), (b"content-length", b"0"), (b"cache-control", b"no-store")]
    await body.send({"type": "http.response.start", "status": 303, "headers": headers})
    await body.send({"type": "http.response.body", "body": b""})


class _Body:
    """The body of one request: what of it was read, and a moment for the sender where it was not.

    A server that closes while a body still comes makes the sender's machine throw the answer away unread. So the answer
    goes out first, whole; then what comes is thrown away for a moment; then the connection is closed.
    """

    def __init__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send, limits: Limits) -> None:
        headers = dict(scope["headers"])
        self._receive, self._send, self._limits = receive, send, limits
        self._unread = headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers

    async def receive(self) -> Message:
        """The next piece of the body."""
        message = await self._receive()
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            self._unread = False
        return message

    async def send(self, message: Message) -> None:
        """The next piece of the answer."""
        if message["type"] == "http.response.start":
            told = dict(message["headers"])
            more = [(name, value) for name, value in _HEADERS.items() if name not in told]
            if self._unread:
                more.append((b"connection", b"close"))
            message = {**message, "headers": [*message["headers"], *more]}
        elif self._unread and not message.get("more_body"):
            await self._send({**message, "more_body": True})
            await self._linger()
            message = {"type": "http.response.body", "body": b""}
        await self._send(message)

    async def _linger(self) -> None:
        thrown = 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.linger_seconds):
                while self._unread and thrown < LINGER_BYTES:
                    thrown += len((await self.receive()).get("body", b""))
