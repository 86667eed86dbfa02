"""Counts the rows of a list and adds their goals, into the table `total`. Usage: python total.py [FILE]."""

import csv
import os
import sys

import psycopg

file = sys.argv[1] if len(sys.argv) > 1 else "list.csv"

with open(file, newline="") as text:
    rows = list(csv.DictReader(text))

count = len(rows)
goals = sum(int(row["goal"]) for row in rows)

with psycopg.connect(os.environ["LAB_DATABASE_URL"]) as db:
    db.execute("INSERT INTO total VALUES (%s, %s, %s)", [file, count, goals])
