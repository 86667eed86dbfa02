"""Who is told, and what each wants: from CAMPFILL_NOTIFY, addresses or a TOML file.

Belongs here: reading and checking recipients. Does not belong here: sending. Addresses hold passwords: nothing here
shows one, in no error either.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.domain.notices import Digest, Group, QuietHours, quiet_hours

SEVEN = time(7)
_NEXT_ADDRESS = re.compile(r"\s*,\s*(?=[A-Za-z][A-Za-z0-9+.\-]*://)")
_KNOWN = {"name", "address", "tell", "digest", "digest_at", "workbook", "quiet"}


class RecipientsError(CampfillError):
    """CAMPFILL_NOTIFY cannot be used. Never carries an address."""


@dataclass(frozen=True)
class Recipient:
    """One address with what it wants. `key` names it in the database: its name, or a fingerprint of the address."""

    key: str
    address: str = field(repr=False)
    groups: frozenset[Group] = frozenset(Group)
    digest: Digest = Digest.DAILY
    digest_at: time = SEVEN
    workbook: bool = False
    quiet: QuietHours | None = None


def read(text: str | None, *, folder: Path | None = None) -> list[Recipient]:
    """The recipients that CAMPFILL_NOTIFY tells; none where it is empty. Raises RecipientsError with the mend."""
    if not text:
        return []
    if "://" not in text:
        return _of_file((folder or Path.cwd()) / Path(text).expanduser())
    found = [_plain(address.strip()) for address in _NEXT_ADDRESS.split(text) if address.strip(" ,")]
    return list({recipient.key: recipient for recipient in found}.values())


def _plain(address: str) -> Recipient:
    recipient = Recipient(fingerprint(address), address)
    _check(recipient, "CAMPFILL_NOTIFY")
    return recipient


def fingerprint(address: str) -> str:
    """A name for an address that tells its kind and nothing secret: `mailtos-3f9a2c1b`."""
    scheme = address.split("://", 1)[0].lower()
    return f"{scheme}-{hashlib.sha256(address.encode()).hexdigest()[:8]}"


def _of_file(file: Path) -> list[Recipient]:
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecipientsError(
            f"CAMPFILL_NOTIFY names no address and no file that can be read: {error.strerror}.",
            "Give addresses like mailtos://user:password@mail.example, or the path of a TOML file.",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipientsError(
            f"{file.name}, named by CAMPFILL_NOTIFY, is no TOML file: {_place(error)}.",
            "Mend it; docs/alerts.md has an example.",
        ) from None
    tables = told.get("recipient")
    if set(told) != {"recipient"} or not isinstance(tables, list) or not tables:
        raise RecipientsError(
            f"{file.name}, named by CAMPFILL_NOTIFY, must hold [[recipient]] tables and nothing else.",
            "docs/alerts.md has an example.",
        )
    found = [_of_table(file.name, number, table) for number, table in enumerate(tables, 1)]
    names = [recipient.key for recipient in found]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise RecipientsError(
            f"{file.name}: two recipients are called {doubled[0]!r}.", "Give each its own name."
        )
    return found


def _place(error: Exception) -> str:
    """Where a file cannot be read, without a piece of it: it holds passwords."""
    found = re.search(r"at line \d+, column \d+", str(error))
    return found[0] if found else "it is no UTF-8 text"


def _of_table(file: str, number: int, table: Any) -> Recipient:
    place = f"{file}, recipient {number}"
    if not isinstance(table, dict):
        raise RecipientsError(f"{place} is no table.", "docs/alerts.md has an example.")
    if unknown := sorted(set(table) - _KNOWN):
        raise RecipientsError(
            f"{place}: {unknown[0]!r} is not known.", f"Known are {', '.join(sorted(_KNOWN))}."
        )
    address = table.get("address")
    if not isinstance(address, str) or "://" not in address:
        raise RecipientsError(
            f"{place} has no address.", "Give one like mailtos://user:password@mail.example."
        )
    if not isinstance(name := table.get("name", fingerprint(address)), str) or not name.strip():
        raise RecipientsError(f"{place}: its name is no text.", "Give it a name in quotes, or leave it out.")
    recipient = Recipient(
        key=name.strip(),
        address=address,
        groups=_groups(place, table),
        digest=_choice(place, table, "digest", Digest, "daily, weekly or none", Digest.DAILY),
        digest_at=_choice(place, table, "digest_at", time.fromisoformat, 'a time like "07:00"', SEVEN),
        workbook=_flag(place, table),
        quiet=_choice(place, table, "quiet", quiet_hours, 'hours like "20:00-07:00"', None),
    )
    _check(recipient, place)
    return recipient


def _groups(place: str, table: Mapping[str, Any]) -> frozenset[Group]:
    told = table.get("tell", [str(group) for group in Group])
    try:
        if not isinstance(told, list):
            raise ValueError(told)
        return frozenset(Group(one) for one in told)
    except ValueError:
        known = ", ".join(Group)
        raise RecipientsError(
            f"{place}: tell is a list of {known}.", "Give those it wants, or leave it out."
        ) from None


def _choice(place: str, table: Mapping[str, Any], name: str, read: Any, takes: str, default: Any) -> Any:
    if name not in table:
        return default
    try:
        return read(table[name])
    except (ValueError, TypeError, AttributeError):
        raise RecipientsError(f"{place}: {name} is not one that can be used.", f"Give {takes}.") from None


def _flag(place: str, table: Mapping[str, Any]) -> bool:
    told = table.get("workbook", False)
    if not isinstance(told, bool):
        raise RecipientsError(f"{place}: workbook is true or false.", "Give one of them, without quotes.")
    return told


def _check(recipient: Recipient, place: str) -> None:
    from campfill_pipeline.telling.sending import is_address

    if not is_address(recipient.address):
        scheme = recipient.address.split("://", 1)[0]
        raise RecipientsError(
            f"{place}: an address that begins with {scheme}:// cannot be used.",
            "Write it as https://github.com/caronc/apprise/wiki tells for that service.",
        )
