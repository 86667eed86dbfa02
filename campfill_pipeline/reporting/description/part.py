"""What all tables of a description share.

Belongs here: how keys are taken. Does not belong here: the keys themselves (tables.py and its neighbours).
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Unknown keys are errors, values keep their type, nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)
