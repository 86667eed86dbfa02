"""Unpacking the next piece of a sheet while the last one is looked at.

Belongs here: one thread beside the reader's; zlib works without the interpreter's lock, and there are two processors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

Read = Callable[[int], bytes]


@contextmanager
def read_ahead(read: Read, size: int) -> Iterator[Read]:
    """A function like `read` that has the next `size` bytes ready; it gives what `read` gives, faults included.

    It gives at most `size` bytes at once, and may be asked for no fewer.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="unpacking") as thread:
        ready = thread.submit(read, size)

        def take(count: int) -> bytes:
            nonlocal ready
            if count < size:
                raise ValueError(f"{count} bytes are fewer than a piece of {size}")
            data = ready.result()
            if data:
                ready = thread.submit(read, size)
            return data

        yield take
