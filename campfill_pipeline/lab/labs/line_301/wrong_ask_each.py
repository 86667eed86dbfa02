"""Computes what was delivered for the first N lines, asking the database for each. Usage: python fulfil.py [N]."""

import os
import sys

import psycopg

lines = int(sys.argv[1]) if len(sys.argv) > 1 else 300

with psycopg.connect(os.environ["LAB_DATABASE_URL"]) as db:
    goals = db.execute("SELECT line_no, goal FROM line WHERE line_no <= %s", [lines]).fetchall()
    done = []
    for line_no, goal in goals:
        ((delivered,),) = db.execute(
            "SELECT sum(impressions)::bigint FROM delivery_day WHERE line_no = %s", [line_no]
        ).fetchall()
        done.append((line_no, delivered, goal))
    db.execute("TRUNCATE fulfillment")
    db.cursor().executemany("INSERT INTO fulfillment VALUES (%s, %s, %s)", done)
