"""Filling a connector's templates with a window, a page size and the installation's variables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo


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
    type.
    """
    if isinstance(template, str):
        if template.startswith("{") and template.endswith("}") and template[1:-1].isidentifier():
            value = names[template[1:-1]]
            return value if isinstance(value, int) else _text(value)
        return template.format_map({key: _Shown(value) for key, value in names.items()})
    if isinstance(template, Mapping):
        return {key: fill(item, names) for key, item in template.items()}
    if isinstance(template, list):
        return [fill(item, names) for item in template]
    return template


def _text(value: object) -> str:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)


class _Shown:
    """A value in a template: dates follow their strftime format, else ISO 8601."""

    def __init__(self, value: object) -> None:
        self._value = value

    def __format__(self, form: str) -> str:
        return format(self._value, form) if form else _text(self._value)


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
