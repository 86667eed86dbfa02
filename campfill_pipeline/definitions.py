"""The Dagster entry point: what `workspace.yaml` and `campfill up` load. Wiring only."""

from __future__ import annotations

import dagster as dg

from campfill_pipeline.defs.build import build_defs


@dg.definitions
def defs() -> dg.Definitions:
    """Every asset, check, job, sensor and schedule of campfill."""
    return build_defs()
