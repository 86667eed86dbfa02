"""Loads a file of ten lines, a tenth of a second each; a run that died is found out and done again."""

import os
import sys
import time

import psycopg

file = sys.argv[1] if len(sys.argv) > 1 else "list.csv"

with psycopg.connect(os.environ["LAB_DATABASE_URL"], autocommit=True) as db:
    # A sign of life that cannot lie: PostgreSQL lets go of this lock when the process is gone, by whatever death.
    alone = db.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [file]).fetchone()
    if alone != (True,):
        sys.exit("another run is at it")
    if db.execute("SELECT status FROM upload WHERE file = %s", [file]).fetchone() == ("done",):
        sys.exit("it is done")
    # `running` without a lock was a run that died: the ledger says what is still to do, the lock who is at it.
    db.execute("INSERT INTO upload (file, status) VALUES (%s, 'running') ON CONFLICT DO NOTHING", [file])
    with db.transaction():
        # Nothing of a run of this program stays when it dies; of one that committed row by row, as before, it does.
        db.execute("DELETE FROM line WHERE file = %s", [file])
        for number in range(10):
            time.sleep(0.1)  # reading and judging
            db.execute("INSERT INTO line VALUES (%s, %s, %s)", [file, f"Line {number}", os.getpid()])
        db.execute("UPDATE upload SET status = 'done' WHERE file = %s", [file])
