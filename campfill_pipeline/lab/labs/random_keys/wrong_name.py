"""Loads a list of lines, or delivery, and gives each line a key: publisher and name.

Usage: python keys.py lines FILE PUBLISHER, or: python keys.py delivery FILE PUBLISHER.
"""

import csv
import os
import sys

import psycopg

what, file, publisher = sys.argv[1:] if len(sys.argv) == 4 else ("lines", "north.csv", "north")

with psycopg.connect(os.environ["LAB_DATABASE_URL"]) as db, open(file, newline="") as text:
    for row in csv.DictReader(text):
        key = f"{publisher}/{row['name']}"
        if what == "lines":
            db.execute(
                """INSERT INTO line VALUES (%s, %s, %s) ON CONFLICT (key) DO UPDATE
                   SET publisher = excluded.publisher, name = excluded.name""",
                [key, publisher, row["name"]],
            )
        else:
            db.execute("INSERT INTO delivery VALUES (%s, %s)", [key, row["impressions"]])
