"""The door's side of a TCP connection: how many there may be, and how long each may take to say what it wants.

uvicorn waits for the head of a request without end and has no limit for its size. Belongs here: these limits. Does not
belong here: what a request may do (`gate`).
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from campfill_pipeline.door import problems
from campfill_pipeline.door.limits import Limits

_UNREAD_SECONDS = 60
"""After which a visitor who takes nothing of an answer is gone."""


def _refusal(code: str, detail: str) -> bytes:
    kind = problems.BY_CODE[code]
    body = orjson.dumps(problems.document(kind, detail))
    return (
        f"HTTP/1.1 {kind.status} Refused\r\nContent-Type: application/problem+json\r\nContent-Length: {len(body)}\r\n"
        "Retry-After: 5\r\nConnection: close\r\n\r\n"
    ).encode() + body


class Connection(HttpToolsProtocol):
    """A connection that is counted and timed."""

    limits = Limits()
    _timer: asyncio.TimerHandle | None = None
    _head = 0
    _in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let it in, or tell it that there are too many."""
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            self.connections.discard(self)
            transport.write(_refusal("busy", f"{self.limits.connections} connections are open."))
            transport.close()
            return
        raw = transport.get_extra_info("socket")
        if raw is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
            with contextlib.suppress(OSError):
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNREAD_SECONDS * 1000)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Pass on what came, unless it is a head without end."""
        if self.transport.is_closing():
            return
        if self._in_head:
            self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > self.limits.head_bytes and not self.transport.is_closing():
            limit = f"{self.limits.head_bytes:,} bytes are allowed."
            self.transport.write(_refusal("headers_too_large", limit))
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read as a request, in the shape of every refusal."""
        self._stop_timer()
        if not self.transport.is_closing():
            self.transport.write(_refusal("not_http", "What came cannot be read as HTTP."))
            self.transport.close()

    def on_message_begin(self) -> None:
        """A further request begins on the same connection."""
        super().on_message_begin()
        if not self._in_head:
            self._expect_head()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._in_head, self._head = False, 0
        self._stop_timer()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._stop_timer()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        self._in_head = True
        self._stop_timer()
        self._timer = self.loop.call_later(self.limits.head_seconds, self._give_up)

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(_refusal("too_slow", "The request's head did not come to its end."))
            self.transport.close()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def limited(limits: Limits) -> type[Any]:
    """The kind of connection that keeps these limits."""
    return type("LimitedConnection", (Connection,), {"limits": limits})
