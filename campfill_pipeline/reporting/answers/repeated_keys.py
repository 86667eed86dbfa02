"""One key twice in a JSON object: which of the two values is meant nobody can know, and readers differ.

Belongs here: finding them, cheaply where there is none. Does not belong here: reading documents (bodies.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from campfill_pipeline.domain.errors import CampfillError

_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"(\s*+:)?', re.DOTALL)


class _RepeatedError(CampfillError):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"The key {name!r} stands twice in an object.", "Ask the owner of the API which counts."
        )


def repeated_key(content: bytes, document: Any) -> str | None:
    """A key that stands twice in one object of this JSON text, which was read as `document`; None without one.

    The text has as many keys as the document, or some were lost: only then it is read once more.
    """
    if sum(map(bool, _TEXT.findall(content))) == _keys(document):
        return None
    try:
        json.loads(content, object_pairs_hook=_once)
    except _RepeatedError as error:
        return error.name
    except (ValueError, RecursionError):
        return None
    return None


def _once(pairs: Sequence[tuple[str, Any]]) -> None:
    seen = set()
    for name, _ in pairs:
        if name in seen:
            raise _RepeatedError(name)
        seen.add(name)


def _keys(document: Any) -> int:
    count, left = 0, [document]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            count += len(one)
            left.extend(value for value in one.values() if isinstance(value, dict | list))
        elif isinstance(one, list):
            left.extend(value for value in one if isinstance(value, dict | list))
    return count
