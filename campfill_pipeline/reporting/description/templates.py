"""Filling a connector's templates with a window, a page size and the installation's variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import requests

from campfill_pipeline.reporting.description.tables import Request

_NUMBER = re.compile(r"\{(\w+):#([^{}]+)\}")


def window_names(start: datetime, end: datetime, zone: ZoneInfo, limit: int) -> dict[str, object]:
    """What a detail request can name: [start, end) in the API's zone and in UTC, and the last moment
    inside.
    """
    return {
        "start": start.astimezone(zone),
        "end": end.astimezone(zone),
        "last": (end - timedelta(microseconds=1)).astimezone(zone),
        "start_utc": start.astimezone(UTC),
        "end_utc": end.astimezone(UTC),
        "limit": limit,
    }


def fill(template: Any, names: Mapping[str, object]) -> Any:
    """Every text inside `template` filled. A text that is one placeholder without format keeps the value's
    type; `{start:#%Y}` makes a whole number of a moment.
    """
    if isinstance(template, str):
        if number := _NUMBER.fullmatch(template):
            return int(format(names[number[1]], number[2]))
        if template.startswith("{") and template.endswith("}") and template[1:-1].isidentifier():
            value = names[template[1:-1]]
            return value if isinstance(value, int | list | dict) else _text(value)
        return template.format_map({key: _Shown(value) for key, value in names.items()})
    if isinstance(template, Mapping):
        return {key: fill(item, names) for key, item in template.items()}
    if isinstance(template, list):
        return [fill(item, names) for item in template]
    return template


def _text(value: object) -> str:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)


class FromApi(str):
    """A value that an API gave (a report's number) or a list named (an account): in a path it is encoded."""


def fill_path(template: str, names: Mapping[str, object]) -> str:
    """A path filled. What an API gave is encoded as one part of the path, or with its slashes where the template says
    `{name:path}`.
    """
    shown = {key: _Id(value) if isinstance(value, FromApi) else _Shown(value) for key, value in names.items()}
    return template.format_map(shown)


class _Shown:
    """A value in a template: dates follow their strftime format, else ISO 8601."""

    def __init__(self, value: object) -> None:
        self._value = value

    def __format__(self, form: str) -> str:
        return format(self._value, form) if form and form != "path" else _text(self._value)


class _Id(_Shown):
    """A value that must not change the path it stands in."""

    def __format__(self, form: str) -> str:
        return quote(_text(self._value), safe="/" if form == "path" else "")


def address(base_url: str, path: str) -> str:
    """A path below the base address; a whole address stays as it is."""
    if path.startswith(("http://", "https://")):
        return path
    return f"{base_url.rstrip('/')}/{path.lstrip('/')}"


def uses_token(value: Any) -> bool:
    """Whether any template inside names {token}."""
    if isinstance(value, str):
        return "{token}" in value
    if isinstance(value, Mapping):
        return any(uses_token(item) for item in value.values())
    if isinstance(value, list):
        return any(uses_token(item) for item in value)
    return False


def request(
    asked: Request, base_url: str, headers: Mapping[str, str], names: Mapping[str, object]
) -> requests.Request:
    """A described request, filled."""
    return requests.Request(
        asked.method,
        address(base_url, fill_path(asked.path, names)),
        params=fill(asked.params, names),
        json=fill(asked.body, names) if asked.body is not None else None,
        data=fill(asked.form, names) if asked.form is not None else None,
        headers=fill({**headers, **asked.headers}, names),
    )
