"""Computes what was delivered for the first N lines, into the table `fulfillment`. Usage: python fulfil.py [N]."""

import os
import sys

import psycopg

lines = int(sys.argv[1]) if len(sys.argv) > 1 else 300

with psycopg.connect(os.environ["LAB_DATABASE_URL"]) as db:
    goals = db.execute("SELECT line_no, goal FROM line WHERE line_no <= %s", [lines]).fetchall()
    days = db.execute("SELECT line_no, impressions FROM delivery_day WHERE line_no <= %s", [lines]).fetchall()
    delivered = dict.fromkeys((line_no for line_no, _ in goals), 0)
    for line_no, impressions in days:  # each row of delivery is looked at once, and finds its line by a hash
        delivered[line_no] += impressions
    done = [(line_no, delivered[line_no], goal) for line_no, goal in goals]
    db.execute("TRUNCATE fulfillment")
    db.cursor().executemany("INSERT INTO fulfillment VALUES (%s, %s, %s)", done)
