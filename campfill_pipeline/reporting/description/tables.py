"""The parts of a connector description: what each table of the TOML file may hold.

Belongs here: requests, paging, prepared reports, accounts, limits, and how views are put together. Does not belong
here: sign-in (signing_in.py), answers (answer.py), columns and values (columns.py),
reading files and checking templates (connector.py), and acting on any of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from campfill_pipeline.domain.report_rows import FIELDS
from campfill_pipeline.reporting.description.answer import Answer as Answer
from campfill_pipeline.reporting.description.answer import DropRows as DropRows
from campfill_pipeline.reporting.description.answer import ErrorMark as ErrorMark
from campfill_pipeline.reporting.description.columns import ColumnSource as ColumnSource
from campfill_pipeline.reporting.description.columns import Values as Values
from campfill_pipeline.reporting.description.columns import column_sources, zone_named
from campfill_pipeline.reporting.description.part import Part as Part
from campfill_pipeline.reporting.description.signing_in import ApiKeyAuth as ApiKeyAuth
from campfill_pipeline.reporting.description.signing_in import Auth as Auth
from campfill_pipeline.reporting.description.signing_in import BasicAuth as BasicAuth
from campfill_pipeline.reporting.description.signing_in import BearerAuth as BearerAuth
from campfill_pipeline.reporting.description.signing_in import LoginAuth as LoginAuth
from campfill_pipeline.reporting.description.signing_in import NoAuth as NoAuth
from campfill_pipeline.reporting.description.signing_in import OAuthAuth as OAuthAuth

OVERVIEW_FIELDS = ("id", "name", "purchase_type", "impressions")


class Variable(Part):
    """A value of the installation (an account number, a client secret) that the description only names."""

    env: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")
    meaning: str
    secret: bool = False
    default: str | None = None


class Limits(Part):
    """What the API bears and how long campfill is patient. Times in seconds.

    `max_rows`: so many rows the API gives at most for one question; where they come, some may be missing.
    """

    requests_per_second: float = Field(default=10.0, gt=0, le=1000)
    concurrency: int = Field(default=2, ge=1, le=32)
    connect_timeout: float = Field(default=10.0, gt=0)
    read_timeout: float = Field(default=60.0, gt=0)
    attempts: int = Field(default=9, ge=1, le=50)
    first_wait: float = Field(default=0.5, ge=0)
    longest_wait: float = Field(default=300.0, ge=0)
    total_seconds: float = Field(default=1800.0, gt=0)
    page_rows: int = Field(default=10_000, ge=1)
    max_pages: int = Field(default=20_000, ge=1)
    max_rows: int | None = Field(default=None, ge=1)
    max_body_mb: int = Field(default=1024, ge=1)
    window_hours: int | None = Field(default=None, ge=1)


Location = Literal["query", "body"]


class NoPaging(Part):
    """One answer holds everything."""

    kind: Literal["none"] = "none"


class CursorPaging(Part):
    """The answer holds a mark that is sent back for the next page."""

    kind: Literal["cursor"]
    cursor: str
    param: str
    location: Location | None = None


class PagePaging(Part):
    """Pages are counted."""

    kind: Literal["page"]
    param: str = "page"
    first: int = 1
    total_pages: str | None = None
    location: Location | None = None


class OffsetPaging(Part):
    """Rows are counted."""

    kind: Literal["offset"]
    param: str = "offset"
    limit_param: str = "limit"
    total_rows: str | None = None
    location: Location | None = None


class LinkPaging(Part):
    """The answer holds the next page's address, in its body (`link`) or in the Link header."""

    kind: Literal["next_link"]
    link: str | None = None


Paging = Annotated[
    NoPaging | CursorPaging | PagePaging | OffsetPaging | LinkPaging,
    Field(discriminator="kind"),
]


class Request(Part):
    """One request: path (or a whole address), parameters, JSON body and headers, all as templates."""

    method: Literal["GET", "POST"] = "GET"
    path: str
    params: dict[str, str | int] = Field(default={})
    body: dict[str, Any] | None = None
    form: dict[str, str] | None = None
    headers: dict[str, str] = Field(default={})


class View(Request):
    """A request whose answers hold rows, on one page or more."""

    paging: Paging = NoPaging()
    answer: Answer = Answer()
    error: ErrorMark | None = None

    @property
    def page_params(self) -> tuple[str, ...]:
        """The parameters that the paging itself sets."""
        paging = self.paging
        if isinstance(paging, OffsetPaging):
            return paging.param, paging.limit_param
        return (paging.param,) if isinstance(paging, PagePaging | CursorPaging) else ()

    @property
    def page_location(self) -> Location:
        """Where they are sent: as described; else in the body where there is one, unless `params` names them."""
        paging = self.paging
        if isinstance(paging, NoPaging | LinkPaging):
            return "query"
        named = any(name in self.params for name in self.page_params)
        return paging.location or ("body" if self._has_body and not named else "query")

    @property
    def _has_body(self) -> bool:
        return self.body is not None or self.form is not None

    @model_validator(mode="after")
    def _one_body(self) -> View:
        if self.body is not None and self.form is not None:
            raise ValueError("body and form exclude each other: leave one of them out")
        return self

    @model_validator(mode="after")
    def _paging_fits(self) -> View:
        paging = self.paging
        if not isinstance(paging, NoPaging) and any(drop.total for drop in self.answer.drop_rows):
            raise ValueError(
                "a total of answer.drop_rows is compared with the rows of one answer, and here are pages: leave it out"
            )
        if self.answer.format != "json":
            for key in ("cursor", "total_pages", "total_rows", "link"):
                if getattr(paging, key, None) is not None:
                    raise ValueError(
                        f"paging.{key} looks into a JSON document, which an answer in {self.answer.format} is not: use "
                        "another kind of paging"
                    )
        if not self.page_params:
            return self
        if self.page_location == "query":
            twice = [
                name
                for name in self.page_params
                if name in self.params and name in (self.body or self.form or {})
            ]
            if twice and getattr(paging, "location", None) is None:
                raise ValueError(
                    f"{twice[0]} stands in params and in the body: say in paging.location which of them the API reads"
                )
            return self
        if not self._has_body:
            raise ValueError(
                'paging.location is "body", but the request has none: give body or form, or leave it out'
            )
        for name in self.page_params:
            _reachable(name, self.body or {})
        return self


def _reachable(path: str, body: Mapping[str, Any]) -> None:
    """Raise ValueError where a dotted path leads through something in the body that holds no further keys."""
    here: Any = body
    if path in here:
        return
    *parents, _ = path.split(".")
    for part in parents:
        here = here.get(part, {})
        if not isinstance(here, Mapping):
            raise ValueError(f"paging: {path} leads through {part} of the body, which is no table")


class Step(Request):
    """A request before a report is submitted. `take` names values of its answer for the templates that follow."""

    take: dict[str, str]


class Poll(Request):
    """How a submitted report is asked for until it is ready. Times in seconds.

    `take` names values of the answer that says ready, for the templates of the download. The state "" stands for none.
    """

    status: str
    ready: list[str | int | bool]
    failed: list[str | int | bool] = Field(default=[])
    waiting: list[str | int | bool] = Field(default=[])
    reason: str | None = None
    take: dict[str, str] = Field(default={})
    first_wait: float = Field(default=2.0, ge=0)
    longest_wait: float = Field(default=60.0, gt=0)
    deadline: float = Field(default=1800.0, gt=0)


class Download(Part):
    """Where the finished report is: inside the poll answer, at an address the poll answer gives (`address`), or at one
    that is made of a template (`path`), there on one page or more. `none_without_address`: a report that is ready
    without an address has no rows.
    """

    address: str | None = None
    none_without_address: bool = False
    send_auth: bool | None = None
    method: Literal["GET", "POST"] = "GET"
    path: str | None = None
    params: dict[str, str | int] = Field(default={})
    body: dict[str, Any] | None = None
    headers: dict[str, str] = Field(default={})
    paging: Paging = NoPaging()

    @property
    def signed(self) -> bool:
        """Whether the token goes along: as said; else to the API's own paths only."""
        return self.path is not None if self.send_auth is None else self.send_auth

    @model_validator(mode="after")
    def _one_place(self) -> Download:
        if self.path is not None and self.address is not None:
            raise ValueError("address and path exclude each other: leave one of them out")
        if self.none_without_address and self.address is None:
            raise ValueError("none_without_address makes no sense without address: leave it out")
        if self.path is None:
            given = [name for name in ("params", "body", "headers") if getattr(self, name)]
            if not isinstance(self.paging, NoPaging):
                given.append("paging")
            if given or self.method != "GET":
                raise ValueError(
                    f"{(given or ['method'])[0]} is for a download by `path`: give it, or leave this out"
                )
        return self

    def view(self, answer: Answer) -> View:
        """The request for the report, as a view with pages."""
        return View(
            method=self.method, path=self.path or "", params=self.params, body=self.body, headers=self.headers,
            paging=self.paging, answer=answer,
        )  # fmt: skip


class Job(Part):
    """The asynchronous shape: what comes before (`before`), submit (the request above it), poll, download."""

    id: str
    duplicate_status: int | None = None
    duplicate_id: str | None = None
    before: list[Step] = Field(default=[])
    poll: Poll
    download: Download = Download()


class Accounts(Part):
    """The accounts that are asked for one after the other: `{account}` in templates.

    `ids` is a list, or a template of names parted by commas. `time_zones` are those of single accounts.
    """

    ids: list[str] | str
    time_zones: dict[str, str] = Field(default={})

    @field_validator("time_zones")
    @classmethod
    def _zones(cls, value: dict[str, str]) -> dict[str, str]:
        for zone in value.values():
            zone_named(zone)
        return value


def known_fields(value: dict[str, ColumnSource]) -> dict[str, ColumnSource]:
    """The columns of report rows. Raises ValueError where one is unknown or a needed one is missing."""
    for name in value:
        if name not in FIELDS:
            raise ValueError(f"{name} is not a field of campfill; the fields are {', '.join(FIELDS)}")
    for name in ("hour", "impressions"):
        if name not in value:
            raise ValueError(f"the field {name} is needed: name the column that holds it")
    if "campaign_id" not in value and "deal_id" not in value:
        raise ValueError("campaign_id or deal_id is needed: name the column that holds it")
    for name, source in value.items():
        if source.pattern is not None and name != "hour":
            raise ValueError(f"{name}.pattern makes no sense: only the field hour is a time")
    return value


class FileSide(Part):
    """`[file]`: how an export file of this source is read where somebody drops it; known by its header.

    `columns` None: those of `[detail.columns]`. `whole`: a file holds every campaign and deal of its time.
    """

    columns: dict[str, ColumnSource] | None = None
    stop_at: list[str] = Field(default=[])
    drop_rows: list[DropRows] = Field(default=[])
    same_key: Literal["refuse", "once", "sum"] = "refuse"
    without_site: Literal["refuse", "add"] = "refuse"
    whole: bool = False

    @model_validator(mode="before")
    @classmethod
    def _found_by_itself(cls, value: Any) -> Any:
        for key in ("delimiter", "encoding", "skip_until_header", "header", "format", "rows"):
            if isinstance(value, Mapping) and key in value:
                raise ValueError(
                    f"file.{key}: separator, encoding and the header below other lines are found by themselves in a "
                    "file that is dropped: leave it out"
                )
        return value

    @field_validator("columns", mode="before")
    @classmethod
    def _shorthand(cls, value: Any) -> Any:
        if isinstance(value, Mapping):
            for name, item in value.items():
                if isinstance(item, list):
                    raise ValueError(
                        f"file.columns.{name} is a list: write a table with `from` where these columns are put "
                        "together, with `from` and `otherwise` where a file has one or another of them"
                    )
        return column_sources(value)

    @field_validator("columns")
    @classmethod
    def _fields(cls, value: dict[str, ColumnSource] | None) -> dict[str, ColumnSource] | None:
        return value if value is None else known_fields(value)


class Detail(View):
    """The view with one row per line, site and hour (or day).

    `asks = "days"`: the API takes whole days of its zone, so that hours around the window come along; they
    are no fault.
    """

    job: Job | None = None
    same_key: Literal["refuse", "once", "sum"] = "refuse"
    without_site: Literal["refuse", "add"] = "refuse"
    asks: Literal["hours", "days"] = "hours"
    columns: dict[str, ColumnSource]

    _shorthand = field_validator("columns", mode="before")(column_sources)

    @field_validator("columns")
    @classmethod
    def _fields(cls, value: dict[str, ColumnSource]) -> dict[str, ColumnSource]:
        return known_fields(value)

    @model_validator(mode="after")
    def _whole_report(self) -> Detail:
        if self.job is not None and not isinstance(self.paging, NoPaging):
            raise ValueError(
                "paging makes no sense beside job: the answer to submitting has no pages. Where the finished report "
                "has some, describe them in job.download.paging"
            )
        if self.job is not None:
            self.job.download.view(self.answer)  # its paging must fit the answer's format
        return self


class Overview(View):
    """The view summed over a line's whole runtime, for one entity."""

    columns: dict[str, ColumnSource]

    _shorthand = field_validator("columns", mode="before")(column_sources)

    @field_validator("columns")
    @classmethod
    def _fields(cls, value: dict[str, ColumnSource]) -> dict[str, ColumnSource]:
        for name in value:
            if name not in OVERVIEW_FIELDS:
                raise ValueError(
                    f"{name} is not a field of the overview; its fields are {', '.join(OVERVIEW_FIELDS)}"
                )
        for name in ("id", "impressions"):
            if name not in value:
                raise ValueError(f"the field {name} is needed: name the column that holds it")
        return value
