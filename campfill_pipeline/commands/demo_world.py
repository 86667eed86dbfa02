"""The demo's world on disk: the sample lists to drop, and the day on which the world was made.

The day is remembered, so that the simulated API serves the same world when the demo is started again tomorrow.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from campfill_pipeline.settings import Settings

if TYPE_CHECKING:
    from campfill_pipeline.simulator.world import World

SEED = 1
SAMPLE = "demo-campaigns.xlsx"
CHANGED = "demo-campaigns-changed.xlsx"
_FRESH_DAYS = 14  # an older world has run out of delivery: a new one is made


@dataclass(frozen=True)
class Sample:
    """The demo's files, and the local days for which the simulated API has delivery, both inclusive."""

    campaign_list: Path
    changed_list: Path
    first_day: date
    last_day: date


def today(settings: Settings) -> date:
    """The local day it is."""
    return datetime.now(UTC).astimezone(settings.timezone).date()


def world_day(home: Path, now: date) -> date:
    """The day on which this home's world was made; remembered from the first start."""
    file = home / "demo-world.json"
    if file.exists():
        made = date.fromisoformat(json.loads(file.read_text(encoding="utf-8"))["today"])
        if (now - made).days <= _FRESH_DAYS:
            return made
    home.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"today": now.isoformat(), "seed": SEED}), encoding="utf-8")
    return now


def make(settings: Settings, seed: int = SEED) -> World:
    """The world of this home."""
    from campfill_pipeline.simulator.world import make_world

    return make_world(world_day(settings.home, today(settings)), seed, timezone=settings.timezone)


def write_samples(settings: Settings) -> Sample:
    """Write the campaign list of the demo, and a changed one to drop by hand."""
    from campfill_pipeline.simulator.campaign_list import write_campaign_list

    world = make(settings)
    sample = Sample(settings.home / SAMPLE, settings.home / CHANGED, world.first_day, today(settings))
    write_campaign_list(world, sample.campaign_list)
    write_campaign_list(world, sample.changed_list, version=2)
    return sample
