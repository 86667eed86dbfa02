"""Computes what was delivered for the first N lines, by four processes at once. Usage: python fulfil.py [N]."""

import os
import sys
from concurrent.futures import ProcessPoolExecutor

import psycopg

lines = int(sys.argv[1]) if len(sys.argv) > 1 else 300

with psycopg.connect(os.environ["LAB_DATABASE_URL"]) as db:
    goals = db.execute("SELECT line_no, goal FROM line WHERE line_no <= %s", [lines]).fetchall()
    days = db.execute("SELECT line_no, impressions FROM delivery_day WHERE line_no <= %s", [lines]).fetchall()


def share(worker: int) -> list[tuple[int, int, int]]:
    """What was delivered for every fourth line."""
    return [
        (line_no, sum(impressions for of_line, impressions in days if of_line == line_no), goal)
        for line_no, goal in goals[worker::4]
    ]


with ProcessPoolExecutor(4) as workers:
    done = [row for part in workers.map(share, range(4)) for row in part]
with psycopg.connect(os.environ["LAB_DATABASE_URL"]) as db:
    db.execute("TRUNCATE fulfillment")
    db.cursor().executemany("INSERT INTO fulfillment VALUES (%s, %s, %s)", done)
