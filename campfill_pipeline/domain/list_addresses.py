"""Addresses of lists on the web: what may be given, how they are shown without secrets, what their files are called.

Belongs here: reading and showing an address. Does not belong here: asking it (`intake/inbox/fetching`).
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from campfill_pipeline.domain.setting_values import Reader

_NAMED = re.compile(r"[\w][\w .-]{0,80}\.(csv|xlsx|json)", re.IGNORECASE)


@dataclass(frozen=True)
class ListAddress:
    """One address. What comes before the last part of its path, and its parameters, may be secret: never shown."""

    url: str = field(repr=False)

    @property
    def key(self) -> str:
        """A short name that tells nothing of the address."""
        return hashlib.sha256(self.url.encode()).hexdigest()[:8]

    @property
    def host(self) -> str:
        """Whom it asks."""
        return urlsplit(self.url).hostname or ""

    @property
    def shown(self) -> str:
        """The address for people."""
        return f"{urlsplit(self.url).scheme}://{self.host}/… ({self.stem})"

    @property
    def stem(self) -> str:
        """Name of its files, without their ending: the file's own where the path has one, else host and key."""
        last = urlsplit(self.url).path.rsplit("/", 1)[-1]
        return last.rsplit(".", 1)[0] if _NAMED.fullmatch(last) else f"{self.host}-{self.key}"


def may_be_asked(url: str) -> bool:
    """HTTPS with a host and without a password in it; HTTP on this machine only."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    if not parts.hostname or parts.username is not None or parts.password is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _addresses(text: str) -> tuple[ListAddress, ...]:
    urls = [url for url in (part.strip(",") for part in text.split()) if url]
    if not all(may_be_asked(url) for url in urls):
        raise ValueError
    return tuple(ListAddress(url) for url in dict.fromkeys(urls))


LIST_ADDRESSES = Reader("https addresses separated by spaces (http only on this machine)", _addresses)
