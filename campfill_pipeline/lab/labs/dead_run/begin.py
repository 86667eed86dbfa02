"""Loads a file of ten lines, a tenth of a second each, and keeps a ledger. Usage: python run.py [FILE]."""

import os
import sys
import time

import psycopg

file = sys.argv[1] if len(sys.argv) > 1 else "list.csv"

with psycopg.connect(os.environ["LAB_DATABASE_URL"], autocommit=True) as db:
    known = db.execute("SELECT status FROM upload WHERE file = %s", [file]).fetchone()
    if known == ("done",):
        sys.exit("it is done")
    if known == ("running",):
        sys.exit("another run is at it")
    db.execute("INSERT INTO upload (file, status) VALUES (%s, 'running')", [file])
    for number in range(10):
        time.sleep(0.1)  # reading and judging
        db.execute("INSERT INTO line VALUES (%s, %s, %s)", [file, f"Line {number}", os.getpid()])
    db.execute("UPDATE upload SET status = 'done' WHERE file = %s", [file])
