"""What can go wrong between campfill and a reporting API, each said with its mend. No message ever holds a
secret.
"""

from __future__ import annotations

from collections.abc import Callable

from campfill_pipeline.domain.errors import CampfillError

ASKED_FOR = "Asked for: {request}."


class ReportingError(CampfillError):
    """The reporting API could not be used. `connector` and `request` say where, `mend` what to do."""

    def __init__(self, message: str, *, mend: str, connector: str = "", request: str = "") -> None:
        super().__init__(message, mend)
        self.connector, self.request = connector, request

    def __str__(self) -> str:
        where = f" {ASKED_FOR.format(request=self.request)}" if self.request else ""
        return f"{self.problem}{where} {self.mend}"

    def clean(self, cleaned: Callable[[str], str]) -> None:
        """Take secrets out of every text, whoever put them there: APIs quote what they are sent."""
        self.problem, self.request = cleaned(self.problem), cleaned(self.request)
        self.args = (self.problem, self.mend)


class MissingTokenError(ReportingError):
    """No token, or one that cannot be sent."""


class RefusedError(ReportingError):
    """401 or 403: the token is not accepted. Never tried again."""


class RequestRejectedError(ReportingError):
    """Another 4xx, or a redirect: the request itself is wrong for this API."""

    def __init__(
        self, message: str, *, status: int, mend: str, connector: str = "", request: str = ""
    ) -> None:
        self.status = status
        super().__init__(message, mend=mend, connector=connector, request=request)


class GaveUpError(ReportingError):
    """The API did not give a usable answer within the effort the connector allows. `attempts` were made."""

    def __init__(
        self, message: str, *, attempts: int, mend: str, connector: str = "", request: str = ""
    ) -> None:
        self.attempts = attempts
        super().__init__(message, mend=mend, connector=connector, request=request)


class LoopingPagesError(ReportingError):
    """The API leads back to a page already read, or never stops giving pages."""


class UnusableAnswerError(ReportingError):
    """An answer arrived whole, but is not of the shape that the connector describes."""


class ReportFailedError(ReportingError):
    """The API itself says that a report it was asked to prepare failed."""


class CancelledError(ReportingError):
    """Stopped because a request beside it failed, or because nobody wants the rows any more."""
