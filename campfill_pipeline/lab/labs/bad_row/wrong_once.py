"""Loads a list into `line`: good rows in, bad rows back, all of it in one transaction, once."""

import csv
import os
import sys
from uuid import UUID

import psycopg

file = sys.argv[1] if len(sys.argv) > 1 else "list.csv"

good, bad = [], []
with open(file, newline="") as text:  # judge every row before the first one is stored
    for row_no, row in enumerate(csv.DictReader(text), start=2):
        try:
            good.append((UUID(row["id"]), row["name"], int(row["goal"])))
        except ValueError as error:
            bad.append((file, row_no, row["id"], str(error)))

STATUS = "INSERT INTO upload VALUES (%s, %s) ON CONFLICT (file) DO UPDATE SET status = excluded.status"
with psycopg.connect(os.environ["LAB_DATABASE_URL"], autocommit=True) as db:
    try:
        with db.transaction(), db.cursor() as cursor:  # lines, issues and status: together or not at all
            cursor.executemany(
                "INSERT INTO line VALUES (%s, %s, %s)",
                good,
            )
            cursor.execute("DELETE FROM issue WHERE file = %s", [file])
            cursor.executemany("INSERT INTO issue VALUES (%s, %s, %s, %s)", bad)
            cursor.execute(STATUS, [file, "partly_loaded" if bad else "loaded"])
    except psycopg.Error as error:  # whatever the database says: nothing of this file is in
        db.execute(STATUS, [file, "failed"])
        sys.exit(f"nothing of {file} was stored: {error}")
