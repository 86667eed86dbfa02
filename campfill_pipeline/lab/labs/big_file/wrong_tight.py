"""Counts the rows of a list and adds their goals, keeping the goals in the tightest way there is."""

import csv
import os
import sys
from array import array

import psycopg

file = sys.argv[1] if len(sys.argv) > 1 else "list.csv"

with open(file, newline="") as text:
    goals = array("q", (int(row["goal"]) for row in csv.DictReader(text)))

with psycopg.connect(os.environ["LAB_DATABASE_URL"]) as db:
    db.execute("INSERT INTO total VALUES (%s, %s, %s)", [file, len(goals), sum(goals)])
