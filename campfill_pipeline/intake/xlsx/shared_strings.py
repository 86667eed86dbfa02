"""The shared strings of a workbook: every text once, rich text without its formatting, no phonetic guides.

Belongs here: `sharedStrings.xml`. Does not belong here: which cells use the strings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from xml.parsers import expat

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from campfill_pipeline.intake.refusals import corrupt
from campfill_pipeline.intake.xlsx.container import Container
from campfill_pipeline.intake.xlsx.xml_parts import NAMESPACES, event_parser, has_known_namespace
from campfill_pipeline.intake.xlsx.xml_text import (
    ESCAPED,
    IrregularError,
    check_plain,
    decode_escapes,
    refuse_control_characters,
    to_strings,
    unescape,
)

Positions = npt.NDArray[np.int64]

_CHUNK = 1 << 22
_SEPARATOR = b"\x01"
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


def load_strings(container: Container, part: str | None, only: Collection[int] | None = None) -> pa.Array:
    """All shared strings as one large_string array; where `only` is given, others may be blank.

    Raises UnreadableError where they are damaged.
    """
    if part is None:
        return pa.array([], pa.large_string())
    try:
        with container.stream(part) as read:
            return _plain(read, None if only is None else np.array(sorted(only), np.int64))
    except IrregularError:
        with container.stream(part) as read:
            return _by_events(read)


def _plain(read: Callable[[int], bytes], only: Positions | None) -> pa.Array:
    buffer = read(_CHUNK)
    head = _HEAD.search(buffer)
    encoding = _ENCODING.search(buffer)
    if head is None or (encoding and encoding[1].lower() not in (b"utf-8", b"us-ascii")):
        raise IrregularError("an unusual beginning")
    if not has_known_namespace(head[0], b""):
        raise IrregularError("names of an unknown namespace")
    opening, buffer = check_plain(buffer[: head.end()].split(b"?>")[-1]), buffer[head.end() :]
    pieces: list[pa.Array] = []
    count = 0
    while True:
        cut = buffer.rfind(b"</si>") + 5
        if cut > 4:
            chunk = check_plain(buffer[:cut])
            pieces.append(_items(chunk, opening) if only is None else _some(chunk, opening, only - count))
            count += len(pieces[-1])
            buffer = buffer[cut:]
        more = read(max(_CHUNK, len(buffer)))  # doubling keeps one enormous text from costing its square
        if not more:
            break
        buffer += more
    if buffer.strip() != b"</sst>":
        raise IrregularError("an unusual end")
    return pa.concat_arrays(pieces) if pieces else pa.array([], pa.large_string())


def _some(chunk: bytes, opening: bytes, only: Positions) -> pa.Array:
    """The strings of some complete `<si>` elements, blank but for the positions in `only`."""
    items = chunk.split(b"</si>")[:-1]
    if chunk.count(b"<si") != len(items) or chunk.count(b"<si>") != len(items):
        return _items(chunk, opening)
    wanted = only[(only >= 0) & (only < len(items))].tolist()
    texts = [""] * len(items)
    if wanted:
        found = _items(b"".join(items[position] + b"</si>" for position in wanted), opening)
        for position, text in zip(wanted, found.to_pylist(), strict=True):
            texts[position] = text
    return pa.array(texts, pa.large_string())


def _items(chunk: bytes, opening: bytes) -> pa.Array:
    """The strings of some complete `<si>` elements."""
    try:
        return _tiled(chunk)
    except IrregularError:
        pass
    texts = _PLAIN.findall(chunk)
    if len(texts) == chunk.count(b"</si>") and b"<si/>" not in chunk:
        return to_strings(texts)
    events = _StringEvents()
    events.feed(opening)
    events.feed(chunk)
    return pa.array(events.strings, pa.large_string())


def _tiled(chunk: bytes) -> pa.Array:
    """The strings of a chunk that holds nothing but plain texts, without a Python object for each.

    What stands between two texts becomes one separator that XML forbids in texts; the rest is arithmetic.
    """
    if not (chunk.startswith(b"<si><t") and chunk.endswith(b"</t></si>")) or _SEPARATOR in chunk:
        raise IrregularError("not only plain texts")
    texts = chunk.replace(b'<t xml:space="preserve">', b"<t>").replace(b"</t></si><si><t>", _SEPARATOR)
    texts = texts.removeprefix(b"<si><t>").removesuffix(b"</t></si>")
    if b"<" in texts or ESCAPED.search(texts):
        raise IrregularError("not only plain texts")
    characters = np.frombuffer(unescape(texts) if b"&" in texts else texts, np.uint8)
    between = characters == _SEPARATOR[0]
    starts = np.flatnonzero(between)
    ends = np.concatenate([starts, [len(characters)]]) - np.arange(len(starts) + 1)
    offsets = np.concatenate([[0], ends]).astype(np.int64)
    data = characters[~between]
    strings = pa.Array.from_buffers(
        pa.large_string(), len(offsets) - 1, [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    )
    refuse_control_characters(strings)
    try:
        strings.validate(full=True)
    except pa.ArrowInvalid as error:
        raise IrregularError("text that is not UTF-8") from error
    return strings


def _by_events(read: Callable[[int], bytes]) -> pa.Array:
    events = _StringEvents()
    pieces: list[pa.Array] = []
    while data := read(_CHUNK):
        events.feed(data)
        pieces.append(pa.array(events.strings, pa.large_string()))
        events.strings.clear()
    events.feed(b"", final=True)
    return pa.concat_arrays(pieces) if pieces else pa.array([], pa.large_string())
