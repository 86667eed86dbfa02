"""Asking the running `campfill up` to answer a command: what to say at its socket, and what comes back.

A command that only reads is done within a tenth of a second, once its process has imported for half a second what it
needs. Where `campfill up` runs in the home, a process of it has that imported and answers in a fork (`answering`), with
the asker's own arguments, environment, folder and streams. Wherever that is not to be had, in this home, by this user,
from this checkout, nothing is said of it, and the command runs in its own process as ever.

Belongs here: what both sides must know, and the asker's side. Does not belong here: anything that is slow to import.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import sys
from contextlib import suppress
from typing import Any, TextIO

from campfill_pipeline.forking import forks

ANSWERED = frozenset({"fulfillment", "line", "status"})
"""Commands that only read, so that one which is cut short has done no harm, and need nothing of Dagster."""
SOCKET = "answers.socket"  # in the home
HEARD = (
    b"?"  # a process is there that will be the asker's; streams in a queue would be open as long as that is
)
TAKEN = b"+"
PATIENCE_SECONDS = 2.0  # until somebody takes the question, as long as nothing hinders: milliseconds
_LENGTH = struct.Struct("!I")
_FOREVER = None


def speaker() -> list[str]:
    """Which campfill this is and how Python runs it: only the same may answer for it."""
    import _locale

    return [
        os.path.dirname(os.path.dirname(os.path.realpath(__file__))),  # noqa: PTH120 - pathlib takes long to import
        os.path.realpath(sys.prefix),
        f"{sys.version} {sys.flags.optimize} {sys.flags.dev_mode} {sys.warnoptions}",
        sys.getfilesystemencoding(),
        _locale.getencoding(),
        f"{os.geteuid()}",
    ]


def address(home: int) -> str:
    """Where the socket is, of a home that is open as a file: the path itself may be longer than sockets take."""
    return f"/proc/self/fd/{home}/{SOCKET}"


def send(to: socket.socket, told: dict[str, Any], streams: list[int]) -> None:
    """Send a question with the files that it is to be answered on."""
    text = json.dumps(told).encode("ascii")
    socket.send_fds(to, [_LENGTH.pack(len(text))], streams)
    to.sendall(text)


def receive(asker: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """A question, and its files. Raises EOFError where the asker has gone, OSError, ValueError."""
    begun, streams, *_ = socket.recv_fds(asker, _LENGTH.size, 3)
    if len(begun) < _LENGTH.size:
        raise EOFError
    [left] = _LENGTH.unpack(begun)
    parts = []
    while left:
        part = asker.recv(min(left, 65_536))
        if not part:
            raise EOFError
        parts.append(part)
        left -= len(part)
    told: dict[str, Any] = json.loads(b"".join(parts))
    return told, streams


def user_of(other: socket.socket) -> int:
    """The user whose process is at the other end."""
    told = other.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    user: int = struct.unpack("3i", told)[1]
    return user


def ask(words: list[str]) -> int | None:
    """The exit code of a command that `campfill up` answered; None where nobody did, and nothing was shown."""
    streams = [_told(stream) for stream in (sys.stdin, sys.stdout, sys.stderr)]
    if not forks() or not all(streams):
        return None
    with socket.socket(socket.AF_UNIX) as asked:
        try:
            _reach(asked)
            asked.settimeout(PATIENCE_SECONDS)
            if user_of(asked) != os.geteuid():  # it would be told our environment, with all secrets in it
                return None
            if asked.recv(1) != HEARD:
                return None
            mask = os.umask(0o077)
            os.umask(mask)
            told = {"speaker": speaker(), "words": words, "program": sys.argv[0], "environment": dict(os.environ),
                    "folder": os.getcwd(), "mask": mask, "streams": streams}  # noqa: PTH109 # fmt: skip
            send(asked, told, [0, 1, 2])
            if asked.recv(1) != TAKEN:
                return None
        except (OSError, ValueError):
            return None
        asked.settimeout(_FOREVER)
        return _answer(asked)


def _told(stream: TextIO | None) -> list[Any] | None:
    """How text is written to a stream; None where it is closed."""
    if stream is None or stream.closed:
        return None
    return [stream.encoding, stream.errors, stream.line_buffering, stream.write_through]  # type: ignore[attr-defined]


def _reach(asked: socket.socket) -> None:
    home = os.open(_home(), os.O_PATH | os.O_DIRECTORY)
    try:
        asked.connect(address(home))
    finally:
        os.close(home)


def _home() -> str:
    """The home, found as `settings.read_values` finds it."""
    told = os.environ.get("CAMPFILL_HOME")
    if told is None and os.path.isfile(".env"):  # noqa: PTH113
        import logging

        from dotenv import dotenv_values

        logging.disable()  # what cannot be read in it is told by the command
        told = dotenv_values(".env").get("CAMPFILL_HOME")
        logging.disable(logging.NOTSET)
    return os.path.expanduser(told or "campfill-data")  # noqa: PTH111


def _answer(asked: socket.socket) -> int:
    """Wait until the command has ended; Ctrl-C reaches it, as it would in this process."""
    said = b""
    while True:
        try:
            part = asked.recv(16)
        except KeyboardInterrupt:
            with suppress(OSError):
                asked.send(bytes([signal.SIGINT]))
            continue
        except OSError:
            part = b""
        if not part:
            break
        said += part
    if said:
        return int(said)
    from campfill_pipeline.commands.in_language import say_fault
    from campfill_pipeline.domain.errors import CampfillError

    say_fault(CampfillError("campfill up ended while it answered.", "Ask again."))
    return 1
