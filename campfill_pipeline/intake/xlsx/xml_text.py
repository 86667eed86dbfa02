"""Text between XML tags, decoded exactly as an XML parser and a spreadsheet program decode it.

Belongs here: entities, line ends and the `_x000D_` escapes of spreadsheets. Does not belong here: tags.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain.cells import DOUBT
from campfill_pipeline.domain.errors import CampfillError

_ENTITY = re.compile(rb"&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));|(&)")
_NAMED = {b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'", b"amp": b"&"}  # &amp;lt; is no <
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UNDERSCORE = 0x5F
_BEYOND_LATIN = 0x180
ESCAPED = re.compile(rb"_x[0-9A-Fa-f]{4}_")
"""Finds an escape of `decode_escapes` in raw text."""


class IrregularError(CampfillError):
    """The bytes are not of the plain kind that may be read without a full XML parser."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem, "Read the part with a full XML parser.")


def _entity(match: re.Match[bytes]) -> bytes:
    decimal, hexadecimal, named, stray = match.groups()
    if named:
        return _NAMED[named]
    if stray:
        raise IrregularError("an ampersand that starts no known entity")
    code = int(decimal) if decimal else int(hexadecimal, 16)
    if not (
        code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0xFFFF < code < 0x110000
    ):
        raise IrregularError("a character reference that XML forbids")
    return chr(code).encode()


def unescape(value: bytes) -> bytes:
    """Replace entities and character references. Raises IrregularError for those that XML does not know."""
    left, plain = value.count(b"&"), value
    for name, character in _NAMED.items():
        if left and (found := value.count(b"&%s;" % name)):
            left -= found
            plain = plain.replace(b"&%s;" % name, character)
    return _ENTITY.sub(_entity, value) if left else plain


def _escape(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    # What XML cannot hold, halves of characters, and the underscore that keeps an escape from being one.
    if code < 0x20 or code == _UNDERSCORE or 0xD800 <= code < 0xE000 or code >= 0xFFFE:
        return chr(code or 0xFFFD)  # no database takes a NUL in a text
    common = 0x20 <= code < 0x7F or 0xA0 <= code < _BEYOND_LATIN
    return DOUBT + (chr(code) if common else match[0])


def decode_escapes(text: str) -> str:
    """Replace `_xHHHH_`, which spreadsheets write for what XML cannot hold (`_x000D_`: a carriage return).

    No spreadsheet writes it for other characters, and few programs escape a `_x1920_` that is meant as it stands: these
    get a DOUBT before them, and stay as written but where they give an ordinary Latin character.
    """
    if "_x" not in text:
        return text
    decoded = _ESCAPE.sub(_escape, text)
    # Two escapes may be the halves of one character; a half alone cannot be stored as UTF-8.
    return decoded.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def check_plain(chunk: bytes) -> bytes:
    """The chunk with line ends as XML wants them. Raises IrregularError where a parser must look at it."""
    # Single characters first: looking for one is twenty times as fast as for two, and these are rare.
    if (b"!" in chunk and b"<!" in chunk) or (b"?" in chunk and b"<?" in chunk):
        raise IrregularError("a comment, a CDATA section or a processing instruction")
    if b"\r" in chunk:
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return chunk


def refuse_control_characters(strings: pa.Array) -> None:
    """Raise IrregularError where texts (large_string) hold a character that XML forbids."""
    data = strings.buffers()[2]
    if data is not None:
        low = np.frombuffer(data, np.uint8)
        low = low[low < 32]
        if len(low) and not np.isin(low, (9, 10, 13)).all():
            raise IrregularError("a character that XML forbids")


def to_strings(values: Sequence[bytes], *, escapes: bool = True) -> pa.Array:
    """Raw text as a large_string array. Raises IrregularError for text that is not UTF-8."""
    raw = pa.array(values, pa.large_binary())
    if _holds(raw, b"&"):
        raw = pa.array([unescape(value) if b"&" in value else value for value in values], pa.large_binary())
    try:
        strings = raw.cast(pa.large_string())
    except pa.ArrowInvalid as error:
        raise IrregularError("text that is not UTF-8") from error
    refuse_control_characters(strings)
    if escapes and _holds(strings, b"_x"):
        decoded = [decode_escapes(text) for text in strings.to_pylist()]
        strings = pa.array(decoded, pa.large_string())
    return strings


def byte_lengths(strings: pa.Array) -> npt.NDArray[np.int32]:
    """The length in bytes of each text (string, none of them null), seen, not computed: a kernel costs more."""
    if not len(strings):
        return np.empty(0, np.int32)
    offsets = np.frombuffer(strings.buffers()[1], np.int32, len(strings) + 1, 4 * strings.offset)
    return offsets[1:] - offsets[:-1]


def without_doubts(strings: pa.Array) -> pa.Array:
    """The same texts without the mark DOUBT."""
    raw = strings.buffers()[2]
    if raw is None or DOUBT.encode() not in memoryview(raw).tobytes():
        return strings
    return pc.replace_substring(strings, DOUBT, "")


def _holds(values: pa.Array, text: bytes) -> bool:
    """Whether `text` stands in any of these values (or across two of them), newly made."""
    data = values.buffers()[2]
    return data is not None and text in data.to_pybytes()
