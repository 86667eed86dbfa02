"""What docs/door.md tells of refusals is what the door answers."""

from __future__ import annotations

import re
from pathlib import Path

from campfill_pipeline.door import problems

PAGE = Path(__file__).parents[2] / "docs" / "door.md"


def test_every_refusal_is_told_with_its_mend() -> None:
    told = re.findall(r"^\| `(\w+)` \| (\d+) \| (.+) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.M)
    assert told == [(kind.code, str(kind.status), kind.title, kind.mend) for kind in problems.KINDS]


def test_every_refusal_that_the_code_makes_is_registered() -> None:
    made = set()
    for file in Path(problems.__file__).parent.glob("*.py"):
        made |= set(re.findall(r"(?:ProblemError|_refusal)\(\s*\"(\w+)\"", file.read_text(encoding="utf-8")))
    assert made <= set(problems.BY_CODE)
