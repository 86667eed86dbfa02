#!/usr/bin/env bash
# excelize 0.1.0 (PyPI, the Python build of the Go library): whole numbers beyond 32 bits are written as other numbers.
#
# Expected: f.set_cell_value("Sheet1", "A1", 6123456781) stores 6123456781, as the Go library does, or is refused.
# Seen:     without a word it stores 1828489485; 2**31 becomes -2147483648, 2**53 becomes 0. Texts and floats are right.
# Why here: line item ids of ad servers have ten digits: a list written so names other lines, and no reader can know it.
# Exits 0 while this is so, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check excelize==0.1.0
"$folder/venv/bin/python" - <<'PY'
import sys

import excelize

given = [6123456781, 2**31 - 1, 2**31, 2**53]
file = excelize.new_file()
file.set_sheet_row("Sheet1", "A1", given)
file.set_cell_value("Sheet1", "A2", given[0])
file.set_cell_value("Sheet1", "B2", float(given[0]))
rows = file.get_rows("Sheet1")
print("given:", given)
print("read back:", rows)
sys.exit(rows[0] != ["1828489485", "2147483647", "-2147483648", "0"] or rows[1][0] != "1828489485")
PY
echo "still so"
