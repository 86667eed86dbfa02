"""Who takes care of a line, and make-goods, in words.

Belongs here: what may be said, and the sentences. Does not belong here: keeping it (`warehouse/notices/care`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from campfill_pipeline.domain.attention import whole
from campfill_pipeline.domain.errors import CampfillError

LONGEST_OWNER, LONGEST_NOTE = 200, 2_000
MOST_IMPRESSIONS = 2_000_000_000


class CareError(CampfillError):
    """What was said of a line cannot be; nothing was kept."""


@dataclass(frozen=True)
class Taken:
    """Whether somebody takes care of a line today."""

    owner: str | None
    until: date | None
    note: str | None
    agreed: int

    @property
    def is_taken(self) -> bool:
        """Somebody has it, or said that they do."""
        return self.owner is not None or self.until is not None


def sentence(taken: Taken, missing: Decimal) -> str:
    """Who takes care, after the reason why somebody should; nothing where nobody does."""
    said = []
    until = f"until {taken.until.day} {taken.until:%b %Y}" if taken.until else ""
    if taken.owner:
        said.append(f"{taken.owner} takes care{f', {until}' if until else ''}.")
    elif until:
        said.append(f"Acknowledged {until}.")
    if taken.agreed:
        said.append(f"{taken.agreed:,} of {whole(missing)} missing impressions are agreed as a make-good.")
    if taken.note:
        said.append(f"“{taken.note}”")
    return " ".join(said)
