#!/usr/bin/env bash
# holidays 0.109: using one country imports the modules of all of them, although countries are loaded lazily.
#
# Expected: holidays.country_holidays("DE") imports the module of Germany; a registry of lazy loaders stands for the rest.
# Seen:     the first country that is used imports its package, whose __init__ imports every country: some 250 modules.
# Why here: settings are checked without asking the library, and a run's process has it imported before it is forked
#           (campfill_pipeline/domain/weekdays.py, campfill_pipeline/defs/code_server.py).
# Exits 0 while this is so, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check holidays==0.109
"$folder/venv/bin/python" - <<'PY'
import sys

import holidays


def countries() -> int:
    return sum(name.startswith("holidays.countries.") for name in sys.modules)


before = countries()
found = holidays.country_holidays("DE", years=2026)
after = countries()
print(f"days in Germany: {len(found)}; modules of countries before: {before}, after: {after}")
sys.exit(0 if before == 0 and after > 200 else 1)
PY
