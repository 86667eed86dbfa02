"""Lists at web addresses: asked whether they changed, judged, and put into the inbox as if somebody had dropped them.

What is no list (a sign-in page, an error, an answer that breaks off) is a fault that is told, and changes nothing: the
list that was read last stays in force. Belongs here: one look at one address, and what is remembered of it. Does not
belong here: when it is done (`defs/`), reading the list (the inbox does, as with any file).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.auth import AuthBase

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.domain.list_addresses import ListAddress, may_be_asked
from campfill_pipeline.settings import Settings

_REDIRECTS = 5
_PIECE = 64 * 1024
_MOVED = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Patience:
    """How long one look may take, in seconds."""

    connect: float = 10
    silence: float = 15
    whole: float = 30


PATIENCE = Patience()


@dataclass(frozen=True)
class Remembered:
    """What is known of an address: how its last list is recognised, and what is wrong since when."""

    etag: str = ""
    last_modified: str = ""
    sha256: str = ""
    looked_at: str = ""
    fetched_at: str = ""
    fault: str = ""
    fault_since: str = ""


@dataclass(frozen=True)
class Look:
    """One look: `file` was put into the inbox, or there was nothing new, or `fault` says what is wrong.

    `news`: the fault is another than at the look before, or there was none.
    """

    address: str
    file: str | None = None
    fault: str | None = None
    news: bool = False


class _NoListError(CampfillError):
    """The answer is no list; its text says why, and the list stays as it was."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem, "")


class _Unsigned(AuthBase):
    """Signs nothing; without it requests would look for passwords in ~/.netrc."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def remembered(settings: Settings, address: ListAddress) -> Remembered:
    """What is known of this address; nothing where it was never looked at."""
    try:
        told = json.loads(_memory(settings, address).read_text(encoding="utf-8"))
        return Remembered(**told)
    except (OSError, ValueError, TypeError):
        return Remembered()


def look(settings: Settings, address: ListAddress, *, now: datetime, patience: Patience = PATIENCE) -> Look:
    """Ask once. A new list lies in the inbox afterwards. Raises OSError where the home cannot be written."""
    with _one_at_a_time(settings):
        before = remembered(settings, address)
        moment = now.isoformat(timespec="seconds")
        try:
            found = _ask(settings, address, before, patience)
        except _NoListError as why:
            fault = str(why)
            since = before.fault_since if before.fault else moment
            _remember(settings, address, replace(before, looked_at=moment, fault=fault, fault_since=since))
            return Look(address.shown, fault=fault, news=fault != before.fault)
        after = replace(before, looked_at=moment, fault="", fault_since="")
        file = None
        if found is not None:
            content, headers = found
            sha256 = hashlib.sha256(content).hexdigest()
            if sha256 != before.sha256:
                file = _place(settings, address.stem, _ending(content), content)
                after = replace(after, sha256=sha256, fetched_at=moment)
            after = replace(
                after, etag=headers.get("etag", ""), last_modified=headers.get("last-modified", "")
            )
        _remember(settings, address, after)
        return Look(address.shown, file=file)


def _ask(
    settings: Settings, address: ListAddress, before: Remembered, patience: Patience
) -> tuple[bytes, Mapping[str, str]] | None:
    """The list and its headers; None where it is as it was. Raises _NoListError."""
    until = time.monotonic() + patience.whole
    headers = {"User-Agent": "campfill", "Accept": "*/*"}
    if before.etag:
        headers["If-None-Match"] = before.etag
    if before.last_modified:
        headers["If-Modified-Since"] = before.last_modified
    url = address.url
    try:
        with requests.Session() as session:
            for _ in range(_REDIRECTS + 1):
                with session.get(
                    url, headers=headers, auth=_Unsigned(), stream=True, allow_redirects=False,
                    timeout=(patience.connect, patience.silence),
                ) as answer:  # fmt: skip
                    if answer.status_code in _MOVED and "location" in answer.headers:
                        url = _elsewhere(url, answer.headers["location"])
                        continue
                    return _judged(answer, url, address, before, settings.max_upload_mb, until)
            raise _NoListError(f"It sends us on more than {_REDIRECTS} times.")
    except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError):
        raise _NoListError("No answer came in time.") from None
    except requests.exceptions.SSLError:
        raise _NoListError("Its certificate is not trusted, or no secure connection could be made.") from None
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError):
        # The library's own words quote the address, with its secrets.
        raise _NoListError("The connection could not be made, or broke.") from None


def _elsewhere(url: str, location: str) -> str:
    target = urljoin(url, location)
    if not may_be_asked(target):
        raise _NoListError("It sends us to an address that is not secure (no https).")
    return target


def _judged(
    answer: requests.Response, url: str, address: ListAddress, before: Remembered, most_mb: int, until: float
) -> tuple[bytes, Mapping[str, str]] | None:
    if answer.status_code == 304 and (before.etag or before.last_modified):
        return None
    if answer.status_code != 200:
        raise _NoListError(_said(answer.status_code))
    content = _whole(answer, most_mb, until)
    start = content[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<!--")) or (
        "html" in answer.headers.get("content-type", "").lower()
    ):
        host = urlsplit(url).hostname
        where = "" if host == address.host else f" of {host}, to which it sends us"
        raise _NoListError(f"A web page came instead of a list, perhaps one to sign in{where}.")
    if not content:
        raise _NoListError("The answer is empty.")
    return content, {name.lower(): value for name, value in answer.headers.items()}


def _said(status: int) -> str:
    if status in (401, 403):
        return f"It is not open to us (status {status})."
    if status in (404, 410):
        return f"There is no list any more (status {status})."
    return f"It answered with status {status}."


def _whole(answer: requests.Response, most_mb: int, until: float) -> bytes:
    """The body, piece by piece as it comes, so that neither a huge nor a trickling one holds us."""
    parts, size, most = list[bytes](), 0, most_mb * 1_000_000
    while piece := answer.raw.read1(_PIECE, decode_content=True):
        parts.append(piece)
        size += len(piece)
        if size > most:
            raise _NoListError(f"It is larger than {most_mb:,} MB (CAMPFILL_MAX_UPLOAD_MB).")
        if time.monotonic() > until:
            raise _NoListError("It came too slowly.")
    told = answer.headers.get("content-length", "")
    if told.isdigit() and not answer.headers.get("content-encoding") and size != int(told):
        raise _NoListError("The answer broke off before its end.")
    return b"".join(parts)


def _ending(content: bytes) -> str:
    if content.startswith(b"PK\x03\x04"):
        return ".xlsx"
    return ".json" if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") else ".csv"


def _place(settings: Settings, stem: str, ending: str, content: bytes) -> str:
    """Write the list beside the inbox's files, and give it its name once it is whole; returns the name."""
    settings.inbox.mkdir(parents=True, exist_ok=True)
    part = settings.inbox / f".{stem}.{os.getpid()}.part"
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        for number in range(1, 10_000):
            name = f"{stem}{f' ({number})' if number > 1 else ''}{ending}"
            if not (settings.inbox / name).exists():
                part.rename(settings.inbox / name)
                return name
        raise OSError("The inbox holds very many files of this name.")
    finally:
        part.unlink(missing_ok=True)


def _memory(settings: Settings, address: ListAddress) -> Path:
    return settings.home / "list-addresses" / f"{address.key}.json"


def _remember(settings: Settings, address: ListAddress, what: Remembered) -> None:
    file = _memory(settings, address)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps(asdict(what)), encoding="utf-8")
    part.replace(file)


@contextmanager
def _one_at_a_time(settings: Settings) -> Iterator[None]:
    """A command and the running system never fetch the same list at once."""
    settings.work.mkdir(parents=True, exist_ok=True)
    with (settings.work / "list-addresses.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            with suppress(OSError):
                fcntl.flock(lock, fcntl.LOCK_UN)
