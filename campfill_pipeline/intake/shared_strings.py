"""The shared strings of a workbook: every text once, rich text without its formatting, no phonetic guides.

Belongs here: `sharedStrings.xml`. Does not belong here: which cells use the strings.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.parsers import expat

import pyarrow as pa

from campfill_pipeline.intake.container import Container
from campfill_pipeline.intake.refusals import corrupt
from campfill_pipeline.intake.xml_parts import NAMESPACES, event_parser
from campfill_pipeline.intake.xml_text import IrregularError, check_plain, decode_escapes, to_strings

_CHUNK = 1 << 22
_PLAIN = re.compile(rb'<si><t(?: xml:space="preserve")?+(?:/>|>([^<]*+)</t>)</si>')
_HEAD = re.compile(rb"<sst(?:\s[^>]*+)?>")
_ENCODING = re.compile(rb"^<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)")
_ITEM, _TEXT, _PHONETIC = 1, 2, 3
_CODES = {
    f"{space} {name}": code
    for space in NAMESPACES
    for name, code in (("si", _ITEM), ("t", _TEXT), ("rPh", _PHONETIC))
}


class _StringEvents:
    """Collects the strings from XML events."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self._pieces: list[str] = []
        self._text = False
        self._phonetic = False
        self._parser = event_parser()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def feed(self, data: bytes, *, final: bool = False) -> None:
        try:
            self._parser.Parse(data, final)
        except expat.ExpatError as error:
            raise corrupt("its table of texts is not sound XML") from error

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        code = _CODES.get(name)
        if code == _ITEM:
            self._pieces = []
        elif code == _TEXT:
            self._text = not self._phonetic
        elif code == _PHONETIC:
            self._phonetic = True

    def _end(self, name: str) -> None:
        code = _CODES.get(name)
        if code == _ITEM:
            self.strings.append(decode_escapes("".join(self._pieces)))
        elif code == _TEXT:
            self._text = False
        elif code == _PHONETIC:
            self._phonetic = False

    def _characters(self, data: str) -> None:
        if self._text:
            self._pieces.append(data)


def load_strings(container: Container, part: str | None) -> pa.Array:
    """All shared strings as one large_string array. Raises UnreadableError where they are damaged."""
    if part is None:
        return pa.array([], pa.large_string())
    try:
        with container.stream(part) as read:
            return _plain(read)
    except IrregularError:
        with container.stream(part) as read:
            return _by_events(read)


def _plain(read: Callable[[int], bytes]) -> pa.Array:
    buffer = read(_CHUNK)
    head = _HEAD.search(buffer)
    encoding = _ENCODING.search(buffer)
    if head is None or (encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii")):
        raise IrregularError("an unusual beginning")
    opening, buffer = check_plain(buffer[: head.end()].split(b"?>")[-1]), buffer[head.end() :]
    pieces: list[pa.Array] = []
    while True:
        cut = buffer.rfind(b"</si>") + 5
        if cut > 4:
            pieces.append(_items(check_plain(buffer[:cut]), opening))
            buffer = buffer[cut:]
        more = read(max(_CHUNK, len(buffer)))  # doubling keeps one enormous text from costing its square
        if not more:
            break
        buffer += more
    if buffer.strip() != b"</sst>":
        raise IrregularError("an unusual end")
    return pa.concat_arrays(pieces) if pieces else pa.array([], pa.large_string())


def _items(chunk: bytes, opening: bytes) -> pa.Array:
    texts = _PLAIN.findall(chunk)
    if len(texts) == chunk.count(b"</si>") and b"<si/>" not in chunk:
        return to_strings(texts, chunk)
    events = _StringEvents()
    events.feed(opening)
    events.feed(chunk)
    return pa.array(events.strings, pa.large_string())


def _by_events(read: Callable[[int], bytes]) -> pa.Array:
    events = _StringEvents()
    pieces: list[pa.Array] = []
    while data := read(_CHUNK):
        events.feed(data)
        pieces.append(pa.array(events.strings, pa.large_string()))
        events.strings.clear()
    events.feed(b"", final=True)
    return pa.concat_arrays(pieces) if pieces else pa.array([], pa.large_string())
