"""Which encoding a text file is in, by its bytes.

Belongs here: byte-order marks, UTF-8, UTF-16 without a mark, and the 8-bit encodings that Western European
spreadsheets write. Does not belong here: delimiters and columns.
"""

from __future__ import annotations

import codecs
from pathlib import Path

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with a byte-order mark"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_EIGHT_BIT = (
    ("cp1252", "Windows-1252"),
    ("iso8859-15", "ISO 8859-15"),
    ("mac-roman", "Mac Roman"),
    ("cp850", "DOS code page 850"),
)
_COMMON, _EXPECTED = frozenset("äöüÄÖÜß€éèà–’"), frozenset("êáçñóíúôâîëïøåæœ—‘“”„…´°§®™\u00a0")
_BLOCK = 1 << 20


def detect_encoding(path: Path) -> tuple[str, str] | None:
    """The codec and its name for people; None where the bytes are no text."""
    with path.open("rb") as file:
        head = file.read(_BLOCK)
    for mark, codec, name in _MARKS:
        if head.startswith(mark):
            return codec, name
    if b"\x00" in head:
        return _utf16_without_mark(head)
    if _is_utf8(path):
        return "utf-8", "UTF-8" if not head.isascii() else "UTF-8 (plain ASCII)"
    if sum(byte < 32 and byte not in (9, 10, 12, 13, 26) for byte in head) > len(head) // 1000:
        return None
    return _eight_bit(_foreign_bytes(path))


def _utf16_without_mark(head: bytes) -> tuple[str, str] | None:
    """Western text in UTF-16 has a zero in every other byte; anything else with zeros is no text."""
    even, odd = head[0::2], head[1::2]
    for codec, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros.count(0) > len(zeros) * 0.8 and not others.count(0):
            return codec, "UTF-16 without a byte-order mark"
    return None


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _foreign_bytes(path: Path, most: int = 100_000) -> bytes:
    """The bytes beyond ASCII, at most so many of them."""
    found = b""
    ascii_bytes = bytes(range(128))
    with path.open("rb") as file:
        while (block := file.read(_BLOCK)) and len(found) < most:
            found += block.translate(None, ascii_bytes)
    return found[:most]


def _eight_bit(foreign: bytes) -> tuple[str, str]:
    """The encoding in which most bytes are letters and signs of Western European text; the first wins."""

    def score(codec: str) -> int:
        text = foreign.decode(codec, "replace")
        return sum(3 * (character in _COMMON) + (character in _EXPECTED) for character in text)

    best = max(_EIGHT_BIT, key=lambda entry: score(entry[0]))
    return best if score(best[0]) > score("cp1252") else _EIGHT_BIT[0]
