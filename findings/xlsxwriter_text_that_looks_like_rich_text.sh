#!/usr/bin/env bash
# XlsxWriter 3.3.1: a plain text that begins with <r> and ends with </r> is written into the workbook unescaped.
#
# Seen:     write_string(0, 0, "<r>a & b</r>") gives a workbook whose table of texts is no XML: openpyxl 3.1.5 raises a
#           ParseError, although every argument was a valid text. "<b>a & b</b>" comes back as it was written.
# Expected: the same text comes back (write_rich_string is the call for rich text).
# Why here: names of campaigns are other people's text; campfill writes its long lists' texts itself, escaped.
# Exits 0 while this is so, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check XlsxWriter==3.3.1 openpyxl==3.1.5
"$folder/venv/bin/python" - "$folder" <<'PY'
import sys
from xml.etree.ElementTree import ParseError

import openpyxl
import xlsxwriter


def read_back(text: str) -> str:
    path = f"{sys.argv[1]}/one.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_string(0, 0, text)
    try:
        return str(openpyxl.load_workbook(path).active["A1"].value)
    except (ParseError, KeyError, ValueError) as error:
        return f"{type(error).__name__}"


plain, lookalike = read_back("<b>a & b</b>"), read_back("<r>a & b</r>")
print("written as <b>a & b</b>, read:", plain)
print("written as <r>a & b</r>, read:", lookalike)
sys.exit(0 if plain == "<b>a & b</b>" and lookalike != "<r>a & b</r>" else 1)
PY
