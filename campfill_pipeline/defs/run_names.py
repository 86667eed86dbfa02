"""What a person recognises a run by in the web UI's list of runs.

Dagster gives a run no name of its own: the list shows the job's name, the start of the run's id and, beneath it, every
tag that is not Dagster's own. So each run of ours carries one such tag, short enough for the column, that reads like a
name: `upload: campaigns.xlsx`, `days: 2026-11-20 to 2026-11-22`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

_LENGTH = 60


def upload(file_names: Sequence[str]) -> dict[str, str]:
    """Tag of a run that works on these files, named after the first."""
    more = f" and {len(file_names) - 1} more" if len(file_names) > 1 else ""
    return {"upload": _shown(file_names[0], _LENGTH - len(more)) + more}


def rejected(file_name: str, reason: str) -> dict[str, str]:
    """Tags of the run that shows this upload red: its file, and why in one word."""
    return upload([file_name]) | {"rejected": _shown(reason, _LENGTH)}


def days(first: date, last: date) -> dict[str, str]:
    """Tag of a run that fetches these local days, both inclusive."""
    return {"days": str(first) if first == last else f"{first} to {last}"}


def of_connector(name: str | None) -> dict[str, str]:
    """Tag of a run that asks one of several reporting APIs; none where it asks all."""
    return {} if name is None else {"connector": name}


def _shown(text: str, length: int) -> str:
    """Printable, and cut at the end where it is longer than `length`."""
    printable = "".join(c if c.isprintable() else "_" for c in text)
    return printable if len(printable) <= length else printable[: length - 1] + "…"
