"""Computes what was delivered for the first N lines, into the table `fulfillment`. Usage: python fulfil.py [N]."""

import os
import sys

import psycopg

lines = int(sys.argv[1]) if len(sys.argv) > 1 else 300

with psycopg.connect(os.environ["LAB_DATABASE_URL"]) as db:
    goals = db.execute("SELECT line_no, goal FROM line WHERE line_no <= %s", [lines]).fetchall()
    days = db.execute("SELECT line_no, impressions FROM delivery_day WHERE line_no <= %s", [lines]).fetchall()
    done = []
    for line_no, goal in goals:
        delivered = 0
        for of_line, impressions in days:
            if of_line == line_no:
                delivered += impressions
        done.append((line_no, delivered, goal))
    db.execute("TRUNCATE fulfillment")
    db.cursor().executemany("INSERT INTO fulfillment VALUES (%s, %s, %s)", done)
