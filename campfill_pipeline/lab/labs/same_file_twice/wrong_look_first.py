"""Loads a campaign list (CSV) into the table `line`: looks first whether the line is there."""

import csv
import os
import sys

import psycopg

file = sys.argv[1] if len(sys.argv) > 1 else "list.csv"

with psycopg.connect(os.environ["LAB_DATABASE_URL"]) as connection, open(file, newline="") as text:
    for row in csv.DictReader(text):
        known = connection.execute("SELECT impression_goal FROM line WHERE id = %s", [row["id"]]).fetchone()
        if known is None:
            connection.execute(
                "INSERT INTO line (id, name, impression_goal) VALUES (%s, %s, %s)",
                [row["id"], row["name"], row["goal"]],
            )
        elif known[0] != int(row["goal"]):
            connection.execute(
                "UPDATE line SET impression_goal = %s, written_at = clock_timestamp() WHERE id = %s",
                [row["goal"], row["id"]],
            )
