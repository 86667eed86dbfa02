"""The reporting APIs of this home: which are asked, which could be, and what each is stored as.

Belongs here: settings and descriptions brought together. Does not belong here: fetching, storing (delivery_steps.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.reporting import auth
from campfill_pipeline.reporting.client import ReportingClient
from campfill_pipeline.reporting.description import connector as connectors
from campfill_pipeline.reporting.description.connector import Connector
from campfill_pipeline.reporting.refresh_tokens import KeptTokens
from campfill_pipeline.settings import ReportingSource, environment
from campfill_pipeline.warehouse.delivery.sources import api_source

CONNECTOR_TAG = "connector"
"""Of a run that asks one of several APIs: its name."""
NOT_SET_UP = (
    "No reporting API is set.",
    "Set CAMPFILL_REPORTING_URL, or drop CSV exports into the inbox instead.",
)
NO_TOKEN = (
    "The reporting API asks for a token, and there is none.",
    "Run: campfill token (a running system takes it by itself).",
)


@dataclass(frozen=True)
class AskedApi:
    """One reporting API and its description; `fault` says why it cannot be described, then `connector` is None."""

    source: ReportingSource
    connector: Connector | None
    fault: CampfillError | None = None

    @property
    def name(self) -> str:
        """`api`, or its name in CAMPFILL_CONNECTORS."""
        return self.source.name

    @property
    def stored_as(self) -> str:
        """What its days are stored as: hours and whole days are kept apart."""
        by_day = self.connector is not None and self.connector.values.granularity == "day"
        return api_source(self.name, by_day=by_day)

    @property
    def why_not(self) -> tuple[str, str] | None:
        """Why it cannot be asked, and the mend; None where it can."""
        if self.fault is not None:
            return self.fault.problem, self.fault.mend
        assert self.connector is not None
        missing = None
        if not (self.source.url or self.connector.base_url):
            missing = NOT_SET_UP
        elif auth.needs_token(self.connector) and not self.source.current_token():
            missing = NO_TOKEN
        if missing is None or self.source.is_first:
            return missing
        said = "It has no address." if missing is NOT_SET_UP else missing[0]
        variable = self.source.variable("URL" if missing is NOT_SET_UP else "TOKEN")
        mend = (
            f"Set {variable}." if missing is NOT_SET_UP else f"Run: {self.source.command}, or set {variable}."
        )
        return f"{self.name}: {said}", mend

    def client(self, campfill: Campfill) -> ReportingClient:
        """A client with the token as it is now. Raises what keeps it from being asked."""
        if self.fault is not None:
            raise self.fault
        assert self.connector is not None
        return ReportingClient(
            self.connector,
            self.source.url,
            self.source.current_token(),
            environ=environment(),
            timezone=campfill.settings.timezone,
            refresh_tokens=KeptTokens(self.source.refresh_token_file),
        )


def of(campfill: Campfill, only: str | None = None) -> list[AskedApi]:
    """The reporting APIs that are asked, in the order in which they count; `only` that of this name.

    A further one whose description cannot be read says so itself and holds nobody back; of the first, ConnectorError is
    raised.
    """
    found = []
    for source in campfill.settings.sources(environment()):
        if only is not None and source.name != only:
            continue
        try:
            found.append(AskedApi(source, connectors.load(source.described)))
        except CampfillError as error:
            if source.is_first and not campfill.settings.connectors:
                raise
            found.append(AskedApi(source, None, error))
    return found


def why_none(campfill: Campfill) -> tuple[str, str] | None:
    """Why no reporting API at all can be asked, and the mend; None where one can."""
    reasons = [api.why_not for api in of(campfill)]
    return None if None in reasons or not reasons else reasons[0]


def each(campfill: Campfill) -> list[str | None]:
    """For which of them runs are asked for: one for all where there is one, else one for each that can be asked.

    So one that is slow, or down, delays no other.
    """
    asked = of(campfill)
    return [None] if len(asked) == 1 else [api.name for api in asked]
