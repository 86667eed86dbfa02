"""The process of `campfill up` that answers commands: it has imported what they need, and forks for each.

It has no connection, no thread, and has read no setting; each fork is given the asker's arguments, environment, folder
and streams, and runs the command as its own process would. It ends when the asker does, and has what the asker's
terminal says to it (Ctrl-C). Where files of campfill have changed since, as after an update, it takes no question: the
asker's own process has the new ones.

Belongs here: taking a question, and being the asker's process for it. Does not belong here: what the commands do.
`python -m campfill_pipeline.commands.answering HOME`
"""

from __future__ import annotations

import gc
import importlib
import io
import os
import select
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn, TextIO

from rich.cells import cell_len

from campfill_pipeline.commands import asking
from campfill_pipeline.language import catalogue
from campfill_pipeline.language.speaking import Language

CLI = "campfill_pipeline.cli"  # stands above this module, so it is named only
PRELOADED = (
    CLI,
    "campfill_pipeline.commands.back_test",
    "campfill_pipeline.commands.fulfillment",
    "campfill_pipeline.commands.line",
    "campfill_pipeline.commands.render",
    "campfill_pipeline.commands.status",
    "babel.messages.pofile",
    "holidays.countries",  # all of them come with the first one that is used
    "pydantic.type_adapter",
    "rich._emoji_codes",
    "typer._adapters",
    "typer.rich_utils",
)
"""What commands import when they are needed. Importing it reads no setting and connects to nothing."""

READ_AT_IMPORT = {
    "typer.rich_utils": (
        "FORCE_COLOR", "GITHUB_ACTIONS", "PY_COLORS", "TERMINAL_WIDTH", "_TYPER_FORCE_DISABLE_TERMINAL",
    ),
}  # fmt: skip
"""What these modules read of the environment, and keep."""


@dataclass(frozen=True)
class Prepared:
    """What a fork needs not make again: the parser, and when the files of campfill that were imported were changed."""

    parser: Any
    files: Mapping[str, float]

    @property
    def is_of_today(self) -> bool:
        """Whether these files are still the same."""
        try:
            # A hundred of them, while somebody waits: pathlib would take longer.
            return all(os.stat(file).st_mtime == then for file, then in self.files.items())  # noqa: PTH116
        except OSError:
            return False


@cache
def prepared() -> Prepared:
    """Import, read and make all that commands need, once in this process and those that are forked from it."""
    for name in PRELOADED:
        importlib.import_module(name)
    for language in Language:
        catalogue.translated(language, "")  # reads its messages
    cell_len("…")  # reads how wide characters are
    found = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    files = [file for name, file in found.items() if name.startswith("campfill_pipeline") and file]
    times = {file: os.stat(file).st_mtime for file in files}  # noqa: PTH116
    return Prepared(sys.modules[CLI].command(), times)


def main(home: Path) -> None:
    """Answer until asked to stop, or until nobody reads what this process says: `campfill up` is gone."""
    ready = prepared()
    gc.freeze()  # else the collector writes to every object, and a page that is written to is no longer shared
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGCHLD, _take_account)
    folder = os.open(home, os.O_PATH | os.O_DIRECTORY)
    try:
        with _listener(folder) as listener:
            watch = select.poll()
            watch.register(listener, select.POLLIN)
            watch.register(sys.stdout.fileno(), 0)
            while [at for at, _ in watch.poll()] == [listener.fileno()]:
                asker, _ = listener.accept()
                with asker:
                    _fork(asker, listener, ready)
    finally:
        (home / asking.SOCKET).unlink(missing_ok=True)


def _take_account(*_: object) -> None:
    """Let forks that have ended go; what they took of the processor is then in the account of this process."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _listener(home: int) -> socket.socket:
    """The socket in this home, for its owner only. Only one `campfill up` has a home: one that lies there is left over.

    Where files cannot be sockets (some folders of other machines are such), waits for ever: all else works.
    """
    listener = socket.socket(socket.AF_UNIX)
    address = asking.address(home)
    mask = os.umask(0o177)
    try:
        Path(address).unlink(missing_ok=True)
        listener.bind(address)
    except OSError as error:
        sys.stderr.write(f"no socket can be in the home, each command runs in its own process: {error}\n")
        while True:
            signal.pause()
    finally:
        os.umask(mask)
    listener.listen(128)
    return listener


def _fork(asker: socket.socket, listener: socket.socket, ready: Prepared) -> None:
    try:
        child = os.fork()
    except OSError as error:  # the asker finds that nobody takes its question
        sys.stderr.write(f"no process can be forked: {error}\n")
        return
    if child == 0:
        listener.close()
        _be(asker, ready)


def _be(asker: socket.socket, ready: Prepared) -> NoReturn:
    """Be the asker's process until the command has ended."""
    code = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        asker.settimeout(asking.PATIENCE_SECONDS)
        asker.sendall(asking.HEARD)
        told, streams = asking.receive(asker)
        if (
            asking.user_of(asker) != os.geteuid()
            or told["speaker"] != asking.speaker()
            or not ready.is_of_today
            or len(streams) != 3
        ):
            os._exit(code)
        os.chdir(told["folder"])
        os.umask(told["mask"])
        _take_environment(told["environment"])
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        asker.settimeout(None)
        asker.sendall(asking.TAKEN)
        threading.Thread(target=_heed, args=(asker,), daemon=True).start()
        code = _run(told, ready.parser)
        asker.sendall(b"%d" % code)
    except (EOFError, OSError):  # the asker has gone
        pass
    except BaseException:  # noqa: BLE001 - the outermost door of a process
        traceback.print_exc()
    finally:
        os._exit(code)


def _take_environment(told: dict[str, str]) -> None:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(told)
    time.tzset()
    for module, variables in READ_AT_IMPORT.items():
        if any(before.get(variable) != told.get(variable) for variable in variables):
            importlib.reload(sys.modules[module])


def _heed(asker: socket.socket) -> None:
    """Pass on what signals the asker gets, and end with it."""
    while True:
        try:
            number = asker.recv(1)
        except OSError:
            number = b""
        if not number:
            os._exit(1)
        os.kill(os.getpid(), number[0])


def _run(told: dict[str, Any], parser: Any) -> int:
    """Run the command as the console script does; its exit code, as Python would make it."""
    sys.argv = [told["program"], *told["words"]]
    sys.modules["__main__"] = ModuleType(
        "__main__"
    )  # which of Python's ways began the command is told in its usage
    given = told["streams"]
    sys.stdin, sys.stdout, sys.stderr = (_stream(number, given[number]) for number in range(3))
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr  # type: ignore[misc,assignment]
    code = 0
    try:
        sys.modules[CLI].main(parser=parser)
    except SystemExit as ended:
        code = _code(ended.code)
    except BaseException:  # noqa: BLE001 - the outermost door of a process
        sys.excepthook(*sys.exc_info())
        code = 1
    return code if _flushed() else 120


def _code(told: object) -> int:
    if isinstance(told, int):
        return told & 0xFF
    if told is not None:
        sys.stderr.write(f"{told}\n")
    return int(told is not None)


def _flushed() -> bool:
    """Whether all that was written has arrived; what Python says at its end is said where it has not."""
    fine = True
    for stream in (sys.stdout, sys.stderr):
        try:
            if not stream.closed:
                stream.flush()
        except (OSError, ValueError) as error:
            fine = False
            if stream is sys.stdout:
                with suppress(OSError, ValueError):
                    sys.stderr.write(f"Exception ignored in: {stream!r}\n{type(error).__name__}: {error}\n")
    return fine


def _stream(number: int, told: list[Any]) -> TextIO:
    encoding, errors, line_buffering, write_through = told
    mode, name = (("r", "<stdin>"), ("w", "<stdout>"), ("w", "<stderr>"))[number]
    binary: Any = os.fdopen(number, f"{mode}b", 0 if write_through else -1, closefd=False)
    made = io.TextIOWrapper(
        binary, encoding, errors, None if number == 0 else "\n", line_buffering, write_through
    )
    getattr(binary, "raw", binary).name = name
    made.mode = mode  # type: ignore[misc]
    return made


if __name__ == "__main__":
    # This module under its own name, by which it may be prepared already.
    importlib.import_module("campfill_pipeline.commands.answering").main(Path(sys.argv[1]))
