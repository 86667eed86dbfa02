"""What a file is, by its bytes and never by its name, and the guarded way into a zip container.

Belongs here: magic bytes, refusing what is no workbook, member streams that stop at a limit.
Does not belong here: what the members of a workbook mean (`package.py`).
"""

from __future__ import annotations

import errno
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from campfill_pipeline.intake.findings import ParseLimits, UnreadableError
from campfill_pipeline.intake.refusals import corrupt, encrypted, not_a_workbook, too_large, unsupported
from campfill_pipeline.intake.xlsx.compound import describe_compound
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say

_MANY_MEMBERS = 20_000

FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"RIFF", "a picture, sound or film"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"{\\rtf", "an RTF document"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a SQLite database"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound file"),
)
# BIFF2 to BIFF4 streams: Excel 2 to 4, before there was a container.
_BARE_XLS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x02\x08\x00")


def identify(path: Path, limits: ParseLimits) -> str:
    """`zip` or `text`, by the first bytes of the file. Raises UnreadableError for everything else."""
    size = path.stat().st_size
    if size == 0:
        raise UnreadableError(
            "empty_file", "The file is empty (0 bytes).", "Export the list again and drop the new file."
        )
    if size > limits.max_bytes:
        raise too_large(
            say(
                "The file has {size} MB, more than the allowed {most} MB.",
                size=notation.number(size / 1e6, 0),
                most=notation.number(limits.max_bytes / 1e6, 0),
            )
        )
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise describe_compound(path)
    for magic, what in FOREIGN:
        if head.startswith(magic):
            raise not_a_workbook(what)
    if head.startswith(_BARE_XLS):
        raise unsupported("a workbook of a very old Excel (.xls)")
    if head[4:8] == b"ftyp":
        raise not_a_workbook("a film or sound file")
    return "text"


class Container:
    """A zip container that is read but never unpacked to disk: member names can do no harm."""

    def __init__(self, path: Path, limits: ParseLimits) -> None:
        self._limits = limits
        self._inflated = 0
        with _zip_faults():
            self._zip = zipfile.ZipFile(path)
        infos = self._zip.infolist()
        if len(infos) > _MANY_MEMBERS:
            raise too_large(
                say(
                    "The file holds {count} parts, more than any workbook needs.",
                    count=notation.number(len(infos)),
                )
            )
        # Part names are compared without case and some producers write backslashes or a leading slash.
        self._members: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            self._members.setdefault(info.filename.replace("\\", "/").lstrip("/").lower(), info)
        self._members |= {info.filename: info for info in infos}

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return self._find(name) is not None

    def _find(self, name: str) -> zipfile.ZipInfo | None:
        return self._members.get(name) or self._members.get(name.lower())

    def names(self) -> Iterator[str]:
        """The names of all members, in lower case too."""
        return iter(self._members)

    def size(self, name: str) -> int:
        """The member's size in bytes when unpacked, as declared; `stream` never gives more."""
        info = self._find(name)
        return info.file_size if info is not None else 0

    @contextmanager
    def stream(self, name: str) -> Iterator[Callable[[int], bytes]]:
        """A function that reads up to so many unpacked bytes of a member; b'' at its end.

        Raises UnreadableError where the member is missing, encrypted, damaged, or unpacks past the limit.
        """
        info = self._find(name)
        if info is None:
            raise corrupt(say("its part {name} is missing", name=name))
        if info.flag_bits & 0x1:
            raise encrypted()
        if info.file_size > self._limits.max_inflated_bytes:
            raise self._inflates_too_far(info.file_size)
        with _zip_faults():
            member = self._zip.open(info)
        with member:
            yield self._reader(member)

    def _reader(self, member: IO[bytes]) -> Callable[[int], bytes]:
        # The declared size may lie, and many small members may add up: count what really comes out.
        most = self._limits.max_inflated_bytes * 3

        def read(count: int) -> bytes:
            with _zip_faults():
                data = member.read(count)
            self._inflated += len(data)
            if self._inflated > most:
                raise self._inflates_too_far(self._inflated)
            return data

        return read

    def read(self, name: str, most: int = 100_000_000) -> bytes:
        """A whole member of at most `most` bytes. Raises UnreadableError as `stream` does."""
        with self.stream(name) as read:
            data = read(most + 1)
        if len(data) > most:
            raise self._inflates_too_far(self.size(name))
        return data

    def _inflates_too_far(self, size: int) -> UnreadableError:
        return too_large(
            say(
                "The file unpacks to {size} GB, more than the allowed {most} GB.",
                size=notation.number(size / 1e9, 1),
                most=notation.number(self._limits.max_inflated_bytes / 1e9, 1),
            )
        )


@contextmanager
def _zip_faults() -> Iterator[None]:
    """Turn the many ways in which a damaged zip fails into one."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, OverflowError) as error:
        raise corrupt("it is cut off or its content was changed") from error
    except OSError as error:
        if error.errno != errno.EINVAL:  # a place in the file that cannot be
            raise
        raise corrupt("it is cut off or its content was changed") from error
    except (NotImplementedError, RuntimeError) as error:
        raise corrupt("it is packed in a way that no spreadsheet program uses") from error
