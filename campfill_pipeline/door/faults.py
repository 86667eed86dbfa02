"""What is wrong with a request, by its place and with its mend, in place of the words that Pydantic has for it.

Belongs here: faults that a route's types find. Does not belong here: what a route asks beyond them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WANTED = {
    "bool": "Give true or false, without quotes.",
    "date": "Give a day like 2026-03-01.",
    "datetime": "Give a moment like 2026-03-01T14:00:00Z.",
    "dict": "Give an object: {…}.",
    "float": "Give a number, without quotes.",
    "int": "Give a whole number, without quotes.",
    "list": "Give a list: […].",
    "model": "Give an object: {…}.",
    "string": "Give a text in quotes.",
    "uuid": "Give an id like 5f0c7a52-0000-4000-8000-000000000000.",
}
"""What helps, by the first word of Pydantic's kind of fault; of numbers in an address, quotes are no question."""

_LIMITS = {"ge": "{} or more", "gt": "more than {}", "le": "{} or less", "lt": "less than {}"}
_LONGEST_SHOWN = 60


def told(fault: Mapping[str, Any]) -> str:
    """One fault of Pydantic's list (`type`, `loc`, `msg`, `input`, `ctx`) as sentences: place, reason, mend."""
    kind, asides = str(fault["type"]), fault.get("ctx") or {}
    part, *within = fault["loc"]
    if kind == "json_invalid":
        return "The body is no JSON. Give an object like the one at /docs, with application/json as its type."
    place = _place(str(part), [str(name) for name in within])
    if kind == "missing":
        return f"{place} is missing. It is needed."
    if kind == "extra_forbidden":
        return f"{place} is unknown. Check how it is written; /docs names what is known here."
    given = f"{place} cannot be {_shown(fault.get('input'))}."
    for name, limit in _LIMITS.items():
        if name in asides:
            return f"{given} Give {limit.format(_number(asides[name]))}."
    if "max_length" in asides:
        return f"{place} is too long. Give {_number(asides['max_length'])} characters at most."
    if "min_length" in asides:
        return f"{place} is too short. Give {_number(asides['min_length'])} character or more."
    if "pattern" in asides:
        return f"{given} What it must look like is told at /docs."
    if kind == "value_error":  # raised by a check of ours
        return f"{given} {str(asides['error']).capitalize()}."
    wanted = _WANTED.get(kind.partition("_")[0], "What it must be is told at /docs.")
    return f"{given} {wanted if part == 'body' else wanted.replace(', without quotes', '').replace(' in quotes', '')}"


def _place(part: str, within: list[str]) -> str:
    if not within:
        return f"The {part}"
    where = {"body": "in the body", "query": "of the address", "path": "of the path"}.get(
        part, f"in the {part}"
    )
    return f"“{'.'.join(within)[:_LONGEST_SHOWN]}” {where}"


def _shown(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)[:_LONGEST_SHOWN]
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = str(value)
    return f"“{text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + '…'}”"


def _number(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
