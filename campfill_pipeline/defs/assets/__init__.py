"""The assets, by stage: uploads, delivery, fulfillment. Every module of this folder is looked through (`everything`).

Belongs here: assets, each in the module of its stage; those cut into local days come from its `for_timezone`. Does not
belong here: jobs and checks, which name their assets.
"""

from __future__ import annotations

import importlib
import pkgutil

import dagster as dg


def everything(timezone: str) -> list[dg.AssetsDefinition]:
    """All assets of all modules in this folder, so that none is forgotten; days are those of `timezone`."""
    found: list[dg.AssetsDefinition] = []
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        stage = importlib.import_module(f"{__name__}.{module}")
        found += [value for value in vars(stage).values() if isinstance(value, dg.AssetsDefinition)]
        found += stage.for_timezone(timezone) if hasattr(stage, "for_timezone") else []
    return found
