"""The evidence of a cause as the page shows it: four stages, and facts a person can check.

Belongs here: reading the document that `causes` stores with a verdict. Does not belong here: finding causes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from campfill_pipeline.warehouse.report_shapes import StageRow


def stages_of(
    cause: str, shares: Sequence[float | None], evidence: Mapping[str, Any]
) -> dict[str, StageRow] | None:
    """Bids, wins, plays and audience against their baselines; None where the verdict has no funnel."""
    return None


def facts_of(evidence: Mapping[str, Any]) -> tuple[str, ...]:
    """What can be checked, in sentences."""
    return ()
