"""Three ways to scale, each measured here with its price. Usage: campfill lab try 10 scale.py."""

import os
import pickle
import time
from concurrent.futures import ProcessPoolExecutor

import psycopg

DAYS = 10


def loop_in_a_loop(lines: int, worker: int = 0, workers: int = 1) -> float:
    """Do the work of one of `workers` on so many lines, as fulfil.py was given; the processor seconds it took."""
    began = time.process_time()
    days = [(line, 100) for line in range(lines) for _ in range(DAYS)]
    for line in range(worker, lines, workers):
        sum(impressions for of_line, impressions in days if of_line == line)
    return time.process_time() - began


def a_faster_machine() -> None:
    """Twice the work in the same time: how many lines is that?"""
    now, then = loop_in_a_loop(600), loop_in_a_loop(849)
    print("1. A machine twice as fast")
    print(
        f"   600 lines take {now * 1000:.0f} ms here, 849 lines {then * 1000:.0f} ms: twice the work for 1.4 times the lines"
    )


def more_workers() -> None:
    """The same lines, divided among processes."""
    rows = len(pickle.dumps([(line, 100) for line in range(600) for _ in range(DAYS)]))
    print("2. More workers, for 600 lines")
    for workers in (1, 2, 4):
        with ProcessPoolExecutor(workers) as pool:
            spent = list(pool.map(loop_in_a_loop, [600] * workers, range(workers), [workers] * workers))
        print(
            f"   {workers} worker{'s' if workers > 1 else ''}: the last is done after {max(spent) * 1000:.0f} ms of work, all together "
            f"{sum(spent) * 1000:.0f} ms; every one of them holds all rows, {workers * rows // 1000} kB"
        )


def partitions() -> None:
    """A year of delivery in one table, and in a table a month: how many pages are read?"""
    year = (
        "generate_series('2025-01-01'::date, '2025-12-31', '1 day') AS day, generate_series(1, 60) AS line_no"
    )
    with psycopg.connect(os.environ["LAB_DATABASE_URL"], autocommit=True) as db:
        db.execute("DROP TABLE IF EXISTS whole, parted")
        db.execute(f"CREATE TABLE whole AS SELECT line_no, day::date AS day, 100 AS impressions FROM {year}")
        db.execute(
            "CREATE TABLE parted (line_no integer, day date, impressions integer) PARTITION BY RANGE (day)"
        )
        for month in range(1, 13):
            until = f"2025-{month + 1:02d}-01" if month < 12 else "2026-01-01"
            db.execute(
                f"CREATE TABLE parted_{month:02d} PARTITION OF parted FOR VALUES FROM ('2025-{month:02d}-01') TO ('{until}')"
            )
        db.execute("INSERT INTO parted SELECT * FROM whole")

        def pages(table: str, condition: str) -> int:
            ((plans,),) = db.execute(
                f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT sum(impressions) FROM {table} WHERE {condition}"
            ).fetchall()
            plan: dict[str, int] = plans[0]["Plan"]
            return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]

        august, line = "day BETWEEN '2025-08-01' AND '2025-08-31'", "line_no = 7"
        print("3. Partitions, one a month, for a year of 60 lines")
        print(
            f"   August: {pages('whole', august)} pages of the one table, {pages('parted', august)} of the parted one"
        )
        print(
            f"   line 7, no month said: {pages('whole', line)} pages, and {pages('parted', line)} in twelve tables"
        )
        try:
            db.execute("ALTER TABLE parted ADD PRIMARY KEY (line_no)")
        except psycopg.Error as error:
            print(f"   a key without the month: {str(error).splitlines()[0]}")
        db.execute("DROP TABLE whole, parted")


if __name__ == "__main__":
    a_faster_machine()
    more_workers()
    partitions()
