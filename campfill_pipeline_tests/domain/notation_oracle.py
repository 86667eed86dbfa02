"""The notation of a column, cell by cell: what the product finds for whole columns at once."""

from __future__ import annotations

from collections.abc import Iterable

from campfill_pipeline.domain.numbers import Notation, notation_without_doubt


def column_notation(texts: Iterable[str]) -> Notation | None:
    """The one notation that a column's text cells show without doubt, or None where they show none, or both."""
    seen: set[Notation] = set()
    for text in texts:
        notation = notation_without_doubt(text)
        if notation is not None:
            seen.add(notation)
            if len(seen) == 2:
                return None
    return next(iter(seen), None)
