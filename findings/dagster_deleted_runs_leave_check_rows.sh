#!/usr/bin/env bash
# dagster 1.13.27: deleting a run removes its events, but not the rows that its asset checks left behind.
#
# Expected: instance.delete_run(run_id) takes with it all that storage keeps of the run.
# Seen:     events and materialisations go; the run's row in the table asset_check_executions stays, so that this table
#           grows for ever however often runs are pruned.
# Why here: campfill maintain removes those rows itself where the run is gone (docs/decisions/0105-*.md).
# Exits 0 while this is so, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check dagster==1.13.27
mkdir "$folder/home"
printf 'telemetry:\n  enabled: false\n' > "$folder/home/dagster.yaml"
DAGSTER_HOME="$folder/home" "$folder/venv/bin/python" - <<'PY'
import os
import sqlite3
import sys
from pathlib import Path

import dagster as dg


@dg.asset
def lines() -> int:
    return 1


@dg.asset_check(asset=lines)
def not_empty() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


def rows_of(run_id: str) -> int:
    """Rows of the run in asset_check_executions, in whichever file of the home holds that table."""
    found = 0
    for file in Path(os.environ["DAGSTER_HOME"]).rglob("*.db"):
        with sqlite3.connect(file) as database:
            names = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if "asset_check_executions" in names:
                query = "SELECT count(*) FROM asset_check_executions WHERE run_id = ?"
                found += database.execute(query, [run_id]).fetchone()[0]
    return found


with dg.DagsterInstance.get() as instance:
    run_id = dg.materialize([lines, not_empty], instance=instance).run_id
    before = rows_of(run_id)
    instance.delete_run(run_id)
    after, events = rows_of(run_id), len(instance.all_logs(run_id))
print(f"check rows before deleting the run: {before}, after: {after}; events after: {events}")
sys.exit(0 if before == after == 1 and events == 0 else 1)
PY
