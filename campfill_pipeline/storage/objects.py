"""The one small interface to an object store: list, read, put, put only where nothing is, delete only what was seen.

Belongs here: these verbs, and every fault of the store as a sentence with its mend. Does not belong here: what the
objects are (`originals`, `published`, the inbox of `intake/`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from campfill_pipeline.domain.storage_address import StorageAddress
from campfill_pipeline.settings import Settings, environment
from campfill_pipeline.storage.errors import (
    ChangedObjectError,
    NoStorageInstalledError,
    NoSuchObjectError,
    StorageError,
)

if TYPE_CHECKING:
    from obstore.store import S3Config, S3Store
    from requests import PreparedRequest

INBOX = "inbox"
"""Below it lies what was dropped."""
_PIECE = 1024 * 1024
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_ODD_KEY = re.compile(r'invalid path: .*?"(.*?)" (?:contained|ha)|Error parsing Path "(.*?)"')
_SHUT = re.compile(
    "40[13] (Forbidden|Unauthorized)|SignatureDoesNotMatch|InvalidAccessKeyId|AccessDenied|ExpiredToken"
)
_NEVER = '"0"'  # an ETag that no object has


@dataclass(frozen=True)
class StoredObject:
    """An object as a list shows it: its key within our place, its size, its ETag, and when it was put."""

    key: str
    size: int
    etag: str
    put_at: datetime


@dataclass(frozen=True)
class Promises:
    """What a store does of what is asked of it: put only where nothing is, delete only what was seen."""

    puts_once: bool
    deletes_what_was_seen: bool


def _unsigned(request: PreparedRequest) -> PreparedRequest:
    """Sign nothing: the address is signed already; requests would add a password of ~/.netrc."""
    return request


class Objects:
    """The objects of one place in one bucket. Every method raises StorageError."""

    def __init__(self, address: StorageAddress, store: S3Store) -> None:
        self._address, self._store = address, store

    @property
    def shown(self) -> str:
        """Where the store is, without secrets."""
        return self._address.shown

    def listed(self, folder: str) -> list[StoredObject]:
        """Every object below `folder/`, however many pages that takes."""
        import obstore

        prefix = f"{self._address.prefix}{folder}/"
        with self._faults_told(folder):
            return [
                StoredObject(
                    each["path"].removeprefix(self._address.prefix),
                    each["size"],
                    each["e_tag"] or "",
                    each["last_modified"],
                )
                for page in obstore.list(self._store, prefix=prefix, chunk_size=1000)
                for each in page
            ]

    def find(self, key: str) -> StoredObject | None:
        """The object as it is now; None where there is none."""
        import obstore

        try:
            with self._faults_told(key):
                found = obstore.head(self._store, self._address.prefix + key)
        except NoSuchObjectError:
            return None
        return StoredObject(key, found["size"], found["e_tag"] or "", found["last_modified"])

    def pieces(self, key: str, etag: str | None = None) -> Iterator[bytes]:
        """The content of an object, piece by piece; of the one with this ETag only.

        Raises NoSuchObjectError, and ChangedObjectError where another was put meanwhile.
        """
        import obstore

        with self._faults_told(key):
            came = obstore.get(
                self._store, self._address.prefix + key, options={"if_match": etag} if etag else {}
            )
            size, total = came.meta["size"], 0
            for piece in came.stream(min_chunk_size=_PIECE):
                total += len(piece)
                yield bytes(piece)
        if total != size:
            raise StorageError(
                f"Of “{key}” only {total:,} of {size:,} bytes came.", "It is read again at the next look."
            )

    def save(self, key: str, target: Path, etag: str | None = None) -> None:
        """Stream an object into a new file, written through to the disk."""
        with target.open("wb") as file:
            for piece in self.pieces(key, etag):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())

    def put(self, key: str, content: bytes | Path) -> None:
        """Put an object, in the place of one of this key; a large file in parts, and there only once it is whole."""
        import obstore

        with self._faults_told(key):
            obstore.put(self._store, self._address.prefix + key, content)

    def create(self, key: str, content: bytes | Path) -> bool:
        """Put an object where there is none of this key; False, and nothing is changed, where there is one."""
        import obstore
        from obstore import exceptions

        with self._faults_told(key):
            try:
                obstore.put(self._store, self._address.prefix + key, content, mode="create")
            except exceptions.AlreadyExistsError:
                return False
        return True

    def replace(self, key: str, content: bytes, etag: str) -> bool:
        """Put an object in the place of the one with this ETag; False where that one is not there any more."""
        import obstore
        from obstore import exceptions

        with self._faults_told(key):
            try:
                obstore.put(self._store, self._address.prefix + key, content, mode={"e_tag": etag})
            except (exceptions.PreconditionError, exceptions.NotFoundError, FileNotFoundError):
                return False
        return True

    def delete(self, key: str) -> None:
        """Delete an object, whichever it is; nothing is done where there is none."""
        import obstore

        with self._faults_told(key):
            obstore.delete(self._store, self._address.prefix + key)

    def delete_seen(self, key: str, etag: str) -> bool:
        """Delete the object with this ETag; False, and nothing is changed, where another was put meanwhile.

        obstore deletes without a condition only, so it signs an address, and the condition goes along with the request.
        Only for a store that promises it: others do not look at the condition.
        """
        import obstore
        import requests  # slow to import: not for everybody

        with self._faults_told(key):
            signed = obstore.sign(self._store, "DELETE", self._address.prefix + key, timedelta(minutes=5))
        try:
            answer = requests.delete(signed, headers={"If-Match": etag}, auth=_unsigned, timeout=(5, 30))
        except requests.exceptions.RequestException:
            raise self._unreachable() from None  # its own words would quote the signed address
        if answer.status_code in (409, 412):
            return False
        if answer.status_code == 404 or answer.ok:
            return True
        if answer.status_code in (401, 403):
            raise self._closed()
        raise StorageError(
            f"{self.shown} did not delete “{key}” (status {answer.status_code}).",
            "It is tried again at the next look.",
        )

    @cached_property
    def promises(self) -> Promises:
        """What this store keeps, found out with an object of our own."""
        key = f"claims/trial-{uuid4()}"
        self.create(key, b"campfill tries what this store promises")
        try:
            once = not self.create(key, b"once more")
            return Promises(once, not self.delete_seen(key, _NEVER) and self.find(key) is not None)
        finally:
            self.delete(key)

    @contextmanager
    def _faults_told(self, key: str) -> Iterator[None]:
        from obstore import exceptions

        try:
            yield
        except (exceptions.NotFoundError, FileNotFoundError) as error:
            if "NoSuchBucket" in str(error):
                raise self._no_bucket() from None
            raise NoSuchObjectError(key) from None
        except ValueError:  # no object can have such a name
            raise NoSuchObjectError(key) from None
        except exceptions.PreconditionError:
            raise ChangedObjectError(key) from None
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError):
            raise self._closed() from None
        except exceptions.BaseError as error:
            raise self._explained(str(error)) from None

    def _closed(self) -> StorageError:
        return StorageError(
            f"{self.shown} does not let campfill in.",
            "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that they may list, read, put and delete there.",
        )

    def _no_bucket(self) -> StorageError:
        return StorageError(
            f"There is no bucket “{self._address.bucket}” ({self.shown}).",
            "Make it, or mend CAMPFILL_STORAGE_URL.",
        )

    def _unreachable(self) -> StorageError:
        return StorageError(
            f"{self.shown} does not answer.",
            "Check the endpoint in CAMPFILL_STORAGE_URL, and the network; what waits there is read once it answers.",
        )

    def _explained(self, told: str) -> StorageError:
        if "NoSuchBucket" in told:
            return self._no_bucket()
        if _SHUT.search(told):
            return self._closed()
        if odd := _ODD_KEY.search(told):
            return StorageError(
                f"{self.shown} has an object whose name cannot be read: “{odd[1] or odd[2]}”.",
                "Give it a name without empty parts, dots alone and control characters; until then no other is seen.",
            )
        if any(
            word in told
            for word in ("latest/meta-data", "latest/api/token", "CredentialsError", "InstanceCredential")
        ):
            return StorageError(
                f"There are no credentials for {self.shown}.",
                "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in .env, or give the machine a role.",
            )
        if any(word in told for word in ("error sending request", "timed out", "Connect", "dns")):
            return self._unreachable()
        return StorageError(
            f"{self.shown} answered with an error.", "Its own log says more; it is tried again."
        )


def open_objects(settings: Settings, environ: Mapping[str, str] | None = None) -> Objects | None:
    """The object store of these settings; None where folders are used. Raises NoStorageInstalledError.

    Credentials: those in the address, else AWS_ACCESS_KEY_ID … of the environment and `.env`, else the machine's.
    """
    address = settings.storage_url
    if address is None:
        return None
    told = environment(environ)
    keys = (
        (address.key_id, address.secret, None)
        if address.key_id
        else (told.get(_CREDENTIALS[0]), told.get(_CREDENTIALS[1]), told.get(_CREDENTIALS[2]))
    )
    region = address.region or next((told[name] for name in _REGIONS if told.get(name)), None)
    return _opened(address, keys, region, told.get("AWS_METADATA_ENDPOINT"))


@cache
def _opened(
    address: StorageAddress,
    keys: tuple[str | None, str | None, str | None],
    region: str | None,
    machines: str | None,
) -> Objects:
    try:
        from obstore.store import S3Store
    except ImportError:
        raise NoStorageInstalledError() from None
    given = {
        "region": region or "us-east-1",
        "endpoint": address.endpoint,
        "access_key_id": keys[0],
        "secret_access_key": keys[1],
        "session_token": keys[2],
        "metadata_endpoint": machines,
    }
    store = S3Store(
        address.bucket,
        config=cast("S3Config", {name: value for name, value in given.items() if value}),
        client_options={
            "allow_http": bool(address.endpoint and address.endpoint.startswith("http://")),
            "connect_timeout": timedelta(seconds=5),
            "read_timeout": timedelta(seconds=30),
            "timeout": timedelta(minutes=30),  # of a whole large file
        },
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
    )
    return Objects(address, store)
