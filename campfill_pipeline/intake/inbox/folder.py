"""The watched folder: which files are complete, taking them out of it, and where their originals are kept.

Belongs here: settling, claiming, the content-addressed archive. Does not belong here: the ledger (the caller
enters what was claimed, then calls `release`) and what is in the files.

No step can lose a file. It moves from the inbox to `work/claimed/<upload id>/`; `archive/` gets a link to its
bytes; only when the ledger knows the upload does `release` remove the claim. A crash anywhere leaves
either the file in the inbox or a claim that `unfinished_claims` finishes.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import stat
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.intake.inbox.settling import InboxWatch as InboxWatch
from campfill_pipeline.intake.inbox.settling import Settled as Settled
from campfill_pipeline.intake.inbox.settling import open_for_writing
from campfill_pipeline.settings import Settings

_ORIGIN = "origin.json"
_CONTENT = "content"
_FETCHED = "fetching."
_IN_INBOX = ".campfill-claimed-"
_READ_ONLY = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH


@dataclass(frozen=True)
class Claimed:
    """A file taken over: `path` is its content until `release`, `archived_as` where the archive keeps it."""

    upload_id: UUID
    path: Path
    file_name: str
    file_bytes: int
    sha256: str
    archived_as: str


@dataclass(frozen=True)
class ClaimFailed:
    """A file that could not be taken over; it is where it was. `message` says why and what helps."""

    path: Path
    message: str


class ClaimError(CampfillError):
    """A file cannot be taken over. Carries its path."""

    def __init__(self, path: Path, problem: str, mend: str) -> None:
        self.path = path
        super().__init__(problem, mend)


class _UnsettledError(CampfillError):
    """The file changed while it was taken over."""

    def __init__(self) -> None:
        super().__init__("The file changed while it was taken over.", "It is read once it stands still.")


def archive_path(settings: Settings, archived_as: str) -> Path:
    """Where the archive keeps an original."""
    return settings.archive / archived_as


def claim(
    settled: Settled, settings: Settings, *, new_id: Callable[[], UUID] = uuid4
) -> Claimed | ClaimFailed:
    """Take a settled file out of the inbox into the archive. Of several processes exactly one gets it."""
    path, shown = settled.path, shown_name(settled.path.name)
    folder = _new_claim(settings, new_id(), path.name)
    try:
        with path.open("rb"):
            pass
        _take_over(path, folder)
        return _finish(folder, settings, expected=(settled.size, settled.mtime_ns))
    except _UnsettledError:
        _give_back(folder, path)
        return ClaimFailed(
            path, f"“{shown}” changed while it was taken over; it is read once it stands still."
        )
    except FileNotFoundError:
        _discard_empty(folder)
        return ClaimFailed(
            path, f"“{shown}” vanished before it could be taken over. Drop it again if it counts."
        )
    except OSError as error:
        _give_back(folder, path)
        return ClaimFailed(
            path,
            f"“{shown}” cannot be taken over ({error.strerror}). Give the user that runs campfill the right "
            "to read it and to move it out of the folder.",
        )


def claim_copy(path: Path, settings: Settings, *, new_id: Callable[[], UUID] = uuid4) -> Claimed:
    """Copy a file into the archive and leave it where it is. Raises ClaimError where it cannot be read."""
    shown = shown_name(path.name)
    if path.exists() and not path.is_file():
        raise ClaimError(path, f"“{shown}” is not a file.", "Name a workbook or a CSV file.")
    settings.work.mkdir(parents=True, exist_ok=True)
    folder = _new_claim(settings, new_id(), path.name)
    try:
        for _ in range(3):
            before = _state(path)
            shutil.copyfile(path, folder / _CONTENT)
            if _state(path) == before:
                return _finish(folder, settings)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ClaimError(
            path, f"“{shown}” cannot be read ({error.strerror}).", "Check its permissions."
        ) from error
    shutil.rmtree(folder, ignore_errors=True)
    raise ClaimError(path, f"“{shown}” is being changed.", "Try again when it is complete.")


def claim_fetched(upload_id: UUID, name: str, fetch: Callable[[Path], None], settings: Settings) -> Claimed:
    """Claim what `fetch` writes into a file, as if it had lain in the inbox; what was fetched before is not again.

    Whatever `fetch` raises leaves nothing.
    """
    folder = settings.work / "claimed" / str(upload_id)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / _CONTENT).exists():
        partial = folder / f"{_FETCHED}{os.getpid()}"
        try:
            fetch(partial)
            _write_origin(folder, name)
            partial.rename(folder / _CONTENT)
        except BaseException:
            partial.unlink(missing_ok=True)
            _discard_empty(folder)
            raise
    return _finish(folder, settings)


def clear_fetched(settings: Settings, *, before: float) -> None:
    """Remove what a crash left half fetched before that moment (seconds since 1970): its source is where it was."""
    for folder in _claim_folders(settings):
        half = any(entry.name.startswith(_FETCHED) for entry in folder.iterdir())
        if half and folder.stat().st_mtime < before:
            _discard_empty(folder)


def unfinished_claims(settings: Settings) -> list[Claimed]:
    """What was claimed but not released, oldest first: a crash came between. Broken claims are finished."""
    found = []
    for folder in _claim_folders(settings):
        try:
            origin = json.loads((folder / _ORIGIN).read_text(encoding="ascii"))
            hidden = Path(os.fsdecode(bytes.fromhex(origin["hidden"]))) if origin.get("hidden") else None
            if hidden is not None and hidden.exists():
                _copy_out(hidden, folder)
            if (folder / _CONTENT).exists():  # else another process may be about to move it here
                found.append(_finish(folder, settings))
        except (OSError, ValueError, KeyError, _UnsettledError):
            continue  # it stays for the next look: nothing is ever deleted for being odd
    return found


def release(claimed: Claimed, settings: Settings) -> None:
    """Forget a claim: the ledger knows the upload now, and the archive has its bytes."""
    if archive_path(settings, claimed.archived_as).exists():
        shutil.rmtree(claimed.path.parent, ignore_errors=True)


def shown_name(name: str) -> str:
    """A file name as text: composed letters, and a mark for bytes that are no UTF-8."""
    return unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "replace"))


def _claim_folders(settings: Settings) -> list[Path]:
    root = settings.work / "claimed"
    if not root.is_dir():
        return []
    return sorted(
        (folder for folder in root.iterdir() if folder.is_dir()), key=lambda folder: folder.stat().st_mtime_ns
    )


def _new_claim(settings: Settings, upload_id: UUID, name: str) -> Path:
    folder = settings.work / "claimed" / str(upload_id)
    folder.mkdir(parents=True)
    _write_origin(folder, name)
    return folder


def _write_origin(folder: Path, name: str, hidden: Path | None = None) -> None:
    origin = {"name": os.fsencode(name).hex(), "hidden": os.fsencode(hidden).hex() if hidden else None}
    (folder / _ORIGIN).write_text(json.dumps(origin), encoding="ascii")


def _take_over(path: Path, folder: Path) -> None:
    try:
        path.rename(folder / _CONTENT)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # Another file system: first out of everyone's sight by an atomic rename, then copied over.
        hidden = path.with_name(_IN_INBOX + folder.name)
        _write_origin(folder, path.name, hidden)
        path.rename(hidden)
        _copy_out(hidden, folder)


def _copy_out(hidden: Path, folder: Path) -> None:
    partial = folder / "partial"
    before = _state(hidden)
    shutil.copyfile(hidden, partial)
    if _state(hidden) != before or open_for_writing(hidden):
        raise _UnsettledError()
    os.utime(partial, ns=(before[1], before[1]))
    _sync(partial)
    partial.rename(folder / _CONTENT)
    hidden.unlink()


def _finish(folder: Path, settings: Settings, expected: tuple[int, int] | None = None) -> Claimed:
    """Put a claim's content into the archive. Raises _UnsettledError where it is not as expected."""
    content = folder / _CONTENT
    before = _state(content)
    if expected is not None and before[:2] != expected:
        raise _UnsettledError()
    sha256 = _sha256(content)
    archived_as = f"{sha256[:2]}/{sha256}"
    target = archive_path(settings, archived_as)
    if expected is not None and (_state(content) != before or open_for_writing(content)):
        raise _UnsettledError()
    if not (target.exists() and target.stat().st_size == before[0] and _sha256(target) == sha256):
        _archive(content, target)
    name = os.fsdecode(bytes.fromhex(json.loads((folder / _ORIGIN).read_text(encoding="ascii"))["name"]))
    return Claimed(UUID(folder.name), content, shown_name(name), before[0], sha256, archived_as)


def _archive(content: Path, target: Path) -> None:
    """Place the bytes in the archive in one step, written through to the disk and never writable again."""
    target.parent.mkdir(parents=True, exist_ok=True)
    _sync(content)
    beside = target.with_name(f"{target.name}.{content.parent.name}")
    try:
        os.link(content, beside)
        beside.chmod(_READ_ONLY)
    except OSError:  # a file system without links, or a file of another user
        beside.unlink(missing_ok=True)
        shutil.copyfile(content, beside)
        beside.chmod(_READ_ONLY)
        _sync(beside)
    beside.replace(target)
    _sync(target.parent)


def _give_back(folder: Path, path: Path) -> None:
    """Return a claimed file to the inbox under its name, or the next free one: never over another file."""
    source = folder / _CONTENT
    if not source.exists():
        source = path.with_name(_IN_INBOX + folder.name)
        if not source.exists():
            _discard_empty(folder)
            return
    for number in range(1000):
        target = path if number == 0 else path.with_stem(f"{path.stem[:60]} ({number})")
        try:
            os.link(source, target)
        except FileExistsError:
            continue
        except OSError:
            return  # the claim keeps it, and `unfinished_claims` will finish it
        source.unlink()
        _discard_empty(folder)
        return


def _discard_empty(folder: Path) -> None:
    """Remove a claim's folder that holds no content."""
    if not (folder / _CONTENT).exists():
        shutil.rmtree(folder, ignore_errors=True)


def _state(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
