"""The parts of a connector description: what each table of the TOML file may hold.

Belongs here: keys, their types, defaults and bounds. Does not belong here: reading files and checking templates
(connector.py), and acting on any of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from campfill_pipeline.domain.report_rows import FIELDS, Notation

OVERVIEW_FIELDS = ("id", "name", "purchase_type", "impressions")


class Part(BaseModel):
    """What all tables share: unknown keys are errors, values keep their type, nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class Variable(Part):
    """A value of the installation (an account number, a client secret) that the description only names."""

    env: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")
    meaning: str
    secret: bool = False
    default: str | None = None


class NoAuth(Part):
    """The API asks for no proof."""

    kind: Literal["none"]


class BearerAuth(Part):
    """`Authorization: Bearer …` with the reporting token."""

    kind: Literal["bearer"]


class ApiKeyAuth(Part):
    """The reporting token in a header or parameter of the API's own name."""

    kind: Literal["api_key"]
    name: str
    location: Literal["header", "query"] = "header"


class LoginAuth(Part):
    """A token is got by a login request and then sent as a bearer token."""

    kind: Literal["login"]
    path: str
    body: dict[str, Any]
    encoding: Literal["json", "form"] = "json"
    token: str = "token"
    expires_in: str | None = "expires_in"
    lifetime_seconds: int = Field(default=3600, ge=1)


class OAuthAuth(Part):
    """OAuth2: an access token for client credentials or for a refresh token, got again before it ends."""

    kind: Literal["oauth2_client_credentials", "oauth2_refresh_token"]
    token_url: str
    client_id: str
    client_secret: str
    refresh_token: str = "{token}"
    scope: str | None = None
    extra: dict[str, str] = {}
    lifetime_seconds: int = Field(default=3600, ge=1)


Auth = Annotated[
    NoAuth | BearerAuth | ApiKeyAuth | LoginAuth | OAuthAuth,
    Field(discriminator="kind"),
]


class Limits(Part):
    """What the API bears and how long campfill is patient. Times in seconds."""

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


class ErrorMark(Part):
    """How an answer of status 200 says that it is an error: the value at `at`, unless it is one of `ok`.

    Without `ok` any value there is an error that is not empty (null, "", 0, false, an empty list or object). `message`
    says where the API's own words are.
    """

    at: str = Field(min_length=1)
    ok: list[str | int | bool] | None = None
    message: str | None = None

    @field_validator("ok", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        return [value] if isinstance(value, str | int | bool) else value


class Answer(Part):
    """Where rows are in an answer and how they are written. Gzip is recognised by itself."""

    format: Literal["json", "jsonl", "csv"] = "json"
    rows: str = ""
    nested: str = ""
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: str = "utf-8"


class Request(Part):
    """One request: path (or a whole address), parameters, JSON body and headers, all as templates."""

    method: Literal["GET", "POST"] = "GET"
    path: str
    params: dict[str, str | int] = {}
    body: dict[str, Any] | None = None
    form: dict[str, str] | None = None
    headers: dict[str, str] = {}


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
        if self.answer.format != "json" and self.answer.nested:
            raise ValueError(
                f"answer.nested makes no sense where answer.format is {self.answer.format}: leave it out"
            )
        return self

    @model_validator(mode="after")
    def _paging_fits(self) -> View:
        paging = self.paging
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


class Poll(Part):
    """How a submitted report is asked for until it is ready. Times in seconds."""

    path: str
    headers: dict[str, str] = {}
    status: str
    ready: list[str | int]
    failed: list[str | int] = []
    waiting: list[str | int] = []
    reason: str | None = None
    first_wait: float = Field(default=2.0, ge=0)
    longest_wait: float = Field(default=60.0, gt=0)
    deadline: float = Field(default=1800.0, gt=0)


class Download(Part):
    """Where the finished report is: inside the poll answer, or at an address the poll answer gives."""

    address: str | None = None
    send_auth: bool = False


class Job(Part):
    """The asynchronous shape: submit (the request above it), poll, download."""

    id: str
    duplicate_status: int | None = None
    duplicate_id: str | None = None
    poll: Poll
    download: Download = Download()


class ColumnSource(Part):
    """One of our fields: the source's column (dotted for nested values), a fixed text, or part of a text."""

    column: str | None = Field(default=None, alias="from")
    text: str | None = None
    extract: str | None = None
    otherwise: str | None = None

    @field_validator("extract")
    @classmethod
    def _pattern(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"{value!r} is no regular expression: {error}") from None
        return value

    @property
    def columns(self) -> tuple[str, ...]:
        """The source's columns that are read."""
        return tuple(name for name in (self.column, self.otherwise) if name is not None)

    @model_validator(mode="after")
    def _one_of(self) -> ColumnSource:
        if (self.column is None) == (self.text is None):
            raise ValueError("give either `from` (a column of the source) or `text` (a fixed text)")
        return self


def _column_sources(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: {"from": item} if isinstance(item, str) else item for key, item in value.items()}


class Detail(View):
    """The view with one row per line, site and hour (or day)."""

    job: Job | None = None
    same_key: Literal["refuse", "once", "sum"] = "refuse"
    columns: dict[str, ColumnSource]

    _shorthand = field_validator("columns", mode="before")(_column_sources)

    @field_validator("columns")
    @classmethod
    def _fields(cls, value: dict[str, ColumnSource]) -> dict[str, ColumnSource]:
        for name in value:
            if name not in FIELDS:
                raise ValueError(f"{name} is not a field of campfill; the fields are {', '.join(FIELDS)}")
        for name in ("hour", "impressions"):
            if name not in value:
                raise ValueError(f"the field {name} is needed: name the column that holds it")
        if "campaign_id" not in value and "deal_id" not in value:
            raise ValueError("campaign_id or deal_id is needed: name the column that holds it")
        return value

    @model_validator(mode="after")
    def _whole_report(self) -> Detail:
        if self.job is not None and not isinstance(self.paging, NoPaging):
            raise ValueError(
                "paging makes no sense beside job: a prepared report is read whole. Leave one of them out"
            )
        return self


class Overview(View):
    """The view summed over a line's whole runtime, for one entity."""

    columns: dict[str, ColumnSource]

    _shorthand = field_validator("columns", mode="before")(_column_sources)

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


class Values(Part):
    """How the source writes numbers and times."""

    numbers: Literal["german", "english"] = "english"
    time_zone: str = "UTC"
    granularity: Literal["hour", "day", "finer"] = "hour"
    time_formats: list[str] = []

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{value} is no time zone; give an IANA name like Europe/Berlin") from None
        return value

    @field_validator("time_formats")
    @classmethod
    def _no_zone_names(cls, value: list[str]) -> list[str]:
        for pattern in value:
            if "%Z" in pattern.replace("%%", ""):
                raise ValueError(
                    f"{pattern!r}: names of zones (%Z) are not unique and would be passed over; write the name as it "
                    "stands in the text and set time_zone, or use %z for offsets"
                )
        return value

    def notation(self) -> Notation:
        """The same for domain/report_rows.py."""
        return Notation(self.numbers, ZoneInfo(self.time_zone), self.granularity, tuple(self.time_formats))
