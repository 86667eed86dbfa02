"""Loads a campaign list (CSV) into the table `line`: empties it first, and fills it anew."""

import csv
import os
import sys

import psycopg

file = sys.argv[1] if len(sys.argv) > 1 else "list.csv"

with psycopg.connect(os.environ["LAB_DATABASE_URL"]) as connection, open(file, newline="") as text:
    connection.execute("DELETE FROM line")
    for row in csv.DictReader(text):
        connection.execute(
            "INSERT INTO line (id, name, impression_goal) VALUES (%s, %s, %s)",
            [row["id"], row["name"], row["goal"]],
        )
