"""Connector descriptions: one TOML file says how a reporting API is asked and how its answer is read.

Belongs here: the shape of such a file, its validation, and errors that name the key. Does not belong here:
talking to an API (client.py). docs/connect-your-api.md explains every key.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.reporting.description.columns import check_hours
from campfill_pipeline.reporting.description.tables import (
    Accounts,
    Auth,
    BasicAuth,
    Detail,
    ErrorMark,
    FileSide,
    Limits,
    LoginAuth,
    OAuthAuth,
    Overview,
    Part,
    Values,
    Variable,
)

WINDOW_NAMES = frozenset({"start", "end", "last", "start_utc", "end_utc", "limit", "connector"})
OVERVIEW_NAMES = frozenset({"from_day", "to_day", "entity", "limit", "connector"})


class ConnectorError(CampfillError):
    """A connector description cannot be used. `problems` are (key, what is wrong and how to mend it)."""

    def __init__(self, source: str, problems: tuple[tuple[str, str], ...]) -> None:
        self.source, self.problems = source, problems
        lines = "".join(f"\n  {key}: {text}" if key else f"\n  {text}" for key, text in problems)
        super().__init__(f"The connector {source} cannot be used:", lines)

    def __str__(self) -> str:
        return self.problem + self.mend


class Connector(Part):
    """A whole description."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    base_url: str = ""
    headers: dict[str, str] = Field(default={})
    auth: Auth
    limits: Limits = Limits()
    values: Values = Values()
    error: ErrorMark | None = None
    variables: dict[str, Variable] = Field(default={})
    accounts: Accounts | None = None
    detail: Detail
    overview: dict[Literal["campaigns", "deals"], Overview] = Field(default={})
    file: FileSide | None = None

    @model_validator(mode="after")
    def _whole_days(self) -> Connector:
        if self.values.granularity == "day" and self.limits.window_hours is not None:
            raise ValueError(
                "limits.window_hours makes no sense where values.granularity is day: leave it out"
            )
        return self

    @model_validator(mode="after")
    def _hours(self) -> Connector:
        check_hours(self.detail.columns, self.values)
        if self.file is not None and self.file.columns is not None:
            check_hours(self.file.columns, self.values)
        return self

    @model_validator(mode="after")
    def _zone_variable(self) -> Connector:
        zone = self.values.time_zone
        if zone.startswith("{") and zone[1:-1] not in self.variables:
            raise ValueError(
                f"values.time_zone has the placeholder {zone}, which no variable has as its name"
            )
        return self

    @model_validator(mode="after")
    def _templates(self) -> Connector:
        own = frozenset(self.variables)
        clash = own & (WINDOW_NAMES | OVERVIEW_NAMES | {"token", "job_id", "account"})
        if clash:
            raise ValueError(f"variables.{min(clash)} has a name that campfill uses itself; choose another")
        secret = frozenset(name for name, variable in self.variables.items() if variable.secret)
        for key, template, names in self._all_templates(own):
            for name in placeholders(key, template):
                if name not in names:
                    known = ", ".join(sorted(names))
                    raise ValueError(f"{key} has the placeholder “{name}”; known here are {known}")
                if name in secret and (key.endswith(".path") or ".params." in key):
                    raise ValueError(
                        f"{key} would put the secret “{name}” into an address; use a header or body"
                    )
        return self

    def _all_templates(self, own: frozenset[str]) -> Iterator[tuple[str, str, frozenset[str]]]:
        yield from ((key, text, own) for key, text in _texts("headers", self.headers))
        if isinstance(self.auth, BasicAuth | LoginAuth | OAuthAuth):
            for key, text in _texts("auth", self.auth.model_dump(exclude={"kind"})):
                yield key, text, own | {"token"}
        account = frozenset[str]()
        if self.accounts is not None:
            account = frozenset({"account"})
            yield from ((key, text, own) for key, text in _texts("accounts.ids", self.accounts.ids))
        own |= account
        for key, view in self.overview.items():
            yield from _request_texts(f"overview.{key}", view, own | OVERVIEW_NAMES)
        job = self.detail.job
        if job is None:
            yield from _request_texts("detail", self.detail, own | WINDOW_NAMES)
            return
        names = own | WINDOW_NAMES
        for number, step in enumerate(job.before):
            yield from _request_texts(f"detail.job.before[{number}]", step, names)
            names |= self._taken(f"detail.job.before[{number}]", step.take, names)
        yield from _request_texts("detail", self.detail, names)
        names |= {"job_id"}
        yield from _request_texts("detail.job.poll", job.poll, names)
        names |= self._taken("detail.job.poll", job.poll.take, names)
        yield from _request_texts("detail.job.download", job.download, names)

    def _taken(self, key: str, take: Mapping[str, str], known: frozenset[str]) -> frozenset[str]:
        for name in take:
            if not name.isidentifier() or name in known | {"token"}:
                raise ValueError(f"{key}.take.{name} is no free name for a placeholder; choose another")
        return frozenset(take)


def _request_texts(
    place: str, request: Part, names: frozenset[str]
) -> Iterator[tuple[str, str, frozenset[str]]]:
    parts = request.model_dump(include={"path", "params", "body", "form", "headers"})
    yield from ((key, text, names) for key, text in _texts(place, parts))


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
            f"{key} is not a proper template ({error}); write a brace that is meant twice"
        ) from None
    names = [name for _, name, _, _ in parts if name is not None]
    for name in names:
        if not name.isidentifier():
            raise ValueError(f"{key} has the placeholder “{name}”; a placeholder is a single name")
    return names


def builtin_names() -> tuple[str, ...]:
    """Names of the connectors that come with campfill."""
    folder = resources.files("campfill_pipeline.reporting") / "connectors"
    return tuple(sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".toml")))


def load(name_or_path: str) -> Connector:
    """Read a built-in connector by name or a TOML file by path. Raises ConnectorError naming every faulty
    key.
    """
    return parse(text_of(name_or_path), name_or_path)


def text_of(name_or_path: str) -> str:
    """The text of a built-in connector by name, or of a TOML file by path. Raises ConnectorError."""
    if "/" in name_or_path or name_or_path.endswith(".toml"):
        return text_in(name_or_path)
    known = builtin_names()
    if name_or_path not in known:
        mend = (
            f"there is no built-in connector of this name; there are {', '.join(known)}. For a description of "
            "your own give the path of its TOML file."
        )
        raise ConnectorError(name_or_path, (("", mend),))
    file = resources.files("campfill_pipeline.reporting") / "connectors" / f"{name_or_path}.toml"
    return file.read_text("utf-8")


def text_in(path: str) -> str:
    """The text of a description's file. Raises ConnectorError."""
    try:
        return Path(path).expanduser().read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConnectorError(path, (("", f"the file cannot be read: {why}."),)) from error


def tables(text: str, source: str) -> dict[str, Any]:
    """The tables of a description. Raises ConnectorError where it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConnectorError(source, (("", f"it is not valid TOML: {error}."),)) from error


def parse(text: str, source: str) -> Connector:
    """Read a description from TOML text; `source` names it in errors."""
    data = tables(text, source)
    try:
        return Connector.model_validate(data)
    except ValidationError as error:
        raise told(error, data, source) from error


def told(error: ValidationError, data: Any, source: str) -> ConnectorError:
    """What is wrong with a description, key by key."""
    problems = ((_key(item["loc"], data), _sentence(item)) for item in error.errors(include_url=False))
    return ConnectorError(source, tuple(problems))


def _key(location: tuple[int | str, ...], data: Any) -> str:
    """The key as written in the file: pydantic's location without the tag that follows a union's key."""
    key, before = "", ""
    for part in location:
        if before in ("auth", "paging") and isinstance(data, Mapping) and data.get("kind") == part:
            before = ""
            continue
        if isinstance(part, int):
            key += f"[{part}]"
            data = data[part] if isinstance(data, list) and part < len(data) else None
        else:
            key += f".{part}" if key else part
            data = data.get(part) if isinstance(data, Mapping) else None
        before = str(part)
    return key


NEEDED = {
    "missing": "this key is missing.",
    "extra_forbidden": "this key is not known; look for a misspelling.",
    "union_tag_not_found": "the key `kind` is missing.",
    "string_type": "a text is needed, between quotation marks.",
    "int_type": "a whole number is needed, without quotation marks.",
    "float_type": "a number is needed, without quotation marks.",
    "bool_type": "true or false is needed, without quotation marks.",
    "list_type": "a list is needed, between square brackets.",
    "dict_type": "a table is needed.",
    "model_type": "a table is needed.",
    "string_too_short": "the text must not be empty.",
    "too_short": "the list must not be empty.",
}
"""What the library that checks descriptions says in words of its own, in ours."""

BOUNDS = {
    "union_tag_invalid": "“{tag}” is not possible; possible are {expected_tags}.",
    "literal_error": "possible are {expected}.",
    "greater_than_equal": "at least {ge} is needed.",
    "greater_than": "more than {gt} is needed.",
    "less_than_equal": "at most {le} is possible.",
    "less_than": "less than {lt} is needed.",
    "string_pattern_mismatch": "the text does not have the form {pattern}.",
    "string_too_long": "the text is longer than {max_length} characters.",
    "too_long": "the list has more than {max_length} entries.",
}
"""Likewise, with what it says beside them."""


def _sentence(item: Any) -> str:
    kind, context = item["type"], item.get("ctx", {})
    if kind == "value_error":
        return f"{context['error']}."
    if kind in BOUNDS:
        held = {
            name: f"{value:g}" if isinstance(value, float) else str(value).replace(" or ", ", ")
            for name, value in context.items()
        }
        return BOUNDS[kind].format(**held)
    return NEEDED.get(kind) or f"{item['msg']}."
