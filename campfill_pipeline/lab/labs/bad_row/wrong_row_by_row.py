"""Loads a list into `line`, row by row; bad rows are written down, and only they are caught."""

import csv
import os
import sys
from uuid import UUID

import psycopg

file = sys.argv[1] if len(sys.argv) > 1 else "list.csv"

with psycopg.connect(os.environ["LAB_DATABASE_URL"], autocommit=True) as db, open(file, newline="") as text:
    db.execute(
        "INSERT INTO upload VALUES (%s, 'saving') ON CONFLICT (file) DO UPDATE SET status = 'saving'", [file]
    )
    status = "loaded"
    for row_no, row in enumerate(csv.DictReader(text), start=2):
        try:
            values = (UUID(row["id"]), row["name"], int(row["goal"]))
        except ValueError as error:
            db.execute("INSERT INTO issue VALUES (%s, %s, %s, %s)", [file, row_no, row["id"], str(error)])
            status = "partly_loaded"
            continue
        db.execute("INSERT INTO line VALUES (%s, %s, %s) ON CONFLICT (id) DO NOTHING", values)
    db.execute("UPDATE upload SET status = %s WHERE file = %s", [status, file])
