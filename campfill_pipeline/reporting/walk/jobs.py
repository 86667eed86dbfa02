"""The asynchronous shape: submit a report, poll until it is ready, download it.

Belongs here: one report's life. Does not belong here: the wire (transport.py) and the rows (`answers`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests

from campfill_pipeline.reporting.answers import bodies
from campfill_pipeline.reporting.description import tables as described
from campfill_pipeline.reporting.description import templates
from campfill_pipeline.reporting.description.connector import Connector
from campfill_pipeline.reporting.effort import Effort
from campfill_pipeline.reporting.errors import GaveUpError, ReportFailedError, UnusableAnswerError
from campfill_pipeline.reporting.secrets import Redactor
from campfill_pipeline.reporting.transport import BadBodyError, Body, Transport
from campfill_pipeline.reporting.walk.pages import RawPage, Walk

_ADDRESSES = 3  # how often a download address that has ended is asked for anew
_ENDED = frozenset({403, 404, 410})


class Ask(Protocol):
    """Sends a request until its answer is accepted; `signed` says whether the token goes with it."""

    def __call__(
        self,
        request: requests.Request,
        reader: Callable[[Body], Any],
        signed: bool = True,
        accept_statuses: frozenset[int] = frozenset(),
    ) -> Any:
        """The reader's result."""


class Job:
    """One report that the API prepares for us."""

    def __init__(
        self,
        job: described.Job,
        connector: Connector,
        base_url: str,
        transport: Transport,
        redactor: Redactor,
        effort: Effort,
        ask: Ask,
    ) -> None:
        self._job, self._connector, self._base_url = job, connector, base_url
        self._transport, self._redactor, self._effort, self._ask = transport, redactor, effort, ask
        self._error = connector.detail.error or connector.error

    def pages(
        self,
        submit: Callable[[Mapping[str, object]], requests.Request],
        names: Mapping[str, object],
        read: Callable[[Body], RawPage],
    ) -> Iterator[tuple[RawPage, str]]:
        """The finished report's pages, each with the request that is shown for it.

        `submit` makes the request from the names, with what the steps before it took from their answers. Raises
        ReportFailedError, GaveUpError (deadline), UnusableAnswerError.
        """
        for step in self._job.before:
            names = {**names, **self._step(step, names)}
        asked = submit(names)
        shown = self._transport.shown(asked)
        started = self._transport.clock.monotonic()
        names = {**names, "job_id": templates.FromApi(self._submit(asked))}
        poll = self._request(self._job.poll, names)
        download = self._job.download
        if download.path is None:
            yield self._at_once(poll, started, shown, read), shown
            return
        _, document = self._ready(poll, started, shown)
        names = {**names, **self._taken(self._job.poll.take, document, shown)}
        view = download.view(self._connector.detail.answer)
        request = self._request(view, names)
        signed = download.signed
        walk = Walk(
            self._connector,
            view,
            request.url,
            self._transport,
            lambda wanted: self._ask(wanted, read, signed),
        )
        yield from walk.pages(request)

    def _step(self, step: described.Step, names: Mapping[str, object]) -> dict[str, object]:
        request = self._request(step, names)

        def read(body: Body) -> Any:
            document = bodies.document(body.content)
            lacking = any(bodies.at(document, path) in (None, "") for path in step.take.values())
            bodies.refuse_error(document, self._error, empty=lacking)
            return document

        return self._taken(step.take, self._ask(request, read), self._transport.shown(request))

    def _taken(self, take: Mapping[str, str], document: Any, shown: str) -> dict[str, object]:
        found = {name: bodies.at(document, path) for name, path in take.items()}
        for name, value in found.items():
            if not isinstance(value, str | int) or value == "":
                raise UnusableAnswerError(
                    f"The answer gives nothing at “{take[name]}”, which {{{name}}} is to be taken from.",
                    mend="Compare `take` in the connector with an answer of the API.",
                    connector=self._connector.name,
                    request=shown,
                )
        return {name: templates.FromApi(value) for name, value in found.items()}

    def _at_once(
        self, poll: requests.Request, started: float, shown: str, read: Callable[[Body], RawPage]
    ) -> RawPage:
        """A report inside the answer to the poll, or at an address that this answer gives."""
        address = self._job.download.address
        for _ in range(_ADDRESSES):
            body, document = self._ready(poll, started, shown)
            if address is None:
                return self._inline(body, read, shown)
            target = bodies.at(document, address)
            if target in (None, "") and self._job.download.none_without_address:
                return RawPage([], document, body)
            if not isinstance(target, str) or not target:
                raise UnusableAnswerError(
                    f"The report is ready, but its answer gives no address at “{address}”.",
                    mend="Compare detail.job.download.address in the connector with an answer of the API.",
                    connector=self._connector.name,
                    request=shown,
                )
            page = self._download(target, read)
            if page is not None:
                return page
        raise UnusableAnswerError(
            "The report is ready, but its download address is not valid.",
            mend="Try again later; if it stays so, ask whoever runs the API.",
            connector=self._connector.name,
            request=shown,
        )

    def _submit(self, request: requests.Request) -> str:
        job = self._job

        def read(body: Body) -> str:
            if body.status == job.duplicate_status:
                text = body.content[:4000].decode("utf-8", "replace")
                match = re.search(job.duplicate_id or r"(?!)", text)
                if match is None:
                    raise BadBodyError(
                        "The API says that this report was asked for already, but not which it is."
                    )
                return match.group(1) if match.re.groups else match.group(0)
            document = bodies.document(body.content)
            found = bodies.at(document, job.id)
            if self._error is not None or found in (None, ""):
                bodies.refuse_error(document, self._error, empty=True)
            if not isinstance(found, str | int) or found == "":
                raise BadBodyError(f"The answer holds no report number at “{job.id}”.")
            return str(found)

        accepted = frozenset({job.duplicate_status}) if job.duplicate_status else frozenset()
        number: str = self._ask(request, read, True, accepted)
        return number

    def _request(self, asked: described.Request, names: Mapping[str, object]) -> requests.Request:
        return templates.request(
            asked, self._base_url, {"Accept": "application/json, */*;q=0.5", **self._connector.headers}, names
        )

    def _ready(self, request: requests.Request, started: float, shown: str) -> tuple[Body, Any]:
        poll, clock = self._job.poll, self._transport.clock
        pause, asked = poll.first_wait, 0
        while True:
            body, document = self._ask(request, self._polled)
            asked += 1
            status = bodies.at(document, poll.status)
            if _among(status, poll.ready):
                return body, document
            if _among(status, poll.failed):
                raise self._failed(document, status, shown)
            if poll.waiting and not _among(status, poll.waiting):
                raise UnusableAnswerError(
                    f"The report has the state {status!r}, which the connector does not know.",
                    mend="Add it to ready, failed or waiting of detail.job.poll in the connector.",
                    connector=self._connector.name,
                    request=shown,
                )
            if clock.monotonic() + pause - started > poll.deadline:
                raise GaveUpError(
                    f"The API had not finished the report after {poll.deadline:.0f} s (asked {asked} times).",
                    attempts=asked,
                    mend="Nothing was stored for this window. Try again later, or raise "
                    "detail.job.poll.deadline.",
                    connector=self._connector.name,
                    request=shown,
                )
            clock.sleep(pause, self._effort.stopped)
            pause = min(pause * 1.5, poll.longest_wait)

    def _polled(self, body: Body) -> tuple[Body, Any]:
        """The answer to a poll. A state is believed before a mark: a failed report tells its own reason."""
        document, poll = bodies.document(body.content), self._job.poll
        status, mark = bodies.at(document, poll.status), self._error
        told_by_state = _among(status, poll.failed) or (mark is not None and mark.at == poll.status)
        if not told_by_state and (mark is not None or status in (None, "")):
            bodies.refuse_error(document, mark, empty=True)
        return body, document

    def _failed(self, document: Any, status: object, shown: str) -> ReportFailedError:
        reason = bodies.at(document, self._job.poll.reason) if self._job.poll.reason else None
        said = f": {self._redactor.clean(str(reason))[:300]}" if reason else ""
        return ReportFailedError(
            f"The API could not make the report (state {status!r}){said}.",
            mend="Nothing was stored for this window. Try again later; if it stays so, ask for fewer "
            "days at a time or ask whoever runs the API.",
            connector=self._connector.name,
            request=shown,
        )

    def _inline(self, body: Body, read: Callable[[Body], RawPage], shown: str) -> RawPage:
        try:
            return read(body)
        except BadBodyError as error:
            problem = error.problem
        raise UnusableAnswerError(
            problem,
            mend="Compare detail.answer in the connector with an answer of the API.",
            connector=self._connector.name,
            request=shown,
        )

    def _download(self, target: str, read: Callable[[Body], RawPage]) -> RawPage | None:
        """The rows, or None where the address has ended. Such addresses are keys in themselves: never
        shown.
        """
        self._redactor.learn(urlsplit(target).query)
        signed = self._job.download.signed
        request = requests.Request("GET", templates.address(self._base_url, target))
        ended = frozenset() if signed else _ENDED
        page: RawPage | None = self._ask(
            request, lambda body: None if body.status in ended else read(body), signed, ended
        )
        return page


def _among(status: object, values: list[str | int | bool]) -> bool:
    told = "" if status is None else str(status)
    return told in {str(value) for value in values}
