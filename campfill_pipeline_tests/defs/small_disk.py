"""A disk of a given size that only this test uses, and that can be filled: a tmpfs, mounted by root."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class SmallDisk:
    """Where it is mounted."""

    place: Path

    @contextmanager
    def full(self, *, leaving: int = 0) -> Iterator[None]:
        """While this lasts, no more than `leaving` bytes are free."""
        ballast = self.place / "ballast"
        with ballast.open("wb") as file:
            # In portions: of what is asked for beyond the last free page, a tmpfs gives nothing at all.
            while (more := shutil.disk_usage(self.place).free - leaving) > 0:
                os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), more)
        try:
            yield
        finally:
            ballast.unlink()


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[SmallDisk]:
    """A disk of so many megabytes at `place`; skips the test where none can be had."""
    mount, reason = shutil.which("mount"), "needs a small disk: Linux, root, and the right to mount a tmpfs"
    if mount is None or os.geteuid() != 0:
        pytest.skip(reason)
    size = f"size={megabytes}m,mode=0755"
    done = subprocess.run([mount, "-t", "tmpfs", "-o", size, "campfill-test", place], capture_output=True)
    if done.returncode != 0:
        pytest.skip(f"{reason} ({done.stderr.decode().strip()})")
    try:
        yield SmallDisk(place)
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
