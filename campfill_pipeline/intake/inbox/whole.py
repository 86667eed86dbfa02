"""Whether a workbook in the inbox has its end, which is written last.

Belongs here: what the file's own bytes say of its being whole. Does not belong here: since when it has stood still
(`settling`), and whether its content can be read (`xlsx`).
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

_WORKBOOKS = frozenset({".xlsx", ".xlsm"})
_END = struct.Struct("<4s4H2LH")  # the zip format's last record, without a comment
_BYTES = 0xFFFFFFFF  # stands where the record has no room for the figure


def has_its_end(path: Path) -> bool:
    """Whether this is a workbook by name, and its last bytes say where its table of contents is, and it is there.

    Said of nothing else: a file whose name is only for the time of writing, one of lines, which may end after any of
    them, or a workbook that is built in another way than usual.
    """
    if path.suffix.lower() not in _WORKBOOKS:
        return False
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            if size < _END.size:
                return False
            file.seek(size - _END.size)
            mark, _, _, _, members, length, start, comment = _END.unpack(file.read(_END.size))
            if mark != b"PK\5\6" or comment or not members or _BYTES in (length, start):
                return False
            if start + length + _END.size != size:
                return False
            file.seek(start)
            table = file.read(4)
            file.seek(0)
            return table == b"PK\1\2" and file.read(4) == b"PK\3\4"
    except OSError:
        return False
