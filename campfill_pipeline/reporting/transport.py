"""One request to an unreliable API, made until it gives a whole answer or the allowed effort is used up.

Belongs here: waiting, repeating, pacing, reading bodies whole, and turning every failure of the network
into our own errors. Does not belong here: what the answers mean (`answers`) and which page comes next
(client.py).
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.reporting.description.tables import Limits
from campfill_pipeline.reporting.effort import Clock, Effort, Pace
from campfill_pipeline.reporting.errors import CancelledError, GaveUpError, RefusedError, RequestRejectedError
from campfill_pipeline.reporting.secrets import LogFilter, Redactor

_PASSING = frozenset({408, 421, 423, 425, 429, 500, 502, 503, 504, *range(520, 531)})
_CHUNK = 256 * 1024
_BODY_SHOWN = 300
_SAID = 3  # so often an answer may say itself that it is an error
_PATIENCE = 5  # so many times more often is an API asked that says itself when to ask again
_HTTP_LOG = logging.getLogger("urllib3.connectionpool")
T = TypeVar("T")


@dataclass(frozen=True)
class Body:
    """One whole answer. `headers` have lower-case names."""

    content: bytes
    status: int
    headers: Mapping[str, str]
    links: Mapping[str, Mapping[str, str]]
    url: str


class BadBodyError(CampfillError):
    """Raised by a reader: the body is not what it should be; asking again may help. Holds no content."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem, "Asking again may help.")


class SaidError(BadBodyError):
    """Raised by a reader: the answer says itself that it is an error, or that there is nothing. A few tries must do."""


@dataclass(frozen=True)
class _Failure:
    """A failed attempt: what happened in words, how long the API asks to wait, if it does, and whether it is the
    API's own word, which will hardly change.
    """

    what: str
    wait: float | None = None
    said: bool = False


class Transport:
    """Sends requests within the connector's limits. One per client; `close()` gives the connections back."""

    def __init__(
        self,
        connector: str,
        limits: Limits,
        redactor: Redactor,
        clock: Clock,
        chance: random.Random,
    ) -> None:
        self._connector, self._limits, self._redactor = connector, limits, redactor
        self.clock, self._chance = clock, chance
        self._pace = Pace(clock, limits.requests_per_second)
        self._session = requests.Session()
        adapter = HTTPAdapter(pool_connections=4, pool_maxsize=limits.concurrency + 1, max_retries=0)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)
        self._log_filter = LogFilter(redactor)
        _HTTP_LOG.addFilter(self._log_filter)

    def close(self) -> None:
        """Close all connections."""
        self._session.close()
        _HTTP_LOG.removeFilter(self._log_filter)

    def ask(
        self,
        request: requests.Request,
        effort: Effort,
        read: Callable[[Body], T],
        *,
        auth: AuthBase | None,
        accept_statuses: frozenset[int] = frozenset(),
        reauthorise: Callable[[], bool] | None = None,
    ) -> T:
        """Send until `read` accepts the answer.

        Raises RefusedError (401, 403), RequestRejectedError (other 4xx, redirects), GaveUpError (effort
        used up), CancelledError.
        """
        shown = self.shown(request)
        attempt, told_to_wait, said, last = 0, 0, 0, ""
        while True:
            if effort.stopped.is_set():
                raise CancelledError(
                    "Stopped.", mend="Nothing to do.", connector=self._connector, request=shown
                )
            if effort.left() <= 0:
                if not attempt:
                    raise self._too_long(shown, effort)
                raise self._gave_up(shown, attempt, last, "the time allowed for this call is over")
            attempt += 1
            self._pace.wait(effort.stopped)
            effort.count(requests=1, retries=1 if attempt > 1 else 0)
            outcome = self._attempt(request, effort, auth, shown, accept_statuses, reauthorise)
            if isinstance(outcome, Body):
                problem = None
                try:
                    return read(outcome)
                except BadBodyError as error:
                    problem, own_word = self._redactor.clean(error.problem), isinstance(error, SaidError)
                outcome = _Failure(f"{problem} {_described(outcome)}", said=own_word)
            last = outcome.what
            wait = outcome.wait if outcome.wait is not None else self._backoff(attempt)
            # To be told when to come again is no failure, but it must end some time.
            told_to_wait += outcome.wait is not None
            said += outcome.said
            if (
                attempt - told_to_wait >= self._limits.attempts
                or said >= _SAID
                or attempt >= _PATIENCE * self._limits.attempts
            ):
                raise self._gave_up(shown, attempt, last, "that was the last attempt allowed")
            if wait > effort.left():
                why = f"waiting {wait:.0f} s more would exceed the time allowed for this call"
                raise self._gave_up(shown, attempt, last, why)
            if outcome.wait is not None:
                self._pace.hold(wait)
            if wait > 0:
                self.clock.sleep(wait, effort.stopped)

    def _attempt(
        self,
        request: requests.Request,
        effort: Effort,
        auth: AuthBase | None,
        shown: str,
        accept_statuses: frozenset[int],
        reauthorise: Callable[[], bool] | None,
    ) -> Body | _Failure:
        outcome = self._send(request, effort, auth)
        if isinstance(outcome, _Failure):
            return outcome
        status = outcome.status
        if 200 <= status < 300 or status in accept_statuses:
            return outcome
        if status in (401, 403):
            if status == 401 and reauthorise is not None and reauthorise():
                return _Failure("The access token had ended.", 0.0)
            said = "does not know the token" if status == 401 else "does not let this token see these figures"
            raise RefusedError(
                f"The reporting API {said} (status {status}).",
                mend="Get a valid token and run `campfill token` (or set CAMPFILL_REPORTING_TOKEN).",
                connector=self._connector,
                request=shown,
            )
        if status in _PASSING:
            return _Failure(f"The API answered with status {status}.", self._asked_wait(outcome))
        if 300 <= status < 400:
            target = urlsplit(outcome.headers.get("location", ""))
            raise RequestRejectedError(
                f"The API sends us elsewhere ({target.scheme}://{target.hostname or 'the same host'}; "
                f"status {status}); a token is never carried along.",
                status=status,
                mend="Set the base address (CAMPFILL_REPORTING_URL) to where the API really is.",
                connector=self._connector,
                request=shown,
            )
        text = self._redactor.clean(outcome.content[:2000].decode("utf-8", "replace"))
        text = " ".join(text.split())[:_BODY_SHOWN]
        raise RequestRejectedError(
            f"The API rejected the request with status {status}: {text}"
            if text
            else f"The API rejected the request with status {status}.",
            status=status,
            mend="Check the address, paths and parameters in the connector, and CAMPFILL_REPORTING_URL.",
            connector=self._connector,
            request=shown,
        )

    def _send(self, request: requests.Request, effort: Effort, auth: AuthBase | None) -> Body | _Failure:
        """One attempt on the wire. Never raises for the network: library errors may quote addresses and
        headers.
        """
        request.auth = auth or _Unsigned()
        try:
            prepared = self._session.prepare_request(request)
            settings = self._session.merge_environment_settings(prepared.url or "", {}, True, None, None)
            timeout = (self._limits.connect_timeout, self._limits.read_timeout)
            # What carries no secret may be sent elsewhere: addresses of finished reports often are.
            free = auth is None and request.method == "GET"
            with self._session.send(prepared, timeout=timeout, allow_redirects=free, **settings) as response:
                return self._whole(response, effort)
        except requests.exceptions.ConnectTimeout:
            return _Failure(f"No connection within {self._limits.connect_timeout:g} s.")
        except requests.exceptions.Timeout:
            return _Failure(f"No answer within {self._limits.read_timeout:g} s.")
        except requests.exceptions.SSLError:
            return _Failure("The API's certificate is not trusted, or no secure connection could be made.")
        except requests.exceptions.ProxyError:
            return _Failure("The proxy did not let the request through.")
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
            return _Failure("The answer broke off before its end.")
        except requests.exceptions.ConnectionError:
            return _Failure("The connection could not be made, or broke.")
        except (
            requests.exceptions.InvalidURL,
            requests.exceptions.InvalidSchema,
            requests.exceptions.MissingSchema,
        ):
            bad = True
        except requests.exceptions.RequestException as error:
            return _Failure(f"The request failed ({type(error).__name__}).")
        assert bad
        raise RequestRejectedError(
            "The address of the reporting API is not a proper http(s) address.",
            status=0,
            mend="Set CAMPFILL_REPORTING_URL to something like https://reporting.example.com.",
            connector=self._connector,
        )

    def _whole(self, response: requests.Response, effort: Effort) -> Body | _Failure:
        parts, size = [], 0
        most = self._limits.max_body_mb * 1024 * 1024
        started = self.clock.monotonic()
        for part in _as_it_comes(response):
            parts.append(part)
            size += len(part)
            if size > most:
                return _Failure(f"The answer is larger than {self._limits.max_body_mb} MB.")
            if self.clock.monotonic() - started > max(effort.left(), self._limits.read_timeout):
                return _Failure("The answer trickled in too slowly.")
            if effort.stopped.is_set():
                return _Failure("Stopped.")
        effort.count(received=size)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Body(b"".join(parts), response.status_code, headers, response.links, response.url)

    def _asked_wait(self, body: Body) -> float | None:
        """Seconds from Retry-After, given as a number or as a date (by the API's own clock where it tells
        it).
        """
        text = body.headers.get("retry-after", "").strip()
        if not text:
            return None
        if text.replace(".", "", 1).isdigit():
            return float(text)
        try:
            until = parsedate_to_datetime(text)
            now = parsedate_to_datetime(body.headers["date"]) if "date" in body.headers else self.clock.now()
        except (ValueError, TypeError):
            return None
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        now = now if now.tzinfo else now.replace(tzinfo=UTC)
        return max((until - now).total_seconds(), 0.0)

    def _backoff(self, attempt: int) -> float:
        wait = min(self._limits.first_wait * 2.0 ** (attempt - 1), self._limits.longest_wait)
        return wait * self._chance.uniform(0.5, 1.0)

    def _too_long(self, shown: str, effort: Effort) -> GaveUpError:
        """Every answer came, but there are too many of them: the next page, or the next look at a report."""
        return GaveUpError(
            f"The reporting API had not given everything after the {self._limits.total_seconds:,.0f} s that a call may "
            f"take ({effort.requests:,} requests, {effort.received:,} bytes); this would have been the next request.",
            attempts=effort.requests,
            mend="Nothing was stored for this window. Check `paging` in the connector; if so much is right, raise "
            "limits.total_seconds, or limits.page_rows as far as the API bears it.",
            connector=self._connector,
            request=shown,
        )

    def _gave_up(self, shown: str, attempts: int, last: str, why: str) -> GaveUpError:
        times = "once" if attempts == 1 else f"{attempts} times"
        return GaveUpError(
            f"The reporting API gave no usable answer; asked {times}, and {why}. Last: {last}",
            attempts=attempts,
            mend="Nothing was stored for this window. Try again later with `campfill refresh`; if it "
            "stays so, run `campfill doctor` and ask whoever runs the API.",
            connector=self._connector,
            request=shown,
        )

    def shown(self, request: requests.Request) -> str:
        """The request for people: method, path and parameters, without host and secrets."""
        prepared = requests.Request(request.method, request.url, params=request.params).prepare()
        parts = urlsplit(prepared.url or "")
        text = f"{request.method} {parts.path}" + (f"?{parts.query}" if parts.query else "")
        return self._redactor.clean(text)[:500]


def _as_it_comes(response: requests.Response) -> Iterator[bytes]:
    """The body in the pieces in which it comes: waiting for a full chunk, nobody would see that it only trickles.

    Raises what requests raises for a body that breaks off.
    """
    try:
        while part := response.raw.read1(_CHUNK, decode_content=True):
            yield part
    except urllib3.exceptions.ReadTimeoutError as error:
        raise requests.exceptions.ReadTimeout(error) from error
    except urllib3.exceptions.DecodeError as error:
        raise requests.exceptions.ContentDecodingError(error) from error
    except urllib3.exceptions.HTTPError as error:
        raise requests.exceptions.ChunkedEncodingError(error) from error


class _Unsigned(AuthBase):
    """Signs nothing; without it requests would look for passwords in ~/.netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def _described(body: Body) -> str:
    kind = body.headers.get("content-type", "of unknown type").split(";")[0].strip()
    return f"(status {body.status}, {kind}, {len(body.content):,} bytes.)"
