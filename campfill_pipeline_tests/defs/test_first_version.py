"""A home of the first version, as its own `campfill db backup` wrote it, comes forward with equal figures.

`first_version/`: 16 lines of two lists (one row rejected, lines changed and gone), two days of delivery from the
simulated API, made by commit 2417118 of 24 November 2026; the originals; and what that version said of each line.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from campfill_pipeline.defs.local_runs import LocalRuns
from campfill_pipeline.defs.rebuild import rebuild_all
from campfill_pipeline.domain.plain_json import plain
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.figures import fulfillment as figures
from campfill_pipeline.warehouse.postgres import backup, kept_backups

FIRST = Path(__file__).with_name("first_version")


def test_the_first_versions_home_is_migrated_rebuilt_and_says_the_same(
    runs: LocalRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    campfill = runs.campfill
    campfill.close()
    backup.restore(campfill.url, FIRST / "home.backup")
    assert kept_backups.bring_originals(FIRST / "home.backup", campfill.settings.archive) == 2
    assert database.is_current(campfill.url)

    monkeypatch.setenv("CAMPFILL_HOME", str(campfill.settings.home))
    monkeypatch.setenv("CAMPFILL_DATABASE_URL", campfill.url)
    rebuilt = rebuild_all(campfill.settings, lambda *told: None)
    assert rebuilt == {"uploads": 2, "lines": 16, "revisions": rebuilt["revisions"], "differences": []}

    said = json.loads((FIRST / "fulfillment.json").read_text())
    with campfill.connect() as connection:
        lines = figures.compute(
            connection, campfill.settings.rules, as_of=date(2026, 11, 24), contract="now", known="now"
        )
    now = {line["line_id"]: line for line in json.loads(json.dumps(lines, default=plain))}
    assert [{name: now[line["line_id"]][name] for name in line} for line in said] == said
