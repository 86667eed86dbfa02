"""The labs' folders, `./campfill-labs/NN`: made, recognised, removed, and what is remembered of each lab.

Belongs here: where a lab's things lie, and its state. Does not belong here: what a lab puts there.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from campfill_pipeline.lab.frame import LabError

ROOT = "campfill-labs"
_MARK = ".campfill-lab.json"


@dataclass(frozen=True)
class State:
    """What is remembered of a lab that was started."""

    number: int
    started_at: str
    prediction: str | None = None
    hints_given: int = 0
    solved_at: str | None = None


def home_of(root: Path, number: int) -> Path:
    """Where lab `number` lives."""
    return root / f"{number:02d}"


def is_root(folder: Path) -> bool:
    """Whether labs live in `folder`: it has their name, and one of them was started there."""
    return folder.name == ROOT and any(folder.glob(f"[0-9][0-9]/{_MARK}"))


def make(root: Path, number: int) -> State:
    """Make the lab's folder. Raises LabError where something else lies there."""
    home = home_of(root, number)
    if home.exists() and any(home.iterdir()) and not (home / _MARK).is_file():
        raise LabError(
            f"{home} holds files that no lab put there.", "Move them away, or start in another folder."
        )
    home.mkdir(parents=True, exist_ok=True)
    return keep(root, State(number, _now()))


def keep(root: Path, state: State) -> State:
    """Remember `state`."""
    (home_of(root, state.number) / _MARK).write_text(json.dumps(asdict(state)), encoding="utf-8")
    return state


def read(root: Path, number: int) -> State | None:
    """What is remembered of lab `number`, or None where it was not started."""
    try:
        return State(**json.loads((home_of(root, number) / _MARK).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def mark_solved(root: Path, state: State) -> State:
    """Remember when the lab was first solved."""
    return keep(root, replace(state, solved_at=state.solved_at or _now()))


def remove(root: Path, number: int) -> bool:
    """Remove the lab's folder; say whether there was one. Only what a lab made is ever removed."""
    home = home_of(root, number)
    if not (home / _MARK).is_file():
        return False
    shutil.rmtree(home)
    return True


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
