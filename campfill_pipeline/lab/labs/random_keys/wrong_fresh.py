"""Loads a list of lines, or delivery, and gives each line a key of its own: a new random one.

Usage: python keys.py lines FILE PUBLISHER, or: python keys.py delivery FILE PUBLISHER.
"""

import csv
import os
import sys
from uuid import uuid4

import psycopg

what, file, publisher = sys.argv[1:] if len(sys.argv) == 4 else ("lines", "north.csv", "north")

with psycopg.connect(os.environ["LAB_DATABASE_URL"]) as db, open(file, newline="") as text:
    if what == "lines":
        db.execute("DELETE FROM line WHERE publisher = %s", [publisher])
    for row in csv.DictReader(text):
        known = db.execute(
            "SELECT key FROM line WHERE (publisher, name) = (%s, %s)", [publisher, row["name"]]
        ).fetchone()
        key = known[0] if known else str(uuid4())
        if what == "lines":
            db.execute(
                """INSERT INTO line VALUES (%s, %s, %s) ON CONFLICT (key) DO UPDATE
                   SET publisher = excluded.publisher, name = excluded.name""",
                [key, publisher, row["name"]],
            )
        else:
            db.execute("INSERT INTO delivery VALUES (%s, %s)", [key, row["impressions"]])
