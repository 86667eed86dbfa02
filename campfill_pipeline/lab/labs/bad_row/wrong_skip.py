"""Loads a list into `line`, and passes over what cannot be read."""

import csv
import os
import sys
from uuid import UUID

import psycopg

file = sys.argv[1] if len(sys.argv) > 1 else "list.csv"

with psycopg.connect(os.environ["LAB_DATABASE_URL"]) as db, open(file, newline="") as text:
    for row in csv.DictReader(text):
        try:
            values = (UUID(row["id"]), row["name"], int(row["goal"]))
        except ValueError:
            continue
        db.execute("INSERT INTO line VALUES (%s, %s, %s) ON CONFLICT (id) DO NOTHING", values)
    db.execute("INSERT INTO upload VALUES (%s, 'loaded') ON CONFLICT (file) DO NOTHING", [file])
