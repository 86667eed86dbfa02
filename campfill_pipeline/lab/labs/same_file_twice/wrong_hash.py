"""Loads a campaign list (CSV) into the table `line`, unless a file with these bytes was loaded at any time before."""

import csv
import hashlib
import os
import sys
from pathlib import Path

import psycopg

file = sys.argv[1] if len(sys.argv) > 1 else "list.csv"
digest = hashlib.sha256(Path(file).read_bytes()).hexdigest()

with psycopg.connect(os.environ["LAB_DATABASE_URL"]) as connection, open(file, newline="") as text:
    if connection.execute("SELECT 1 FROM seen WHERE sha256 = %s", [digest]).fetchone():
        sys.exit(0)
    connection.execute("INSERT INTO seen (sha256) VALUES (%s)", [digest])
    connection.execute("CREATE UNIQUE INDEX IF NOT EXISTS line_id ON line (id)")
    for row in csv.DictReader(text):
        connection.execute(
            """INSERT INTO line AS known (id, name, impression_goal) VALUES (%s, %s, %s)
               ON CONFLICT (id) DO UPDATE
               SET name = excluded.name, impression_goal = excluded.impression_goal, written_at = clock_timestamp()
               WHERE known.impression_goal <> excluded.impression_goal""",
            [row["id"], row["name"], row["goal"]],
        )
