"""Loads a list into `line`: good rows in, bad rows back, and where the database fails, takes out what it had put in."""

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
    db.execute("DELETE FROM issue WHERE file = %s", [file])
    stored = []
    try:
        for values in good:
            db.execute(
                """INSERT INTO line VALUES (%s, %s, %s) ON CONFLICT (id) DO UPDATE
                   SET name = excluded.name, impression_goal = excluded.impression_goal""",
                values,
            )
            stored.append(values[0])
        for issue in bad:
            db.execute("INSERT INTO issue VALUES (%s, %s, %s, %s)", issue)
        db.execute(STATUS, [file, "partly_loaded" if bad else "loaded"])
    except psycopg.Error as error:
        db.execute("DELETE FROM line WHERE id = ANY(%s)", [stored])
        db.execute(STATUS, [file, "failed"])
        sys.exit(f"nothing of {file} was stored: {error}")
