"""One request to the simulated reporting API: reading it, and sending the answer, with or without faults.

Belongs here: status codes, parameters, paging. Does not belong here: rows (`wire`) and the server's life
(`api`).
"""

from __future__ import annotations

import re
import socket
import struct
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import orjson

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.simulator.publisher import Publisher
from campfill_pipeline.simulator.wire import Answer

_MOST_ROWS = 100_000
_ROWS = 10_000
_CURSOR = re.compile(r"p(\d+)-(\d+)")


class BadRequestError(CampfillError):
    """The request cannot be answered. Carries the status; the problem says what to ask instead."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        self.status = status
        super().__init__(message, "")


class Handler(BaseHTTPRequestHandler):
    """Answers GET for the two views, and POST /v1/restate, with which tests change the past."""

    publisher: Publisher
    protocol_version = "HTTP/1.1"
    server_version = "campfill-simulator"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: the terminal belongs to the demo."""

    def do_GET(self) -> None:
        """Answer one of the two views."""
        self._answer(self._view)

    def do_POST(self) -> None:
        """Restate a tenth of the hours."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer(self._restate)

    def _answer(self, make: Callable[[], bytes]) -> None:
        self.publisher.requests.append(self.path)
        fault = None
        try:
            if not self.publisher.allows(self.headers.get("Authorization")):
                raise BadRequestError(HTTPStatus.UNAUTHORIZED, "the token is missing or wrong")
            fault = self.publisher.faults.in_transport(self.path)
            if fault is not None and self._broken(fault):
                return
            status, body = HTTPStatus.OK, make()
        except BadRequestError as refusal:
            status, body = refusal.status, orjson.dumps({"error": str(refusal)})
        self._send(status, body, cut=fault == "cut")

    def _send(self, status: int, body: bytes, *, cut: bool = False, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.wfile.flush()
        if cut:
            self.close_connection = True

    def _broken(self, fault: str) -> bool:
        """Commit a fault of transport; False where an answer is still to follow."""
        faults = self.publisher.faults
        if fault == "429":
            self._send(429, b'{"error":"slow down"}', Retry_After=str(faults.retry_after_seconds))
        elif fault == "429-date":
            moment = datetime.now(UTC) + timedelta(seconds=faults.retry_after_seconds)
            self._send(429, b'{"error":"slow down"}', Retry_After=format_datetime(moment, usegmt=True))
        elif fault == "5xx":
            self._send(faults.server_error(), b"<h1>oops</h1>", Content_Type="text/html")
        elif fault == "content-type":
            self._send(200, b"<html>please log in</html>", Content_Type="text/html")
        elif fault == "reset":
            # Lingering for no time makes the system send a reset instead of a proper end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        elif fault == "slow":
            time.sleep(faults.slow_seconds)
            return False
        else:
            return False
        return True

    def _restate(self) -> bytes:
        if urlsplit(self.path).path != "/v1/restate":
            raise BadRequestError(HTTPStatus.NOT_FOUND, "POST goes to /v1/restate only")
        done = self.publisher.restate(len(self.publisher.requests))
        return orjson.dumps({"rows": done.rows, "hours": done.hours})

    def _view(self) -> bytes:
        address = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(address.query).items()}
        if address.path == "/v1/detail":
            start, end = _moment(query, "from"), _moment(query, "to")
            self._refuse_forgotten(
                datetime.fromtimestamp(start * 3600, UTC).astimezone(self.publisher.world.timezone).date()
            )
            answer = self.publisher.detail(start, end)
        elif address.path == "/v1/overview":
            entity = query.get("entity")
            if entity not in ("campaigns", "deals"):
                raise BadRequestError(HTTPStatus.BAD_REQUEST, "entity is campaigns or deals")
            answer = self.publisher.overview(entity, _day(query, "from"), _day(query, "to"))
        else:
            raise BadRequestError(HTTPStatus.NOT_FOUND, "there are /v1/overview and /v1/detail")
        window = "&".join(f"{name}={query[name]}" for name in sorted(query) if name != "cursor")
        return self._page(answer, query, f"{address.path}?{window}")

    def _refuse_forgotten(self, day: date) -> None:
        first = self.publisher.world.first_day
        if day < first:
            raise BadRequestError(HTTPStatus.GONE, f"detail is kept from {first} on; {day} is gone")

    def _page(self, answer: Answer, query: dict[str, str], window: str) -> bytes:
        limit = _limit(query)
        first, turn = _position(query, len(answer))
        faults, last = self.publisher.faults, first + limit
        following = f"p{last}-{turn}" if last < len(answer) else None
        fault = faults.in_paging(window)
        if fault == "stuck" or (fault == "loop" and following is not None):
            following = query.get("cursor") or "p0-0"
        elif fault == "loop-far" and following is not None:
            following = "p0-0"
        elif fault == "empty-page":
            last, following = first, f"p{first}-{turn + 1}"
        elif fault == "repeat-page" and first >= limit:
            first, last, following = first - limit, first, f"p{first}-{turn + 1}"
        rows = answer.objects(first, last)
        change = faults.in_rows()
        if change is not None and rows:
            rows = orjson.dumps(change(orjson.loads(b"[" + rows + b"]")))[1:-1]
        return b'{"rows":[' + rows + b'],"next_cursor":' + orjson.dumps(following) + b"}"


def _moment(query: dict[str, str], name: str) -> int:
    """A UTC hour since 1970 out of `2025-08-04T00:00:00Z`, with or without fractions."""
    text = query.get(name, "")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.timestamp() % 3600:
        raise BadRequestError(HTTPStatus.BAD_REQUEST, f"{name} must be a full hour like 2025-08-04T00:00:00Z")
    return int(moment.timestamp()) // 3600


def _day(query: dict[str, str], name: str) -> date:
    try:
        return date.fromisoformat(query.get(name, ""))
    except ValueError:
        raise BadRequestError(HTTPStatus.BAD_REQUEST, f"{name} must be a day like 2025-08-04") from None


def _limit(query: dict[str, str]) -> int:
    text = query.get("limit", str(_ROWS))
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_ROWS:
        raise BadRequestError(HTTPStatus.BAD_REQUEST, f"limit must be between 1 and {_MOST_ROWS}")
    return int(text)


def _position(query: dict[str, str], rows: int) -> tuple[int, int]:
    """Where the page begins, and how often that place was named differently because of a fault."""
    cursor = query.get("cursor")
    if cursor is None:
        return 0, 0
    match = _CURSOR.fullmatch(cursor)
    if match is None or int(match[1]) > rows:
        raise BadRequestError(HTTPStatus.BAD_REQUEST, "this cursor was not given out by this API")
    return int(match[1]), int(match[2])
