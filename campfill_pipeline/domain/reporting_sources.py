"""What further reporting APIs of a home are called: entries like `kevel`, `mine/ssp.toml` or `austria=kevel`.

Belongs here: reading the entries of CAMPFILL_CONNECTORS. Does not belong here: loading a description (`reporting`),
what is stored under a name (`warehouse/delivery/sources`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from campfill_pipeline.domain.setting_values import Reader

FIRST = "api"
"""What delivery of CAMPFILL_REPORTING_CONNECTOR is stored as."""
EXPORTS = "csv"
MOST = 13
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class NamedConnector:
    """One more reporting API: what it is called in this home, and its description (a built-in name or a path)."""

    name: str
    described: str

    @property
    def variable(self) -> str:
        """How its own variables end: CAMPFILL_REPORTING_TOKEN_<this>, CAMPFILL_REPORTING_URL_<this>."""
        return self.name.upper()


def _named(entry: str) -> NamedConnector:
    name, given, described = (part.strip() for part in entry.partition("="))
    if not given:
        described, name = name, re.sub(r"\W+", "_", PurePath(name).stem.lower())
    # A name that ends in _day would be taken for the whole days of another.
    if not described or not _NAME.fullmatch(name) or name in (FIRST, EXPORTS) or name.endswith("_day"):
        raise ValueError(entry)
    return NamedConnector(name, described)


def _connectors(text: str) -> tuple[NamedConnector, ...]:
    found = tuple(_named(entry) for entry in text.split(",") if entry.strip())
    if len({one.name for one in found}) < len(found) or len(found) > MOST:
        raise ValueError(text)
    return found


CONNECTORS = Reader(
    f"at most {MOST} built-in names or paths of TOML files, separated by commas, each with a name of its own, like"
    " austria=kevel (letters, digits and _; not api or csv, not ending in _day)",
    _connectors,
)
