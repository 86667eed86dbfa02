"""The two axes by which lines are told apart: campaign or deal, guaranteed or not.

Belongs here: the words, as tables and JSON spell them. Does not belong here: how a line's place on them is found
(`line_columns` from the list, `warehouse/delivery/attribution.py` from reporting).
"""

from __future__ import annotations

from enum import StrEnum


class LineKind(StrEnum):
    """What a line is. Reporting decides where it and the list differ."""

    CAMPAIGN = "campaign"
    DEAL = "deal"


class PurchaseType(StrEnum):
    """Whether a line's goal is owed. Known from reporting alone; `unknown` until it has a row."""

    GUARANTEED = "guaranteed"
    UNGUARANTEED = "unguaranteed"
    UNKNOWN = "unknown"
