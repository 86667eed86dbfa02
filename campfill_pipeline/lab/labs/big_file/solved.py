"""Counts the rows of a list and adds their goals, one row at a time, into the table `total`."""

import csv
import os
import sys

import psycopg

file = sys.argv[1] if len(sys.argv) > 1 else "list.csv"

count = goals = 0
with open(file, newline="") as text:
    for row in csv.DictReader(text):  # each row is forgotten when the next one comes
        count += 1
        goals += int(row["goal"])

with psycopg.connect(os.environ["LAB_DATABASE_URL"]) as db:
    db.execute("INSERT INTO total VALUES (%s, %s, %s)", [file, count, goals])
