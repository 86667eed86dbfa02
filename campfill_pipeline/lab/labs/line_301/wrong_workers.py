"""Computes what was delivered for the first N lines, by eight workers at once. Usage: python fulfil.py [N]."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import psycopg

lines = int(sys.argv[1]) if len(sys.argv) > 1 else 300

with psycopg.connect(os.environ["LAB_DATABASE_URL"]) as db:
    goals = db.execute("SELECT line_no, goal FROM line WHERE line_no <= %s", [lines]).fetchall()
    days = db.execute("SELECT line_no, impressions FROM delivery_day WHERE line_no <= %s", [lines]).fetchall()

    def one(line: tuple[int, int]) -> tuple[int, int, int]:
        """What was delivered for one line."""
        return line[0], sum(impressions for of_line, impressions in days if of_line == line[0]), line[1]

    with ThreadPoolExecutor(8) as workers:
        done = list(workers.map(one, goals))
    db.execute("TRUNCATE fulfillment")
    db.cursor().executemany("INSERT INTO fulfillment VALUES (%s, %s, %s)", done)
