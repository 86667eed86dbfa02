"""Processor seconds and memory of whole process trees, and of a database server with all its connections.

The clock of a machine that does other things too says little; processor time is the steadier. What has ended is in its
parent's account. Belongs here: counting. Does not belong here: starting anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil


def family(pids: Iterable[int]) -> Iterator[psutil.Process]:
    """These processes and all that descend from them and still live."""
    for pid in pids:
        with suppress(psutil.Error):
            head = psutil.Process(pid)
            yield head
            yield from head.children(recursive=True)


def processor(pids: Iterable[int]) -> float:
    """Processor seconds that these processes and all their descendants have used so far, ended ones included."""
    total = 0.0
    for process in family(pids):
        with suppress(psutil.Error):
            total += sum(process.cpu_times()[:4])
    return total


def memory_mb(pids: Iterable[int]) -> float:
    """MB that these processes hold together, shared memory left out; a page that two share counts half for each."""
    total = 0
    for process in family(pids):
        with suppress(OSError):
            for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines():
                name, _, rest = line.partition(":")
                if name in ("Pss_Anon", "Pss_File"):
                    total += int(rest.split()[0])
    return total / 1024


def postmaster(folder: Path) -> int:
    """The process of the server whose data lie somewhere below `folder`."""
    [file] = folder.rglob("postmaster.pid")
    return int(file.read_text().split()[0])
