"""Connector descriptions: one TOML file says how a reporting API is asked and how its answer is read.

Belongs here: the shape of such a file, its validation, and errors that name the key. Does not belong here:
talking to an API (client.py). docs/connect-your-api.md explains every key.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from campfill_pipeline.domain.report_rows import FIELDS, Notation

WINDOW_NAMES = frozenset({"start", "end", "last", "start_utc", "end_utc", "limit", "connector"})
OVERVIEW_NAMES = frozenset({"from_day", "to_day", "entity", "limit", "connector"})
OVERVIEW_FIELDS = ("id", "name", "purchase_type", "impressions")


class ConnectorError(Exception):
    """A connector description cannot be used. `problems` are (key, what is wrong and how to mend it)."""

    def __init__(self, source: str, problems: tuple[tuple[str, str], ...]) -> None:
        self.source, self.problems = source, problems
        lines = "".join(f"\n  {key}: {text}" if key else f"\n  {text}" for key, text in problems)
        super().__init__(f"The connector {source} cannot be used:{lines}")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class Variable(_Part):
    """A value of the installation (an account number, a client secret) that the description only names."""

    env: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")
    meaning: str
    secret: bool = False
    default: str | None = None


class NoAuth(_Part):
    """The API asks for no proof."""

    kind: Literal["none"]


class BearerAuth(_Part):
    """`Authorization: Bearer …` with the reporting token."""

    kind: Literal["bearer"]


class ApiKeyAuth(_Part):
    """The reporting token in a header or parameter of the API's own name."""

    kind: Literal["api_key"]
    name: str
    location: Literal["header", "query"] = "header"


class LoginAuth(_Part):
    """A token is got by a login request and then sent as a bearer token."""

    kind: Literal["login"]
    path: str
    body: dict[str, Any]
    encoding: Literal["json", "form"] = "json"
    token: str = "token"
    expires_in: str | None = "expires_in"
    lifetime_seconds: int = Field(default=3600, ge=1)


class OAuthAuth(_Part):
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


class Limits(_Part):
    """What the API bears and how long campfill is patient. Times in seconds."""

    requests_per_second: float = Field(default=10.0, gt=0, le=1000)
    concurrency: int = Field(default=2, ge=1, le=32)
    connect_timeout: float = Field(default=10.0, gt=0)
    read_timeout: float = Field(default=60.0, gt=0)
    attempts: int = Field(default=8, ge=1, le=50)
    first_wait: float = Field(default=1.0, ge=0)
    longest_wait: float = Field(default=300.0, ge=0)
    total_seconds: float = Field(default=1800.0, gt=0)
    page_rows: int = Field(default=10_000, ge=1)
    max_pages: int = Field(default=20_000, ge=1)
    max_body_mb: int = Field(default=1024, ge=1)
    window_hours: int | None = Field(default=None, ge=1)


class NoPaging(_Part):
    """One answer holds everything."""

    kind: Literal["none"] = "none"


class CursorPaging(_Part):
    """The answer holds a mark that is sent back for the next page."""

    kind: Literal["cursor"]
    cursor: str
    param: str


class PagePaging(_Part):
    """Pages are counted."""

    kind: Literal["page"]
    param: str = "page"
    first: int = 1
    total_pages: str | None = None


class OffsetPaging(_Part):
    """Rows are counted."""

    kind: Literal["offset"]
    param: str = "offset"
    limit_param: str = "limit"
    total_rows: str | None = None


class LinkPaging(_Part):
    """The answer holds the next page's address, in its body (`link`) or in the Link header."""

    kind: Literal["next_link"]
    link: str | None = None


Paging = Annotated[
    NoPaging | CursorPaging | PagePaging | OffsetPaging | LinkPaging,
    Field(discriminator="kind"),
]


class Answer(_Part):
    """Where rows are in an answer and how they are written. Gzip is recognised by itself."""

    format: Literal["json", "jsonl", "csv"] = "json"
    rows: str = ""
    nested: str = ""
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: str = "utf-8"


class Request(_Part):
    """One request: path (or a whole address), parameters, JSON body and headers, all as templates."""

    method: Literal["GET", "POST"] = "GET"
    path: str
    params: dict[str, str | int] = {}
    body: dict[str, Any] | None = None
    form: dict[str, str] | None = None
    headers: dict[str, str] = {}


class Poll(_Part):
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


class Download(_Part):
    """Where the finished report is: inside the poll answer, or at an address the poll answer gives."""

    address: str | None = None
    send_auth: bool = False


class Job(_Part):
    """The asynchronous shape: submit (the request above it), poll, download."""

    id: str
    duplicate_status: int | None = None
    duplicate_id: str | None = None
    poll: Poll
    download: Download = Download()


class ColumnSource(_Part):
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


class Detail(Request):
    """The view with one row per line, site and hour (or day)."""

    paging: Paging = NoPaging()
    answer: Answer = Answer()
    job: Job | None = None
    same_key: Literal["once", "sum"] = "once"
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


class Overview(Request):
    """The view summed over a line's whole runtime, for one entity."""

    paging: Paging = NoPaging()
    answer: Answer = Answer()
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


class Values(_Part):
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

    def notation(self) -> Notation:
        """The same for domain/report_rows.py."""
        return Notation(self.numbers, ZoneInfo(self.time_zone), self.granularity, tuple(self.time_formats))


class Connector(_Part):
    """A whole description."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    base_url: str = ""
    headers: dict[str, str] = {}
    auth: Auth
    limits: Limits = Limits()
    values: Values = Values()
    variables: dict[str, Variable] = {}
    detail: Detail
    overview: dict[Literal["campaigns", "deals"], Overview] = {}

    @model_validator(mode="after")
    def _templates(self) -> Connector:
        own = frozenset(self.variables)
        clash = own & (WINDOW_NAMES | OVERVIEW_NAMES | {"token", "job_id"})
        if clash:
            raise ValueError(f"variables.{min(clash)} has a name that campfill uses itself; choose another")
        secret = frozenset(name for name, variable in self.variables.items() if variable.secret)
        for key, template, names in self._all_templates(own):
            for name in placeholders(key, template):
                if name not in names:
                    known = ", ".join(sorted(names))
                    raise ValueError(f"{key} has the placeholder {{{name}}}; known here are {known}")
                if name in secret and (key.endswith(".path") or ".params." in key):
                    raise ValueError(
                        f"{key} would put the secret {{{name}}} into an address; use a header or body"
                    )
        return self

    def _all_templates(self, own: frozenset[str]) -> Iterator[tuple[str, str, frozenset[str]]]:
        yield from ((key, text, own) for key, text in _texts("headers", self.headers))
        if isinstance(self.auth, LoginAuth | OAuthAuth):
            for key, text in _texts("auth", self.auth.model_dump(exclude={"kind"})):
                yield key, text, own | {"token"}
        views: list[tuple[str, Request, frozenset[str]]] = [("detail", self.detail, WINDOW_NAMES)]
        views += [(f"overview.{key}", view, OVERVIEW_NAMES) for key, view in self.overview.items()]
        for place, view, names in views:
            parts = view.model_dump(include={"path", "params", "body", "form", "headers"})
            yield from ((key, text, own | names) for key, text in _texts(place, parts))
        if self.detail.job is not None:
            polls = self.detail.job.poll.model_dump(include={"path", "headers"})
            for key, text in _texts("detail.job.poll", polls):
                yield key, text, own | {"job_id", "connector"}


def _texts(place: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(f"{place}.{key}", item)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(f"{place}[{number}]", item)


def placeholders(key: str, template: str) -> list[str]:
    """Names in braces of one template. Raises ValueError naming `key` where braces are not closed or not
    plain.
    """
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        raise ValueError(
            f"{key} is not a proper template ({error}); write {{{{ and }}}} for braces"
        ) from None
    names = [name for _, name, _, _ in parts if name is not None]
    for name in names:
        if not name.isidentifier():
            raise ValueError(f"{key} has the placeholder {{{name}}}; a placeholder is a single name")
    return names


def builtin_names() -> tuple[str, ...]:
    """Names of the connectors that come with campfill."""
    folder = resources.files("campfill_pipeline.reporting") / "connectors"
    return tuple(sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml")))


def load(name_or_path: str) -> Connector:
    """Read a built-in connector by name or a TOML file by path. Raises ConnectorError naming every faulty
    key.
    """
    if "/" in name_or_path or name_or_path.endswith(".toml"):
        try:
            text = Path(name_or_path).expanduser().read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise ConnectorError(name_or_path, (("", f"the file cannot be read: {why}."),)) from error
    else:
        known = builtin_names()
        if name_or_path not in known:
            mend = f"there is no built-in connector of this name; there are {', '.join(known)}. "
            mend += "For a description of your own give the path of its TOML file."
            raise ConnectorError(name_or_path, (("", mend),))
        file = resources.files("campfill_pipeline.reporting") / "connectors" / f"{name_or_path}.toml"
        text = file.read_text("utf-8")
    return parse(text, name_or_path)


def parse(text: str, source: str) -> Connector:
    """Read a description from TOML text; `source` names it in errors."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConnectorError(source, (("", f"it is not valid TOML: {error}."),)) from error
    try:
        return Connector.model_validate(data)
    except ValidationError as error:
        problems = tuple(
            (_key(item["loc"], data), _sentence(item)) for item in error.errors(include_url=False)
        )
        raise ConnectorError(source, problems) from error


def _key(location: tuple[int | str, ...], data: Any) -> str:
    """The key as written in the file: pydantic's location without the tags of unions."""
    key = ""
    for part in location:
        if isinstance(part, int):
            key += f"[{part}]"
            data = data[part] if isinstance(data, list) and part < len(data) else None
        elif isinstance(data, Mapping) and part not in data and data.get("kind") == part:
            continue
        else:
            key += f".{part}" if key else part
            data = data.get(part) if isinstance(data, Mapping) else None
    return key


def _sentence(item: Any) -> str:
    kind, context = item["type"], item.get("ctx", {})
    if kind == "missing":
        return "this key is missing."
    if kind == "extra_forbidden":
        return "this key is not known; look for a misspelling."
    if kind == "union_tag_invalid":
        return f"{context['tag']!r} is not possible; possible are {context['expected_tags']}."
    if kind == "union_tag_not_found":
        return "the key `kind` is missing."
    if kind == "value_error":
        return f"{context['error']}."
    return f"{item['msg']}."
