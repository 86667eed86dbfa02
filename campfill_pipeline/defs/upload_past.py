"""What the warehouse knows when a list is judged: what places gave until today, and which listed lines are new.

Belongs here: handing the warehouse's answers to `intake/judge/unlikely_goals.py`. Does not belong here: the rule, SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.domain.unlikely_goals import Best
from campfill_pipeline.domain.uploads import UploadStatus
from campfill_pipeline.intake.judge.unlikely_goals import CODE, Place, Said, Terms
from campfill_pipeline.warehouse.figures import best_weeks
from campfill_pipeline.warehouse.register import uploads


@dataclass(frozen=True)
class Past:
    """The past as the stored delivery tells it."""

    campfill: Campfill
    today: date

    def best(self, needs: Mapping[Place, Decimal]) -> Mapping[Place, Best]:
        """The best run of each place; nothing where history is thin."""
        if not needs:
            return {}
        with self.campfill.connect() as connection:
            return best_weeks.best_runs(connection, needs, as_of=self.today)

    def new_or_changed(self, lines: Mapping[str, Terms]) -> set[str]:
        """Of these lines those that are new or have other terms, and for which nothing was delivered yet."""
        with self.campfill.connect() as connection:
            known = best_weeks.as_known(connection, list(lines))
        return {
            line_id
            for line_id, terms in lines.items()
            if not known[line_id].begun and known[line_id].terms != terms
        }


def past_of(campfill: Campfill, upload: uploads.Upload) -> Past | Said:
    """What was known when this upload arrived: now, or, once it is decided, what was said then."""
    with campfill.connect() as connection:
        known = uploads.get(connection, upload.upload_id)
        if known.status == UploadStatus.RECEIVED:
            return Past(campfill, upload.received_at.astimezone(campfill.settings.timezone).date())
        return Said(uploads.issues_of(connection, upload.upload_id, CODE))
