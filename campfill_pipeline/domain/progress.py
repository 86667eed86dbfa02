"""How long work tells how far it is.

Belongs here: the two shapes in which progress is told. Does not belong here: showing it (`commands/progress.py`).
"""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Told how much is done, of how much: rows, or bytes where rows are not known yet."""

NamedProgress = Callable[[str, int, int], None]
"""The same, after what is being done."""
