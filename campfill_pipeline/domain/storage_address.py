"""Where an object store is: bucket, place in it, endpoint, region, as CAMPFILL_STORAGE_URL says it.

Belongs here: reading the address. Does not belong here: speaking with the store (`storage/`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")
_SAID = frozenset({"endpoint", "region"})


@dataclass(frozen=True)
class StorageAddress:
    """A bucket, or a place in one. `prefix` is empty or ends with a slash; without `endpoint` it is Amazon's own S3."""

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None
    key_id: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)

    @property
    def shown(self) -> str:
        """The address without what is secret in it."""
        where = f" at {self.endpoint}" if self.endpoint else ""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/") + where


def read_storage_address(text: str) -> StorageAddress | None:
    """The address that a text means; None where it is empty. Raises ValueError."""
    if not text.strip():
        return None
    parts = urlsplit(text.strip())
    bucket = parts.netloc.rpartition("@")[2]
    prefix = unquote(parts.path).strip("/")
    said = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    endpoint = said.get("endpoint", "").rstrip("/") or None
    known = (
        parts.scheme == "s3"
        and _BUCKET.fullmatch(bucket)
        and not parts.fragment
        and set(said) <= _SAID
        and "" not in said.values()
        and (not prefix or all(part not in ("", ".", "..") for part in prefix.split("/")))
        and (parts.username is None) == (parts.password is None)
    )
    if not known or (endpoint and not _is_endpoint(endpoint)):
        raise ValueError(text)
    return StorageAddress(
        bucket,
        f"{prefix}/" if prefix else "",
        endpoint,
        said.get("region"),
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )


def _is_endpoint(text: str) -> bool:
    parts = urlsplit(text)
    return bool(parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.username))
