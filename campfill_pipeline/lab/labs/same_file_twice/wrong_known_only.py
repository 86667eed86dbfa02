"""Loads a campaign list (CSV) into the table `line`: where it is empty; later lists only change goals."""

import csv
import os
import sys

import psycopg

file = sys.argv[1] if len(sys.argv) > 1 else "list.csv"

with psycopg.connect(os.environ["LAB_DATABASE_URL"]) as connection, open(file, newline="") as text:
    empty = connection.execute("SELECT count(*) FROM line").fetchone() == (0,)
    for row in csv.DictReader(text):
        if empty:
            connection.execute(
                "INSERT INTO line (id, name, impression_goal) VALUES (%s, %s, %s)",
                [row["id"], row["name"], row["goal"]],
            )
        else:
            connection.execute(
                "UPDATE line SET impression_goal = %s, written_at = clock_timestamp() WHERE id = %s AND impression_goal <> %s",
                [row["goal"], row["id"], row["goal"]],
            )
