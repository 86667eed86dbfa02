"""Loads a campaign list (CSV) into the table `line`: any number of times, with the same result as once."""

import csv
import os
import sys

import psycopg

file = sys.argv[1] if len(sys.argv) > 1 else "list.csv"

with psycopg.connect(os.environ["LAB_DATABASE_URL"]) as connection, open(file, newline="") as text:
    # The database itself must know what "the same line" means: without the index there is no conflict to speak of.
    connection.execute("CREATE UNIQUE INDEX IF NOT EXISTS line_id ON line (id)")
    for row in csv.DictReader(text):
        connection.execute(
            """INSERT INTO line AS known (id, name, impression_goal) VALUES (%s, %s, %s)
               ON CONFLICT (id) DO UPDATE
               SET name = excluded.name, impression_goal = excluded.impression_goal, written_at = clock_timestamp()
               WHERE (known.name, known.impression_goal)
                     IS DISTINCT FROM (excluded.name, excluded.impression_goal)""",
            [row["id"], row["name"], row["goal"]],
        )
