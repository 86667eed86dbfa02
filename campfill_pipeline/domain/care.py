"""Who takes care of a line, and make-goods, in words.

Belongs here: what may be said, and the sentences. Does not belong here: keeping it (`warehouse/notices/care`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from campfill_pipeline.domain import attention
from campfill_pipeline.domain.attention import Situation, whole
from campfill_pipeline.domain.errors import CareError as CareError
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say, word

LONGEST_OWNER, LONGEST_NOTE = 200, 2_000
MOST_IMPRESSIONS = 2_000_000_000


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
    """Who takes care, after the reason why somebody should; nothing where nobody does. In the language spoken."""
    told = {"owner": taken.owner, "day": notation.day(taken.until) if taken.until else ""}
    said = []
    if taken.owner and taken.until:
        said.append(say("{owner} takes care, until {day}.", **told))
    elif taken.owner:
        said.append(say("{owner} takes care.", **told))
    elif taken.until:
        said.append(say("Acknowledged until {day}.", **told))
    if taken.agreed:
        amounts = {"agreed": notation.number(taken.agreed), "missing": whole(missing)}
        said.append(say("{agreed} of {missing} missing impressions are agreed as a make-good.", **amounts))
    if taken.note:
        said.append(say("“{text}”", text=taken.note))
    return " ".join(said)


STATES = ("agreed", "delivering", "delivered", "short", "closed")


def of_make_good(good: Mapping[str, Any]) -> str:
    """A make-good in one line; `good` has the fields of `warehouse.notices.care.MakeGood`."""
    own, owed = good["by_line"] == good["line_id"], good["owed"]
    told = say(
        "{state}: {delivered} of {agreed} impressions by {by}, {first} to {last}",
        state=word(good["state"]),
        delivered=whole(good["delivered"]),
        agreed=notation.number(good["agreed"]),
        by=say("the line itself") if own else say("line {id}", id=good["by_line"]),
        first=notation.day(good["first_day"]),
        last=notation.day(good["last_day"]),
    )
    return told if owed is None else told + say(", owed now {amount}", amount=whole(owed))


def over_owed(line: str, agreed: int, owed: Decimal, *, ended: bool) -> str:
    """That more is agreed to make good than is owed, or can be owed: a warning, since it may be meant."""
    told = {"line": line, "agreed": notation.number(agreed), "owed": whole(owed)}
    if ended:
        return say(
            "“{line}”: {agreed} impressions are agreed as make-goods, which is more than the {owed} that are owed.",
            **told,
        )
    return say(
        "“{line}”: {agreed} impressions are agreed as make-goods, which is more than the {owed} that it lacks so far:"
        " no more than these can be owed.",
        **told,
    )


def reason(now: Situation, taken: Taken) -> str:
    """Why a line needs attention, and who takes care of it."""
    return f"{attention.sentence(now)} {sentence(taken, now.missing)}".rstrip()
