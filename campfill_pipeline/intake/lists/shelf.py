"""The list descriptions at hand: those built in, and those of the house, which win over built-in ones of their name.

Belongs here: finding, reading and keeping the files. Does not belong here: their notation (`notation.py`), which
version an upload was read by (warehouse).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from campfill_pipeline.domain.list_descriptions import ListDescription
from campfill_pipeline.intake.lists.notation import DescriptionError, read_description


@dataclass(frozen=True)
class Shelved:
    """One description: its text, where it stands (None: built in), and what it says; or why it cannot be used."""

    name: str
    text: str
    file: Path | None
    description: ListDescription | None
    fault: DescriptionError | None = None


@dataclass(frozen=True)
class Shelf:
    """All descriptions at hand, by name."""

    entries: tuple[Shelved, ...]

    @property
    def texts(self) -> Mapping[str, str]:
        """Those that can be used, by name, as TOML."""
        return {entry.name: entry.text for entry in self.entries if entry.description is not None}

    @property
    def faults(self) -> tuple[DescriptionError, ...]:
        """Why some cannot be used."""
        return tuple(entry.fault for entry in self.entries if entry.fault is not None)

    def get(self, name: str) -> Shelved | None:
        """The description of this name, or None."""
        return next((entry for entry in self.entries if entry.name == name), None)


def load(folder: Path) -> Shelf:
    """The built-in descriptions and those of `folder`, which need not exist."""
    own = [_own(file) for file in sorted(folder.glob("*.toml"))] if folder.is_dir() else []
    of_the_house = {entry.name for entry in own}
    return Shelf((*(entry for entry in _built_in() if entry.name not in of_the_house), *own))


def _built_in_files() -> list[Path]:
    folder = resources.files("campfill_pipeline.intake.lists")
    return sorted(Path(str(file)) for file in folder.iterdir() if file.name.endswith(".toml"))


@cache
def _built_in() -> tuple[Shelved, ...]:
    """Read once by a process: each upload of a burst asks for all of them."""
    read = [(file, file.read_text(encoding="utf-8")) for file in _built_in_files()]
    described = [(text, read_description(text, file.name)) for file, text in read]
    return tuple(Shelved(description.name, text, None, description) for text, description in described)


def _own(file: Path) -> Shelved:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fault = DescriptionError(file.name, "the file", str(error), "Save it as text in UTF-8.")
        return Shelved(file.stem, "", file, None, fault)
    try:
        description = read_description(text, file.name)
    except DescriptionError as told:
        return Shelved(file.stem, text, file, None, told)
    if description.name != file.stem:
        fault = DescriptionError(
            file.name, "name", f"it is “{description.name}”", f"Name the file {description.name}.toml."
        )
        return Shelved(file.stem, text, file, None, fault)
    return Shelved(description.name, text, file, description)


def name_of(text: str, file: str) -> str:
    """The name that a description gives itself. Raises DescriptionError where it is not sound."""
    return read_description(text, file).name


def keep(folder: Path, name: str, text: str) -> Path:
    """Write a description to the house's folder, in one move; returns its file."""
    read_description(text, f"{name}.toml")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.toml"
    unfinished = folder / f".{name}.{os.getpid()}.part"
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(file)
    return file
