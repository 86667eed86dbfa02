"""OLE2 compound files: old Excel, encrypted new Excel, Word and mail all look alike from outside.

Belongs here: telling them apart by the names of their streams, so that the rejection says what to do.
Does not belong here: reading their content; campfill does not (docs/decisions/0011-formats.md).
"""

from __future__ import annotations

import struct
from pathlib import Path

from campfill_pipeline.intake.findings import UnreadableError
from campfill_pipeline.intake.refusals import encrypted, not_a_workbook, unsupported

_END = 0xFFFFFFFA
_FILEPASS = 0x2F


def _chain(fat: list[int], start: int, most: int) -> list[int]:
    """The sectors of one stream, at most `most` of them; a loop or a wrong number ends the chain."""
    sectors: list[int] = []
    while start < min(_END, len(fat)) and len(sectors) < most:
        sectors.append(start)
        start = fat[start]
    return sectors


def _streams(path: Path) -> dict[str, bytes]:
    """Names of all streams, lower case, with the first sector of their content where it is easily had."""
    with path.open("rb") as file:
        header = file.read(512)
        if len(header) < 512:
            return {}
        (shift,) = struct.unpack_from("<H", header, 30)
        if shift not in (9, 12):
            return {}
        size = 1 << shift
        directory_start = struct.unpack_from("<I", header, 48)[0]

        def sector(number: int) -> bytes:
            file.seek((number + 1) * size)
            return file.read(size)

        fat: list[int] = []
        for number in struct.unpack_from("<109I", header, 76):
            if number < _END:
                block = sector(number)
                fat.extend(struct.unpack(f"<{len(block) // 4}I", block[: len(block) // 4 * 4]))
        found: dict[str, bytes] = {}
        for number in _chain(fat, directory_start, 256):
            block = sector(number)
            for at in range(0, len(block) - 127, 128):
                length = struct.unpack_from("<H", block, at + 64)[0]
                name = block[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace").lower()
                start, content = struct.unpack_from("<I", block, at + 116)[0], b""
                if name in ("workbook", "book") and start < _END:
                    content = sector(start)
                if name:
                    found[name] = content
    return found


def _has_password(workbook: bytes) -> bool:
    """Whether a BIFF stream announces encryption: a FILEPASS record among its first records."""
    at = 0
    while at + 4 <= len(workbook):
        record, length = struct.unpack_from("<HH", workbook, at)
        if record == _FILEPASS:
            return True
        at += 4 + length
    return False


def describe_compound(path: Path) -> UnreadableError:
    """The rejection that fits an OLE2 file."""
    streams = _streams(path)
    if "encryptedpackage" in streams or "encryptioninfo" in streams:
        return encrypted()
    for name in ("workbook", "book"):
        if name in streams:
            if _has_password(streams[name]):
                return encrypted()
            return unsupported("a workbook in the format of Excel 2003 and before (.xls)")
    if "worddocument" in streams:
        return not_a_workbook("a Word document")
    if "powerpoint document" in streams:
        return not_a_workbook("a PowerPoint presentation")
    if any(name.startswith(("__substg1.0", "__properties_version")) for name in streams):
        return not_a_workbook("a mail message")
    return not_a_workbook("a document of another program")
