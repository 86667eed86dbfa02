"""Taking an answer out of what it is packed in: gzip, ZIP.

Belongs here: compressed answers and their bounds. Does not belong here: what is inside (bodies.py, tabular.py).
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib

from campfill_pipeline.reporting.transport import BadBodyError

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_WRAPPED = 3


def unpacked(content: bytes, most_mb: int) -> bytes:
    """The content without gzip and ZIP, however it was wrapped (a .gz file sent with gzip encoding)."""
    for _ in range(_WRAPPED):
        if content[:2] == _GZIP:
            content = _gunzipped(content, most_mb)
        elif content[:4] == _ZIP:
            content = _unzipped(content, most_mb)
        else:
            break
    return content


def _gunzipped(content: bytes, most_mb: int) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            content = file.read(most_mb * 1024 * 1024 + 1)
    except (EOFError, OSError, zlib.error):
        raise BadBodyError("The compressed answer is damaged or broke off.") from None
    return _within(content, most_mb)


def _unzipped(content: bytes, most_mb: int) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            members = [member for member in file.infolist() if not member.is_dir()]
            if len(members) != 1:
                names = ", ".join(member.filename for member in members[:5]) or "nothing"
                raise BadBodyError(f"The ZIP answer should hold one file; it holds {names}.")
            if members[0].flag_bits & 1:
                raise BadBodyError("The ZIP answer is encrypted.")
            with file.open(members[0]) as member:
                content = member.read(most_mb * 1024 * 1024 + 1)
    except (zipfile.BadZipFile, EOFError, OSError, zlib.error, NotImplementedError):
        raise BadBodyError("The ZIP answer is damaged or broke off.") from None
    return _within(content, most_mb)


def _within(content: bytes, most_mb: int) -> bytes:
    if len(content) > most_mb * 1024 * 1024:
        raise BadBodyError(f"The answer is larger than {most_mb} MB.")
    return content
